"""What a grant says: which scopes, whose data, when, how much; and whether one says less than another.

Pure. `is_narrower` decides which door a change goes through, so it errs to one side: what it cannot be sure of is wider
and takes two people.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Annotated, Literal

import msgspec

from auth.acts.change import Count, Moment, Names, UnitCode
from auth.acts.refusals import Invalid
from auth.policy.rows import CommunesOf
from auth.reach import EVERYWHERE, NOWHERE, SELF, Reach, in_communes
from auth.scopes import Catalogue, is_set, is_well_formed

ReachName = Literal["everywhere", "jurisdiction", "self"]
Scheme = Literal["Y2025", "PRE_2025"]

FOREVER = datetime.max.replace(tzinfo=UTC)


class GrantTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a grant says. Without `valid_from` it begins when it is approved, without `valid_until` it has no end."""

    scopes: Names = ()
    sets: Names = ()
    exceptions: Names = ()
    reach: ReachName
    units: Annotated[tuple[UnitCode, ...], msgspec.Meta(max_length=500)] = ()
    units_scheme: Scheme | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    persons_per_day: Count | None = None


@dataclass(frozen=True, slots=True)
class World:
    """The names that exist."""

    catalogue: Catalogue
    communes_of: CommunesOf

    def scopes(self, terms: GrantTerms) -> frozenset[str]:
        """What is granted, sets opened and exceptions taken out. Names that no longer exist give nothing."""
        known = self.catalogue.known
        return known([*terms.scopes, *terms.sets]) - known(terms.exceptions)

    def reach(self, terms: GrantTerms) -> Reach:
        """Whose data; units that no longer exist reach nobody."""
        if terms.reach == "everywhere":
            return EVERYWHERE
        if terms.reach == "self":
            return SELF
        return reduce(or_, (in_communes(self.communes(code, terms.units_scheme)) for code in terms.units), NOWHERE)

    def communes(self, code: str, scheme: str | None) -> frozenset[str]:
        try:
            return self.communes_of(code, scheme or "")
        except LookupError:
            return frozenset()


def check(terms: GrantTerms, world: World, now: datetime) -> None:
    """Raise `Invalid` for terms that could never be granted: unknown names first, then what does not hang together."""
    check_names(terms.scopes, terms.sets, world.catalogue)
    check_names((), (), world.catalogue, either=terms.exceptions)
    if not world.scopes(terms):
        raise Invalid("Nothing is left: the exceptions take out everything that is granted.")
    _check_reach(terms, world)
    if terms.valid_until is not None and terms.valid_until <= max(now, terms.valid_from or now):
        raise Invalid("The grant would end before it begins.")


def check_names(
    scopes: tuple[str, ...], sets: tuple[str, ...], catalogue: Catalogue, *, either: tuple[str, ...] = ()
) -> None:
    """Raise `Invalid` with every name that is no scope, or no scope set, that exists here. Wildcards are neither."""
    unknown = {name for name in scopes if name not in catalogue.scopes}
    unknown |= {name for name in sets if not is_set(name) or name not in catalogue.sets}
    unknown |= {name for name in either if name not in catalogue}
    if unknown:
        names = sorted(name if is_well_formed(name) else "(malformed)" for name in unknown)
        raise Invalid(f"There is no such scope or scope set: {' '.join(dict.fromkeys(names))}.", names)


def _check_reach(terms: GrantTerms, world: World) -> None:
    named = bool(terms.units), terms.units_scheme is not None
    if terms.reach != "jurisdiction" and any(named):
        raise Invalid("Only a jurisdiction names administrative units.")
    if terms.reach == "jurisdiction" and not all(named):
        raise Invalid("A jurisdiction names its administrative units and their scheme.")
    if unknown := sorted(code for code in set(terms.units) if not world.communes(code, terms.units_scheme)):
        raise Invalid(f"There is no such administrative unit in {terms.units_scheme}: {' '.join(unknown)}.", unknown)


def is_narrower(old: GrantTerms, new: GrantTerms, world: World) -> bool:
    """Whether nobody may do anything under `new` that `old` did not allow; equal terms count as narrower.

    Both have their dates: an absent `valid_from` is taken for the beginning of time. A grant of oneself serves other
    callers than all other grants do, so neither is ever narrower than the other. An exception whose name is unknown
    today may mean something tomorrow, so terms that lose one are not narrower.
    """
    return (
        world.scopes(new) <= world.scopes(old)
        and frozenset(old.exceptions) - world.catalogue.known(old.exceptions) - frozenset(world.catalogue.sets)
        <= frozenset(new.exceptions)
        and (old.reach == "self") == (new.reach == "self")
        and world.reach(new) & world.reach(old) == world.reach(new)
        and _begins(new) >= _begins(old)
        and (new.valid_until or FOREVER) <= (old.valid_until or FOREVER)
        and (new.persons_per_day or _UNLIMITED) <= (old.persons_per_day or _UNLIMITED)
    )


_UNLIMITED = float("inf")


def _begins(terms: GrantTerms) -> datetime:
    return terms.valid_from or datetime.min.replace(tzinfo=UTC)
