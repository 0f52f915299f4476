"""Generated grants: which scopes, whose data, and the callers that a set of grants makes possible.

Sets come in threes: every scope is missing from exactly one of the three, so that over a run every field is granted and
refused. Each request is made by a caller who holds the whole set or less of it: what one holder of the set may not
learn, no holder of less may learn either.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from auth.caller import Caller
from auth.reach import EVERYWHERE, SELF, Reach
from graph.catalogue import scopes
from graph.composed import Composed
from tests.properties.arguments import NOBODY, Draw
from tests.properties.callers import caller, communes, is_protected
from tests.properties.demands import Demands
from tests.properties.nation import Nation

PARTS = 3


@dataclass(frozen=True, repr=False, slots=True)
class Grants:
    """Scopes, the reach of all of them, and whether protected persons are shown (`None`: they are not).

    They are held by an agency, unless the reach is `self`, and by the citizen `subject` for whom a token may speak.
    """

    scopes: frozenset[str]
    reach: Reach
    subject: str
    protected: Reach | None = None

    def holders(self) -> Sequence[Caller]:
        """Those who hold all of it."""
        return [self.citizen()] if self.reach.oneself else [self._agency(sorted(self.scopes)), self.citizen()]

    def citizen(self, subject: str | None = None) -> Caller:
        """The citizen who asks for herself."""
        return caller(dict.fromkeys(self.scopes, SELF), subject=subject or self.subject)

    def holder(self, demands: Demands, narrower: Reach, draw: Draw) -> Caller:
        """One who holds all of it or less; what is left out often is what the operation takes."""
        speaks = self.reach.oneself or draw.chance(95 if demands.speaks else 8)
        held, needed = sorted(self.scopes), sorted(self.scopes & demands.scopes.keys())
        kind = draw.number(1, 20)
        if kind <= 3 and needed:
            held.remove(draw.one(needed))
        elif kind == 4:
            held = [scope for scope in held if not draw.chance(4)]
        elif kind == 5:
            return caller({}, subject=self.subject if speaks else None, purpose=None)
        if speaks:
            subject = NOBODY[0] if draw.chance(10) else self.subject
            return caller(dict.fromkeys(held, SELF), subject=subject)
        few = {scope for scope in held if draw.chance(60)} if kind in (6, 7) else frozenset()
        return self._agency(held, narrower, few)

    def _agency(self, held: Sequence[str], narrower: Reach = EVERYWHERE, few: Collection[str] = ()) -> Caller:
        reach = {scope: self.reach & narrower if scope in few else self.reach for scope in held}
        protected = dict.fromkeys(PROTECTED, self.protected) if self.protected is not None else {}
        return caller(reach | protected)


PROTECTED = tuple(f"{domain}:citizen:protected" for domain in ("identity", "population", "land", "enterprises"))


def generated(composed: Composed, nation: Nation, number: int, subjects: Sequence[str]) -> Grants:
    """The grants of a number: of three in a row each leaves out another third; their reach goes round."""
    everything = sorted(scope for scope in scopes(composed) if not is_protected(scope))
    Random(100 + number // PARTS).shuffle(everything)  # noqa: S311 - a test's choice
    held = frozenset(everything) - frozenset(everything[number % PARTS :: PARTS])
    subject = subjects[number % len(subjects)]
    match number % 5:
        case 0:
            return Grants(held, EVERYWHERE, subject)
        case 1:
            return Grants(held, communes(nation, 0.7, number), subject, communes(nation, 0.4, number + 1))
        case 2:
            return Grants(held, EVERYWHERE, subject, EVERYWHERE)
        case 3:
            return Grants(held, communes(nation, 0.4, number), subject)
    return Grants(held, SELF, subject)
