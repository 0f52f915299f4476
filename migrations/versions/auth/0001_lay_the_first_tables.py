"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "auth_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("agencies",
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Identifier by Decision 20/2020/QD-TTg: G01, H56.14."),
    sa.Column("name_vi", sa.Text(collation="C"), nullable=False, comment="Official name, Vietnamese."),
    sa.Column("name_en", sa.Text(collation="C"), nullable=False, comment="Official name, English."),
    sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False, comment="active, or suspended: nothing of it is accepted."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("agency ~ '^[A-Z][0-9]{2}([.][0-9]{2,3}){0,3}$'", name=op.f("agencies_agency")),
    sa.CheckConstraint("state in ('active', 'suspended')", name=op.f("agencies_state")),
    sa.PrimaryKeyConstraint("agency", name=op.f("agencies_pkey")),
    comment="State bodies, and those whom they admit, that may hold clients and grants."
    )
    op.create_table("policy",
    sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False, comment="Always true: one row."),
    sa.Column("revision", sa.BigInteger(), nullable=False, comment="Raised by every committed change of what is allowed."),
    sa.CheckConstraint("singleton", name=op.f("policy_singleton")),
    sa.PrimaryKeyConstraint("singleton", name=op.f("policy_pkey")),
    comment="The revision of the policy. Its row is written by triggers only."
    )
    op.create_table("purposes",
    sa.Column("purpose", sa.Text(collation="C"), nullable=False, comment="Code named in tokens, grants and disclosures."),
    sa.Column("legal_basis", sa.Text(collation="C"), nullable=False, comment="Act, article and clause on which this purpose stands."),
    sa.Column("title_vi", sa.Text(collation="C"), nullable=False, comment="What it is for, in plain Vietnamese."),
    sa.Column("title_en", sa.Text(collation="C"), nullable=False, comment="What it is for, in plain English."),
    sa.Column("retention_months", sa.SmallInteger(), nullable=False, comment="How long an agency may keep what it read."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("purpose ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$' and length(purpose) <= 64", name=op.f("purposes_purpose")),
    sa.CheckConstraint("retention_months > 0", name=op.f("purposes_retention_months")),
    sa.PrimaryKeyConstraint("purpose", name=op.f("purposes_pkey")),
    comment="Why personal data may be read; kept by officers."
    )
    op.create_table("signing_keys",
    sa.Column("kid", sa.Text(collation="C"), nullable=False, comment="RFC 7638 thumbprint."),
    sa.Column("public_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="JWK, public members only."),
    sa.Column("state", sa.Text(collation="C"), server_default="current", nullable=False, comment="next, current or previous: accepted, published; retired: refused."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("state in ('next', 'current', 'previous', 'retired')", name=op.f("signing_keys_state")),
    sa.PrimaryKeyConstraint("kid", name=op.f("signing_keys_pkey")),
    comment="Keys that sign access tokens. The private halves are files of the processes that sign."
    )
    op.create_table("used_assertions",
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of client and jti."),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="From then on the assertion is refused for its age, and this row may go."),
    sa.PrimaryKeyConstraint("digest", name=op.f("used_assertions_pkey")),
    comment="Client assertions seen; the primary key lets each pass once, whichever process it meets."
    )
    op.create_index(op.f("used_assertions_expires_at"), "used_assertions", ["expires_at"], unique=False)
    op.create_table("clients",
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="OAuth client_id."),
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Agency that answers for this client."),
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="What people call it."),
    sa.Column("kind", sa.Text(collation="C"), server_default="system", nullable=False, comment="system: asks for its agency; portal: may also speak for a citizen."),
    sa.Column("token_type", sa.Text(collation="C"), server_default="DPoP", nullable=False, comment="Bearer or DPoP: how its tokens are held."),
    sa.Column("public_keys", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="JWK set, public members only: P-256 or Ed25519, with kid."),
    sa.Column("allowed", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scopes and scope sets this client may ask for; empty: none."),
    sa.Column("state", sa.Text(collation="C"), server_default="active", nullable=False, comment="active, or suspended: its tokens are refused at once."),
    sa.Column("demo", sa.Boolean(), server_default="false", nullable=False, comment="True: exists for demo mode only."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("client ~ '^[A-Za-z0-9._~-]{1,48}$'", name=op.f("clients_client")),
    sa.CheckConstraint("kind in ('system', 'portal')", name=op.f("clients_kind")),
    sa.CheckConstraint("state in ('active', 'suspended')", name=op.f("clients_state")),
    sa.CheckConstraint("token_type in ('Bearer', 'DPoP')", name=op.f("clients_token_type")),
    sa.ForeignKeyConstraint(["agency"], ["agencies.agency"], name=op.f("clients_agency_fkey")),
    sa.PrimaryKeyConstraint("client", name=op.f("clients_pkey")),
    comment="Systems registered by officers. Private keys never come here."
    )
    op.create_index(op.f("clients_agency"), "clients", ["agency"], unique=False)
    op.create_table("grants",
    sa.Column("grant_id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the grant."),
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Who may read."),
    sa.Column("purpose", sa.Text(collation="C"), nullable=False, comment="For what."),
    sa.Column("scopes", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Single scopes granted."),
    sa.Column("sets", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scope sets granted, by name."),
    sa.Column("exceptions", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scopes and sets taken out of the above."),
    sa.Column("reach", sa.Text(collation="C"), nullable=False, comment="Whose data: everywhere, jurisdiction or self."),
    sa.Column("units", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Codes of the administrative units of a jurisdiction."),
    sa.Column("units_scheme", sa.Text(collation="C"), nullable=True, comment="Scheme of units: Y2025 or PRE_2025."),
    sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="In force from this moment."),
    sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True, comment="In force before this moment; null: until revoked."),
    sa.Column("state", sa.Text(collation="C"), server_default="proposed", nullable=False, comment="proposed, active, refused, revoked or expired; only active ones count."),
    sa.Column("proposed_by", sa.Text(collation="C"), nullable=False, comment="Officer who proposed."),
    sa.Column("approved_by", sa.Text(collation="C"), nullable=True, comment="Officer who approved; never the one who proposed."),
    sa.Column("revoked_by", sa.Text(collation="C"), nullable=True, comment="Officer who revoked."),
    sa.Column("reason", sa.Text(collation="C"), nullable=False, comment="Why it was granted, in words."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("(reach = 'jurisdiction') = (cardinality(units) > 0) and (reach = 'jurisdiction') = (units_scheme is not null)", name=op.f("grants_jurisdiction")),
    sa.CheckConstraint("reach in ('everywhere', 'jurisdiction', 'self')", name=op.f("grants_reach")),
    sa.CheckConstraint("state <> 'active' or approved_by is not null", name=op.f("grants_approved")),
    sa.CheckConstraint("state <> 'revoked' or revoked_by is not null", name=op.f("grants_revoked")),
    sa.CheckConstraint("state in ('proposed', 'active', 'refused', 'revoked', 'expired')", name=op.f("grants_state")),
    sa.CheckConstraint("units_scheme in ('Y2025', 'PRE_2025')", name=op.f("grants_units_scheme")),
    sa.CheckConstraint("approved_by <> proposed_by", name=op.f("grants_four_eyes")),
    sa.CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name=op.f("grants_not_empty")),
    sa.CheckConstraint("valid_until > valid_from", name=op.f("grants_dates")),
    sa.ForeignKeyConstraint(["agency"], ["agencies.agency"], name=op.f("grants_agency_fkey")),
    sa.ForeignKeyConstraint(["purpose"], ["purposes.purpose"], name=op.f("grants_purpose_fkey")),
    sa.PrimaryKeyConstraint("grant_id", name=op.f("grants_pkey")),
    comment="What officers decided: which agency reads what, for what, whose, and until when."
    )
    op.create_index(op.f("grants_agency_purpose"), "grants", ["agency", "purpose"], unique=False)
    op.execute("insert into policy (singleton, revision) values (true, 0) on conflict (singleton) do nothing")
    op.execute("create or replace function bump_policy() returns trigger language plpgsql as $body$\nbegin\n    insert into policy (singleton, revision) values (true, 1)\n    on conflict (singleton) do update set revision = policy.revision + 1;\n    perform pg_notify('policy', '');\n    return null;\nend\n$body$")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on agencies for each statement execute function bump_policy()")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on clients for each statement execute function bump_policy()")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on purposes for each statement execute function bump_policy()")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on grants for each statement execute function bump_policy()")
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on signing_keys for each statement execute function bump_policy()")
