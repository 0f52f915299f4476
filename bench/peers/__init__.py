"""The peers: other servers of GraphQL, each as its makers recommend it for production, on the same rows.

They answer the same questions with equal answers (`bench.equality`), with generic plans and as many connections as ours
at most. What no peer does: verify the token, decide what may be read, hide anybody's rows, record who read what.
"""

from bench.contenders import Contender
from bench.peers import node
from bench.place import Place

MERCURIUS, APOLLO, YOGA = "Mercurius", "Apollo Server", "GraphQL Yoga"


def install() -> None:
    """Have the packages of every peer; what is installed already stays."""
    node.install()


def peers(place: Place) -> list[Contender]:
    """Every peer on the registers of this place, the strongest of the last measurement first."""
    return [
        node.on_node(MERCURIUS, "mercurius", place),
        node.on_node(YOGA, "yoga", place),
        node.on_node(APOLLO, "apollo", place),
    ]
