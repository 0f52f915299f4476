"""The composed registers of this repository, and plans over them: what tests need that read no row."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from auth.caller import Caller, Purpose, Rights
from auth.reach import EVERYWHERE, Reach
from graph.compile import compile_operation
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.document import Document, Documents
from graph.inputs import Values
from graph.literals import Typed
from graph.plan import Asked, Plan
from graph.registry import installed_domains

CURSORS = Cursors([bytes(range(KEY_BYTES))])
PURPOSE = Purpose("civil_status.registration", "Law 60/2014/QH13, art. 59", "G15-260115-0001")


@cache
def registers() -> Composed:
    """The four domains, composed once for all tests."""
    return compose(installed_domains())


def document(text: str) -> tuple[Document, Typed]:
    """A document as a process reads it that has read nothing before."""
    return Documents(registers().schema).get(text)


def compiled(
    text: str, variables: Mapping[str, Any] | None = None, *, name: str | None = None, composed: Composed | None = None
) -> tuple[Plan, Values]:
    """The plan of one operation, and the values it is asked with."""
    composed = composed or registers()
    read, typed = Documents(composed.schema).get(text)
    operation = read.operation(name)
    values = operation.values(variables or {}, typed)
    return compile_operation(composed, CURSORS, operation, operation.shape(values)), values


def plan_of(text: str, variables: Mapping[str, Any] | None = None, *, composed: Composed | None = None) -> Plan:
    """The plan of a document with one operation."""
    return compiled(text, variables, composed=composed)[0]


def asked(values: Values | None = None, *, client: str = "desk", subject: str | None = None) -> Asked:
    """What a request brings."""
    return Asked(values or {}, subject, client)


def holding(reach: Mapping[str, Reach] | Iterable[str], *, client: str = "desk", **about: Any) -> Caller:
    """A caller who holds these scopes, everywhere unless said otherwise."""
    held = reach if isinstance(reach, Mapping) else dict.fromkeys(reach, EVERYWHERE)
    rights = Rights(1, held, dict.fromkeys(held, (1,)))
    return Caller("G15", client, about.get("purpose", PURPOSE), about.get("subject"), rights)


def needed(plan: Plan) -> set[str]:
    """The scopes an operation takes."""
    return {need.scope for need in plan.needs}
