"""The rows of the authority: who exists, what officers granted, which assertions and signing keys are known.

What is decided here takes effect through `auth.triggers`: every change of a table in `POLICY_TABLES` raises the policy
revision and wakes every process. Rows are never deleted by the program; states change, and past grants stay readable.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

PLAIN = Text(collation="C")
_NO_NAMES = text("'{}'")


def _text(name: str, comment: str, *constraints: Any, nullable: bool = False, **options: Any) -> Column[str]:
    return Column(name, PLAIN, *constraints, comment=comment, nullable=nullable, **options)


def _names(name: str, comment: str) -> Column[Any]:
    return Column(name, ARRAY(PLAIN), nullable=False, server_default=_NO_NAMES, comment=comment)


def _moment(name: str, comment: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), comment=comment, nullable=nullable, **options)


def _recorded() -> Column[Any]:
    return _moment("recorded_at", "When this row was written.", server_default=text("now()"))


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


agencies = Table(
    "agencies",
    metadata,
    _text("agency", "Identifier by Decision 20/2020/QD-TTg: G01, H56.14.", primary_key=True),
    _text("name_vi", "Official name, Vietnamese."),
    _text("name_en", "Official name, English."),
    _text("state", "active, or suspended: nothing of it is accepted.", server_default="active"),
    _recorded(),
    _one_of("state", "active", "suspended"),
    CheckConstraint("agency ~ '^[A-Z][0-9]{2}([.][0-9]{2,3}){0,3}$'", name="agency"),
    comment="State bodies, and those whom they admit, that may hold clients and grants.",
)

clients = Table(
    "clients",
    metadata,
    _text("client", "OAuth client_id.", primary_key=True),
    _text("agency", "Agency that answers for this client.", ForeignKey("agencies.agency")),
    _text("name", "What people call it."),
    _text("kind", "system: asks for its agency; portal: may also speak for a citizen.", server_default="system"),
    _text("token_type", "Bearer or DPoP: how its tokens are held.", server_default="DPoP"),
    Column("public_keys", JSONB, nullable=False, comment="JWK set, public members only: P-256 or Ed25519, with kid."),
    _names("allowed", "Scopes and scope sets this client may ask for; empty: none."),
    _text("state", "active, or suspended: its tokens are refused at once.", server_default="active"),
    Column("demo", Boolean, nullable=False, server_default="false", comment="True: exists for demo mode only."),
    _recorded(),
    _one_of("kind", "system", "portal"),
    _one_of("token_type", "Bearer", "DPoP"),
    _one_of("state", "active", "suspended"),
    CheckConstraint("client ~ '^[A-Za-z0-9._~-]{1,48}$'", name="client"),
    Index(None, "agency"),
    comment="Systems registered by officers. Private keys never come here.",
)

purposes = Table(
    "purposes",
    metadata,
    _text("purpose", "Code named in tokens, grants and disclosures.", primary_key=True),
    _text("legal_basis", "Act, article and clause on which this purpose stands."),
    _text("title_vi", "What it is for, in plain Vietnamese."),
    _text("title_en", "What it is for, in plain English."),
    Column("retention_months", SmallInteger, nullable=False, comment="How long an agency may keep what it read."),
    _recorded(),
    CheckConstraint("purpose ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$' and length(purpose) <= 64", name="purpose"),
    CheckConstraint("retention_months > 0", name="retention_months"),
    comment="Why personal data may be read; kept by officers.",
)

grants = Table(
    "grants",
    metadata,
    Column("grant_id", BigInteger, Identity(always=True), primary_key=True, comment="Number of the grant."),
    _text("agency", "Who may read.", ForeignKey("agencies.agency")),
    _text("purpose", "For what.", ForeignKey("purposes.purpose")),
    _names("scopes", "Single scopes granted."),
    _names("sets", "Scope sets granted, by name."),
    _names("exceptions", "Scopes and sets taken out of the above."),
    _text("reach", "Whose data: everywhere, jurisdiction or self."),
    _names("units", "Codes of the administrative units of a jurisdiction."),
    _text("units_scheme", "Scheme of units: Y2025 or PRE_2025.", nullable=True),
    _moment("valid_from", "In force from this moment.", server_default=text("now()")),
    _moment("valid_until", "In force before this moment; null: until revoked.", nullable=True),
    _text("state", "proposed, active, refused, revoked or expired; only active ones count.", server_default="proposed"),
    _text("proposed_by", "Officer who proposed."),
    _text("approved_by", "Officer who approved; never the one who proposed.", nullable=True),
    _text("revoked_by", "Officer who revoked.", nullable=True),
    _text("reason", "Why it was granted, in words."),
    _recorded(),
    _one_of("state", "proposed", "active", "refused", "revoked", "expired"),
    _one_of("reach", "everywhere", "jurisdiction", "self"),
    CheckConstraint(
        "(reach = 'jurisdiction') = (cardinality(units) > 0) and (reach = 'jurisdiction') = (units_scheme is not null)",
        name="jurisdiction",
    ),
    CheckConstraint("units_scheme in ('Y2025', 'PRE_2025')", name="units_scheme"),
    CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
    CheckConstraint("state <> 'active' or approved_by is not null", name="approved"),
    CheckConstraint("state <> 'revoked' or revoked_by is not null", name="revoked"),
    CheckConstraint("valid_until > valid_from", name="dates"),
    CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name="not_empty"),
    Index(None, "agency", "purpose"),
    comment="What officers decided: which agency reads what, for what, whose, and until when.",
)

used_assertions = Table(
    "used_assertions",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of client and jti."),
    _moment("expires_at", "From then on the assertion is refused for its age, and this row may go."),
    Index(None, "expires_at"),
    comment="Client assertions seen; the primary key lets each pass once, whichever process it meets.",
)

signing_keys = Table(
    "signing_keys",
    metadata,
    _text("kid", "RFC 7638 thumbprint.", primary_key=True),
    Column("public_key", JSONB, nullable=False, comment="JWK, public members only."),
    _text("state", "next, current or previous: accepted, published; retired: refused.", server_default="current"),
    _recorded(),
    _one_of("state", "next", "current", "previous", "retired"),
    comment="Keys that sign access tokens. The private halves are files of the processes that sign.",
)

policy = Table(
    "policy",
    metadata,
    Column("singleton", Boolean, primary_key=True, server_default="true", comment="Always true: one row."),
    Column("revision", BigInteger, nullable=False, comment="Raised by every committed change of what is allowed."),
    CheckConstraint("singleton", name="singleton"),
    comment="The revision of the policy. Its row is written by triggers only.",
)

POLICY_TABLES = (agencies, clients, purposes, grants, signing_keys)
"""Tables whose changes alter what is allowed."""
