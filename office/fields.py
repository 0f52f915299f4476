"""How a field of the office says who may ask it. A root field that says nothing stops the server from starting.

    @asked_by(AUDITOR)                      a query: whoever lacks the capacity gets FORBIDDEN and nothing else
    @changed_by(PROPOSER, APPROVER)         a mutation: the refusal is one of its answers

The capacity is looked at before anything is read. That a client sees only its own agency's rows is each query's own
`where`; that nobody approves what they proposed is the act's.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from office.errors import Code, not_answered
from office.refusals import Forbidden
from office.visitor import Capacity, Visitor

Resolver = Callable[..., Awaitable[Any]]


class _HasVisitor(Protocol):
    visitor: Visitor


class AskedBy(FieldExtension):
    """Lets visitors with one of these capacities ask, and says so in the description."""

    def __init__(self, capacities: frozenset[Capacity]) -> None:
        self.capacities = capacities

    def apply(self, field: StrawberryField) -> None:
        everybody = self.capacities == frozenset(Capacity)
        who = "everybody who may come in" if everybody else ", ".join(sorted(self.capacities))
        field.description = f"{field.description or ''}\n\nFor: {who}.".strip()

    async def resolve_async(self, next_: Resolver, source: Any, info: Any, **arguments: Any) -> Any:
        context: _HasVisitor = info.context
        if not self.capacities & context.visitor.capacities:
            return self.refuse()
        return await next_(source, info, **arguments)

    def refuse(self) -> Any:
        raise not_answered(Code.FORBIDDEN, "This is not for you to see; the description of the field says for whom.")


class ChangedBy(AskedBy):
    """The same for a change, where a refusal is an answer."""

    def refuse(self) -> Forbidden:
        return Forbidden(message="This is not for you to change; the description of the field says for whom.")


def asked_by(*capacities: Capacity) -> Callable[[Callable[..., Any]], Any]:
    """A query for visitors with one of these capacities; its docstring is its description."""
    return lambda resolver: _field(resolver, AskedBy(frozenset(capacities)))


def changed_by(*capacities: Capacity) -> Callable[[Callable[..., Any]], Any]:
    """A mutation for visitors with one of these capacities."""
    return lambda resolver: _field(resolver, ChangedBy(frozenset(capacities)))


def computed(resolver: Callable[..., Any]) -> Any:
    """A field that is no column: worked out from others, or read when it is asked for."""
    return strawberry.field(resolver, description=(resolver.__doc__ or "").strip())


def _field(resolver: Callable[..., Any], extension: AskedBy) -> Any:
    return strawberry.field(resolver, description=(resolver.__doc__ or "").strip(), extensions=[extension])


def capacities_of(field: StrawberryField) -> frozenset[Capacity]:
    """Who may ask this root field. Raises TypeError where it does not say."""
    for extension in field.extensions:
        if isinstance(extension, AskedBy):
            return extension.capacities
    raise TypeError(f"The root field {field.python_name} of the office does not say who may ask it.")
