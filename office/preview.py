"""Looking ahead before anything is proposed: `impactOf(change: {revokeGrant: {…}})`.

Its input is made from the changes that `edits` knows, as the inputs of mutations are made from theirs.
"""

from collections.abc import Callable
from typing import Any

from strawberry.tools import create_type

from auth.acts.change import act_of
from auth.acts.refusals import ActRefused
from office.changes import read
from office.context import Info
from office.edits import EDITS
from office.errors import Code, not_answered
from office.fields import asked_by
from office.impact import Impact, impact
from office.inputs import Shape, one_of
from office.visitor import DESK

_BY_ACT = {act_of(struct): struct for struct in EDITS}


def preview_queries() -> type:
    """The part of `Query` that looks ahead."""
    return create_type("PreviewQueries", [asked_by(*DESK)(_resolver(one_of("ForeseenChangeInput", EDITS)))])


def _resolver(shape: Shape) -> Callable[..., Any]:
    async def impact_of(info, change):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Which registered operations a change would make work, or make fail; nothing is changed, or proposed."""
        plain = shape.plain(change)
        try:
            asked = read(_BY_ACT[plain["act"]], plain)
        except ActRefused as refused:
            raise not_answered(Code.BAD_USER_INPUT, refused.message) from refused
        return await impact(info.context, asked)

    impact_of.__annotations__ = {"info": Info, "change": shape.type, "return": list[Impact]}
    return impact_of
