"""Let people decide."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "auth_0002"
down_revision = "auth_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("acts",
    sa.Column("act_id", sa.BigInteger(), nullable=False, comment="Number, without a gap."),
    sa.Column("actor_kind", sa.Text(collation="C"), nullable=False, comment="officer, machine, agency, citizen or system."),
    sa.Column("actor", sa.Text(collation="C"), nullable=False, comment="Officer, operator at the machine, client, or sealed citizen."),
    sa.Column("act", sa.Text(collation="C"), nullable=False, comment="What was done: grant.approve, client.suspend, audit.read."),
    sa.Column("target", sa.Text(collation="C"), server_default="", nullable=False, comment="To what: a number or a name."),
    sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The change, before and after. No personal data."),
    sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="The passkey's assertion over the change; null where none is asked for."),
    sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
    sa.Column("prev", sa.LargeBinary(), nullable=False, comment="Hash of the act before."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of prev and of the canonical JSON of this act."),
    sa.CheckConstraint("actor_kind in ('officer', 'machine', 'agency', 'citizen', 'system')", name=op.f("acts_actor_kind")),
    sa.PrimaryKeyConstraint("act_id", name=op.f("acts_pkey")),
    comment="Who did what, and when: chained, only ever added to. The ledger takes it from here."
    )
    op.create_index(op.f("acts_act_target"), "acts", ["act", "target"], unique=False)
    op.create_index(op.f("acts_actor"), "acts", ["actor"], unique=False)
    op.create_table("answered",
    sa.Column("actor", sa.Text(collation="C"), nullable=False, comment="Who asked."),
    sa.Column("key", sa.Text(collation="C"), nullable=False, comment="The idempotency key."),
    sa.Column("asked", sa.LargeBinary(), nullable=False, comment="SHA-256 of what was asked."),
    sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="What was answered."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.PrimaryKeyConstraint("actor", "key", name=op.f("answered_pkey")),
    comment="Changes that were made, so that asking again does not make them twice."
    )
    op.create_index(op.f("answered_recorded_at"), "answered", ["recorded_at"], unique=False)
    op.create_table("challenges",
    sa.Column("challenge", sa.LargeBinary(), nullable=False, comment="32 bytes, to be signed by a passkey once."),
    sa.Column("use", sa.Text(collation="C"), nullable=False, comment="enrol, sign_in or act."),
    sa.Column("officer", sa.Text(collation="C"), nullable=True, comment="For whom; null at sign-in, when that is not known."),
    sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="Of an act: what is signed, whose hash the challenge is."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.CheckConstraint("use in ('enrol', 'sign_in', 'act')", name=op.f("challenges_use")),
    sa.PrimaryKeyConstraint("challenge", name=op.f("challenges_pkey")),
    comment="What passkeys are asked to sign. A row goes when it is answered, rightly or wrongly."
    )
    op.create_index(op.f("challenges_expires_at"), "challenges", ["expires_at"], unique=False)
    op.create_table("citizen_sessions",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the cookie."),
    sa.Column("citizen", sa.Text(collation="C"), nullable=False, comment="Sealed: who signed in."),
    sa.Column("acr", sa.Text(collation="C"), nullable=False, comment="How sure the identity provider was."),
    sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False, comment="When the identity provider saw the citizen."),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="When the session was last used."),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused, used or not."),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it was ended by hand; null: it was not."),
    sa.PrimaryKeyConstraint("digest", name=op.f("citizen_sessions_pkey")),
    comment="Citizens at the consent page and at their own page."
    )
    op.create_index(op.f("citizen_sessions_ends_at"), "citizen_sessions", ["ends_at"], unique=False)
    op.create_table("officers",
    sa.Column("officer", sa.Text(collation="C"), nullable=False, comment="Name under which acts are recorded."),
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="The officer's name."),
    sa.Column("roles", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="proposer, approver, auditor, operator."),
    sa.Column("opens_emergencies", sa.Boolean(), server_default="false", nullable=False, comment="True: may open emergency access alone."),
    sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False, comment="active, or removed: no session of this officer is accepted."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("officer ~ '^[a-z0-9][a-z0-9._-]{0,47}$'", name=op.f("officers_officer")),
    sa.CheckConstraint("roles <@ array['proposer', 'approver', 'auditor', 'operator']", name=op.f("officers_roles")),
    sa.CheckConstraint("state in ('active', 'removed')", name=op.f("officers_state")),
    sa.PrimaryKeyConstraint("officer", name=op.f("officers_pkey")),
    comment="People who decide what is allowed."
    )
    op.create_table("proposals",
    sa.Column("proposal", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the proposal."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="What it would do: the name of an act that widens."),
    sa.Column("target", sa.Text(collation="C"), server_default="", nullable=False, comment="What it is about: a number or name; empty where that is yet to come."),
    sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The change, as the act that is approved takes it."),
    sa.Column("reason", sa.Text(collation="C"), nullable=False, comment="Why, in words."),
    sa.Column("state", sa.Text(collation="C"), server_default="proposed", nullable=False, comment="requested, proposed, approved, refused, withdrawn or lapsed."),
    sa.Column("requested_by", sa.Text(collation="C"), nullable=True, comment="Agency that asked for it; null: nobody did."),
    sa.Column("proposed_by", sa.Text(collation="C"), nullable=True, comment="Who proposed: an officer, or an operator at the machine."),
    sa.Column("decided_by", sa.Text(collation="C"), nullable=True, comment="Officer who approved or refused; or who withdrew it."),
    sa.Column("decision_reason", sa.Text(collation="C"), nullable=True, comment="Why it was refused or withdrawn."),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When."),
    sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it can no longer be approved."),
    sa.Column("code", sa.LargeBinary(), nullable=True, comment="SHA-256 of the enrollment code that the proposer was told; null: none."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("code is null or state = 'proposed'", name=op.f("proposals_code")),
    sa.CheckConstraint("state <> 'approved' or proposed_by is not null", name=op.f("proposals_proposed")),
    sa.CheckConstraint("state <> 'requested' or requested_by is not null", name=op.f("proposals_requested")),
    sa.CheckConstraint("state = 'withdrawn' or decided_by <> replace(proposed_by, 'machine:', '')", name=op.f("proposals_four_eyes")),
    sa.CheckConstraint("state in ('requested', 'proposed', 'approved', 'refused', 'withdrawn', 'lapsed')", name=op.f("proposals_state")),
    sa.CheckConstraint("state not in ('approved', 'refused') or decided_by is not null", name=op.f("proposals_decided")),
    sa.PrimaryKeyConstraint("proposal", name=op.f("proposals_pkey")),
    comment="Changes that widen what is allowed; they take effect when a second officer approves."
    )
    op.create_index(op.f("proposals_state_lapses_at"), "proposals", ["state", "lapses_at"], unique=False)
    op.create_table("revocations",
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="token: a jti; consent: the number of one; code: the digest of one."),
    sa.Column("reference", sa.Text(collation="C"), nullable=False, comment="Which."),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="From then on every token it concerns has expired, and this row may go."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("kind in ('token', 'consent', 'code')", name=op.f("revocations_kind")),
    sa.PrimaryKeyConstraint("kind", "reference", name=op.f("revocations_pkey")),
    comment="Access tokens that must be refused though they have not expired."
    )
    op.create_index(op.f("revocations_until"), "revocations", ["until"], unique=False)
    op.create_table("sign_ins",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the state that went to the identity provider."),
    sa.Column("browser", sa.LargeBinary(), nullable=False, comment="SHA-256 of the cookie of the browser that began."),
    sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Nonce, PKCE verifier, and where to go afterwards."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.PrimaryKeyConstraint("digest", name=op.f("sign_ins_pkey")),
    comment="Sign-ins under way at the identity provider; each is answered once."
    )
    op.create_index(op.f("sign_ins_expires_at"), "sign_ins", ["expires_at"], unique=False)
    op.create_table("used_once",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the kind, its signer and its jti."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused for its age, and this row may go."),
    sa.PrimaryKeyConstraint("digest", name=op.f("used_once_pkey")),
    comment="Client assertions and DPoP proofs seen; the primary key lets each pass once, whichever process it meets."
    )
    op.create_index(op.f("used_once_expires_at"), "used_once", ["expires_at"], unique=False)
    op.create_table("enrolments",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the link's secret."),
    sa.Column("officer", sa.Text(collation="C"), nullable=False, comment="Who may enrol a passkey with it."),
    sa.Column("code", sa.LargeBinary(), nullable=True, comment="SHA-256 of the code that goes with it; null: none does."),
    sa.Column("tries", sa.Integer(), server_default="0", nullable=False, comment="Wrong codes that were given."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="When a passkey was enrolled with it."),
    sa.ForeignKeyConstraint(["officer"], ["officers.officer"], name=op.f("enrolments_officer_fkey")),
    sa.PrimaryKeyConstraint("digest", name=op.f("enrolments_pkey")),
    comment="One-time links by which officers enrol passkeys."
    )
    op.create_table("officer_sessions",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the cookie."),
    sa.Column("officer", sa.Text(collation="C"), nullable=False, comment="Who signed in."),
    sa.Column("credential", sa.LargeBinary(), nullable=False, comment="With which passkey."),
    sa.Column("browser", sa.Text(collation="C"), nullable=False, comment="What the browser says it is, shortened."),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="When the session was last used."),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused, used or not."),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it was ended; null: it was not."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.ForeignKeyConstraint(["officer"], ["officers.officer"], name=op.f("officer_sessions_officer_fkey")),
    sa.PrimaryKeyConstraint("digest", name=op.f("officer_sessions_pkey")),
    comment="Officers who are signed in."
    )
    op.create_index(op.f("officer_sessions_officer"), "officer_sessions", ["officer"], unique=False)
    op.create_table("operations",
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Whose clients may ask it."),
    sa.Column("document_id", sa.Text(collation="C"), nullable=False, comment="Name under which it is asked: documentId."),
    sa.Column("text", sa.Text(collation="C"), nullable=False, comment="The document."),
    sa.Column("name", sa.Text(collation="C"), server_default="", nullable=False, comment="Name of the operation, for people."),
    sa.Column("registered_by", sa.Text(collation="C"), nullable=False, comment="Who registered it."),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="From then on it is not answered; null: it is."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("document_id ~ '^[A-Za-z0-9:_.-]{1,128}$'", name=op.f("operations_document_id")),
    sa.ForeignKeyConstraint(["agency"], ["agencies.agency"], name=op.f("operations_agency_fkey")),
    sa.PrimaryKeyConstraint("agency", "document_id", name=op.f("operations_pkey")),
    comment="Documents that an agency registered. The same name never gets another text."
    )
    op.create_table("passkeys",
    sa.Column("credential", sa.LargeBinary(), nullable=False, comment="WebAuthn credential id."),
    sa.Column("officer", sa.Text(collation="C"), nullable=False, comment="Whose."),
    sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="COSE key."),
    sa.Column("sign_count", sa.BigInteger(), nullable=False, comment="Signatures made, where the authenticator counts."),
    sa.Column("backed_up", sa.Boolean(), nullable=False, comment="True: a copy exists beyond the device."),
    sa.Column("aaguid", sa.Text(collation="C"), nullable=False, comment="Model of the authenticator."),
    sa.Column("label", sa.Text(collation="C"), nullable=False, comment="What the officer calls it."),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="When it last signed."),
    sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True, comment="From then on it is refused."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.ForeignKeyConstraint(["officer"], ["officers.officer"], name=op.f("passkeys_officer_fkey")),
    sa.PrimaryKeyConstraint("credential", name=op.f("passkeys_pkey")),
    comment="Officers' passkeys; two at a time."
    )
    op.create_index(op.f("passkeys_officer"), "passkeys", ["officer"], unique=False)
    op.create_table("consents",
    sa.Column("consent", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the consent."),
    sa.Column("citizen", sa.Text(collation="C"), nullable=False, comment="Sealed: who consented."),
    sa.Column("subject", sa.Text(collation="C"), nullable=False, comment="Sealed: whose data it is about; the citizen, or a child the citizen represents."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Portal that may ask."),
    sa.Column("purpose", sa.Text(collation="C"), nullable=False, comment="For what."),
    sa.Column("scopes", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Fields consented to, sets opened: a consent never grows."),
    sa.Column("language", sa.Text(collation="C"), nullable=False, comment="Language in which the fields were shown: vi or en."),
    sa.Column("shown", sa.LargeBinary(), nullable=False, comment="SHA-256 of the text that was shown."),
    sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False, comment="In force before this moment; a child's coming of age ends it."),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="When the citizen withdrew it; null: did not."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("language in ('vi', 'en')", name=op.f("consents_language")),
    sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("consents_not_empty")),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("consents_client_fkey")),
    sa.ForeignKeyConstraint(["purpose"], ["purposes.purpose"], name=op.f("consents_purpose_fkey")),
    sa.PrimaryKeyConstraint("consent", name=op.f("consents_pkey")),
    comment="What citizens allowed portals to read of them."
    )
    op.create_index(op.f("consents_citizen"), "consents", ["citizen"], unique=False)
    op.create_index(op.f("consents_subject"), "consents", ["subject"], unique=False)
    op.create_table("delegations",
    sa.Column("delegation", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the delegation."),
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Who lets its own rights be used."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="By which client, of another agency: the supplier."),
    sa.Column("purpose", sa.Text(collation="C"), nullable=False, comment="For what."),
    sa.Column("scopes", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Single scopes of the agency's own grants."),
    sa.Column("sets", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scope sets, as far as granted to the agency."),
    sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="In force from this moment."),
    sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False, comment="In force before this moment."),
    sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False, comment="active or revoked."),
    sa.Column("made_by", sa.Text(collation="C"), nullable=False, comment="Who made it: the agency's client, or an officer for the agency."),
    sa.Column("revoked_by", sa.Text(collation="C"), nullable=True, comment="Who revoked it."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("state <> 'revoked' or revoked_by is not null", name=op.f("delegations_revoked")),
    sa.CheckConstraint("state in ('active', 'revoked')", name=op.f("delegations_state")),
    sa.CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name=op.f("delegations_not_empty")),
    sa.CheckConstraint("valid_until > valid_from", name=op.f("delegations_dates")),
    sa.ForeignKeyConstraint(["agency"], ["agencies.agency"], name=op.f("delegations_agency_fkey")),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("delegations_client_fkey")),
    sa.ForeignKeyConstraint(["purpose"], ["purposes.purpose"], name=op.f("delegations_purpose_fkey")),
    sa.PrimaryKeyConstraint("delegation", name=op.f("delegations_pkey")),
    comment="An agency's leave for a supplier's client to use some of the agency's rights, never more than these."
    )
    op.create_index(op.f("delegations_client_agency"), "delegations", ["client", "agency"], unique=False)
    op.create_table("processes",
    sa.Column("process", sa.Uuid(), nullable=False, comment="Made at its start."),
    sa.Column("client", sa.Text(collation="C"), nullable=True, comment="Of a ministry's subgraph; null: a process of this installation."),
    sa.Column("revision", sa.BigInteger(), nullable=False, comment="The revision it decides by."),
    sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False, comment="When it last said so. A lease later it refuses."),
    sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When it began."),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("processes_client_fkey")),
    sa.PrimaryKeyConstraint("process", name=op.f("processes_pkey")),
    comment="Processes that decide, and by which revision: what an officer waits for."
    )
    op.create_table("pushed_requests",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the request_uri."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Client that pushed it."),
    sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Checked parameters of the authorization request (RFC 9126)."),
    sa.Column("jkt", sa.Text(collation="C"), nullable=True, comment="Thumbprint of the DPoP key that the code will be bound to."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="When it was answered, by consent or refusal."),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("pushed_requests_client_fkey")),
    sa.PrimaryKeyConstraint("digest", name=op.f("pushed_requests_pkey")),
    comment="Authorization requests pushed by clients, until a citizen has answered them."
    )
    op.create_index(op.f("pushed_requests_expires_at"), "pushed_requests", ["expires_at"], unique=False)
    op.create_table("quotas",
    sa.Column("grant_id", sa.BigInteger(), nullable=False, comment="Grant with a limit."),
    sa.Column("day", sa.Date(), nullable=False, comment="Day, in Vietnam's time."),
    sa.Column("leased", sa.Integer(), nullable=False, comment="Persons handed out to processes, and not given back."),
    sa.CheckConstraint("leased >= 0", name=op.f("quotas_leased")),
    sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"], name=op.f("quotas_grant_id_fkey")),
    sa.PrimaryKeyConstraint("grant_id", "day", name=op.f("quotas_pkey")),
    comment="How much of the daily limit of a grant is used or lent to a process."
    )
    op.create_table("authorization_codes",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the code."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Client it was given to."),
    sa.Column("redirect_uri", sa.Text(collation="C"), nullable=False, comment="Where it was sent, and must be named again."),
    sa.Column("scope", sa.Text(collation="C"), nullable=False, comment="Scopes consented to."),
    sa.Column("authorization_details", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The one purpose."),
    sa.Column("code_challenge", sa.Text(collation="C"), nullable=False, comment="PKCE, S256."),
    sa.Column("jkt", sa.Text(collation="C"), nullable=True, comment="Thumbprint of the DPoP key it is bound to."),
    sa.Column("subject", sa.Text(collation="C"), nullable=False, comment="Sealed: the citizen whose data is meant."),
    sa.Column("representative", sa.Text(collation="C"), nullable=True, comment="Sealed: who acts for that citizen by law."),
    sa.Column("consent", sa.BigInteger(), nullable=False, comment="The consent behind it."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="When it was exchanged; a second time revokes what came of it."),
    sa.Column("access_token", sa.Text(collation="C"), nullable=True, comment="jti of the access token that was given for it."),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("authorization_codes_client_fkey")),
    sa.ForeignKeyConstraint(["consent"], ["consents.consent"], name=op.f("authorization_codes_consent_fkey")),
    sa.PrimaryKeyConstraint("digest", name=op.f("authorization_codes_pkey")),
    comment="Authorization codes: a minute long, used once."
    )
    op.create_index(op.f("authorization_codes_expires_at"), "authorization_codes", ["expires_at"], unique=False)
    op.create_table("refresh_tokens",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Client it was given to."),
    sa.Column("scope", sa.Text(collation="C"), nullable=False, comment="Scopes consented to."),
    sa.Column("authorization_details", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The one purpose."),
    sa.Column("jkt", sa.Text(collation="C"), nullable=True, comment="Thumbprint of the DPoP key it is bound to."),
    sa.Column("subject", sa.Text(collation="C"), nullable=False, comment="Sealed: the citizen whose data is meant."),
    sa.Column("representative", sa.Text(collation="C"), nullable=True, comment="Sealed: who acts for that citizen by law."),
    sa.Column("consent", sa.BigInteger(), nullable=False, comment="The consent behind it."),
    sa.Column("code", sa.LargeBinary(), nullable=False, comment="SHA-256 of the code it came from."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on it is refused."),
    sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="When it was revoked; null: it was not."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.ForeignKeyConstraint(["client"], ["clients.client"], name=op.f("refresh_tokens_client_fkey")),
    sa.ForeignKeyConstraint(["consent"], ["consents.consent"], name=op.f("refresh_tokens_consent_fkey")),
    sa.PrimaryKeyConstraint("digest", name=op.f("refresh_tokens_pkey")),
    comment="Refresh tokens; not rotated (FAPI 2.0), each good for its own client only."
    )
    op.create_index(op.f("refresh_tokens_code"), "refresh_tokens", ["code"], unique=False)
    op.create_index(op.f("refresh_tokens_consent"), "refresh_tokens", ["consent"], unique=False)
    op.drop_index(op.f("used_assertions_expires_at"), table_name="used_assertions")
    op.drop_table("used_assertions")
    op.add_column("clients", sa.Column("domain", sa.Text(collation="C"), nullable=True, comment="Of a subgraph, the domain that it serves; else null."))
    op.add_column("clients", sa.Column("redirect_uris", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Of a portal, where citizens are sent back to; compared as text."))
    op.add_column("clients", sa.Column("exchanges", sa.Boolean(), server_default="false", nullable=False, comment="True: may exchange a portal's token for one of its own (RFC 8693)."))
    op.add_column("clients", sa.Column("registered_only", sa.Boolean(), server_default="false", nullable=False, comment="True: only operations that its agency registered are answered."))
    op.add_column("clients", sa.Column("tokens_per_minute", sa.Integer(), nullable=True, comment="Requests it may send to the OAuth server per minute; null: usual."))
    op.alter_column("clients", "kind",
               existing_type=sa.TEXT(collation="C"),
               comment="system: asks for its agency; portal: may also speak for a citizen; subgraph: a ministry's part of the graph.",
               existing_comment="system: asks for its agency; portal: may also speak for a citizen.",
               existing_nullable=False,
               existing_server_default=sa.text("'system'::text"))
    op.add_column("grants", sa.Column("persons_per_day", sa.Integer(), nullable=True, comment="Persons whose data may be disclosed in a day; null: no limit."))
    op.add_column("grants", sa.Column("emergency", sa.Boolean(), server_default="false", nullable=False, comment="True: opened by one officer, for 24 hours at most."))
    op.add_column("grants", sa.Column("reviewed_by", sa.Text(collation="C"), nullable=True, comment="Officer who looked at an emergency afterwards; never the one who opened it."))
    op.add_column("grants", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True, comment="When."))
    op.add_column("grants", sa.Column("review", sa.Text(collation="C"), nullable=True, comment="What the review found: justified, or incident."))
    op.alter_column("grants", "state",
               existing_type=sa.TEXT(collation="C"),
               comment="active, suspended or revoked; only active ones count, between their dates.",
               existing_comment="proposed, active, refused, revoked or expired; only active ones count.",
               existing_nullable=False,
               existing_server_default=sa.text("'proposed'::text"))
    op.alter_column("grants", "proposed_by",
               existing_type=sa.TEXT(collation="C"),
               comment="Officer who proposed; of an emergency, who opened it.",
               existing_comment="Officer who proposed.",
               existing_nullable=False)
    op.add_column("policy", sa.Column("rules_revision", sa.BigInteger(), server_default="0", nullable=False, comment="The revision of the last change that was more than a token or a consent revoked."))
    op.add_column("signing_keys", sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When it came into this state."))
    op.execute("update signing_keys set state = 'previous' where state = 'current'")  # the first start makes one current
    op.create_index("signing_keys_one_current", "signing_keys", ["state"], unique=True, postgresql_where=sa.text("state = 'current'"))
    # Alembic does not compare checks and defaults.
    op.execute("delete from grants where state in ('proposed', 'refused') or approved_by is null")  # none of them counted
    op.execute("update grants set state = 'revoked', revoked_by = coalesce(revoked_by, approved_by) where state = 'expired'")
    op.alter_column("grants", "state", server_default=None)
    op.alter_column("signing_keys", "state", server_default=None)
    op.drop_constraint(op.f("clients_client"), "clients")
    op.drop_constraint(op.f("clients_kind"), "clients")
    op.drop_constraint(op.f("clients_state"), "clients")
    op.drop_constraint(op.f("clients_token_type"), "clients")
    op.create_check_constraint(op.f("clients_client"), "clients", "client ~ '^[A-Za-z0-9._~-]{1,48}$'")
    op.create_check_constraint(op.f("clients_domain"), "clients", "(kind = 'subgraph') = (domain is not null)")
    op.create_check_constraint(op.f("clients_kind"), "clients", "kind in ('system', 'portal', 'subgraph')")
    op.create_check_constraint(op.f("clients_redirect_uris"), "clients", "kind = 'portal' or redirect_uris = '{}'")
    op.create_check_constraint(op.f("clients_state"), "clients", "state in ('active', 'suspended')")
    op.create_check_constraint(op.f("clients_token_type"), "clients", "token_type in ('Bearer', 'DPoP')")
    op.create_check_constraint(op.f("clients_tokens_per_minute"), "clients", "tokens_per_minute > 0")
    op.drop_constraint(op.f("grants_jurisdiction"), "grants")
    op.drop_constraint(op.f("grants_reach"), "grants")
    op.drop_constraint(op.f("grants_approved"), "grants")
    op.drop_constraint(op.f("grants_revoked"), "grants")
    op.drop_constraint(op.f("grants_state"), "grants")
    op.drop_constraint(op.f("grants_units_scheme"), "grants")
    op.drop_constraint(op.f("grants_four_eyes"), "grants")
    op.drop_constraint(op.f("grants_not_empty"), "grants")
    op.drop_constraint(op.f("grants_dates"), "grants")
    op.create_check_constraint(op.f("grants_approved"), "grants", "emergency or approved_by is not null")
    op.create_check_constraint(op.f("grants_dates"), "grants", "valid_until > valid_from")
    op.create_check_constraint(op.f("grants_emergency"), "grants", "not emergency or coalesce(valid_until <= valid_from + interval '24 hours', false)")
    op.create_check_constraint(op.f("grants_four_eyes"), "grants", "approved_by <> replace(proposed_by, 'machine:', '') and reviewed_by <> proposed_by")
    op.create_check_constraint(op.f("grants_jurisdiction"), "grants", "(reach = 'jurisdiction') = (cardinality(units) > 0) and (reach = 'jurisdiction') = (units_scheme is not null)")
    op.create_check_constraint(op.f("grants_not_empty"), "grants", "cardinality(scopes) + cardinality(sets) > 0")
    op.create_check_constraint(op.f("grants_persons_per_day"), "grants", "persons_per_day > 0")
    op.create_check_constraint(op.f("grants_reach"), "grants", "reach in ('everywhere', 'jurisdiction', 'self')")
    op.create_check_constraint(op.f("grants_review"), "grants", "review in ('justified', 'incident')")
    op.create_check_constraint(op.f("grants_review_of_emergency"), "grants", "review is null or emergency")
    op.create_check_constraint(op.f("grants_reviewed"), "grants", "(reviewed_by is null) = (review is null) and (reviewed_by is null) = (reviewed_at is null)")
    op.create_check_constraint(op.f("grants_revoked"), "grants", "state <> 'revoked' or revoked_by is not null")
    op.create_check_constraint(op.f("grants_state"), "grants", "state in ('active', 'suspended', 'revoked')")
    op.create_check_constraint(op.f("grants_units_scheme"), "grants", "units_scheme in ('Y2025', 'PRE_2025')")
    op.execute("""\
create or replace function bump_policy() returns trigger language plpgsql as $body$
begin
    insert into policy (singleton, revision, rules_revision) values (true, 1, 1)
    on conflict (singleton) do update set revision = policy.revision + 1,
        rules_revision = case when tg_argv[0] = 'rules' then policy.revision + 1 else policy.rules_revision end;
    perform pg_notify('policy', '');
    return null;
end
$body$""")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on agencies for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on clients for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on purposes for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on grants for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on delegations for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on operations for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on signing_keys for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on officers for each statement execute function bump_policy('rules')")
    op.execute("create or replace trigger bump_policy after insert or update on revocations for each statement execute function bump_policy('revocation')")
    op.execute("""\
create or replace function never() returns trigger language plpgsql as $body$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$body$""")
    op.execute("create or replace trigger never before update or delete or truncate on acts for each statement execute function never()")
