"""Which steps one statement reads: those of one register that hang on the same keys, or on each other's rows.

A statement costs about as much as the rows of ten people, so fewer of them is most of what makes a small question
cheap. Each part of one keeps its own row rules, beside its own table; so what a step shows does not depend on what it
is read with (docs/decisions/0022). Steps of different registers are never read together.
"""

from collections.abc import Sequence

from domains.kit.statements import is_key
from graph.plan import Read, Step

STEPS_PER_STATEMENT = 8  # up to so many tables PostgreSQL compares all orders of joining


def reads(steps: Sequence[Step]) -> tuple[Read, ...]:
    """Every step in one read, and each read behind those on which it waits."""
    found: list[Read] = []
    for step in steps:
        read = next((read for read in found if _takes(read, step)), None)
        if read is None:
            read = Read(len(found), [])
            found.append(read)
        read.steps.append(step)
        step.read = read
    for read in found[1:]:
        keys = read.steps[0].keys
        if keys is not None and keys.given is None:
            steps[keys.step].read.followers.append(read)
    return tuple(found)


def _takes(read: Read, step: Step) -> bool:
    """Whether the statement of a read may read this step as well.

    A table stands in it once. One part alone may have several rows for a row that it hangs on, since two of them would
    multiply; and it hangs on what is there once, since it would come again with each.
    """
    first = read.steps[0]
    if step.keys is None or step.domain != first.domain or len(read.steps) >= STEPS_PER_STATEMENT:
        return False
    if any(step.source is other.source for other in read.steps):
        return False
    if step.keys == first.keys:
        return _is_once(step) or all(map(_is_once, read.steps))
    parent = next((other for other in read.steps if other.number == step.keys.step), None)
    if parent is None or _is_once(step):
        return parent is not None
    on_its_key = parent is first and first.keys is None and is_key(first.source, first.columns[step.keys.column])
    return on_its_key and not step.is_single and all(map(_is_once, read.steps[1:]))


def _is_once(step: Step) -> bool:
    """One row for a key because the table has no more; not because the graph says so of what is in the register."""
    return step.is_single and is_key(step.source, step.key)
