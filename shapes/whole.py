"""Everything in one process: the authority, and every register behind one graph."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from auth.citizens.representation import RepresentedBy
from console.citizens.representation import RepresentedInTheRegisters
from domains.kit.replicas import Register
from graph.answer import Graph
from graph.composed import Composed
from graph.endpoint import Respond
from shapes.authority import AuthorityShape


class Whole(AuthorityShape):
    """The authority with the registers."""

    async def _registers(self, composed: Composed, stack: AsyncExitStack) -> Mapping[str, Register]:
        return {domain.name: await self._register(domain.name, stack) for domain in composed.domains}

    def _represented_by(self, graph: Graph) -> RepresentedBy | None:
        return RepresentedInTheRegisters(graph)

    def _answers(self, graph: Graph) -> Mapping[str, Respond]:
        return {"/graphql": graph.answer}
