"""Mutations: one for each act of `auth.acts`, made from it. What all of them do stands here once.

    mutation { revokeGrant(change: {grant: "7", reason: "…"}, idempotencyKey: "…", signature: …) { … } }

The answer is one union, the same for all: `Done`, `SignatureRequired`, or one of the ways in which nothing was changed
(`office.refusals`). An officer sends a change twice. Without a signature it is tried as it is: whoever may not make it
learns so, and what was done before under this key is told again; else a challenge is answered, and with what the
passkey signed the same change is sent once more. Agencies and operators at the machine have nothing to sign.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import strawberry
import structlog
from strawberry.scalars import JSON
from strawberry.tools import create_type

from auth.acts import change as changing
from auth.acts.actors import PERMISSIONS
from auth.acts.change import Change, act_of, as_json
from auth.acts.desk import Done as ActDone
from auth.acts.perform import ACTS, perform
from auth.acts.refusals import ActRefused, StepUpRequired, Undecided
from auth.acts.refusals import Invalid as ActInvalid
from auth.database import OUTAGES
from auth.officers import step_up
from auth.officers.refusals import OfficerRefused
from auth.policy.acknowledgements import in_force
from office.context import Context, Info
from office.errors import Code, not_answered
from office.fields import changed_by, computed
from office.inputs import Shape, input_of
from office.refusals import (
    Conflict,
    Forbidden,
    FourEyes,
    Invalid,
    Lapsed,
    NotFound,
    Refusal,
    SignatureRefused,
    refusal_of,
)
from office.visitor import Capacity

log = structlog.get_logger(__name__)

NOT_HERE = frozenset({"audit.read", "disclosures.read", "disclosures.export", "case.open", "case.complain"})
"""Acts with no mutation made from them: reading is a query, and a case begins in `office.cases`."""


@strawberry.type(description="How far a change has come: of so many processes, how many decide by it.")
class InForce:
    serving: int = strawberry.field(description="Processes that decide by this change, or a later one.")
    refusing: int = strawberry.field(description="Processes that cannot confirm the grants, and so refuse everybody.")
    of: int = strawberry.field(description="Processes there are. In force everywhere: serving and refusing make this.")


@strawberry.type(description="Something that a change brought into being.")
class Made:
    what: str = strawberry.field(description="grant, proposal, kid and so on.")
    name: str = strawberry.field(description="Its number or name.")


@strawberry.type(description="The change was made, and stands in the record of acts.")
class Done:
    act: strawberry.ID = strawberry.field(description="Its number in the record.")
    target: str = strawberry.field(description="What it was about: a number or a name.")
    made: list[Made] = strawberry.field(description="What it brought into being.")
    secret: str | None = strawberry.field(
        description="Said once and kept nowhere, such as an enrolment link; null where there is none, or it was said."
    )
    enrolment_code: str | None = strawberry.field(
        description="Said once to whoever proposes an officer, for that officer: enrolling takes it and the link."
    )
    repeated: bool = strawberry.field(description="True: it had been made before, under the same idempotency key.")
    revision: strawberry.ID = strawberry.field(description="The revision of the policy that holds it.")

    @computed
    async def in_force(self, info: Info) -> InForce | None:
        """Where it is in force; waits for up to a second. Null: it is made, and this is not known."""
        try:
            found = await in_force(info.context.engine, int(self.revision))
        except OUTAGES:
            return None
        return InForce(serving=found.serving, refusing=found.refusing, of=found.of)


@strawberry.type(description="Nothing was changed yet: the officer's passkey has to sign the change first.")
class SignatureRequired:
    change: JSON = strawberry.field(description="What will be signed, as the record will keep it.")
    options: JSON = strawberry.field(
        description="For navigator.credentials.get, as `publicKey`; send what it gives as `signature`, in JSON."
    )


ChangeResult = Annotated[
    Done | SignatureRequired | Forbidden | NotFound | Invalid | Conflict | FourEyes | Lapsed | SignatureRefused,
    strawberry.union("ChangeResult", description="What every change answers."),
]
Answer = Done | SignatureRequired | Refusal


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change as it was asked for."""

    change: Change
    key: str
    signature: str | None


async def ask(context: Context, change: Change, key: str, signature: str | None = None) -> Answer:
    """Make a change for a visitor, or say what stands in the way."""
    asked = _Asked(change, key, signature)
    try:
        return _done(await _performed(context, asked))
    except StepUpRequired as required:
        return await _to_be_signed(context, asked) if signature is None else refusal_of(required)
    except ActRefused as refused:
        return refusal_of(refused)
    except OfficerRefused as refused:
        return SignatureRefused(code=refused.code, message=refused.en)
    except Undecided as undecided:
        raise not_answered(Code.DATABASE_UNAVAILABLE, str(undecided)) from undecided


async def _performed(context: Context, asked: _Asked) -> ActDone:
    evidence = None
    if asked.signature is not None and context.visitor.session is not None:
        signed = await step_up.finish(context.office.officers, context.visitor.session, asked.signature)
        context.renew(signed.secret)
        evidence = signed.evidence
    return await perform(context.office.desk, context.visitor.actor, asked.change, evidence=evidence, key=asked.key)


async def _to_be_signed(context: Context, asked: _Asked) -> Answer:
    if context.visitor.session is None:
        return Forbidden(message="An officer changes things in a browser, where a passkey can sign them.")
    options = await step_up.begin(context.office.officers, context.visitor.session, asked.change)
    return SignatureRequired(change=as_json(asked.change), options=JSON(options))


def _done(done: ActDone) -> Done:
    return Done(
        act=strawberry.ID(str(done.act)),
        target=done.target,
        made=[Made(what=what, name=name) for what, name in done.made.items()],
        secret=done.secret,
        enrolment_code=done.code,
        repeated=done.repeated,
        revision=strawberry.ID(str(done.revision)),
    )


def read(struct: type[Change], plain: Mapping[str, Any]) -> Change:
    """The change that plain JSON says. Raises `Invalid` where it says none."""
    try:
        return msgspec.convert(plain, struct)
    except msgspec.ValidationError as error:
        raise ActInvalid(f"The change is not well formed{changing.place(error)}.") from error


def capacities_for(act: str) -> frozenset[Capacity]:
    """Who may ask for an act, as `auth.acts.actors` says; none for what the program does by itself."""
    permission = PERMISSIONS[act]
    kinds = {"machine": Capacity.MACHINE, "agency": Capacity.AGENCY, "citizen": Capacity.CITIZEN}
    found = {Capacity(role) for role in permission.roles} | {kinds[kind] for kind in permission.kinds if kind in kinds}
    return frozenset(found | ({Capacity.EMERGENCIES} if permission.opens_emergencies else set()))


def mutations() -> type:
    """The part of `Mutation` that is made from the acts."""
    offered = {struct: capacities_for(act_of(struct)) for struct in ACTS if act_of(struct) not in NOT_HERE}
    return create_type("Mutation", [_mutation(struct, who) for struct, who in offered.items() if who])


def _mutation(struct: type[Change], capacities: frozenset[Capacity]) -> Any:
    resolver = _resolver(struct, input_of(struct))
    name = struct.__name__[0].lower() + struct.__name__[1:]
    resolver.__name__, resolver.__doc__ = name, " ".join((struct.__doc__ or "").split())
    return changed_by(*capacities)(resolver)


def _resolver(struct: type[Change], shape: Shape) -> Callable[..., Any]:
    async def resolver(info, change, idempotency_key, signature=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        try:
            asked = read(struct, shape.plain(change))
        except ActRefused as refused:
            return refusal_of(refused)
        return await ask(info.context, asked, idempotency_key, signature)

    resolver.__annotations__ = {
        "info": Info,
        "change": shape.type,
        "idempotency_key": str,
        "signature": str | None,
        "return": ChangeResult,
    }
    return resolver
