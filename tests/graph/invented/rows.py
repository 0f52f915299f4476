"""Rows of the invented domains: forty people, ten to a town, whose numbers begin with 000 as no province does."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateTable

from tests.graph.invented.people import PEOPLE
from tests.graph.invented.things import THINGS

DOMAINS = (PEOPLE, THINGS)
TOWNS = ("00001", "00002", "00003", "00004")
FOLK = 40
PROTECTED = 39  # the last one, who lives in the last town


def pin(number: int) -> str:
    """The personal number of the person with this place; of nobody from FOLK on."""
    return f"000{number:09d}"


EACH = f"from generate_series(0, {FOLK - 1}) as n"
PIN = "'000' || lpad(n::text, 9, '0')"
TOWN = f"(array{[*TOWNS]})[n / 10 + 1]"
RULES = f"{TOWN}, n = {PROTECTED}"

ROWS: Mapping[str, tuple[str, ...]] = {
    "people": (
        f"insert into folk select {PIN}, n * 1000, 'Person ' || n % 8, {TOWN}, {RULES} {EACH}",
        # the first three have as many notes as their number says, the fourth more than the list may hold
        f"insert into notes select {PIN}, n * 10 + k, 'note ' || k, '2020-01-01', null, {RULES} {EACH}, "  # noqa: ISC004
        "generate_series(1, case when n < 3 then n when n = 3 then 4 else 0 end) as k",
        f"insert into notes select {PIN}, 90000 + n, 'old', '2000-01-01', '2010-01-01', {RULES} {EACH} where n < 4",
        # friends are the next two; those of the last ones are not registered
        f"insert into friends select {PIN}, n * 10 + k, '000' || lpad((n + k)::text, 9, '0'), {RULES} {EACH}, "  # noqa: ISC004
        "generate_series(1, 2) as k",
    ),
    "things": (
        # as many as the remainder of the number by five, called n-1, n-2, ...
        f"insert into possessions select n || '-' || k, n * 10 + k, 'thing ' || k, 'secret of ' || n, {PIN}, {RULES} "  # noqa: ISC004
        f"{EACH}, generate_series(1, n % 5) as k",
        "insert into possessions values ('nobodys', 9999, 'thing of nobody', 'no secret', null, null, false)",
    ),
}


def statements() -> dict[str, list[str]]:
    """The SQL that makes each domain's tables and fills them."""
    return {
        domain.name: [
            *(str(CreateTable(each).compile(dialect=dialect())) for each in domain.metadata.sorted_tables),  # type: ignore[no-untyped-call]
            *ROWS[domain.name],
        ]
        for domain in DOMAINS
    }
