"""Arguments drawn from the seeded nation: keys that exist, are missing, dangle or belong to protected persons.

A root field without an entry in `ROOTS` fails the generator: every way in is asked with values that mean something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from domains.enterprises.tables import enterprises
from domains.identity.tables import citizens
from domains.kit.queries import Root, Way
from domains.land.tables import certificates, land_rights, parcels
from domains.population.tables import households, residences
from graph.composed import Composed
from tests.properties.bindings import Coordinate
from tests.properties.nation import Nation

#: Shares of a hundred: of keys that lead somewhere, of any that exist, of protected persons', of dangling, of missing.
RICH, ANY, PROTECTED, DANGLING, MISSING = 70, 12, 6, 6, 6

NOBODY: Final = ("001299000990", "079399000990", "048299000990")
NOTHING: Final = {"household": "9999999999990", "parcel": "zzzzzzzzzzzz", "enterprise": "9999999990"}
NO_COMMUNE: Final = "99999"


class Draw:
    """How values are chosen."""

    def __init__(self, seed: int) -> None:
        self.number = Random(seed).randint  # noqa: S311 - a test's choices

    def one(self, of: Sequence[Any]) -> Any:
        return of[self.number(0, len(of) - 1)]

    def chance(self, percent: int) -> bool:
        return self.number(1, 100) <= percent


@dataclass(frozen=True, eq=False, slots=True)
class Keys:
    """The keys of one entity or record by which it is found."""

    existing: Sequence[str]
    missing: Sequence[str]
    protected: Sequence[str] = ()
    dangling: Sequence[str] = ()


@dataclass(eq=False, repr=False, slots=True)
class Arguments:
    """What the nation offers to ask for."""

    composed: Composed
    nation: Nation
    _leading: dict[tuple[Any, ...], Sequence[str]] = field(default_factory=dict)

    def of_root(self, name: str, draw: Draw, way: Sequence[Coordinate]) -> Mapping[str, Any]:
        """The arguments of a root field; `way` are the fields below it that should have something to show."""
        return ROOTS[name](self, draw, self.leading(name, way))

    def place(self, table: Any, draw: Draw) -> str:
        """A cursor somewhere in a table."""
        return str(draw.one(self.nation.tables[table].all)[table.c.surrogate])

    def key(self, keys: Keys, draw: Draw, leading: Sequence[str]) -> str:
        """A key, in set shares."""
        share = draw.number(0, 99)
        for size, some in (
            (RICH, leading),
            (ANY, keys.existing),
            (PROTECTED, keys.protected),
            (DANGLING, keys.dangling),
            (MISSING, keys.missing),
        ):
            if share < size and some:
                return str(draw.one(some))
            share -= size
        return str(draw.one(keys.existing))

    def leading(self, name: str, way: Sequence[Coordinate]) -> Sequence[str]:
        """The keys from which a way leads to a value, whoever asks."""
        root: Root = self.composed.made["Query", name].binding
        if root.way not in (Way.ONE, Way.EACH):
            return ()
        known = self._leading.get((name, *way))
        if known is None:
            rows = self.nation.tables[root.source].all
            known = [row[root.key] for row in rows if self.nation.leads(self.composed, root, row, way)]
            self._leading[name, *way] = known
        return known

    def pins(self) -> Keys:
        persons = self.nation.tables[citizens].all
        existing = [row[citizens.c.pin] for row in persons]
        known = frozenset(existing)
        return Keys(
            existing,
            NOBODY,
            [row[citizens.c.pin] for row in persons if row[citizens.c.protected]],
            [pin for pin in self.nation.values(land_rights.c.holder_pin) if pin not in known],
        )

    def codes(self) -> Keys:
        known = frozenset(existing := self.nation.values(enterprises.c.code))
        held = self.nation.values(land_rights.c.holder_enterprise)
        return Keys(existing, [NOTHING["enterprise"]], dangling=[code for code in held if code not in known])


Write = Callable[[Arguments, Draw, Sequence[str]], Mapping[str, Any]]


def _first(draw: Draw) -> int:
    return draw.number(1, 30) if draw.chance(20) else draw.number(1, 5)


def _citizen(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    return {"pin": of.key(of.pins(), draw, leading)}


def _citizens(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    keys = of.pins()
    return {"pins": [of.key(keys, draw, leading) for _ in range(draw.number(1, 4))]}


def _person(of: Arguments, draw: Draw) -> Any:
    some = of.nation.tables[citizens].all
    hidden = [row for row in some if row[citizens.c.protected]]
    return draw.one(hidden) if draw.chance(10) else draw.one(some)


def _find(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    row, other = _person(of, draw), _person(of, draw)
    name = row[citizens.c.full_name]
    if draw.chance(30):
        name = name.upper()
    mixed = other if draw.chance(15) else row  # nobody, most likely
    member = draw.number(0, 2)
    if member == 0:
        return {"search": {"nameAndBirthDate": {"fullName": name, "dateOfBirth": mixed[citizens.c.date_of_birth]}}}
    if member == 1 and mixed[citizens.c.birth_place_code]:
        inside = {"birthYear": mixed[citizens.c.birth_year], "birthPlaceCode": mixed[citizens.c.birth_place_code]}
        return {"search": {"nameAndBirthPlace": {"fullName": name, **inside}}}
    number = mixed[citizens.c.old_identity_number] or "000000000"
    return {"search": {"oldNumberAndName": {"oldIdentityNumber": number, "fullName": name}}}


def _verify(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    row, other = _person(of, draw), _person(of, draw)
    born = (other if draw.chance(25) else row)[citizens.c.date_of_birth]
    return {"pin": row[citizens.c.pin], "fullName": row[citizens.c.full_name], "dateOfBirth": born}


def _household(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    return {"code": of.key(Keys(of.nation.values(households.c.code), [NOTHING["household"]]), draw, leading)}


def _residents(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    communes = Keys(of.nation.values(residences.c.commune_code), [NO_COMMUNE])
    return {"communeCode": of.key(communes, draw, leading), "first": _first(draw), **_after(of, draw, residences)}


def _parcel(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    return {"id": of.key(Keys(of.nation.values(parcels.c.id), [NOTHING["parcel"]]), draw, leading)}


def _parcels(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    row = draw.one(of.nation.tables[parcels].all)
    commune = NO_COMMUNE if draw.chance(15) else row[parcels.c.commune_code]
    given: dict[str, Any] = {"communeCode": commune, "first": _first(draw)}
    if draw.chance(30):
        given["sheet"] = row[parcels.c.sheet]
    if draw.chance(30):
        given["number"] = row[parcels.c.number]
    return {**given, **_after(of, draw, parcels)}


def _within(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    row = draw.one(of.nation.tables[parcels].all)
    box = row[parcels.c.bounding_box]
    wide = draw.number(1, 40) / 1000
    west, south = (0.5, 0.5) if draw.chance(15) else (round(box.low.x, 4), round(box.low.y, 4))
    corners = {"west": west - wide, "south": south - wide, "east": west + wide, "north": south + wide}
    return {"bbox": corners, "first": _first(draw), **_after(of, draw, parcels)}


def _certificate(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    return {"serial": of.key(Keys(of.nation.values(certificates.c.serial), ["ZZ 00000000"]), draw, leading)}


def _enterprise(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    return {"code": of.key(of.codes(), draw, leading)}


def _enterprises(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    keys = of.codes()
    return {"codes": [of.key(keys, draw, leading) for _ in range(draw.number(1, 4))]}


def _search(of: Arguments, draw: Draw, leading: Sequence[str]) -> Mapping[str, Any]:
    row = draw.one(of.nation.tables[enterprises].all)
    words = row[enterprises.c.name].split()
    name = "Không Đâu Có" if draw.chance(15) else " ".join(words[-draw.number(1, 2) :])
    given: dict[str, Any] = {"name": name, "first": _first(draw)}
    if draw.chance(25):
        given["province"] = row[enterprises.c.province_code]
    if draw.chance(25):
        given["status"] = row[enterprises.c.status]
    return {**given, **_after(of, draw, enterprises)}


def _after(of: Arguments, draw: Draw, table: Any) -> Mapping[str, Any]:
    return {"after": of.place(table, draw)} if draw.chance(15) else {}


ROOTS: Final[Mapping[str, Write]] = {
    "me": lambda *_: {},
    "citizen": _citizen,
    "citizens": _citizens,
    "findCitizens": _find,
    "verifyIdentity": _verify,
    "household": _household,
    "residents": _residents,
    "parcel": _parcel,
    "parcels": _parcels,
    "parcelsWithin": _within,
    "certificate": _certificate,
    "enterprise": _enterprise,
    "enterprises": _enterprises,
    "searchEnterprises": _search,
}
