"""What tells every process that the policy changed: triggers, in the transaction that changes it.

A change raises the revision and notifies the channel; PostgreSQL delivers at commit. The lock on the one row of
`policy` orders revisions as commits are ordered. Migrations run `STATEMENTS` after making the tables; so does
`metadata.create_all`.
"""

from sqlalchemy import DDL, event

from auth.tables import POLICY_TABLES, metadata

CHANNEL = "policy"

_FUNCTION = """\
create or replace function bump_policy() returns trigger language plpgsql as $body$
begin
    insert into policy (singleton, revision) values (true, 1)
    on conflict (singleton) do update set revision = policy.revision + 1;
    perform pg_notify('policy', '');
    return null;
end
$body$"""

STATEMENTS: tuple[str, ...] = (
    "insert into policy (singleton, revision) values (true, 0) on conflict (singleton) do nothing",
    _FUNCTION,
    *(
        f"create or replace trigger bump_policy after insert or update or delete or truncate on {table.name} "
        f"for each statement execute function bump_policy()"
        for table in POLICY_TABLES
    ),
)

for _statement in STATEMENTS:
    event.listen(metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
