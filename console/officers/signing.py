"""Any change with plain fields: shown on a page, signed by a passkey, made.

What is signed stays here between the two steps (`auth.officers.step_up`): the last form carries the passkey's answer
and nothing of the change, and what is made is what was signed. A link may say which change is meant, never the reason:
that is written by whoever signs.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.acts import (
    agencies,
    cases,
    client_keys,
    clients,
    delegations,
    emergencies,
    grants,
    officers,
    operations,
    proposals,
)
from auth.acts.actors import Actor
from auth.acts.change import Change, act_of
from auth.acts.desk import Done
from auth.acts.perform import perform
from auth.database import OUTAGES
from auth.officers import second, step_up
from auth.officers.changes import RemovePasskey
from auth.officers.enrolment import address
from auth.officers.refusals import Malformed
from auth.officers.sessions import OfficerSession
from auth.officers.step_up import Signed
from auth.policy.acknowledgements import InForce, in_force
from console.officers.desk import ANSWER, HOME, SECOND, TROUBLES, OfficersDesk, options, page, script, to, told
from console.officers.wording import act_title, field_name
from console.pages import show

SIGN = "/console/sign"

Signable = (
    proposals.AdoptProposal
    | proposals.ApproveProposal
    | proposals.RefuseProposal
    | proposals.WithdrawProposal
    | grants.RevokeGrant
    | grants.SuspendGrant
    | emergencies.EndEmergency
    | emergencies.ReviewEmergency
    | agencies.SuspendAgency
    | clients.SuspendClient
    | client_keys.RetireClientKey
    | delegations.RevokeDelegation
    | operations.WithdrawOperation
    | officers.RemoveOfficer
    | cases.OpenCase
    | cases.CloseCase
    | RemovePasskey
)
"""What a page may have signed. All their fields are words and numbers, so that a form can say them."""

_READ_FIRST = frozenset({proposals.AdoptProposal, proposals.ApproveProposal, cases.OpenCase, cases.CloseCase})
"""What is signed on a page of its own, under the text of a proposal or a case: no link stands in for reading it."""
_LONG = frozenset({"reply", "reason"})
"""What people may write in several lines."""
_KINDS: Mapping[str, type[Change]] = {act_of(kind): kind for kind in Signable.__args__ if kind not in _READ_FIRST}
"""What a link may ask to have signed."""


class Signing:
    """`/console/sign`."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(SIGN, self.show, methods=["GET"]),
            Route(SIGN, self.sign, methods=["POST"]),
            Route(SIGN + "/options", self.options, methods=["POST"]),
        ]

    @page
    async def show(self, request: Request) -> Response:
        session = await self._desk.officer(request)
        said = dict(request.query_params)
        kind = _KINDS.get(said.get("act", ""))
        if kind is None or "reason" in said:
            raise Malformed
        names = [name for name in kind.__struct_fields__ if name != "reason"]
        return show(
            request,
            "officers/sign.html",
            session=session,
            heading=act_title(said["act"]),
            action=("Ký và thực hiện", "Sign and do it"),
            facts=[(field_name(name), said[name]) for name in names if name in said],
            lines=[],
            sent=[(name, said[name]) for name in ("act", *names) if name in said],
            reason="reason" in kind.__struct_fields__,
            refusal=None,
            back=HOME,
            links=[],
        )

    @script
    async def options(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, lines=_LONG)
        form.pop(ANSWER, None)
        change = _change(form, strict=False)
        if isinstance(change, RemovePasskey):
            await second.removable(self._officers, session, change.passkey)
        return options(await step_up.begin(self._officers, session, change))

    @page
    async def sign(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, lines=_LONG)
        signed = await step_up.finish(self._officers, session, form.get(ANSWER, ""))
        try:
            response = await self._made(request, session, signed)
        except TROUBLES as trouble:
            response = told(request, trouble)
        return self._desk.signed_in(signed.secret, response)

    async def _made(self, request: Request, session: OfficerSession, signed: Signed) -> Response:
        change = _change(signed.change)
        if isinstance(change, RemovePasskey):
            await second.finish_removal(self._officers, session, signed)
            return to(SECOND)
        done = await perform(self._desk.acts, Actor("officer", session.officer), change, evidence=signed.evidence)
        link = address(self._officers.issuer, done.secret) if done.secret else None
        case = done.target if isinstance(change, cases.OpenCase | cases.CloseCase) else None
        reached = await self._reached(done)
        return show(request, "officers/done.html", act=done.act, link=link, case=case, reached=reached)

    async def _reached(self, done: Done) -> InForce | None:
        """Where the change is in force; None where it is made and that is not known."""
        try:
            return await in_force(self._officers.engine, done.revision)
        except OUTAGES:
            return None


def _change(said: Mapping[str, Any], *, strict: bool = True) -> Signable:
    """The change that a form, or what was signed, says. Raises Malformed. A form says numbers as texts."""
    try:
        change: Signable = msgspec.convert(said, Signable, strict=strict)
    except msgspec.ValidationError as error:
        raise Malformed from error
    return change
