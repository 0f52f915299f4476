"""Who lives with whom: couples with their children, some of them with the parents of one, and a few others.

Every household has a grown-up head. A child without a grown-up lives with strangers, and their head represents it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.ages import Lives
from synthetic.cells import Bytes, Flags, Ints, table
from synthetic.draws import chance
from synthetic.kinship import NOBODY, Kin

ADULT: Final = 18
ELDERLY: Final = 75
LODGES: Final = 0.75  # of the grown-up who are alone
STRANGERS: Final = 0.4  # of those who live with others, how many are no relatives
_AT_HOME: Final = ([0, 17.9, 18, 25, 30, 40, 60], [1, 1, 0.85, 0.7, 0.45, 0.3, 0.2])
_WITH_HIS_PARENTS: Final = ([22, 35, 60], [0.5, 0.3, 0.1])
_WITH_HER_PARENTS: Final = 0.08

# What a person is to the first couple of the household.
_HUSBAND, _WIFE, _CHILD, _MARRIED_CHILD, _IN_LAW, _GRANDCHILD, _OTHER = range(7)
_HEAD_FIRST: Final = np.array([0, 1, 4, 2, 3, 5, 6])  # who becomes head, lowest first, by the above
_HEAD_AMONG_ELDERLY: Final = np.array([2, 3, 4, 0, 1, 5, 6])  # the married child takes over

# Relation to the head: one line per what the head is, one column per what the member is.
_RELATION: Final[Bytes] = table(
    relation
    for line in (
        ("HEAD", "SPOUSE", "CHILD", "CHILD", "CHILD_IN_LAW", "GRANDCHILD", "OTHER_REL"),
        ("SPOUSE", "HEAD", "CHILD", "CHILD", "CHILD_IN_LAW", "GRANDCHILD", "OTHER_REL"),
        ("PARENT", "PARENT", "SIBLING", "SIBLING", "OTHER_REL", "GRANDCHILD", "OTHER_REL"),
        ("PARENT", "PARENT", "SIBLING", "HEAD", "SPOUSE", "CHILD", "OTHER_REL"),
        ("OTHER_REL", "OTHER_REL", "OTHER_REL", "SPOUSE", "HEAD", "CHILD", "OTHER_REL"),
        ("GRANDPARENT", "GRANDPARENT", "OTHER_REL", "PARENT", "PARENT", "SIBLING", "OTHER_REL"),
        ("NON_REL", "NON_REL", "NON_REL", "NON_REL", "NON_REL", "NON_REL", "NON_REL"),
    )
    for relation in line
).reshape(7, 7)


@dataclass(frozen=True, slots=True)
class Households:
    """Homes are numbered from 0; `home` and `family` are by person, `head` by home."""

    home: Ints  # where the person lives; NOBODY for the dead and missing
    family: Ints  # the home of the person's nearest: also for the dead and missing, where there is one
    relation: Bytes
    head: Ints
    guardian: Ints  # the head who represents a child without parents, or NOBODY


def draw_households(rng: np.random.Generator, lives: Lives, kin: Kin) -> Households:
    """Households of everybody who is alive and not missing."""
    nucleus = _nuclei(rng, lives, kin)
    first, role = _under_one_roof(rng, lives, kin, nucleus)
    _lodge(rng, lives, kin, first, role)
    wards = _take_in(rng, lives, first, role)
    return _numbered(lives, first, role, wards, strangers=chance(rng, STRANGERS, len(first)))


def _nuclei(rng: np.random.Generator, lives: Lives, kin: Kin) -> Ints:
    """For each person the one who stands for the couple, with the children who still live with them."""
    count = len(kin.spouse)
    nucleus = np.arange(count)
    wives = np.flatnonzero(~lives.male & (kin.spouse != NOBODY))
    nucleus[wives] = kin.spouse[wives]
    at_home = chance(rng, np.interp(lives.years, *_AT_HOME), count)
    children = np.flatnonzero((kin.spouse == NOBODY) & (kin.mother != NOBODY) & at_home)
    nucleus[children] = kin.spouse[kin.mother[children]]
    return nucleus


def _under_one_roof(rng: np.random.Generator, lives: Lives, kin: Kin, nucleus: Ints) -> tuple[Ints, Ints]:
    """Moves some couples in with their parents, at most one couple each, and names everybody's role."""
    count = len(nucleus)
    husbands = np.flatnonzero(lives.male & (kin.spouse != NOBODY))
    wives = kin.spouse[husbands]
    his = (kin.mother[husbands] != NOBODY) & chance(
        rng, np.interp(lives.years[husbands], *_WITH_HIS_PARENTS), len(husbands)
    )
    hers = ~his & (kin.mother[wives] != NOBODY) & chance(rng, _WITH_HER_PARENTS, len(husbands))
    couples, child = husbands[his | hers], np.where(his, husbands, wives)[his | hers]
    parents = kin.spouse[kin.mother[child]]
    _, one_each = np.unique(parents, return_index=True)
    couples, child, parents = couples[one_each], child[one_each], parents[one_each]
    moves = np.zeros(count, dtype=np.bool_)
    moves[couples] = True
    stays = ~moves[parents] & (lives.present[parents] | lives.present[kin.spouse[parents]])
    joins, blood = np.arange(count), np.full(count, NOBODY)
    joins[couples[stays]], blood[couples[stays]] = parents[stays], child[stays]
    return joins[nucleus], _roles(nucleus, joins, blood, kin)


def _roles(nucleus: Ints, joins: Ints, blood: Ints, kin: Kin) -> Ints:
    people = np.arange(len(nucleus))
    leads, leads_beside = people == nucleus, (kin.spouse == nucleus) & (kin.spouse != NOBODY)
    moved = joins[nucleus] != nucleus
    own = np.select([leads, leads_beside], [_HUSBAND, _WIFE], _CHILD)
    of_moved = np.select([people == blood[nucleus], leads | leads_beside], [_MARRIED_CHILD, _IN_LAW], _GRANDCHILD)
    return np.where(moved, of_moved, own)


def _lodge(rng: np.random.Generator, lives: Lives, kin: Kin, first: Ints, role: Ints) -> None:
    """Most of those who would live alone live with others."""
    alone = (kin.spouse == NOBODY) & (role == _HUSBAND)
    lodgers = np.flatnonzero(alone & (lives.years >= ADULT) & chance(rng, LODGES, len(role)))
    _move_in(rng, lodgers, first, role, hosts=_hosts(lives, first, role) & (kin.spouse != NOBODY))


def _take_in(rng: np.random.Generator, lives: Lives, first: Ints, role: Ints) -> Flags:
    """Children in a household without a grown-up move to another one."""
    grown_ups = np.zeros(len(role), dtype=np.bool_)
    grown_ups[first[lives.present & (lives.years >= ADULT)]] = True
    wards: Flags = lives.present & ~grown_ups[first]
    _move_in(rng, np.flatnonzero(wards), first, role, hosts=_hosts(lives, first, role))
    return wards


def _hosts(lives: Lives, first: Ints, role: Ints) -> Flags:
    hosts: Flags = lives.present & (lives.years >= ADULT) & (role == _HUSBAND) & (first == np.arange(len(first)))
    return hosts


def _move_in(rng: np.random.Generator, guests: Ints, first: Ints, role: Ints, hosts: Flags) -> None:
    homes = np.setdiff1d(np.flatnonzero(hosts), guests)
    if len(homes):
        first[guests] = homes[rng.integers(0, len(homes), len(guests))]
        role[guests] = _OTHER


def _numbered(lives: Lives, first: Ints, role: Ints, wards: Flags, *, strangers: Flags) -> Households:
    present = np.flatnonzero(lives.present)
    roots, of_present = np.unique(first[present], return_inverse=True)
    number = np.full(len(first), NOBODY)
    number[roots] = np.arange(len(roots))
    home = np.full(len(first), NOBODY)
    home[present] = of_present
    head = _heads(lives, home, role, len(roots))
    relation = _RELATION[role[head[home]], role]
    relation = np.where((role == _OTHER) & strangers, b"NON_REL", relation)
    relation = np.where(head[home] == np.arange(len(first)), b"HEAD", relation)
    guardian = np.where(wards & (lives.years < ADULT), head[home], NOBODY)
    return Households(home, number[first], relation, head, guardian)


def _heads(lives: Lives, home: Ints, role: Ints, homes: int) -> Ints:
    adults = np.flatnonzero(lives.present & (lives.years >= ADULT))
    younger = np.zeros(homes, dtype=np.bool_)
    younger[home[adults[(role[adults] <= _WIFE) & (lives.years[adults] < ELDERLY)]]] = True
    rank = np.where(younger[home[adults]], _HEAD_FIRST[role[adults]], _HEAD_AMONG_ELDERLY[role[adults]])
    order = adults[np.lexsort((lives.born[adults], rank, home[adults]))]
    _, firsts = np.unique(home[order], return_index=True)
    head: Ints = order[firsts]
    return head
