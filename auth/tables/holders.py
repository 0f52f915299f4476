"""Who may hold rights: agencies, their clients, and the purposes for which they ask."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, SmallInteger, Table

from auth.tables.columns import document, metadata, one_of, recorded, word, words

agencies = Table(
    "agencies",
    metadata,
    word("agency", "Identifier by Decision 20/2020/QD-TTg: G01, H56.14.", primary_key=True),
    word("name_vi", "Official name, Vietnamese."),
    word("name_en", "Official name, English."),
    word("state", "active, or suspended: nothing of it is accepted.", server_default="active"),
    recorded(),
    one_of("state", "active", "suspended"),
    CheckConstraint("agency ~ '^[A-Z][0-9]{2}([.][0-9]{2,3}){0,3}$'", name="agency"),
    comment="State bodies, and those whom they admit, that may hold clients and grants.",
)

clients = Table(
    "clients",
    metadata,
    word("client", "OAuth client_id.", primary_key=True),
    word("agency", "Agency that answers for this client.", ForeignKey("agencies.agency")),
    word("name", "What people call it."),
    word(
        "kind",
        "system: asks for its agency; portal: may also speak for a citizen; subgraph: a ministry's part of the graph.",
        server_default="system",
    ),
    word("domain", "Of a subgraph, the domain that it serves; else null.", nullable=True),
    word("token_type", "Bearer or DPoP: how its tokens are held.", server_default="DPoP"),
    document("public_keys", "JWK set, public members only: P-256 or Ed25519, with kid."),
    words("redirect_uris", "Of a portal, where citizens are sent back to; compared as text."),
    words("allowed", "Scopes and scope sets this client may ask for; empty: none."),
    Column(
        "exchanges",
        Boolean,
        nullable=False,
        server_default="false",
        comment="True: may exchange a portal's token for one of its own (RFC 8693).",
    ),
    Column(
        "registered_only",
        Boolean,
        nullable=False,
        server_default="false",
        comment="True: only operations that its agency registered are answered.",
    ),
    Column("tokens_per_minute", Integer, comment="Requests it may send to the OAuth server per minute; null: usual."),
    word("state", "active, or suspended: its tokens are refused at once.", server_default="active"),
    Column("demo", Boolean, nullable=False, server_default="false", comment="True: exists for demo mode only."),
    recorded(),
    one_of("kind", "system", "portal", "subgraph"),
    one_of("token_type", "Bearer", "DPoP"),
    one_of("state", "active", "suspended"),
    CheckConstraint("client ~ '^[A-Za-z0-9._~-]{1,48}$'", name="client"),
    CheckConstraint("(kind = 'subgraph') = (domain is not null)", name="domain"),
    CheckConstraint("kind = 'portal' or redirect_uris = '{}'", name="redirect_uris"),
    CheckConstraint("tokens_per_minute > 0", name="tokens_per_minute"),
    Index(None, "agency"),
    comment="Systems registered by officers. Private keys never come here.",
)

purposes = Table(
    "purposes",
    metadata,
    word("purpose", "Code named in tokens, grants and disclosures.", primary_key=True),
    word("legal_basis", "Act, article and clause on which this purpose stands."),
    word("title_vi", "What it is for, in plain Vietnamese."),
    word("title_en", "What it is for, in plain English."),
    Column("retention_months", SmallInteger, nullable=False, comment="How long an agency may keep what it read."),
    Column(
        "shown_after_days",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="A disclosure is shown to its citizen so many days later; 0: at once.",
    ),
    Column(
        "third_party_sensitive",
        Boolean,
        nullable=False,
        server_default="false",
        comment="True: shown to its citizen in general terms, because it would tell about somebody else.",
    ),
    recorded(),
    CheckConstraint("purpose ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$' and length(purpose) <= 64", name="purpose"),
    CheckConstraint("retention_months > 0", name="retention_months"),
    CheckConstraint("shown_after_days >= 0 and shown_after_days < 28 * retention_months", name="shown_after_days"),
    comment="Why personal data may be read; kept by officers.",
)
