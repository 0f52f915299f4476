"""The ways into the enterprise register. Enterprises are public: none of these takes a lookup."""

from typing import Any

import strawberry
from sqlalchemy import ColumnElement, func, literal_column

from domains.enterprises.tables import enterprises
from domains.enterprises.types import Enterprise, EnterpriseStatus
from domains.kit.connections import Connection
from domains.kit.names import fold
from domains.kit.queries import Match, equals, lookup, lookup_each, page
from domains.kit.scalars import Cursor, EnterpriseCode, UnitCode
from domains.kit.types import queries

WORDS: ColumnElement[str] = literal_column("'simple'::regconfig")  # written as in the index, or the index is not used
ENTERPRISES = enterprises  # the name is taken inside `Query`


def has_words(words: Any) -> ColumnElement[bool]:
    """The name has all words asked for, in any order."""
    name = func.to_tsvector(WORDS, enterprises.c.folded_name)
    return name.bool_op("@@")(func.plainto_tsquery(WORDS, words))


SEARCH = {
    "name": Match(has_words, enterprises.c.folded_name.type, (enterprises.c.name,), prepare=fold),
    "province": equals(enterprises.c.province_code),
    "status": equals(enterprises.c.status),
}


@queries
class Query:
    @lookup(enterprises.c.code)
    def enterprise(self, code: EnterpriseCode) -> Enterprise | None:
        """The enterprise with this code."""

    @lookup_each(enterprises.c.code)
    def enterprises(self, codes: list[EnterpriseCode]) -> list[Enterprise | None] | None:
        """Up to 100 enterprises, in the order asked; null where there is none."""

    @page(ENTERPRISES, SEARCH)
    def search_enterprises(
        self,
        name: str,
        first: int,
        province: UnitCode | None = strawberry.UNSET,
        status: EnterpriseStatus | None = strawberry.UNSET,
        after: Cursor | None = strawberry.UNSET,
    ) -> Connection[Enterprise] | None:
        """Enterprises whose name has all these words; tones and case do not count. Closed ones are included."""
