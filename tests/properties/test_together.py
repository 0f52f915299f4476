"""Requests that arrive together share statements, and each gets its own answer: the one that it gets alone.

The documents are those of which one statement reads most: several lists, pages with lists, households that several
requests come to, rows above rows that a rule hides. Callers of every reach ask them at once.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domains.land.tables import land_rights, parcels
from domains.population.tables import household_members, households, residences
from graph.catalogue import scopes
from graph.composed import Composed
from tests.properties.arguments import NOBODY, Arguments, Draw
from tests.properties.callers import kinds
from tests.properties.drawing import drawing
from tests.properties.operations import Operation
from tests.properties.received import ServerLog, of_registers
from tests.properties.reference import Reference
from tests.properties.served import Served
from tests.properties.test_reference import SUBJECTS

EXAMPLES = 60
AT_ONCE = 8

HOLDER = "holder{__typename ...on Citizen{fullName} ...on Enterprise{code name}}"
RIGHTS = (
    f"edges{{cursor node{{kind {HOLDER} certificate{{serial}} parcel{{id addressDetail}}}}}} pageInfo{{hasNextPage}}"
)
HOUSEHOLD = "household{code head{maritalStatus} members{relationToHead person{fullName vitalStatus}}}"
IDENTITY = "pin contact{mobile} identityCards{kind issuedOn} electronicIdentity{level}"
CITIZEN = (
    f"{IDENTITY} maritalStatus residences{{kind address{{detail}}}} spouse{{fullName vitalStatus}} {HOUSEHOLD} "
    f"children{{pin vitalStatus household{{code}}}} temporaryAbsences{{reason}}"
)
PERSON = f"{CITIZEN} landRights(first:2){{{RIGHTS}}}"
PARCEL = (
    f"id addressDetail uses{{useCode}} encumbrances{{kind {HOLDER}}} attachedAssets{{kind}} "
    f"landRights(first:2){{{RIGHTS}}} certificates(first:1){{edges{{node{{serial {HOLDER}}}}}}}"
)
NODES = "edges{cursor node{%s}} pageInfo{hasNextPage endCursor}"
DOCUMENTS = {
    "pin": f"query($pin:PersonalNumber!){{citizen(pin:$pin){{{PERSON}}}}}",
    "pins": f"query($pins:[PersonalNumber!]!){{citizens(pins:$pins){{fullName residences{{kind}} {HOUSEHOLD}}}}}",
    "code": f"query($code:String!){{household(code:$code){{code head{{{HOUSEHOLD}}} members{{person{{pin}}}}}}}}",
    "residents": f"query($place:UnitCode!){{residents(communeCode:$place,first:3){{{NODES % PERSON}}}}}",
    "parcel": f"query($id:ParcelId!){{parcel(id:$id){{{PARCEL}}}}}",
    "parcels": f"query($place:UnitCode!){{parcels(communeCode:$place,first:3){{{NODES % PARCEL}}}}}",
    "box": f"query($box:BoundingBox!){{parcelsWithin(bbox:$box,first:3){{{NODES % PARCEL}}}}}",
    "search": f"query($search:CitizenSearch!){{findCitizens(search:$search){{{IDENTITY} maritalStatus}}}}",
    "me": f"{{me{{{CITIZEN}}}}}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A few people and parcels close to each other, so that requests meet."""

    values: Mapping[str, Sequence[Any]]

    def operation(self, name: str, draw: Draw) -> Operation:
        """One of the documents, about somebody or something here."""
        text = DOCUMENTS[name]
        some = {each: draw.one(values) for each, values in self.values.items() if f"${each}:" in text}
        if name == "pins":
            some = {"pins": [draw.one(self.values["pin"]) for _ in range(draw.number(1, 5))]}
        return Operation(text, some)


def place_of(arguments: Arguments, draw: Draw) -> Place:
    """A household or two with all their members, and the parcels in which they hold rights."""
    nation = arguments.nation
    codes = [draw.one(nation.tables[households].all)[households.c.code] for _ in range(2)]
    members = [
        row for code in codes for row in nation.tables[household_members].by(household_members.c.household_code, code)
    ]
    pins = [row[household_members.c.pin] for row in members]
    rights = [row for pin in pins for row in nation.tables[land_rights].by(land_rights.c.holder_pin, pin)]
    ids = [row[land_rights.c.parcel_id] for row in rights] or [draw.one(nation.tables[parcels].all)[parcels.c.id]]
    lots = [nation.tables[parcels].by(parcels.c.id, each)[0] for each in ids]
    lived_in = [row for pin in pins for row in nation.tables[residences].by(residences.c.pin, pin)]
    communes = [row[residences.c.commune_code] for row in lived_in if row[residences.c.commune_code]]
    boxes = [lot[parcels.c.bounding_box] for lot in lots]
    return Place(
        {
            "pin": [*pins, NOBODY[0]],
            "code": codes,
            "search": [arguments.of_root("findCitizens", draw, ())["search"]],
            "place": [*communes, *(lot[parcels.c.commune_code] for lot in lots)],
            "id": ids,
            "box": [
                {"west": box.low.x - 0.01, "south": box.low.y - 0.01, "east": box.high.x, "north": box.high.y}
                for box in boxes
            ],
        }
    )


def test_requests_that_arrive_together_are_answered_as_each_would_be_alone(
    composed: Composed,
    arguments: Arguments,
    reference: Reference,
    graph: Served,
    log: ServerLog,
    loop: asyncio.AbstractEventLoop,
) -> None:
    callers = kinds(arguments.nation, scopes(composed), SUBJECTS)
    answered: Counter[str] = Counter()
    met: Counter[str] = Counter()

    @drawing(EXAMPLES)
    @given(
        st.integers(0, 2**32 - 1),
        st.lists(
            st.tuples(st.sampled_from([*DOCUMENTS]), st.sampled_from([*callers])), min_size=AT_ONCE, max_size=AT_ONCE
        ),
    )
    def ask(number: int, asking: Sequence[tuple[str, str]]) -> None:
        draw = Draw(number)
        place = place_of(arguments, draw)
        asked = [(place.operation(name, draw), callers[kind], name) for name, kind in asking]
        log.statements(())

        async def together() -> Any:
            return await asyncio.gather(*(graph.ask(operation, caller) for operation, caller, _ in asked))

        responses = loop.run_until_complete(together())
        met["statements"] += len(of_registers(composed, log.statements(graph.connections())))
        for (operation, caller, name), response in zip(asked, responses, strict=True):
            if response.status == 200:
                expected = loop.run_until_complete(reference.answer(operation, caller))
                assert json.loads(response.body)["data"] == expected.data, operation
                answered[name] += 1
                met["readings"] += expected.readings

    ask()
    assert {*answered} == {*DOCUMENTS}
    assert met["statements"] < met["readings"] / 2
