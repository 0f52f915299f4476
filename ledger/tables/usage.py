"""What was used, counted by the day as it is sealed: for unused rights, findings and open statistics."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, SmallInteger, Table

from ledger.tables.columns import metadata

usage = Table(
    "usage",
    metadata,
    Column("day", Date, primary_key=True, comment="Day, in Vietnam's time."),
    Column("party", Integer, primary_key=True, autoincrement=False, comment="Who asked."),
    Column("operation", Integer, primary_key=True, autoincrement=False, comment="What was asked."),
    Column("outcome", SmallInteger, primary_key=True, autoincrement=False, comment="As of answers."),
    Column("answers", BigInteger, nullable=False, comment="Answers of that outcome."),
    Column("people", BigInteger, nullable=False, comment="Subjects in them; who stands in several counts in each."),
    Column(
        "on_trial",
        BigInteger,
        nullable=False,
        comment="Answers that a narrowing on trial would have refused, or limited.",
    ),
    Index(None, "party", "day"),
    comment="Counts of answers; nothing in it is about a person.",
)
