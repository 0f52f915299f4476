"""What the population register knows of a block: persons, households, family, absences. Residences: residences.py."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from domains.kit.units import Y2025
from domains.population import tables
from synthetic.cells import NULL, Bytes, Cells, Flags, Ints, flags, nullable, table
from synthetic.counters import Counters
from synthetic.days import NEVER, TODAY, date_text, partial_text
from synthetic.draws import Choice, Weighted, between, chance
from synthetic.folk import Folk
from synthetic.kinship import NOBODY
from synthetic.naming import inherited
from synthetic.places import COMMUNE_CODE, FORMER_CODE, PROVINCE_CODE, SUCCESSOR, draw_former
from synthetic.residences import residence_rows
from synthetic.rows import Rows, rows, rule_cells
from synthetic.statistics import rows as statistic

_BLOOD: Final = Choice({"O+": 42, "B+": 30, "A+": 21, "AB+": 6.7, "O-": 0.1, "B-": 0.1, "A-": 0.07, "AB-": 0.03})
_ABSENCE: Final = Choice({"WORK": 55, "STUDY": 25, "MEDICAL_TREATMENT": 5, "ABROAD": 10, "CUSTODY": 1, "OTHER": 4})
_RELIGION_CODE: Final[Bytes] = table(row["code"] for row in statistic("religions"))
_RELIGION: Final = Weighted(float(row["followers"]) for row in statistic("religions"))
_ETHNIC_CODE: Final[Bytes] = table(row["code"] for row in statistic("ethnic_groups"))
_MARRIED_INSIDE: Final = 0.85


def _ethnicity_by_province() -> list[Weighted]:
    """One group's people spread over its main provinces; where none is named, over all."""
    weights = np.zeros((len(FORMER_CODE), len(_ETHNIC_CODE)))
    for column, row in enumerate(statistic("ethnic_groups")):
        homes = np.isin(FORMER_CODE, table(row["main_provinces"].split() or ["*"]))
        everywhere = not row["main_provinces"]
        weights[:, column] = float(row["population"]) * (1 / len(homes) if everywhere else homes / max(homes.sum(), 1))
    people = np.array([float(row["population"]) for row in statistic("former_province_population")])
    weights[:, 0] = np.maximum(people - weights[:, 1:].sum(axis=1), people * 0.05)
    return [Weighted(row) for row in weights]


_ETHNICITY: Final = _ethnicity_by_province()


def population_rows(rng: np.random.Generator, folk: Folk, counters: Counters) -> Iterator[Rows]:
    """Everything of this register about the block."""
    yield _persons(rng, folk, counters)
    yield residence_rows(rng, folk, counters)
    yield _households(folk, counters)
    yield _members(folk, counters)
    yield _family_links(folk, counters)
    yield _absences(rng, folk, counters)


def _persons(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    count, lives, home, family = len(folk), folk.lives, folk.households.home, folk.households.family
    ended = np.where(lives.died == NEVER, lives.missing_since, lives.died)
    at_home = home != NOBODY
    values: dict[str, Cells] = {
        "pin": folk.pin,
        "marital_status": _marital_status(rng, folk),
        "ethnicity": nullable(~chance(rng, 0.0005, count), _ETHNIC_CODE[_ethnicity(rng, folk)]),
        "religion": nullable(~chance(rng, 0.004, count), _RELIGION_CODE[_religion(rng, folk)]),
        "blood_type": nullable(chance(rng, 0.3, count), _BLOOD.draw(rng, count)),
        "vital_status": np.select(
            [lives.died != NEVER, lives.missing_since != NEVER], [b"DECEASED", b"MISSING"], b"ALIVE"
        ),
        "death_or_missing_date": partial_text(ended, chance(rng, 0.004, count), chance(rng, 0.02, count)),
        "household_code": nullable(at_home, folk.home_code[home]),
        "relation_to_head": nullable(at_home, folk.households.relation),
        "residence_file_number": nullable(family != NOBODY, folk.home_code[family]),
    }
    return rows(tables.persons, count, counters, values | rule_cells(folk, np.arange(count)))


def _marital_status(rng: np.random.Generator, folk: Folk) -> Bytes:
    lives, spouse, years, count = folk.lives, folk.kin.spouse, folk.lives.years, len(folk)
    has_spouse = spouse != NOBODY
    widowed = has_spouse & (lives.died[spouse] != NEVER) & (lives.died == NEVER)
    luck = rng.random(count)
    left_alone = ~has_spouse & (years >= 60) & (luck < np.interp(years, [60, 85], [0.3, 0.95]))
    return np.select(
        [widowed, has_spouse & (luck < 0.01), has_spouse, left_alone, (years >= 27) & (luck > 0.75), luck > 0.997],
        [b"WIDOWED", b"SEPARATED", b"MARRIED", b"WIDOWED", b"DIVORCED", b"NOT_STATED"],
        b"SINGLE",
    )


def _ethnicity(rng: np.random.Generator, folk: Folk) -> Ints:
    drawn = np.empty(len(folk), dtype=np.int64)
    for former, weighted in enumerate(_ETHNICITY):
        people = np.flatnonzero(folk.born_in == former)
        drawn[people] = weighted.draw(rng, len(people))
    alike = ~folk.lives.male & (folk.kin.spouse != NOBODY) & chance(rng, _MARRIED_INSIDE, len(folk))
    drawn = np.where(alike, drawn[folk.kin.spouse], drawn)
    return inherited(drawn, folk.kin.father, folk.kin.mother)


def _religion(rng: np.random.Generator, folk: Folk) -> Ints:
    return inherited(_RELIGION.draw(rng, len(folk)), folk.kin.mother, folk.kin.father)


def _households(folk: Folk, counters: Counters) -> Rows:
    head, commune = folk.households.head, COMMUNE_CODE[folk.addresses.commune]
    hidden = np.zeros(len(head), dtype=np.bool_)
    hidden[folk.households.home[folk.protected & (folk.households.home != NOBODY)]] = True
    values: dict[str, Cells] = {
        "code": folk.home_code,
        "head_pin": folk.pin[head],
        "unit_code": commune,
        "unit_scheme": Y2025.encode(),
        "commune_code": commune,
        "detail": folk.addresses.detail,
        **rule_cells(folk, head),
        "protected": flags(hidden),
    }
    return rows(tables.households, len(head), counters, values)


def _members(folk: Folk, counters: Counters) -> Rows:
    people = np.flatnonzero(folk.households.home != NOBODY)
    values: dict[str, Cells] = {
        "household_code": folk.home_code[folk.households.home[people]],
        "pin": folk.pin[people],
        "relation": folk.households.relation[people],
    }
    return rows(tables.household_members, len(people), counters, values | rule_cells(folk, people))


def _family_links(folk: Folk, counters: Counters) -> Rows:
    """Every link from both sides."""
    kin, guardian = folk.kin, folk.households.guardian
    links = [
        (kin.mother, b"MOTHER", b"CHILD"),
        (kin.father, b"FATHER", b"CHILD"),
        (guardian, b"LEGAL_REPRESENTATIVE", b"REPRESENTED"),
    ]
    married = np.flatnonzero(kin.spouse != NOBODY)
    person, relative, kind = [married], [kin.spouse[married]], [np.full(len(married), b"SPOUSE")]
    for others, is_theirs, is_ours in links:
        ours = np.flatnonzero(others != NOBODY)
        person += [ours, others[ours]]
        relative += [others[ours], ours]
        kind += [np.full(len(ours), is_theirs), np.full(len(ours), is_ours)]
    return _link_rows(folk, counters, np.concatenate(person), np.concatenate(relative), np.concatenate(kind))


def _link_rows(folk: Folk, counters: Counters, person: Ints, relative: Ints, kind: Bytes) -> Rows:
    values: dict[str, Cells] = {"pin": folk.pin[person], "kind": kind, "relative_pin": folk.pin[relative]}
    rules = rule_cells(folk, person) | rule_cells(folk, relative, of="relative")
    return rows(tables.family_links, len(person), counters, values | rules)


def _absences(rng: np.random.Generator, folk: Folk, counters: Counters) -> Rows:
    grown_up: Flags = folk.lives.present & (folk.lives.years >= 16)
    people = np.flatnonzero(grown_up & chance(rng, 0.02, len(folk)))
    count = len(people)
    since = between(rng, TODAY - 700, TODAY - 1, count)
    reason = _ABSENCE.draw(rng, count)
    inland = (reason != b"ABROAD") & chance(rng, 0.9, count)
    values: dict[str, Cells] = {
        "pin": folk.pin[people],
        "absent_from": date_text(since),
        "absent_until": np.where(chance(rng, 0.7, count), date_text(since + between(rng, 30, 600, count)), NULL),
        "destination_code": nullable(inland, PROVINCE_CODE[SUCCESSOR[draw_former(rng, count)]]),
        "destination_scheme": nullable(inland, Y2025.encode()),
        "reason": reason,
    }
    return rows(tables.temporary_absences, count, counters, values | rule_cells(folk, people))
