"""The personas' rows in the four registers: everything that belongs to them, by hand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Table

from domains.identity import tables as identity
from domains.kit.names import fold
from domains.kit.units import PRE_2025, UNIT, Y2025
from domains.population import tables as population
from synthetic import persona_homes as homes
from synthetic import persona_property as property_
from synthetic.cells import Bytes, records, table
from synthetic.counters import Counters
from synthetic.personas import EVERYBODY, Persona
from synthetic.rows import Rows

Row = Mapping[str, Any]

PEOPLE: Final = tuple(persona for persona in EVERYBODY if persona.registered)
BANKS: Final[Bytes] = table(bank.code for bank in property_.BANKS)
_BY_PIN: Final = {persona.pin: persona for persona in EVERYBODY}


def persona_rows(counters: Counters) -> Mapping[str, list[Rows]]:
    """Rows by register."""
    written: dict[str, dict[Table, Iterable[Row]]] = {
        "identity": {
            identity.citizens: map(_citizen, PEOPLE),
            identity.contacts: ({**row, **_rules(row["pin"])} for row in homes.CONTACTS),
            identity.identity_cards: ({**row, **_rules(row["pin"])} for row in homes.CARDS),
            identity.electronic_identities: map(_electronic_identity, filter(_has_electronic_identity, PEOPLE)),
        },
        "population": {
            population.persons: map(_person, PEOPLE),
            population.residences: _residences(),
            population.households: map(_household, homes.HOMES),
            population.household_members: (_member(persona) for persona in PEOPLE if persona.home),
            population.family_links: _links(),
            population.temporary_absences: ({**row, **_rules(row["pin"])} for row in homes.ABSENCES),
        },
        "land": {of: map(_held, rows) for of, rows in property_.LAND.items()},
        "enterprises": {of: map(_in_company, rows) for of, rows in property_.COMPANIES.items()},
    }
    return {
        name: [_rows(of, list(rows), counters) for of, rows in by_table.items()] for name, by_table in written.items()
    }


def _rows(of: Table, written: list[Row], counters: Counters) -> Rows:
    """COPY text; marks and, where there are none, surrogates are given here; what a row leaves out is null."""
    columns = tuple(of.c.keys())
    marked: list[dict[str, Any]] = [{"synthetic": True, **row} for row in written]
    if "surrogate" in of.c:
        for row, surrogate in zip(marked, counters.surrogates(of.name, len(marked)), strict=True):
            row.setdefault("surrogate", bytes(surrogate))
    return Rows(of.name, columns, records(columns, marked), len(marked))


def _rules(pin: str | None, of: str = "") -> Row:
    """Rule columns: of nobody where the PIN is not registered."""
    persona, prefix = _BY_PIN.get(pin or ""), f"{of}_" if of else ""
    lives = persona is not None and persona.registered and persona.home
    return {
        f"{prefix}residence_commune": lives[:5] if lives else None,
        f"{prefix}protected": persona is not None and persona.protected,
    }


def _citizen(persona: Persona) -> Row:
    family, middle, given = persona.name
    scheme = Y2025 if persona.born >= "2025-07-01" else PRE_2025
    province = dict.fromkeys(("birth_place_code", "birth_registration_code", "hometown_code"), persona.pin[1:3])
    schemes = dict.fromkeys(("birth_place_scheme", "birth_registration_scheme", "hometown_scheme"), scheme)
    return {
        "pin": persona.pin, "family_name": family, "middle_name": middle, "given_name": given,
        "full_name": persona.full_name, "folded_name": fold(persona.full_name), "other_names": [],
        "date_of_birth": persona.born, "birth_year": persona.born[:4], "sex": "MALE" if persona.male else "FEMALE",
        "nationalities": list(persona.nationalities), "occupation": persona.occupation,
        **province, **schemes, **_rules(persona.pin),
    }  # fmt: skip


def _has_electronic_identity(persona: Persona) -> bool:
    return "1940" < persona.born < "2012" and persona.died is None


def _electronic_identity(persona: Persona) -> Row:
    return {"pin": persona.pin, "level": 2, "status": "ACTIVE", "activated_on": "2023-01-16", **_rules(persona.pin)}


def _person(persona: Persona) -> Row:
    ended = persona.died or persona.missing_since
    status = "DECEASED" if persona.died else "MISSING" if persona.missing_since else "ALIVE"
    return {
        "pin": persona.pin, "marital_status": persona.marital, "ethnicity": persona.ethnicity, "religion": "00",
        "vital_status": status, "death_or_missing_date": ended, "household_code": persona.home,
        "relation_to_head": persona.relation if persona.home else None, "residence_file_number": persona.home,
        **_rules(persona.pin),
    }  # fmt: skip


def _residences() -> Iterator[Row]:
    for code, detail, since in homes.HOMES:
        for persona in PEOPLE:
            if persona.home == code:
                first = max(since, persona.born if len(persona.born) == 10 else since)
                yield _residence(persona.pin, "PERMANENT", code[:5], detail, first)
    for pin, kind, unit, detail, since, until, term, reason in homes.STAYS:
        ended = {"valid_until": until, "term_until": term, "removal_reason": reason}
        yield {**_residence(pin, kind, unit, detail, since), **ended}


def _residence(pin: str, kind: str, unit: str, detail: str, since: str) -> Row:
    return {"pin": pin, "kind": kind, **_address(unit, detail), "valid_from": since, **_rules(pin)}


def _address(unit: str, detail: str) -> Row:
    of_today = len(unit) == 5
    scheme, commune = (Y2025, unit) if of_today else (PRE_2025, None)
    if (unit, scheme) not in UNIT:
        raise ValueError(f"no unit {unit} in scheme {scheme}")
    return {"unit_code": unit, "unit_scheme": scheme, "commune_code": commune, "detail": detail}


def _household(home: tuple[str, str, str]) -> Row:
    code, detail, _ = home
    members = [persona for persona in PEOPLE if persona.home == code]
    head = next(persona.pin for persona in members if persona.relation == "HEAD")
    hidden = any(persona.protected for persona in members)
    return {"code": code, "head_pin": head, **_address(code[:5], detail), **_rules(head), "protected": hidden}


def _member(persona: Persona) -> Row:
    return {
        "household_code": persona.home, "pin": persona.pin, "relation": persona.relation, **_rules(persona.pin),
    }  # fmt: skip


def _links() -> Iterator[Row]:
    for person, kind, relative in homes.LINKS:
        yield _link(person, kind, relative)
        yield _link(relative, homes.OTHER_SIDE[kind], person)


def _link(person: str, kind: str, relative: str) -> Row:
    return {"pin": person, "kind": kind, "relative_pin": relative, **_rules(person), **_rules(relative, of="relative")}


def _held(row: Row) -> Row:
    """A row of land; about a person where it can have a holder."""
    return {**row, **_rules(row.get("holder_pin"))}


def _in_company(row: Row) -> Row:
    """A row about an enterprise; about a person where it names one."""
    return {**row, **_rules(row.get("pin") or row.get("member_pin"))}
