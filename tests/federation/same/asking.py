"""Asks both shapes the same, compares, and notes what was reached; then asks directly for whatever was not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from auth.demo.agencies import WIDEST
from domains.kit.fields import Link, Relation
from domains.kit.queries import Root, Way
from graph.composed import Composed
from synthetic.personas import SIGNING_IN
from tests.failures.asking import AWAY
from tests.federation.same.both import Answer, Both, meant, sources
from tests.federation.same.documents import documents
from tests.federation.same.pages import Page, Pages, connections, pages
from tests.federation.same.reach import Reach, crossings, members, union_of
from tests.properties.arguments import NOBODY, Arguments, Draw
from tests.properties.bindings import Coordinate
from tests.properties.met import scopes_of
from tests.properties.operations import Operation, Writer, route

NO_READER = "bank"  # may verify, and nothing else
NO_VERIFIER = "statistics"
CITIZEN = f"citizen-portal {SIGNING_IN[0].pin}"
STRANGER = f"citizen-portal {NOBODY[0]}"
FOR_NOW = AWAY | {"GRANTS_UNCONFIRMED"}
DIRECTLY = 25  # direct questions for one thing that was not met
PAGES = 3  # of one connection


class Asking:
    """One run of operations in both shapes."""

    def __init__(self, composed: Composed, arguments: Arguments, both: Both) -> None:
        self._composed, self._arguments, self._both = composed, arguments, both
        self.reach = Reach(composed)
        self.asked = 0
        self.away = 0
        """How often a process could not answer at the moment: a busy machine may keep it from confirming its grants."""

    def ask(self, operation: Operation, caller: str = WIDEST, *, behind: Operation | None = None) -> list[Answer]:
        """The answers of one process and of the gateway, which may be asked with cursors of its own.

        Raises AssertionError where they do not mean the same. Where something was away, both are asked once more.
        """
        answers = self._answers(operation, caller, behind)
        if any(_is_away(each) for each in answers):
            self.away += 1
            answers = self._answers(operation, caller, behind)
        alone, together = answers
        asked = caller, operation
        assert meant(together) == meant(alone), asked
        assert sources(together) <= sources(alone), asked
        assert bool(sources(together)) == bool(sources(alone)), asked
        self.reach.note(operation, alone)
        self.asked += 1
        return answers

    def _answers(self, operation: Operation, caller: str, behind: Operation | None) -> list[Answer]:
        return [self._both.whole.ask(operation, caller), self._both.together.ask(behind or operation, caller)]

    def complete(self) -> None:
        """Ask for whatever the declarations call for and no drawn operation met."""
        for operation in documents():
            assert self.ask(operation)[0][0] == 200
        for connection in connections(self._composed):
            self._page(connection)
        self._complete_fields()
        self._complete_roots()
        self._complete_refusals()
        for crossing, ways in crossings(self._composed).items():
            self._until(self._leading(ways), partial(self.reach.crossings.__contains__, crossing))
        for each in sorted(members(self._composed)):
            self._until(self._into(*each), partial(self.reach.members.__contains__, each))

    def _page(self, connection: Coordinate) -> None:
        """Some pages of a connection, each shape by the cursors that it gave; those of the other are no good to it."""
        place, found = self._first_page(connection)
        for _ in range(1, PAGES):
            alone, behind = (place.after(page["pageInfo"]["endCursor"]) for page in found)
            assert [status for status, _ in self.ask(behind, behind=alone)] == [400, 400]
            found = self._found(place, self.ask(alone, behind=behind))
            if not found[0]["pageInfo"]["hasNextPage"]:
                break

    def _first_page(self, connection: Coordinate) -> tuple[Pages, list[Page]]:
        """Where more than one page is; or where there is one, after which comes an empty one."""
        best: tuple[Pages, list[Page]] | None = None
        for place in pages(self._arguments, connection):
            found = self._found(place, self.ask(place.after(None)))
            if found[0]["pageInfo"]["hasNextPage"]:
                return place, found
            if found[0]["edges"]:
                best = place, found
        assert best is not None, connection
        return best

    @staticmethod
    def _found(place: Pages, answers: Sequence[Answer]) -> list[Page]:
        assert [status for status, _ in answers] == [200, 200]
        return [place.of(body["data"]) for _, body in answers]

    def _complete_fields(self) -> None:
        for coordinate, one in self._composed.made.items():
            if one.right is not None:
                is_hop = isinstance(one.binding, Link | Relation)
                met = self.reach.met.crossed if is_hop else self.reach.met.granted
                self._until(self._to(coordinate), partial(met.__contains__, coordinate))

    def _complete_roots(self) -> None:
        met = self.reach.met
        for coordinate, one in self._composed.made.items():
            if isinstance(one.binding, Root):
                is_mine = one.binding.way is Way.SELF
                for found, caller in ((met.hit, CITIZEN), (met.missed, STRANGER)):
                    is_met = partial(found.__contains__, coordinate[1])
                    self._until([coordinate], is_met, caller if is_mine else WIDEST)

    def _complete_refusals(self) -> None:
        refused = self.reach.met.refused
        for coordinate in self._composed.made:
            for scope in scopes_of(self._composed, coordinate):
                caller = NO_VERIFIER if scope.endswith(":verify") else NO_READER
                self._until(self._to(coordinate), partial(refused.__contains__, scope), caller)

    def _into(self, union: str, member: str) -> Sequence[Coordinate]:
        """The way to the first field of a union's member that is no list of others."""
        hop = next(each for each in self._composed.made if union_of(self._composed, each) == union)
        type_: Any = self._composed.schema.type_map[member]
        own = (name for name in type_.fields if not isinstance(self._composed.made[member, name].binding, Relation))
        return (*self._to(hop), (member, next(own)))

    def _leading(self, ways: Sequence[Sequence[Coordinate]]) -> Sequence[Coordinate]:
        """The first of these ways, continued from a root field, at whose end somebody has something."""
        whole = ([*self._to(hop), beyond] for hop, beyond in ways)
        return next(way for way in whole if self._arguments.leading(way[0][1], way[1:]))

    def _to(self, coordinate: Coordinate) -> Sequence[Coordinate]:
        return route(self._composed.schema, coordinate, _everything)

    def _until(self, way: Sequence[Coordinate], is_met: Callable[[], bool], caller: str = WIDEST) -> None:
        """Ask along a way with one argument after another, until this is met."""
        for place in range(DIRECTLY):
            if is_met():
                return
            writer = Writer(self._arguments, Draw(place), _everything, dated=True, left=0)
            self.ask(writer.along(way), caller)


def _is_away(answer: Answer) -> bool:
    return any(error["extensions"]["code"] in FOR_NOW for error in answer[1].get("errors", ()))


def _everything(_type_name: str, _name: str) -> bool:
    return True
