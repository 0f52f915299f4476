"""`/oauth/policy`: what is granted, for a ministry's own subgraph, which decides by it on its own machines.

GET waits for news, half a second at most, and answers with a signed statement either way; DELETE says that a process
has stopped. The order of refusals: whatever the token endpoint would refuse a client for; a client that is no subgraph;
a question that is unreadable, or not the one that was signed; a process that is somebody else's, or one too many; a
revision that never was. A subgraph learns what concerns its domain only, and which that is was registered, never asked.

What an officer is told, "in force on n of n processes", rests on this order: first the process is announced, committed;
then the revision is read; and what is answered is at least of that revision.
"""

import asyncio
from dataclasses import dataclass, field

import msgspec
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from joserfc import jws
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth import clock
from auth.errors import GrantsUnconfirmed
from auth.keys import SigningKeyMissing
from auth.oauth.assertion import ASSERTION_TYPE
from auth.oauth.bridge import Answer, TokenRequest
from auth.oauth.posted import Door, Endpoint, respond
from auth.oauth.server import UNAVAILABLE, AuthorizationServer
from auth.policy.acknowledgements import LEASE_S, LOOK_EVERY_S
from auth.policy.remote_part import part_of
from auth.policy.remote_seals import encrypted
from auth.policy.remote_wire import HOLD_S, MEDIA_TYPE, PATH, UNCHANGED, Question, Statement, signed, written_rules
from auth.policy.snapshot import Policy
from auth.tables import clients, policy, processes

MOST_PROCESSES = 64
"""Processes of one subgraph. Each would be waited for after every change."""

_ANNOUNCE = text("""\
insert into processes (process, client, revision, confirmed_at)
select :process, :client, :revision, clock_timestamp()
where (select count(*) from processes where client = :client and process <> :process) < :most
on conflict (process) do update set revision = excluded.revision, confirmed_at = excluded.confirmed_at
where processes.client = excluded.client
returning process""")


class NotASubgraph(OAuth2Error):
    """The client was registered to ask, not to serve."""

    error = "unauthorized_client"
    status_code = 403


class AheadOfUs(OAuth2Error):
    """The client follows a revision that this authority never had: its database was put back to an earlier state."""

    error = "invalid_request"
    status_code = 409


class Asks(msgspec.Struct, frozen=True):
    """The question as it was signed: the query of the address, and the name under which it is answered."""

    jti: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an admitted subgraph. `since` is the revision in force when it was announced, or later.

    `seals` are the keys of references for its process, which asked for them.
    """

    name: str
    client: str
    domain: str
    question: Question
    since: int
    seals: str | None


@dataclass(slots=True)
class _Written:
    """The rules of each domain as they travel, until others are in force."""

    by_domain: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def rules(self, whole: Policy, domain: str) -> msgspec.Raw:
        revision, written = self.by_domain.get(domain, (None, b""))
        if revision != whole.rules_revision:
            written = written_rules(part_of(whole, domain))
            self.by_domain[domain] = whole.rules_revision, written
        return msgspec.Raw(written)


def policy_routes(server: AuthorizationServer) -> list[Route]:
    door = Door(server)
    return [
        Route(PATH, _counted(door, _following(server)), methods=["GET"]),
        Route(PATH, _counted(door, _leaving(server)), methods=["DELETE"]),
    ]


def _counted(door: Door, endpoint: Endpoint) -> Endpoint:
    """Refuse an address that asks too often before anything is read for it."""

    async def counted(request: Request) -> Response:
        try:
            door.count(request)
        except OAuth2Error as error:
            status, body, headers = error()
            return _refusal(Answer(status, dict(body), dict(headers)))
        return await endpoint(request)

    return counted


def _following(server: AuthorizationServer) -> Endpoint:
    written = _Written()

    async def follow(request: Request) -> Response:
        asked: list[Asked] = []

        def admit(form: TokenRequest) -> Answer:
            asked.append(_announced(server, form, request.url.query))
            return Answer(200, {})

        refused = await server.respond(PATH, _form(request), admit)
        if not asked:
            return _refusal(refused)
        try:
            statement = _statement(server, asked[0], await _news(server, asked[0]), written)
            body = signed(statement, server.signing_key)
        except (GrantsUnconfirmed, SigningKeyMissing):
            return _refusal(UNAVAILABLE)
        return Response(body, 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)

    return follow


def _leaving(server: AuthorizationServer) -> Endpoint:
    async def leave(request: Request) -> Response:
        def go(form: TokenRequest) -> Answer:
            client, question, _ = _admitted(server, form, request.url.query)
            own = (processes.c.process == question.process) & (processes.c.client == client)
            form.session.execute(delete(processes).where(own))
            form.session.commit()
            return Answer(204, {})

        answer = await server.respond(PATH, _form(request), go)
        return Response(status_code=204) if answer.status == 204 else _refusal(answer)

    return leave


def _form(request: Request) -> dict[str, str]:
    """What the token endpoint would be sent, so that the same is checked."""
    scheme, _, assertion = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return {}
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion.strip()}


def _admitted(server: AuthorizationServer, form: TokenRequest, query: str) -> tuple[str, Question, str]:
    """The client, its question, and the name of the question."""
    client = server.authenticated(form)
    if client.kind != "subgraph":
        raise NotASubgraph("The policy is for clients of kind subgraph.")
    signed_along = _signed_along(form.form["client_assertion"])
    question = _question(query)
    if signed_along.asks != question.query():
        raise InvalidRequestError("The claim asks of the assertion must be the query, in its order.")
    return client.client, question, signed_along.jti


def _signed_along(assertion: str) -> Asks:
    """What stands in an assertion whose signature was found good."""
    try:
        return msgspec.json.decode(jws.extract_compact(assertion.encode()).payload or b"", type=Asks)
    except msgspec.DecodeError as error:
        raise InvalidRequestError("The claim asks of the assertion must be text.") from error


def _question(query: str) -> Question:
    pairs = [pair.partition("=")[::2] for pair in query.split("&")]
    try:
        return msgspec.convert(dict(pairs), Question, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequestError(
            "The query holds after and rules, two revisions, process, a UUID, and seal_to, a public key, if at all."
        ) from error


def _announced(server: AuthorizationServer, form: TokenRequest, query: str) -> Asked:
    """Admit the question, and say that its process is there before anything is read for it."""
    client, question, name = _admitted(server, form, query)
    session, seals = form.session, _seals(server, question)
    row = {"process": question.process, "client": client, "revision": question.after, "most": MOST_PROCESSES}
    if _revision(session) < question.after:
        raise AheadOfUs("This authority never came to that revision: begin anew with after=0.")
    if session.execute(_ANNOUNCE, row).first() is None:
        raise InvalidRequestError(f"This is no process of the client, or it has {MOST_PROCESSES} others.")
    session.commit()
    domain = session.scalar(select(clients.c.domain).where(clients.c.client == client)) or ""
    return Asked(name, client, domain, question, _revision(session), seals)


def _seals(server: AuthorizationServer, question: Question) -> str | None:
    if question.seal_to is None:
        return None
    try:
        return encrypted(server.references(), question.seal_to)
    except ValueError as error:
        raise InvalidRequestError("seal_to is not a public key of X25519.") from error


def _revision(session: Session) -> int:
    return session.scalar(select(policy.c.revision)) or 0


async def _news(server: AuthorizationServer, asked: Asked) -> Policy:
    """What is in force once it is newer than what the process has, or once it has waited long enough."""
    until = clock.lease() + HOLD_S
    while True:
        now = server.authority.policy()
        waited = clock.lease() >= until
        if now.revision >= asked.since and (waited or now.revision > asked.question.after):
            return now
        if waited:
            raise GrantsUnconfirmed  # this process is behind the database
        await asyncio.sleep(LOOK_EVERY_S)


def _statement(server: AuthorizationServer, asked: Asked, now: Policy, written: _Written) -> Statement:
    moment = int(clock.wall())
    same_rules = asked.question.after > 0 and asked.question.rules == now.rules_revision
    return Statement(
        iss=server.authority.issuer,
        aud=asked.client,
        iat=moment,
        exp=moment + int(LEASE_S),
        answers=asked.name,
        revision=now.revision,
        rules_revision=now.rules_revision,
        rules=msgspec.Raw(UNCHANGED) if same_rules else written.rules(now, asked.domain),
        revoked=now.revoked,
        seals=asked.seals,
    )


def _refusal(answer: Answer) -> Response:
    """As any endpoint refuses; one who has not shown who it is is told how (RFC 6750)."""
    if answer.body.get("error") != "invalid_client":
        return respond(answer)
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return respond(Answer(401, answer.body, {**answer.headers, **challenge}))
