"""What the segments say, row by row: one answer, one person in one answer, one mark, one event, one officers' act.

What many rows share stands once: who asked (`parties`), which operation (`operations`), and what was read of one person
(`readings`). `digest` is SHA-256 of their canonical JSON (`ledger.tree.leaves`). A column that erasure empties is
nullable; the column that keeps its hash afterwards is named beside it.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from ledger.tables.columns import leaf, metadata, moment, octets, sized, word, words

parties = Table(
    "parties",
    metadata,
    Column("party", Integer, Identity(always=True), primary_key=True, comment="Number in this database."),
    octets("digest", "SHA-256 of what it says, as canonical JSON.", unique=True),
    word("agency", "Whose rights were used."),
    word("client", "Who asked and was answered."),
    word("supplier", "The client's own agency, where it used another's rights by a delegation.", nullable=True),
    words("through", "Clients whose tokens were exchanged for this one, the latest first."),
    word("purpose", "Code of the purpose; null: none was given, and it was refused for that.", nullable=True),
    word("legal_basis", "The law it stood on.", nullable=True),
    Index(None, "agency", "purpose"),
    comment="Who asked, for whom and why: what every answer to the same token shares.",
)

operations = Table(
    "operations",
    metadata,
    Column("operation", Integer, Identity(always=True), primary_key=True, comment="Number in this database."),
    octets("digest", "SHA-256 of what it says, as canonical JSON.", unique=True),
    octets("document", "16 bytes of SHA-256 of the document without literals."),
    word("name", "Name of the operation, as its author wrote it.", nullable=True),
    words("needs", "Scopes that it takes, sorted."),
    words("coordinates", "Schema coordinates that it reads or looks up by, sorted."),
    Column("steps", JSONB, nullable=False, comment="Its personal steps, as the segments say them."),
    Index(None, "coordinates", postgresql_using="gin"),
    Index(None, "document"),
    comment="Operations that were asked: what they read and need, never a value.",
)

readings = Table(
    "readings",
    metadata,
    Column("reading", Integer, Identity(always=True), primary_key=True, comment="Number in this database."),
    octets("digest", "SHA-256 of content, as canonical JSON; it stands in the leaf of each person.", unique=True),
    word("subject", "What was read about: person, enterprise or parcel."),
    word("kind", "The strongest of its ways: opened, verified, reached or listed; else spoke_for or acted_for."),
    words("coordinates", "Schema coordinates read, sorted."),
    Column("content", JSONB, nullable=False, comment="Each step: path, way, coordinates read and looked up by; roles."),
    comment="What can be read of one subject in one answer.",
)

answers = Table(
    "answers",
    metadata,
    leaf(),
    Column("stream", Uuid, nullable=False, comment="Stream of the segment it stands in."),
    Column("seq", BigInteger, nullable=False, comment="Number of that segment."),
    Column("place", Integer, nullable=False, comment="Which entry of that segment, from 0."),
    Column("request_id", Uuid, nullable=False, comment="UUIDv7 of the request; joins the ledgers of one query."),
    moment("at", "When the answer was recorded, by the server's clock."),
    Column("outcome", SmallInteger, nullable=False, comment="1 granted, 2 refused, 3 no hit."),
    Column("party", Integer, nullable=False, comment="Who asked."),
    Column("operation", Integer, nullable=False, comment="What was asked."),
    word("case_reference", "The agency's case.", nullable=True),
    Column("grants_revision", BigInteger, nullable=False, comment="State of the grants it was decided by."),
    Column(
        "emergencies",
        ARRAY(BigInteger),
        nullable=False,
        server_default=text("'{}'"),
        comment="Emergency grants that it rests on.",
    ),
    words("missing", "Of a refusal: what was missing. Of a granted answer: what a narrowing on trial would refuse."),
    word("officer", "The agency's own officer, where its client named one; erased with the persons.", nullable=True),
    octets("officer_digest", "Commitment to officer; filled when that is erased.", nullable=True),
    octets("salt", "16 random bytes that blind what the answer shares."),
    octets("seed", "16 random bytes from which the salts of its persons come; erased with them.", nullable=True),
    Column("people", Integer, nullable=False, comment="Number of subjects, and of leaves of the small tree."),
    octets("root", "Root of the small tree over its subjects."),
    sized("salt", 16),
    sized("seed", 16),
    sized("root", 32),
    UniqueConstraint("stream", "seq", "place"),
    Index(None, "request_id"),
    Index(None, "party", "at", "leaf"),
    Index(None, "operation", "at", "leaf"),
    Index(None, "at", "leaf"),
    Index("answers_on_trial", "party", "leaf", postgresql_where=text("outcome <> 2 and missing <> '{}'")),
    comment="One row per recorded answer, in the order of the tree.",
)

people = Table(
    "people",
    metadata,
    leaf("Leaf of the answer."),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="Which leaf of the small tree, from 0."),
    octets("subject", "Keyed pseudonym; null: erased.", nullable=True),
    Column("reading", Integer, nullable=False, comment="What was read of the subject."),
    octets("digest", "Hash of its small leaf; filled when subject is erased.", nullable=True),
    sized("subject", 16),
    sized("digest", 32),
    Index("people_subject", "subject", "leaf", postgresql_where=text("subject is not null")),
    comment="One row per subject of an answer: who was read.",
)

marks = Table(
    "marks",
    metadata,
    leaf(),
    Column("request_id", Uuid, nullable=False, comment="Request of the answer that it is about."),
    moment("answered_at", "Time of that answer, which tells it from others of the request."),
    word("kind", "withheld: it was not sent. not_found: of these persons nothing was there."),
    word("reason", "Of withheld: client_left or rights_changed.", nullable=True),
    Column(
        "places",
        ARRAY(Integer),
        nullable=False,
        server_default=text("'{}'"),
        comment="Of not_found: places of the persons in the small tree.",
    ),
    moment("at", "When it was marked."),
    Index(None, "request_id"),
    Index(None, "kind", "answered_at"),
    comment="What became known of an answer after it was recorded.",
)

events = Table(
    "events",
    metadata,
    leaf(),
    moment("at", "When it happened."),
    word("kind", "Its kind, as content says it."),
    word("content", "The event as canonical JSON: start and end of processes, keys, erasures."),
    Index(None, "kind", "leaf"),
    comment="What happened to the ledger itself.",
)

acts = Table(
    "acts",
    metadata,
    leaf(),
    Column("act", BigInteger, nullable=False, unique=True, comment="Number of the act in the authority's record."),
    octets("hash", "Its hash there, which chains it to all acts before."),
    comment="Acts of officers, machines, agencies and citizens, as the authority recorded them.",
)
