"""The ledger's one table of evidence. Written by `ledger.recording.session` only, by INSERT only.

What the bytes in `data` mean is said in `ledger.segments.records`; how `prev` and `hash` chain them, in
`ledger.segments.chain`.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Uuid, text

from ledger.tables.columns import metadata

segments = Table(
    "segments",
    metadata,
    Column(
        "stream", Uuid(), primary_key=True, comment="UUIDv7 of the stream: one writer from its start or last failure."
    ),
    Column(
        "seq", BigInteger(), primary_key=True, autoincrement=False, comment="0, 1, 2 … without a gap in its stream."
    ),
    Column("n", Integer(), nullable=False, comment="Number of answers recorded in data."),
    Column(
        "prev", LargeBinary(), nullable=False, comment="hash of segment seq - 1; for seq 0 derived from the stream."
    ),
    Column("hash", LargeBinary(), nullable=False, comment="SHA-256 of prev followed by data."),
    Column(
        "data",
        LargeBinary(),
        nullable=True,
        comment="Packed entries; persons as keyed pseudonyms. No values. Null: erased, as a sealed entry says.",
    ),
    Column(
        "written_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
        comment="The database's clock, for finding and retention; no evidence: data holds the time of each answer.",
    ),
    CheckConstraint("seq >= 0", name="segments_seq_counts_from_zero"),
    CheckConstraint("octet_length(prev) = 32 and octet_length(hash) = 32", name="segments_hashes_are_sha256"),
    Index("segments_first", "stream", postgresql_where=text("seq = 0")),
    comment="One row per batch of answers, hash-chained per stream. Rows are inserted and never changed.",
)
