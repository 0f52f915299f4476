"""The Merkle tree over the books (RFC 6962), its signed checkpoints, and how far each stream has been taken in."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, SmallInteger, Table, Uuid

from ledger.tables.columns import leaf, metadata, moment, octets, sized, word, words

leaves = Table(
    "leaves",
    metadata,
    leaf("Number of the leaf: 0, 1, 2 … without a gap."),
    Column("kind", SmallInteger, nullable=False, comment="1 answer, 2 mark, 3 event, 4 act: the table that it is in."),
    octets("hash", "Leaf hash: SHA-256 of 0x00 and its content (ledger.tree.leaves)."),
    sized("hash", 32),
    comment="The leaves of the one tree, in their order.",
)

nodes = Table(
    "nodes",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False, comment="Eight levels of the tree each."),
    Column("place", BigInteger, primary_key=True, autoincrement=False, comment="From the left, from 0."),
    octets("hash", "Root of the 256 hashes below it."),
    sized("hash", 32),
    comment="Roots of full tiles of 256 hashes: what proofs need instead of all leaves.",
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False, comment="Number of leaves."),
    octets("root", "Root hash of the tree over them."),
    moment("at", "When it was sealed."),
    word("note", "The signed note, as it is published."),
    sized("root", 32),
    comment="Signed states of the tree.",
)

progress = Table(
    "progress",
    metadata,
    Column("stream", Uuid, primary_key=True, comment="A stream of segments."),
    Column("segments", BigInteger, nullable=False, comment="How many of its segments are in the tree."),
    octets("hash", "Hash of the last of them."),
    moment("at", "When something of it was last taken in."),
    comment="How far the sealer has followed each stream.",
)

definitions = Table(
    "definitions",
    metadata,
    Column("stream", Uuid, primary_key=True, comment="A stream of segments."),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="What its answers name."),
    Column("seq", BigInteger, nullable=False, comment="Number of the segment that says what that is."),
    comment="Where each stream defines what its answers name: the sealer's index, no evidence.",
)

sealing = Table(
    "sealing",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default="true", comment="Always true: one row."),
    moment("looked_at", "When the sealer last looked for what is to be sealed."),
    moment("behind_since", "When the oldest segment was written that was not sealed then.", nullable=True),
    words("troubles", "What is not sealed, and why, a line each."),
    CheckConstraint("singleton", name="singleton"),
    comment="The condition of the sealer, as it said last.",
)
