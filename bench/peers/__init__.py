"""The peers: other servers of GraphQL, each as its makers recommend it for production, on the same rows.

They answer the same questions with equal answers (`bench.equality`), with generic plans, named prepared statements and
eight connections to each register, where ours holds two; one process each, as ours. No peer verifies the token, hides
anybody's rows, or records who read what; none decides what may be read, but for Strawberry's permission classes, which
compare a scope for each field.

Left at their makers' defaults because it gained nothing: V8's semi-space. Left out because contenders have one core:
a cluster of processes.
"""

import asyncio
from collections.abc import Callable

from bench.contenders import Contender
from bench.peers import node, one_database, pythons
from bench.peers.one_database import NoRoom
from bench.peers.postgraphile import postgraphile
from bench.place import Place

MERCURIUS, APOLLO, YOGA, POSTGRAPHILE = "Mercurius", "Apollo Server", "GraphQL Yoga", "PostGraphile"
ARIADNE, STRAWBERRY = "Ariadne", "Strawberry"


def peers(place: Place, say: Callable[[str], None], *, few: bool = False) -> list[Contender]:
    """The peers on the registers of this place, or the few, the strongest of the last measurement first.

    They get what they need: packages and a database; what is there already stays. Who has no room for its database is
    left out, and `say` is told so.
    """
    registers = place.registers
    node.install()
    found = [node.on_node(MERCURIUS, "mercurius", registers), *_on_one_database(place, say)]
    if few:
        return found
    pythons.install()
    return [
        *found,
        node.on_node(YOGA, "yoga", registers),
        node.on_node(APOLLO, "apollo", registers),
        pythons.on_uvicorn(ARIADNE, "ariadne_server", registers),
        pythons.on_uvicorn(STRAWBERRY, "strawberry_server", registers),
    ]


def _on_one_database(place: Place, say: Callable[[str], None]) -> list[Contender]:
    try:
        asyncio.run(one_database.copy(place.registers))
    except NoRoom as reason:
        say(f"{POSTGRAPHILE} is left out with {place.citizens:,} citizens: {reason}")
        return []
    return [postgraphile(POSTGRAPHILE, place)]
