"""The revision of what is allowed, and which process follows it."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Table, Uuid, text

from auth.tables.columns import metadata, moment, word

policy = Table(
    "policy",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default="true", comment="Always true: one row."),
    Column("revision", BigInteger, nullable=False, comment="Raised by every committed change of what is allowed."),
    Column(
        "rules_revision",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="The revision of the last change that was more than a token or a consent revoked.",
    ),
    CheckConstraint("singleton", name="singleton"),
    comment="The revision of the policy. Its row is written by triggers only.",
)

processes = Table(
    "processes",
    metadata,
    Column("process", Uuid, primary_key=True, comment="Made at its start."),
    word(
        "client",
        "Of a ministry's subgraph; null: a process of this installation.",
        ForeignKey("clients.client"),
        nullable=True,
    ),
    Column("revision", BigInteger, nullable=False, comment="The revision it decides by."),
    moment("confirmed_at", "When it last said so. A lease later it refuses."),
    word(
        "proofs",
        "Where it remembers proofs: the name of a file of its host, or database; null: it takes none.",
        nullable=True,
    ),
    moment("started_at", "When it began.", server_default=text("now()")),
    comment="Processes that decide, and by which revision: what an officer waits for.",
)
