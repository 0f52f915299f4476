"""Cases: a citizen's complaint, or an officer's inquiry, about what was read of one person.

A personal number stands here only sealed (`auth.access.subject`). Officers look a person up in the ledger only under an
open case, and a case names its one person from its first moment.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Table, Uuid, text

from auth.tables.columns import metadata, moment, one_of, recorded, word

cases = Table(
    "cases",
    metadata,
    Column("case_id", BigInteger, Identity(always=True), primary_key=True, comment="Number of the case."),
    word("kind", "complaint: its citizen made it; inquiry: an officer opened it."),
    word("citizen", "Sealed: the one person whom it is about; of a complaint, who complained."),
    word("origin", "Of a complaint, the ledger that holds the disclosure.", nullable=True),
    Column("request_id", Uuid, comment="Of a complaint, the request that read."),
    Column("leaf", BigInteger, comment="Of a complaint, the leaf of that answer."),
    word("reason", "What the citizen complains of, or why the officer looks, in words."),
    word("state", "open, closed: answered by an officer, or withdrawn by the citizen.", server_default="open"),
    word("opened_by", "Officer who opened an inquiry.", ForeignKey("officers.officer"), nullable=True),
    moment("looks_until", "From then on nobody is looked up under an inquiry, closed or not.", nullable=True),
    word("finding", "Of a closed case: lawful, unlawful or unexplained.", nullable=True),
    word("reply", "What was found, in words; of a complaint, for its citizen.", nullable=True),
    word("closed_by", "Officer who closed it; of an inquiry never the one who opened it.", nullable=True),
    moment("closed_at", "When it was closed or withdrawn.", nullable=True),
    recorded(),
    one_of("kind", "complaint", "inquiry"),
    one_of("state", "open", "closed", "withdrawn"),
    one_of("finding", "lawful", "unlawful", "unexplained"),
    CheckConstraint(
        "(kind = 'complaint') = (opened_by is null) and (kind = 'inquiry') = (looks_until is not null)", name="opened"
    ),
    CheckConstraint(
        "case kind when 'complaint' then num_nulls(origin, request_id, leaf) = 0"
        " else num_nonnulls(origin, request_id, leaf) = 0 end",
        name="disclosure",
    ),
    CheckConstraint("(state = 'open') = (closed_at is null)", name="ended"),
    CheckConstraint(
        "case state when 'closed' then num_nulls(finding, reply, closed_by) = 0"
        " else num_nonnulls(finding, reply, closed_by) = 0 end",
        name="answered",
    ),
    CheckConstraint("closed_by <> opened_by", name="four_eyes"),
    CheckConstraint("state <> 'withdrawn' or kind = 'complaint'", name="withdrawn"),
    Index(None, "citizen"),
    Index(None, "state"),
    Index(
        "cases_one_open_complaint",
        "citizen",
        "origin",
        "leaf",
        unique=True,
        postgresql_where=text("kind = 'complaint' and state = 'open'"),
    ),
    comment="Complaints of citizens, and inquiries of officers, about what was read of a person.",
)
