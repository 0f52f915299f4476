"""The peers: other servers of GraphQL, each as its makers recommend it for production, on the same rows.

They answer the same questions with equal answers (`bench.equality`), with generic plans, named prepared statements and
eight connections to each register, where ours holds two; one process each, as ours. No peer verifies the token, hides
anybody's rows, or records who read what; none decides what may be read, but for Strawberry's permission classes, which
compare a scope for each field.

Left at their makers' defaults because it gained nothing: V8's semi-space. Left out because contenders have one core:
a cluster of processes.
"""

import asyncio

from bench.contenders import Contender
from bench.peers import node, one_database, pythons
from bench.peers.postgraphile import postgraphile
from bench.place import Place

MERCURIUS, APOLLO, YOGA, POSTGRAPHILE = "Mercurius", "Apollo Server", "GraphQL Yoga", "PostGraphile"
ARIADNE, STRAWBERRY = "Ariadne", "Strawberry"


FEW = 2  # of them on Node, the strongest, where few are enough


def install(place: Place, *, few: bool = False) -> None:
    """Have what every peer, or the few, need: packages and a database; what is there already stays."""
    node.install()
    if not few:
        pythons.install()
    asyncio.run(one_database.copy(place.registers))


def peers(place: Place) -> list[Contender]:
    """Every peer on the registers of this place, the strongest of the last measurement first."""
    registers = place.registers
    return [
        node.on_node(MERCURIUS, "mercurius", registers),
        postgraphile(POSTGRAPHILE, place),
        node.on_node(YOGA, "yoga", registers),
        node.on_node(APOLLO, "apollo", registers),
        pythons.on_uvicorn(ARIADNE, "ariadne_server", registers),
        pythons.on_uvicorn(STRAWBERRY, "strawberry_server", registers),
    ]
