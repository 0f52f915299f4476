"""What tells every process that the policy changed: triggers, in the transaction that changes it.

A change raises the revision and notifies the channel; PostgreSQL delivers at commit. The lock on the one row of
`policy` orders revisions as commits are ordered. A revocation of one token or consent raises the revision alone, so
that a process need not read all rules again. Migrations run `STATEMENTS` after making the tables; so does
`metadata.create_all`.
"""

from sqlalchemy import DDL, event

from auth.tables import POLICY_TABLES, acts, metadata, revocations

CHANNEL = "policy"

_FUNCTION = """\
create or replace function bump_policy() returns trigger language plpgsql as $body$
begin
    insert into policy (singleton, revision, rules_revision) values (true, 1, 1)
    on conflict (singleton) do update set revision = policy.revision + 1,
        rules_revision = case when tg_argv[0] = 'rules' then policy.revision + 1 else policy.rules_revision end;
    perform pg_notify('policy', '');
    return null;
end
$body$"""

_NEVER = """\
create or replace function never() returns trigger language plpgsql as $body$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$body$"""


def _bump(table: str, what: str, events: str) -> str:
    return (
        f"create or replace trigger bump_policy after {events} on {table} "
        f"for each statement execute function bump_policy('{what}')"
    )


STATEMENTS: tuple[str, ...] = (
    "insert into policy (singleton, revision) values (true, 0) on conflict (singleton) do nothing",
    _FUNCTION,
    *(_bump(table.name, "rules", "insert or update or delete or truncate") for table in POLICY_TABLES),
    _bump(revocations.name, "revocation", "insert or update"),
    _NEVER,
    (
        f"create or replace trigger never before update or delete or truncate on {acts.name} "
        f"for each statement execute function never()"
    ),
)

for _statement in STATEMENTS:
    event.listen(metadata, "after_create", DDL(_statement.replace("%", "%%")))  # type: ignore[no-untyped-call]
