"""Random decisions of officers and agencies, as rows of the database; and random tokens that ask under them.

Made by a seeded generator, since thousands are looked at. What gives rights is more likely than what takes them, so
that enough examples hold some to lose.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Row = dict[str, Any]

NOW = datetime.now(UTC).replace(microsecond=0)
HOURS = range(-2, 4)
SCOPES = tuple(f"a:b.f{n}:read" for n in range(4))
SETS = {"set:a.low.v1": frozenset(SCOPES[:2]), "set:a.high.v1": frozenset(SCOPES[1:])}
NAMES = (*SCOPES, *SETS)
AGENCIES, PURPOSES = ("G01", "G02", "G03"), ("p", "q")
CLIENTS = {"desk": "G01", "portal": "G01", "stop": "G02", "vendor": "G02", "gate": "G03"}
UNITS = {"01": frozenset({"00001", "00002"}), "02": frozenset({"00003"})}
PEOPLE = {"000000000001": "00001", "000000000002": "00002", "000000000003": "00003", "000000000004": "00004"}
"""Where these people live; nobody's numbers, since no province has the code 000."""
REACHES = (("everywhere", []), *(("jurisdiction", units) for units in (["01"], ["02"], ["01", "99"], ["99"])))
REVOCATIONS = (("token", "t1"), ("token", "1"), ("consent", "1"), ("code", "c1"), ("code", "t1"))


@dataclass(frozen=True)
class World:
    """The rows of each table, and what is revoked."""

    agencies: tuple[Row, ...]
    clients: tuple[Row, ...]
    grants: tuple[Row, ...]
    delegations: tuple[Row, ...]
    revocations: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Token:
    """What a token says. The agency on whose behalf it asks is named beside the purpose."""

    client: str
    purpose: str | None
    names: tuple[str, ...]
    citizen: str | None
    on_behalf_of: str | None
    through: tuple[str, ...]
    jti: str
    consent: int | None
    code: str | None
    exchanged: tuple[str, ...]


def communes_of(code: str, scheme: str) -> frozenset[str]:
    """The communes of a unit; the unit 99 is gone."""
    assert scheme == "Y2025"
    return UNITS[code]


def at_hour(hour: int) -> datetime:
    return NOW + timedelta(hours=hour)


def world(random: Random, size: int) -> World:
    """A world with up to `size` grants, and half as many delegations."""
    return World(
        agencies=tuple({"agency": name, "state": _state(random, "suspended")} for name in AGENCIES),
        clients=tuple(_client(random, name) for name in CLIENTS),
        grants=tuple(_grant(random, number) for number in range(1, random.randint(1, size) + 1)),
        delegations=tuple(_delegation(random, number) for number in range(1, random.randint(0, size // 2) + 1)),
        revocations=frozenset(random.sample(REVOCATIONS, random.choice([0, 0, 0, 0, 1, 2]))),
    )


def token(random: Random) -> Token:
    """A token for a client of these worlds, or of none."""
    purpose = random.choice([*"pppppppppp", "q", None])
    through = tuple(_name(random) for _ in range(random.choice([0, 0, 1, 2])))
    return Token(
        client=_name(random),
        purpose=purpose,
        names=tuple(_names(random)),
        citizen=random.choice([None, None, *list(PEOPLE)[:2]]),
        on_behalf_of=None if purpose is None else random.choice([None] * 8 + [*AGENCIES * 4, "G99"]),
        through=through,
        jti=random.choice(["t2", "t2", "t1"]),
        consent=random.choice([None, 2, 1]),
        code=random.choice([None, "c2", "c1"]),
        exchanged=random.choice([("t3",), ("t3", "t1")]) if through else (),
    )


def _name(random: Random) -> str:
    return random.choice([*CLIENTS] * 8 + ["nobody"])


def _state(random: Random, other: str) -> str:
    return random.choice(["active"] * 30 + [other])


def _names(random: Random) -> list[str]:
    return random.choice([list(SETS), list(SETS), random.sample(NAMES, random.randint(1, 4))])


def _split(names: list[str]) -> Row:
    return {"scopes": [name for name in names if name in SCOPES], "sets": [name for name in names if name in SETS]}


def _dates(random: Random, *, open_end: bool) -> Row:
    start = random.choice([-2] * 8 + [-1, 0, 1])
    end = random.choice([hour for hour in (3, 3, 3, 3, 3, 2, 1, 0, -1) if hour > start])
    return {
        "valid_from": at_hour(start),
        "valid_until": None if open_end and random.random() < 1 / 3 else at_hour(end),
    }


def _client(random: Random, name: str) -> Row:
    kind = "portal" if name == "portal" else random.choice(["system"] * 4 + ["portal", "portal", "subgraph"])
    return {
        "client": name,
        "agency": CLIENTS[name],
        "kind": kind,
        "domain": "a" if kind == "subgraph" else None,
        "allowed": random.choice([list(SETS)] * 8 + [_names(random)] * 4 + [[]]),
        "exchanges": random.random() < 4 / 5,
        "state": _state(random, "suspended"),
    }


def _grant(random: Random, number: int) -> Row:
    emergency = random.random() < 1 / 4
    reach, units = random.choice([("self", []), random.choice(REACHES)])
    return {
        "grant_id": number,
        "agency": random.choice(AGENCIES),
        "purpose": random.choice("ppppppq"),
        **_split(_names(random)),
        "exceptions": random.choice([[], [], [random.choice(NAMES)]]),
        "reach": reach,
        "units": units,
        "units_scheme": "Y2025" if units else None,
        **_dates(random, open_end=not emergency),
        "persons_per_day": random.choice([None, 10, 20]),
        "emergency": emergency,
        "state": random.choice(["active"] * 12 + ["suspended", "revoked"]),
    }


def _delegation(random: Random, number: int) -> Row:
    return {
        "delegation": number,
        "agency": random.choice(AGENCIES),
        "client": random.choice(list(CLIENTS)),
        "purpose": random.choice("ppppppq"),
        **_split(_names(random)),
        **_dates(random, open_end=False),
        "state": _state(random, "revoked"),
    }
