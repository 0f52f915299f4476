"""Keep books of who read what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("acts",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of its leaf in the tree."),
    sa.Column("act", sa.BigInteger(), nullable=False, comment="Number of the act in the authority's record."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Its hash there, which chains it to all acts before."),
    sa.PrimaryKeyConstraint("leaf", name="acts_pkey"),
    sa.UniqueConstraint("act", name="acts_act_key"),
    comment="Acts of officers, machines, agencies and citizens, as the authority recorded them."
    )
    op.create_table("answers",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of its leaf in the tree."),
    sa.Column("stream", sa.Uuid(), nullable=False, comment="Stream of the segment it stands in."),
    sa.Column("seq", sa.BigInteger(), nullable=False, comment="Number of that segment."),
    sa.Column("place", sa.Integer(), nullable=False, comment="Which entry of that segment, from 0."),
    sa.Column("request_id", sa.Uuid(), nullable=False, comment="UUIDv7 of the request; joins the ledgers of one query."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When the answer was recorded, by the server's clock."),
    sa.Column("outcome", sa.SmallInteger(), nullable=False, comment="1 granted, 2 refused, 3 no hit."),
    sa.Column("party", sa.Integer(), nullable=False, comment="Who asked."),
    sa.Column("operation", sa.Integer(), nullable=False, comment="What was asked."),
    sa.Column("case_reference", sa.Text(collation="C"), nullable=True, comment="The agency's case."),
    sa.Column("grants_revision", sa.BigInteger(), nullable=False, comment="State of the grants it was decided by."),
    sa.Column("emergencies", sa.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False, comment="Emergency grants that it rests on."),
    sa.Column("missing", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Of a refusal: what was missing. Of a granted answer: what a narrowing on trial would refuse."),
    sa.Column("officer", sa.Text(collation="C"), nullable=True, comment="The agency's own officer, where its client named one; erased with the persons."),
    sa.Column("officer_digest", sa.LargeBinary(), nullable=True, comment="Commitment to officer; filled when that is erased."),
    sa.Column("salt", sa.LargeBinary(), nullable=False, comment="16 random bytes that blind what the answer shares."),
    sa.Column("seed", sa.LargeBinary(), nullable=True, comment="16 random bytes from which the salts of its persons come; erased with them."),
    sa.Column("people", sa.Integer(), nullable=False, comment="Number of subjects, and of leaves of the small tree."),
    sa.Column("root", sa.LargeBinary(), nullable=False, comment="Root of the small tree over its subjects."),
    sa.CheckConstraint("octet_length(root) = 32", name="answers_root_length"),
    sa.CheckConstraint("octet_length(salt) = 16", name="answers_salt_length"),
    sa.CheckConstraint("octet_length(seed) = 16", name="answers_seed_length"),
    sa.PrimaryKeyConstraint("leaf", name="answers_pkey"),
    sa.UniqueConstraint("stream", "seq", "place", name="answers_stream_seq_place_key"),
    comment="One row per recorded answer, in the order of the tree."
    )
    op.create_index("answers_at_leaf", "answers", ["at", "leaf"], unique=False)
    op.create_index("answers_on_trial", "answers", ["party", "leaf"], unique=False, postgresql_where=sa.text("outcome <> 2 and missing <> '{}'"))
    op.create_index("answers_operation_at_leaf", "answers", ["operation", "at", "leaf"], unique=False)
    op.create_index("answers_party_at_leaf", "answers", ["party", "at", "leaf"], unique=False)
    op.create_index("answers_request_id", "answers", ["request_id"], unique=False)
    op.create_table("checkpoints",
    sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of leaves."),
    sa.Column("root", sa.LargeBinary(), nullable=False, comment="Root hash of the tree over them."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it was sealed."),
    sa.Column("note", sa.Text(collation="C"), nullable=False, comment="The signed note, as it is published."),
    sa.CheckConstraint("octet_length(root) = 32", name="checkpoints_root_length"),
    sa.PrimaryKeyConstraint("size", name="checkpoints_pkey"),
    comment="Signed states of the tree."
    )
    op.create_table("definitions",
    sa.Column("stream", sa.Uuid(), nullable=False, comment="A stream of segments."),
    sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="What its answers name."),
    sa.Column("seq", sa.BigInteger(), nullable=False, comment="Number of the segment that says what that is."),
    sa.PrimaryKeyConstraint("stream", "number", name="definitions_pkey"),
    comment="Where each stream defines what its answers name: the sealer's index, no evidence."
    )
    op.create_table("events",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of its leaf in the tree."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it happened."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="Its kind, as content says it."),
    sa.Column("content", sa.Text(collation="C"), nullable=False, comment="The event as canonical JSON: start and end of processes, keys, erasures."),
    sa.PrimaryKeyConstraint("leaf", name="events_pkey"),
    comment="What happened to the ledger itself."
    )
    op.create_index("events_kind_leaf", "events", ["kind", "leaf"], unique=False)
    op.create_table("leaves",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of the leaf: 0, 1, 2 … without a gap."),
    sa.Column("kind", sa.SmallInteger(), nullable=False, comment="1 answer, 2 mark, 3 event, 4 act: the table that it is in."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Leaf hash: SHA-256 of 0x00 and its content (ledger.tree.leaves)."),
    sa.CheckConstraint("octet_length(hash) = 32", name="leaves_hash_length"),
    sa.PrimaryKeyConstraint("leaf", name="leaves_pkey"),
    comment="The leaves of the one tree, in their order."
    )
    op.create_table("marks",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Number of its leaf in the tree."),
    sa.Column("request_id", sa.Uuid(), nullable=False, comment="Request of the answer that it is about."),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False, comment="Time of that answer, which tells it from others of the request."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="withheld: it was not sent. not_found: of these persons nothing was there."),
    sa.Column("reason", sa.Text(collation="C"), nullable=True, comment="Of withheld: client_left or rights_changed."),
    sa.Column("places", sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False, comment="Of not_found: places of the persons in the small tree."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it was marked."),
    sa.PrimaryKeyConstraint("leaf", name="marks_pkey"),
    comment="What became known of an answer after it was recorded."
    )
    op.create_index("marks_kind_answered_at", "marks", ["kind", "answered_at"], unique=False)
    op.create_index("marks_request_id", "marks", ["request_id"], unique=False)
    op.create_table("nodes",
    sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False, comment="Eight levels of the tree each."),
    sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False, comment="From the left, from 0."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Root of the 256 hashes below it."),
    sa.CheckConstraint("octet_length(hash) = 32", name="nodes_hash_length"),
    sa.PrimaryKeyConstraint("level", "place", name="nodes_pkey"),
    comment="Roots of full tiles of 256 hashes: what proofs need instead of all leaves."
    )
    op.create_table("operations",
    sa.Column("operation", sa.Integer(), sa.Identity(always=True), nullable=False, comment="Number in this database."),
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of what it says, as canonical JSON."),
    sa.Column("document", sa.LargeBinary(), nullable=False, comment="16 bytes of SHA-256 of the document without literals."),
    sa.Column("name", sa.Text(collation="C"), nullable=True, comment="Name of the operation, as its author wrote it."),
    sa.Column("needs", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scopes that it takes, sorted."),
    sa.Column("coordinates", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Schema coordinates that it reads or looks up by, sorted."),
    sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Its personal steps, as the segments say them."),
    sa.PrimaryKeyConstraint("operation", name="operations_pkey"),
    sa.UniqueConstraint("digest", name="operations_digest_key"),
    comment="Operations that were asked: what they read and need, never a value."
    )
    op.create_index("operations_coordinates", "operations", ["coordinates"], unique=False, postgresql_using="gin")
    op.create_index("operations_document", "operations", ["document"], unique=False)
    op.create_table("parties",
    sa.Column("party", sa.Integer(), sa.Identity(always=True), nullable=False, comment="Number in this database."),
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of what it says, as canonical JSON."),
    sa.Column("agency", sa.Text(collation="C"), nullable=False, comment="Whose rights were used."),
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Who asked and was answered."),
    sa.Column("supplier", sa.Text(collation="C"), nullable=True, comment="The client's own agency, where it used another's rights by a delegation."),
    sa.Column("through", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Clients whose tokens were exchanged for this one, the latest first."),
    sa.Column("purpose", sa.Text(collation="C"), nullable=True, comment="Code of the purpose; null: none was given, and it was refused for that."),
    sa.Column("legal_basis", sa.Text(collation="C"), nullable=True, comment="The law it stood on."),
    sa.PrimaryKeyConstraint("party", name="parties_pkey"),
    sa.UniqueConstraint("digest", name="parties_digest_key"),
    comment="Who asked, for whom and why: what every answer to the same token shares."
    )
    op.create_index("parties_agency_purpose", "parties", ["agency", "purpose"], unique=False)
    op.create_table("people",
    sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Leaf of the answer."),
    sa.Column("place", sa.Integer(), autoincrement=False, nullable=False, comment="Which leaf of the small tree, from 0."),
    sa.Column("subject", sa.LargeBinary(), nullable=True, comment="Keyed pseudonym; null: erased."),
    sa.Column("reading", sa.Integer(), nullable=False, comment="What was read of the subject."),
    sa.Column("digest", sa.LargeBinary(), nullable=True, comment="Hash of its small leaf; filled when subject is erased."),
    sa.CheckConstraint("octet_length(digest) = 32", name="people_digest_length"),
    sa.CheckConstraint("octet_length(subject) = 16", name="people_subject_length"),
    sa.PrimaryKeyConstraint("leaf", "place", name="people_pkey"),
    comment="One row per subject of an answer: who was read."
    )
    op.create_index("people_subject", "people", ["subject", "leaf"], unique=False, postgresql_where=sa.text("subject is not null"))
    op.create_table("progress",
    sa.Column("stream", sa.Uuid(), nullable=False, comment="A stream of segments."),
    sa.Column("segments", sa.BigInteger(), nullable=False, comment="How many of its segments are in the tree."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Hash of the last of them."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When something of it was last taken in."),
    sa.PrimaryKeyConstraint("stream", name="progress_pkey"),
    comment="How far the sealer has followed each stream."
    )
    op.create_table("readings",
    sa.Column("reading", sa.Integer(), sa.Identity(always=True), nullable=False, comment="Number in this database."),
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of content, as canonical JSON; it stands in the leaf of each person."),
    sa.Column("subject", sa.Text(collation="C"), nullable=False, comment="What was read about: person, enterprise or parcel."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="The strongest of its ways: opened, verified, reached or listed; else spoke_for or acted_for."),
    sa.Column("coordinates", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Schema coordinates read, sorted."),
    sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Each step: path, way, coordinates read and looked up by; roles."),
    sa.PrimaryKeyConstraint("reading", name="readings_pkey"),
    sa.UniqueConstraint("digest", name="readings_digest_key"),
    comment="What can be read of one subject in one answer."
    )
    op.create_table("sealing",
    sa.Column("singleton", sa.Boolean(), server_default="true", nullable=False, comment="Always true: one row."),
    sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False, comment="When the sealer last looked for what is to be sealed."),
    sa.Column("behind_since", sa.DateTime(timezone=True), nullable=True, comment="When the oldest segment was written that was not sealed then."),
    sa.Column("troubles", sa.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="What is not sealed, and why, a line each."),
    sa.CheckConstraint("singleton", name="sealing_singleton"),
    sa.PrimaryKeyConstraint("singleton", name="sealing_pkey"),
    comment="The condition of the sealer, as it said last."
    )
    op.create_table("usage",
    sa.Column("day", sa.Date(), nullable=False, comment="Day, in Vietnam's time."),
    sa.Column("party", sa.Integer(), autoincrement=False, nullable=False, comment="Who asked."),
    sa.Column("operation", sa.Integer(), autoincrement=False, nullable=False, comment="What was asked."),
    sa.Column("outcome", sa.SmallInteger(), autoincrement=False, nullable=False, comment="As of answers."),
    sa.Column("answers", sa.BigInteger(), nullable=False, comment="Answers of that outcome."),
    sa.Column("people", sa.BigInteger(), nullable=False, comment="Subjects in them; who stands in several counts in each."),
    sa.Column("on_trial", sa.BigInteger(), nullable=False, comment="Answers that a narrowing on trial would have refused, or limited."),
    sa.PrimaryKeyConstraint("day", "party", "operation", "outcome", name="usage_pkey"),
    comment="Counts of answers; nothing in it is about a person."
    )
    op.create_index("usage_party_day", "usage", ["party", "day"], unique=False)
    op.alter_column("segments", "data",
               existing_type=postgresql.BYTEA(),
               nullable=True,
               comment="Packed entries; persons as keyed pseudonyms. No values. Null: erased, as a sealed entry says.",
               existing_comment="Packed entries; persons as keyed pseudonyms. No values.")
    op.create_index("segments_first", "segments", ["stream"], unique=False, postgresql_where=sa.text("seq = 0"))
    op.execute("""\
create or replace function ledger_never() returns trigger language plpgsql as $body$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$body$""")
    op.execute("""\
create or replace function ledger_only_erased() returns trigger language plpgsql as $body$
begin
    if to_jsonb(new) - tg_argv <> to_jsonb(old) - tg_argv or to_jsonb(new) -> tg_argv[0] <> 'null' then
        raise exception 'rows of % are only ever added, or erased', tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end
$body$""")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on parties for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on operations for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on readings for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on marks for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on events for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on acts for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on leaves for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on nodes for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before update or delete or truncate on checkpoints for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before delete or truncate on segments for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before delete or truncate on answers for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_never before delete or truncate on people for each statement execute function ledger_never()")
    op.execute("create or replace trigger ledger_only_erased before update on segments for each row execute function ledger_only_erased('data')")
    op.execute("create or replace trigger ledger_only_erased before update on answers for each row execute function ledger_only_erased('seed', 'officer', 'officer_digest')")
    op.execute("create or replace trigger ledger_only_erased before update on people for each row execute function ledger_only_erased('subject', 'digest')")
    op.execute("""\
do $body$ begin
    if not exists (select from pg_roles where rolname = 'lienthong_ledger_writer') then
        create role lienthong_ledger_writer nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this server is being migrated at the same time
end $body$""")
    op.execute("""\
do $body$ begin
    if not exists (select from pg_roles where rolname = 'lienthong_ledger_sealer') then
        create role lienthong_ledger_sealer nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this server is being migrated at the same time
end $body$""")
    op.execute("""\
do $body$ begin
    if not exists (select from pg_roles where rolname = 'lienthong_ledger_reader') then
        create role lienthong_ledger_reader nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this server is being migrated at the same time
end $body$""")
    op.execute("""\
do $body$ begin
    if not pg_has_role(current_user, 'lienthong_ledger_writer', 'usage') then
        grant lienthong_ledger_writer to current_user;
    end if;
end $body$""")
    op.execute("""\
do $body$ begin
    if not pg_has_role(current_user, 'lienthong_ledger_sealer', 'usage') then
        grant lienthong_ledger_sealer to current_user;
    end if;
end $body$""")
    op.execute("""\
do $body$ begin
    if not pg_has_role(current_user, 'lienthong_ledger_reader', 'usage') then
        grant lienthong_ledger_reader to current_user;
    end if;
end $body$""")
    op.execute("grant insert on segments to lienthong_ledger_writer")
    op.execute("grant select on segments to lienthong_ledger_sealer")
    op.execute("grant select, insert on parties to lienthong_ledger_sealer")
    op.execute("grant select, insert on operations to lienthong_ledger_sealer")
    op.execute("grant select, insert on readings to lienthong_ledger_sealer")
    op.execute("grant select, insert on answers to lienthong_ledger_sealer")
    op.execute("grant select, insert on people to lienthong_ledger_sealer")
    op.execute("grant select, insert on marks to lienthong_ledger_sealer")
    op.execute("grant select, insert on events to lienthong_ledger_sealer")
    op.execute("grant select, insert on acts to lienthong_ledger_sealer")
    op.execute("grant select, insert on leaves to lienthong_ledger_sealer")
    op.execute("grant select, insert on nodes to lienthong_ledger_sealer")
    op.execute("grant select, insert on checkpoints to lienthong_ledger_sealer")
    op.execute("grant select, insert, update on progress to lienthong_ledger_sealer")
    op.execute("grant select, insert, update on usage to lienthong_ledger_sealer")
    op.execute("grant select, insert, update on sealing to lienthong_ledger_sealer")
    op.execute("grant select, insert, delete on definitions to lienthong_ledger_sealer")
    op.execute("grant update (data) on segments to lienthong_ledger_sealer")
    op.execute("grant update (seed, officer, officer_digest) on answers to lienthong_ledger_sealer")
    op.execute("grant update (subject, digest) on people to lienthong_ledger_sealer")
    op.execute("grant select on parties to lienthong_ledger_reader")
    op.execute("grant select on operations to lienthong_ledger_reader")
    op.execute("grant select on readings to lienthong_ledger_reader")
    op.execute("grant select on answers to lienthong_ledger_reader")
    op.execute("grant select on people to lienthong_ledger_reader")
    op.execute("grant select on marks to lienthong_ledger_reader")
    op.execute("grant select on events to lienthong_ledger_reader")
    op.execute("grant select on acts to lienthong_ledger_reader")
    op.execute("grant select on leaves to lienthong_ledger_reader")
    op.execute("grant select on nodes to lienthong_ledger_reader")
    op.execute("grant select on checkpoints to lienthong_ledger_reader")
    op.execute("grant select on progress to lienthong_ledger_reader")
    op.execute("grant select on usage to lienthong_ledger_reader")
    op.execute("grant select on sealing to lienthong_ledger_reader")
