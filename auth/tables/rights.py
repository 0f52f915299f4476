"""What was decided: proposals, grants and delegations, registered operations, and what of a daily limit is used."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    text,
)

from auth.tables.columns import digest, document, metadata, moment, one_of, recorded, word, words

proposals = Table(
    "proposals",
    metadata,
    Column("proposal", BigInteger, Identity(always=True), primary_key=True, comment="Number of the proposal."),
    word("kind", "What it would do: the name of an act that widens."),
    word("target", "What it is about: a number or name; empty where that is yet to come.", server_default=""),
    document("body", "The change, as the act that is approved takes it."),
    word("reason", "Why, in words."),
    word("state", "requested, proposed, approved, refused, withdrawn or lapsed.", server_default="proposed"),
    word("requested_by", "Agency that asked for it; null: nobody did.", nullable=True),
    word("proposed_by", "Who proposed: an officer, or an operator at the machine.", nullable=True),
    word("decided_by", "Officer who approved or refused; or who withdrew it.", nullable=True),
    word("decision_reason", "Why it was refused or withdrawn.", nullable=True),
    moment("decided_at", "When.", nullable=True),
    moment("lapses_at", "From then on it can no longer be approved."),
    digest("SHA-256 of the enrollment code that the proposer was told; null: none.", "code", nullable=True),
    recorded(),
    one_of("state", "requested", "proposed", "approved", "refused", "withdrawn", "lapsed"),
    CheckConstraint("state = 'withdrawn' or decided_by <> replace(proposed_by, 'machine:', '')", name="four_eyes"),
    CheckConstraint("state not in ('approved', 'refused') or decided_by is not null", name="decided"),
    CheckConstraint("state <> 'approved' or proposed_by is not null", name="proposed"),
    CheckConstraint("state <> 'requested' or requested_by is not null", name="requested"),
    CheckConstraint("code is null or state = 'proposed'", name="code"),
    Index(None, "state", "lapses_at"),
    comment="Changes that widen what is allowed; they take effect when a second officer approves.",
)

grants = Table(
    "grants",
    metadata,
    Column("grant_id", BigInteger, Identity(always=True), primary_key=True, comment="Number of the grant."),
    word("agency", "Who may read.", ForeignKey("agencies.agency")),
    word("purpose", "For what.", ForeignKey("purposes.purpose")),
    words("scopes", "Single scopes granted."),
    words("sets", "Scope sets granted, by name."),
    words("exceptions", "Scopes and sets taken out of the above."),
    word("reach", "Whose data: everywhere, jurisdiction or self."),
    words("units", "Codes of the administrative units of a jurisdiction."),
    word("units_scheme", "Scheme of units: Y2025 or PRE_2025.", nullable=True),
    moment("valid_from", "In force from this moment.", server_default=text("now()")),
    moment("valid_until", "In force before this moment; null: until revoked.", nullable=True),
    Column("persons_per_day", Integer, comment="Persons whose data may be disclosed in a day; null: no limit."),
    word("state", "active, suspended or revoked; only active ones count, between their dates."),
    word("proposed_by", "Officer who proposed; of an emergency, who opened it."),
    word("approved_by", "Officer who approved; never the one who proposed.", nullable=True),
    word("revoked_by", "Officer who revoked.", nullable=True),
    word("reason", "Why it was granted, in words."),
    Column(
        "emergency",
        Boolean,
        nullable=False,
        server_default="false",
        comment="True: opened by one officer, for 24 hours at most.",
    ),
    word("reviewed_by", "Officer who looked at an emergency afterwards; never the one who opened it.", nullable=True),
    moment("reviewed_at", "When.", nullable=True),
    word("review", "What the review found: justified, or incident.", nullable=True),
    recorded(),
    one_of("state", "active", "suspended", "revoked"),
    one_of("reach", "everywhere", "jurisdiction", "self"),
    one_of("review", "justified", "incident"),
    CheckConstraint(
        "(reach = 'jurisdiction') = (cardinality(units) > 0) and (reach = 'jurisdiction') = (units_scheme is not null)",
        name="jurisdiction",
    ),
    CheckConstraint("units_scheme in ('Y2025', 'PRE_2025')", name="units_scheme"),
    CheckConstraint(
        "approved_by <> replace(proposed_by, 'machine:', '') and reviewed_by <> proposed_by", name="four_eyes"
    ),
    CheckConstraint("emergency or approved_by is not null", name="approved"),
    CheckConstraint(
        "not emergency or coalesce(valid_until <= valid_from + interval '24 hours', false)", name="emergency"
    ),
    CheckConstraint(
        "(reviewed_by is null) = (review is null) and (reviewed_by is null) = (reviewed_at is null)", name="reviewed"
    ),
    CheckConstraint("review is null or emergency", name="review_of_emergency"),
    CheckConstraint("state <> 'revoked' or revoked_by is not null", name="revoked"),
    CheckConstraint("valid_until > valid_from", name="dates"),
    CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name="not_empty"),
    CheckConstraint("persons_per_day > 0", name="persons_per_day"),
    Index(None, "agency", "purpose"),
    comment="What officers decided: which agency reads what, for what, whose, and until when.",
)

delegations = Table(
    "delegations",
    metadata,
    Column("delegation", BigInteger, Identity(always=True), primary_key=True, comment="Number of the delegation."),
    word("agency", "Who lets its own rights be used.", ForeignKey("agencies.agency")),
    word("client", "By which client, of another agency: the supplier.", ForeignKey("clients.client")),
    word("purpose", "For what.", ForeignKey("purposes.purpose")),
    words("scopes", "Single scopes of the agency's own grants."),
    words("sets", "Scope sets, as far as granted to the agency."),
    moment("valid_from", "In force from this moment.", server_default=text("now()")),
    moment("valid_until", "In force before this moment."),
    word("state", "active or revoked.", server_default="active"),
    word("made_by", "Who made it: the agency's client, or an officer for the agency."),
    word("revoked_by", "Who revoked it.", nullable=True),
    recorded(),
    one_of("state", "active", "revoked"),
    CheckConstraint("valid_until > valid_from", name="dates"),
    CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name="not_empty"),
    CheckConstraint("state <> 'revoked' or revoked_by is not null", name="revoked"),
    Index(None, "client", "agency"),
    comment="An agency's leave for a supplier's client to use some of the agency's rights, never more than these.",
)

operations = Table(
    "operations",
    metadata,
    word("agency", "Whose clients may ask it.", ForeignKey("agencies.agency"), primary_key=True),
    word("document_id", "Name under which it is asked: documentId.", primary_key=True),
    word("text", "The document."),
    word("name", "Name of the operation, for people.", server_default=""),
    word("registered_by", "Who registered it."),
    moment("withdrawn_at", "From then on it is not answered; null: it is.", nullable=True),
    recorded(),
    CheckConstraint("document_id ~ '^[A-Za-z0-9:_.-]{1,128}$'", name="document_id"),
    comment="Documents that an agency registered. The same name never gets another text.",
)

quotas = Table(
    "quotas",
    metadata,
    Column("grant_id", BigInteger, ForeignKey("grants.grant_id"), primary_key=True, comment="Grant with a limit."),
    Column("day", Date, primary_key=True, comment="Day, in Vietnam's time."),
    Column("leased", Integer, nullable=False, comment="Persons handed out to processes, and not given back."),
    CheckConstraint("leased >= 0", name="leased"),
    comment="How much of the daily limit of a grant is used or lent to a process.",
)
