"""Asks the registers for whom a citizen acts: the graph answers, as it answers anybody, and the ledger has it.

The authority asks as a caller of its own, with exactly the rights that this one question needs. Protected persons stay
hidden from it, so nobody acts for a protected child through a portal. A register that does not answer is no reason to
assume anything.
"""

from types import MappingProxyType
from typing import Any

import orjson

from auth.caller import Caller, Purpose, Rights
from auth.citizens.representation import RegisterSilent, Represented
from auth.errors import GrantsUnconfirmed
from auth.reach import EVERYWHERE
from graph.answer import Graph, Question
from graph.errors import Refused
from ledger import NotRecorded

PURPOSE = Purpose("authority.representation", "Law 91/2015/QH13, art. 136", "")
QUESTION = """\
query Represented($pin: PersonalNumber!) {
  citizen(pin: $pin) { represented { pin fullName dateOfBirth vitalStatus } }
}"""
_SCOPES = (
    "identity:citizen.pin:lookup",
    "identity:citizen.pin:read",
    "identity:citizen.full_name:read",
    "identity:citizen.date_of_birth:read",
    "population:citizen.represented:read",
    "population:citizen.vital_status:read",
)
_RIGHTS = Rights(
    revision=0,
    reach=MappingProxyType(dict.fromkeys(_SCOPES, EVERYWHERE)),
    grants=MappingProxyType(dict.fromkeys(_SCOPES, ())),
)


class RepresentedInTheRegisters:
    """`auth.citizens.representation.RepresentedBy`, answered by a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def __call__(self, citizen: str) -> list[Represented]:
        """Everybody alive for whom this citizen acts by law. Raises `RegisterSilent`."""
        caller = Caller("authority", "authority", PURPOSE, citizen, _RIGHTS)
        question = Question(QUESTION, None, {"pin": citizen})
        try:
            answer = orjson.loads(await self._graph.answer(question, caller, self._graph.new_request_id()))
        except (Refused, NotRecorded, GrantsUnconfirmed) as error:
            raise RegisterSilent("the registers do not say who represents whom") from error
        if answer.get("errors"):
            raise RegisterSilent("a register does not answer")
        found = answer["data"]["citizen"]
        return [] if found is None else [_person(each) for each in found["represented"] or () if _counts(each)]


def _counts(row: dict[str, Any]) -> bool:
    """Somebody who lives, and whose birth date is known at least in part."""
    return row["vitalStatus"] == "ALIVE" and bool(row["pin"]) and bool(row["dateOfBirth"])


def _person(row: dict[str, Any]) -> Represented:
    return Represented(row["pin"], row["fullName"] or row["pin"], row["dateOfBirth"])
