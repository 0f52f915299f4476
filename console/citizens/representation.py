"""Asks the registers for whom a citizen acts: the graph answers, as it answers anybody, and the ledger has it.

By law (Civil Code, article 136) that is whom the register names, and one's own children under age unless the register
names somebody else for them. The authority asks as a caller of its own, with exactly the rights that this one question
needs. Protected persons stay hidden from it, so nobody acts for a protected child through a portal. A register that
does not answer is no reason to assume anything.
"""

from collections.abc import Iterator
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
  citizen(pin: $pin) { represented { ...person } children { ...person legalRepresentatives { pin } } }
}
fragment person on Citizen { pin fullName dateOfBirth vitalStatus }"""
_SCOPES = (
    "identity:citizen.pin:lookup",
    "identity:citizen.pin:read",
    "identity:citizen.full_name:read",
    "identity:citizen.date_of_birth:read",
    "population:citizen.represented:read",
    "population:citizen.children:read",
    "population:citizen.legal_representatives:read",
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
        return list(_people(answer["data"]["citizen"] or {}, citizen))


def _people(found: dict[str, Any], citizen: str) -> Iterator[Represented]:
    """Each once: whom the register names, and children for whom it names nobody else."""
    children = (child for child in found.get("children") or () if _is_represented_by(citizen, child))
    rows = {row["pin"]: row for row in (*(found.get("represented") or ()), *children) if _counts(row)}
    return (Represented(pin, row["fullName"] or pin, row["dateOfBirth"]) for pin, row in rows.items())


def _is_represented_by(citizen: str, child: dict[str, Any]) -> bool:
    named = child["legalRepresentatives"] or ()
    return not named or any(each["pin"] == citizen for each in named)


def _counts(row: dict[str, Any]) -> bool:
    """Somebody who lives, and whose birth date is known at least in part."""
    return row["vitalStatus"] == "ALIVE" and bool(row["pin"]) and bool(row["dateOfBirth"])
