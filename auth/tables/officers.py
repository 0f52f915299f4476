"""Officers, how they show who they are, and the record of everything that anybody did."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from auth.tables.columns import digest, document, metadata, moment, one_of, recorded, word, words

officers = Table(
    "officers",
    metadata,
    word("officer", "Name under which acts are recorded.", primary_key=True),
    word("name", "The officer's name."),
    words("roles", "proposer, approver, auditor, operator."),
    Column(
        "opens_emergencies",
        Boolean,
        nullable=False,
        server_default="false",
        comment="True: may open emergency access alone.",
    ),
    word("state", "active, or removed: no session of this officer is accepted.", server_default="active"),
    recorded(),
    one_of("state", "active", "removed"),
    CheckConstraint("officer ~ '^[a-z0-9][a-z0-9._-]{0,47}$'", name="officer"),
    CheckConstraint("roles <@ array['proposer', 'approver', 'auditor', 'operator']", name="roles"),
    comment="People who decide what is allowed.",
)

enrolments = Table(
    "enrolments",
    metadata,
    digest("SHA-256 of the link's secret.", primary_key=True),
    word("officer", "Who may enrol a passkey with it.", ForeignKey("officers.officer")),
    digest("SHA-256 of the code that goes with it; null: none does.", "code", nullable=True),
    Column("tries", Integer, nullable=False, server_default="0", comment="Wrong codes that were given."),
    moment("expires_at", "From then on it is refused."),
    moment("used_at", "When a passkey was enrolled with it.", nullable=True),
    comment="One-time links by which officers enrol passkeys.",
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential", LargeBinary, primary_key=True, comment="WebAuthn credential id."),
    word("officer", "Whose.", ForeignKey("officers.officer")),
    Column("public_key", LargeBinary, nullable=False, comment="COSE key."),
    Column("sign_count", BigInteger, nullable=False, comment="Signatures made, where the authenticator counts."),
    Column("backed_up", Boolean, nullable=False, comment="True: a copy exists beyond the device."),
    word("aaguid", "Model of the authenticator."),
    word("label", "What the officer calls it."),
    moment("used_at", "When it last signed.", nullable=True),
    moment("removed_at", "From then on it is refused.", nullable=True),
    recorded(),
    Index(None, "officer"),
    comment="Officers' passkeys; two at a time.",
)

officer_sessions = Table(
    "officer_sessions",
    metadata,
    digest("SHA-256 of the cookie.", primary_key=True),
    word("officer", "Who signed in.", ForeignKey("officers.officer")),
    Column("credential", LargeBinary, nullable=False, comment="With which passkey."),
    word("browser", "What the browser says it is, shortened."),
    moment("seen_at", "When the session was last used."),
    moment("ends_at", "From then on it is refused, used or not."),
    moment("ended_at", "When it was ended; null: it was not.", nullable=True),
    recorded(),
    Index(None, "officer"),
    comment="Officers who are signed in.",
)

challenges = Table(
    "challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True, comment="32 bytes, to be signed by a passkey once."),
    word("use", "enrol, sign_in or act."),
    word("officer", "For whom; null at sign-in, when that is not known.", nullable=True),
    document("change", "Of an act: what is signed, whose hash the challenge is.", nullable=True),
    moment("expires_at", "From then on it is refused."),
    one_of("use", "enrol", "sign_in", "act"),
    Index(None, "expires_at"),
    comment="What passkeys are asked to sign. A row goes when it is answered, rightly or wrongly.",
)

acts = Table(
    "acts",
    metadata,
    Column("act_id", BigInteger, primary_key=True, comment="Number, without a gap."),
    word("actor_kind", "officer, machine, agency, citizen or system."),
    word("actor", "Officer, operator at the machine, client, or sealed citizen."),
    word("act", "What was done: grant.approve, client.suspend, audit.read."),
    word("target", "To what: a number or a name.", server_default=""),
    document("detail", "The change, before and after. No personal data."),
    document("evidence", "The passkey's assertion over the change; null where none is asked for.", nullable=True),
    moment("acted_at", "When."),
    Column("prev", LargeBinary, nullable=False, comment="Hash of the act before."),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 of prev and of the canonical JSON of this act."),
    one_of("actor_kind", "officer", "machine", "agency", "citizen", "system"),
    Index(None, "actor"),
    Index(None, "act", "target"),
    comment="Who did what, and when: chained, only ever added to. The ledger takes it from here.",
)

answered = Table(
    "answered",
    metadata,
    word("actor", "Who asked.", primary_key=True),
    word("key", "The idempotency key.", primary_key=True),
    digest("SHA-256 of what was asked.", "asked", nullable=False),
    document("answer", "What was answered."),
    recorded(),
    Index(None, "recorded_at"),
    comment="Changes that were made, so that asking again does not make them twice.",
)
