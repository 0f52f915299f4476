"""Asks the registers for whom a citizen acts: the graph answers, as it answers anybody, and the ledger has it.

By law (Civil Code, article 136) that is whom the register names, and one's own children under age unless the register
names somebody else for them. The authority asks as a caller of its own, with exactly the rights that this one question
needs. Protected persons stay hidden from it, so nobody acts for a protected child through a portal. Whom the register
names for a child counts also where that guardian is protected: hidden, they would leave the child to a parent from whom
they may be hiding. A register that does not answer is no reason to assume anything.
"""

from types import MappingProxyType
from typing import Any

import orjson

from auth.caller import Caller, Rights
from auth.citizens.representation import PURPOSE, RegisterSilent, Represented
from auth.errors import GrantsUnconfirmed
from auth.reach import EVERYWHERE
from graph.answer import Graph, Question
from graph.catalogue import protected_scope
from graph.errors import Refused
from graph.exchange import Exchange
from ledger import NotRecorded

QUESTION = """\
query Represented($pin: PersonalNumber!) {
  citizen(pin: $pin) { represented { ...person } children { ...person } }
}
fragment person on Citizen { pin fullName dateOfBirth vitalStatus }"""
WHO_ELSE = """\
query Named($pin: PersonalNumber!) {
  citizen(pin: $pin) { children { pin legalRepresentatives { pin } } }
}"""


def _rights(*scopes: str) -> Rights:
    return Rights(
        revision=0,
        reach=MappingProxyType(dict.fromkeys(scopes, EVERYWHERE)),
        grants=MappingProxyType(dict.fromkeys(scopes, ())),
    )


_PERSONS = "identity:citizen.pin:lookup", "identity:citizen.pin:read", "population:citizen.children:read"
_RIGHTS = _rights(
    *_PERSONS,
    "identity:citizen.full_name:read",
    "identity:citizen.date_of_birth:read",
    "population:citizen.represented:read",
    "population:citizen.vital_status:read",
)
_SEEING_THE_PROTECTED = _rights(
    *_PERSONS, "population:citizen.legal_representatives:read", protected_scope("population")
)


class RepresentedInTheRegisters:
    """`auth.citizens.representation.RepresentedBy`, answered by a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def __call__(self, citizen: str) -> list[Represented]:
        """Everybody alive for whom this citizen acts by law. Raises `RegisterSilent`."""
        found = await self._told(QUESTION, citizen, _RIGHTS)
        if found.get("children"):
            told = await self._told(WHO_ELSE, citizen, _SEEING_THE_PROTECTED)
            own = {child["pin"] for child in told.get("children") or () if _is_represented_by(citizen, child)}
            found["children"] = [child for child in found["children"] if child["pin"] in own]
        rows = {
            row["pin"]: row for name in ("represented", "children") for row in found.get(name) or () if _counts(row)
        }
        return [Represented(pin, row["fullName"] or pin, row["dateOfBirth"]) for pin, row in rows.items()]

    async def _told(self, text: str, citizen: str, rights: Rights) -> dict[str, Any]:
        """What the registers say of this citizen; nothing of somebody who is not there."""
        caller = Caller("authority", "authority", PURPOSE, citizen, rights)
        question = Question(text, None, {"pin": citizen})
        try:
            answer = orjson.loads(await self._graph.answer(question, caller, Exchange(self._graph.new_request_id())))
        except (Refused, NotRecorded, GrantsUnconfirmed) as error:
            raise RegisterSilent("the registers do not say who represents whom") from error
        if answer.get("errors"):
            raise RegisterSilent("a register does not answer")
        return answer["data"]["citizen"] or {}


def _is_represented_by(citizen: str, child: dict[str, Any]) -> bool:
    """Whether a parent acts: where the register names that parent, or nobody."""
    named = child["legalRepresentatives"] or ()
    return not named or any(each["pin"] == citizen for each in named)


def _counts(row: dict[str, Any]) -> bool:
    """Somebody who lives, and whose birth date is known at least in part."""
    return row["vitalStatus"] == "ALIVE" and bool(row["pin"]) and bool(row["dateOfBirth"])
