"""What every table has: an explanation of each column, a mark on invented records, and no key into another database."""

import pytest
from sqlalchemy import Column, Table

from migrations.targets import METADATA

DOMAINS = ("identity", "population", "land", "enterprises")
CODE_LISTS = frozenset({"administrative_units"})  # official lists about places; nobody's record, nothing invented

TABLES = [
    pytest.param(table, id=f"{name}.{table.name}") for name, meta in METADATA.items() for table in meta.tables.values()
]
RECORDS = [
    pytest.param(table, id=f"{name}.{table.name}")
    for name in DOMAINS
    for table in METADATA[name].tables.values()
    if table.name not in CODE_LISTS
]
RULE_COLUMNS = ("residence_commune", "protected")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table: Table) -> None:
    assert [column.name for column in table.columns if not column.comment] == []
    assert table.comment


@pytest.mark.parametrize("table", RECORDS)
def test_every_record_is_marked_where_it_was_invented(table: Table) -> None:
    assert not table.c.synthetic.nullable


@pytest.mark.parametrize("table", RECORDS)
def test_a_table_keyed_by_a_person_holds_the_facts_that_row_rules_compare(table: Table) -> None:
    if "pin" in table.c:
        assert [name for name in RULE_COLUMNS if name not in table.c] == []


@pytest.mark.parametrize("table", RECORDS)
def test_every_text_sorts_the_same_on_every_server(table: Table) -> None:
    assert [column.name for column in table.columns if _sorts_by_locale(column)] == []


@pytest.mark.parametrize("table", RECORDS)
def test_no_foreign_key_leaves_its_register(table: Table) -> None:
    assert all(key.column.table.metadata is table.metadata for key in table.foreign_keys)


def test_a_table_stands_in_one_database_only() -> None:
    names = [table.name for name in DOMAINS for table in METADATA[name].tables.values() if table.name not in CODE_LISTS]

    assert sorted(names) == sorted(set(names))


def _sorts_by_locale(column: Column[object]) -> bool:
    return getattr(column.type, "collation", "C") != "C" and not hasattr(column.type, "item_type")
