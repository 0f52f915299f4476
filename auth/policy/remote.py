"""The policy as a ministry's own subgraph follows it: asked of the authority over HTTP, again and again.

The authority holds a question until there is news, for half a second at most. Each answer is signed, names the question
that it answers, and renews the lease as from the moment at which this process began to ask: whatever happened on the
way, nothing older is believed, and nothing at all when the lease is over. Nobody between the two can change what is
allowed, only stop the answers, and then this process refuses.

At first the keys of the authority are fetched from its address, and TLS alone says whose they are; from then on the
policy itself says which keys count.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID, uuid4

import httpx2
import structlog
from joserfc import jwt
from joserfc.jwk import ECKey

from auth import clock
from auth.errors import GrantsUnconfirmed
from auth.keys import ClientKey, verifying_key
from auth.policy.acknowledgements import LEASE_S
from auth.policy.remote_seals import NotForUs, Recipient
from auth.policy.remote_wire import (
    HOLD_S,
    LONGEST_STATEMENT,
    PATH,
    Expected,
    NotStated,
    Question,
    Statement,
    UnknownKey,
    read_policy,
    verified,
)
from auth.policy.snapshot import Policy

KEYS_PATH = "/oauth/jwks"
LONGEST_KEYS = 64 * 1024
ANSWER_S = HOLD_S + LEASE_S
"""An answer that takes longer would renew nothing."""
APART_S = 0.1
"""Between an answer and the next question, so that a stream of changes is asked for in some of them at once."""
RETRY_S = 0.2
ASSERTION_S = 30
NEVER = float("-inf")

log = structlog.get_logger(__name__)


class AuthorityRefused(RuntimeError):
    """The authority does not serve this client, or cannot at the moment."""


class RemotePolicy:
    """A `PolicySource` for the client `client` of kind subgraph, whose private key is `key`.

    `http` is closed with this source. It must not follow redirects: an assertion is for one address.
    """

    def __init__(self, http: httpx2.AsyncClient, *, issuer: str, client: str, key: ClientKey) -> None:
        self._http, self._issuer, self._client, self._key = http, issuer, client, key
        self._process: UUID = uuid4()
        self._recipient = Recipient()
        self._seals: tuple[bytes, ...] = ()
        self._fetched: Mapping[str, ECKey] = {}
        self._policy: Policy | None = None
        self._confirmed_at = NEVER
        self._was_in_vain = False
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self._ask()
        self._task = asyncio.create_task(self._keep_asking(), name="remote policy")

    async def close(self) -> None:
        """Stop asking. Asks the task again where it was busy: until Python 3.12 a library may swallow one asking."""
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=0.1)
        self._confirmed_at = NEVER
        with suppress(httpx2.HTTPError, OSError, TimeoutError):
            async with asyncio.timeout(LEASE_S):
                await self._leave()
        await self._http.aclose()

    def policy(self) -> Policy:
        if self._policy is None or clock.lease() - self._confirmed_at > LEASE_S:
            raise GrantsUnconfirmed
        return self._policy

    def seals(self) -> tuple[bytes, ...]:
        """The keys of references, for `Seals`: that with which to seal first. `GrantsUnconfirmed` before there are any.

        Whoever seals or opens has asked for the policy, and asks again before anything leaves.
        """
        if not self._seals:
            raise GrantsUnconfirmed
        return self._seals

    async def _keep_asking(self) -> None:
        """Ask; after any failure ask again. Whatever goes wrong, the lease decides what is still allowed."""
        while True:
            await asyncio.sleep(APART_S)
            try:
                await self._ask()
                self._was_in_vain = False
            except Exception as error:  # noqa: BLE001  an unread policy must run out, not end the task that reads it
                self._was_in_vain = True
                log.warning("policy_not_confirmed", error=type(error).__name__, reason=_reason(error))
                await asyncio.sleep(RETRY_S)

    async def _ask(self) -> None:
        """One question. The lease that its answer gives runs from before it was asked."""
        asked_at, known, name = clock.lease(), self._policy, secrets.token_urlsafe(16)
        question = self._question()
        async with asyncio.timeout(ANSWER_S):
            status, body = await self._send("GET", question, name)
            if status == httpx2.codes.CONFLICT:
                self._policy = None  # the authority went back, to a copy of its database: begin anew
            if status != httpx2.codes.OK:
                raise AuthorityRefused(f"The authority answered {status}.")
            statement = await self._verified(body, name)
        if known is not None and statement.revision < known.revision:
            raise NotStated("The statement is older than the policy in force.")
        self._keep_seals(statement)
        if known is None or statement.revision != known.revision:
            self._policy = read_policy(statement, known)
        self._confirmed_at = asked_at

    def _keep_seals(self, statement: Statement) -> None:
        """They are the same object while they are the same keys."""
        try:
            seals = self._recipient.opened(statement.seals or "")
        except NotForUs as error:
            raise NotStated("The keys of references are missing, or not for this process.") from error
        if seals != self._seals:
            self._seals = seals

    async def _verified(self, body: bytes, name: str) -> Statement:
        """Check an answer by the keys of the policy; by those of the authority's address where they do not do."""
        expected = Expected(self._issuer, self._client, name, clock.wall())
        known = {kid: signing.key for kid, signing in self._policy.keys.items()} if self._policy else self._fetched
        try:
            return verified(body, known, expected)
        except UnknownKey:
            self._fetched = await self._keys()
            return verified(body, self._fetched, expected)

    async def _keys(self) -> Mapping[str, ECKey]:
        async with self._http.stream("GET", self._issuer + KEYS_PATH) as answer:
            body = await _body(answer, LONGEST_KEYS)
        try:
            return {jwk["kid"]: verifying_key(jwk) for jwk in json.loads(body)["keys"]}
        except (ValueError, KeyError, TypeError) as error:
            raise NotStated("The published keys cannot be read.") from error

    async def _leave(self) -> None:
        await self._send("DELETE", self._question(), secrets.token_urlsafe(16))

    def _question(self) -> Question:
        after, rules = (self._policy.revision, self._policy.rules_revision) if self._policy else (0, 0)
        if self._was_in_vain and after:
            after -= 1  # the lease is running out: who knows less is answered at once, and not when there is news
        return Question(process=self._process, after=after, rules=rules, seal_to=self._recipient.address)

    async def _send(self, method: str, question: Question, name: str) -> tuple[int, bytes]:
        address = f"{self._issuer}{PATH}?{question.query()}"
        headers = {"Authorization": f"Bearer {self._assertion(question, name)}"}
        async with self._http.stream(method, address, headers=headers) as answer:
            return answer.status_code, await _body(answer, LONGEST_STATEMENT)

    def _assertion(self, question: Question, name: str) -> str:
        """Who asks, and what: the question is signed along."""
        now = int(clock.wall())
        algorithm = "ES256" if isinstance(self._key, ECKey) else "Ed25519"
        claims = {
            "iss": self._client,
            "sub": self._client,
            "aud": self._issuer,
            "jti": name,
            "iat": now,
            "exp": now + ASSERTION_S,
            "asks": question.query(),
        }
        header = {"alg": algorithm, "kid": self._key.kid or self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[algorithm])


async def _body(answer: httpx2.Response, longest: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > longest:
            raise NotStated("The answer is too long.")
    return bytes(body)


def _reason(error: Exception) -> str:
    """Our own words only: others' may hold what was sent."""
    return str(error) if isinstance(error, NotStated | AuthorityRefused) else ""
