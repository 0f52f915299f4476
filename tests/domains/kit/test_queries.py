"""How an argument is compared with a column."""

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Table, Text

from domains.kit.queries import equals, lookup_each, parameter_of
from domains.kit.rights import matches_of, searched

registered = Table(
    "registered",
    MetaData(),
    Column("name", Text),
    Column("folded", Text),
    Column("year", SmallInteger),
    Column("sheet", Integer),
    Column("amount", BigInteger),
)


@pytest.mark.parametrize(("name", "bits"), [("year", Integer), ("sheet", Integer), ("amount", BigInteger)])
def test_a_whole_number_is_sent_with_at_least_the_bits_of_graphql(name: str, bits: type) -> None:
    """An asyncpg that is told a column's 16 bits refuses 70000, and the register seems not to answer."""
    parameter = parameter_of(equals(registered.c[name]), "m0")
    assert type(parameter.type) is bits


def test_a_search_reads_the_column_it_compares_or_the_published_one_it_stands_for() -> None:
    plain, folded = equals(registered.c.name), equals(registered.c.folded, of=registered.c.name)
    assert [match.reads for match in (plain, folded)] == [(registered.c.name,)] * 2


def test_a_way_in_searches_by_all_that_its_members_compare() -> None:
    name, year = equals(registered.c.name), equals(registered.c.year)
    assert [*matches_of({"search": {"by_name": {"name": name}, "by_both": {"name": name, "year": year}}})] == [
        name, name, year,
    ]  # fmt: skip


def test_a_way_in_by_keys_searches_by_its_key() -> None:
    def people(self: object) -> None:
        """Invented."""

    binding = lookup_each(registered.c.name)(people).metadata["lienthong"]
    assert searched(binding) == [registered.c.name]
