"""What the database itself refuses: rows that change, and roles that do more than their work.

Three roles without a login, which the installation's connections take on: the *writer* of a serving process inserts
segments and does nothing else; the *sealer* follows them and keeps the books; the *reader* answers those whom it
concerns. Whoever owns the tables could still do anything: that is what the tree and its published checkpoints are for.

Erasure alone changes rows: it empties what is personal and fills the hash that takes its place. Migrations run
`STATEMENTS` after making the tables; so does `metadata.create_all`.
"""

from sqlalchemy import DDL, event

from ledger.tables.books import acts, answers, events, marks, operations, parties, people, readings
from ledger.tables.columns import metadata
from ledger.tables.log import checkpoints, definitions, leaves, nodes, progress, sealing
from ledger.tables.segments import segments
from ledger.tables.usage import usage

WRITER = "lienthong_ledger_writer"
SEALER = "lienthong_ledger_sealer"
READER = "lienthong_ledger_reader"

_BOOKS = (parties, operations, readings, answers, people, marks, events, acts, leaves, nodes, checkpoints)
_COUNTS = (progress, usage, sealing)
_ERASABLE = {segments: ("data",), answers: ("seed", "officer", "officer_digest"), people: ("subject", "digest")}
"""What erasure may change; of each, the first is emptied for good."""

_NEVER = """\
create or replace function ledger_never() returns trigger language plpgsql as $body$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$body$"""

_ONLY_ERASED = """\
create or replace function ledger_only_erased() returns trigger language plpgsql as $body$
begin
    if to_jsonb(new) - tg_argv <> to_jsonb(old) - tg_argv or to_jsonb(new) -> tg_argv[0] <> 'null' then
        raise exception 'rows of % are only ever added, or erased', tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end
$body$"""

_ROLE = """\
do $body$ begin
    if not exists (select from pg_roles where rolname = '{role}') then
        create role {role} nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this server is being migrated at the same time
end $body$"""

_TAKEN_ON = """\
do $body$ begin
    if not pg_has_role(current_user, '{role}', 'usage') then
        grant {role} to current_user;
    end if;
end $body$"""


def _never(table: str, events: str) -> str:
    return (
        f"create or replace trigger ledger_never before {events} on {table} "
        "for each statement execute function ledger_never()"
    )


def _only_erased(table: str, columns: tuple[str, ...]) -> str:
    said = ", ".join(f"'{column}'" for column in columns)
    return (
        f"create or replace trigger ledger_only_erased before update on {table} "
        f"for each row execute function ledger_only_erased({said})"
    )


STATEMENTS: tuple[str, ...] = (
    _NEVER,
    _ONLY_ERASED,
    *(_never(table.name, "update or delete or truncate") for table in _BOOKS if table not in _ERASABLE),
    *(_never(table.name, "delete or truncate") for table in _ERASABLE),
    *(_only_erased(table.name, columns) for table, columns in _ERASABLE.items()),
    *(said.format(role=role) for said in (_ROLE, _TAKEN_ON) for role in (WRITER, SEALER, READER)),
    f"grant insert on {segments.name} to {WRITER}",
    f"grant select on {segments.name} to {SEALER}",
    *(f"grant select, insert on {table.name} to {SEALER}" for table in _BOOKS),
    *(f"grant select, insert, update on {table.name} to {SEALER}" for table in _COUNTS),
    f"grant select, insert, delete on {definitions.name} to {SEALER}",
    *(f"grant update ({', '.join(columns)}) on {table.name} to {SEALER}" for table, columns in _ERASABLE.items()),
    *(f"grant select on {table.name} to {READER}" for table in (*_BOOKS, *_COUNTS)),
)

for _statement in STATEMENTS:
    event.listen(metadata, "after_create", DDL(_statement.replace("%", "%%")))  # type: ignore[no-untyped-call]
