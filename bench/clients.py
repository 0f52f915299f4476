"""The benchmark's clients: demo clients as they are, and two of its own with the widest client's rights.

Of these one is held to a province, so that row rules apply to all it reads; the tokens of the other are bound to a key,
so that each of its requests carries a proof. Tokens come through the token endpoint's own code.
"""

import asyncio
import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from auth.access.nonces import Nonces
from auth.access.tokens import audience
from auth.database import engine_of
from auth.demo.agencies import CLIENTS, WIDEST, DemoClient
from auth.demo.install import PATIENCE_S, add_client, token_request
from auth.keys import SIGNING_ALGORITHM, nonce_key, private_key, public_jwk
from auth.oauth.metadata import TOKEN
from auth.opening import opened
from bench.callers import Caller
from bench.nation import PROVINCE
from bench.place import TOKEN_SECONDS, Place
from domains.kit.units import communes_of
from graph.compose import compose
from graph.registry import installed_domains
from installation.home import key_file
from installation.memory import memory_file
from shapes.rights import catalogue_of

COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class OwnClient(DemoClient):
    """A client of the benchmark's own. What it may read is what the widest demo client may, within its reach."""

    @property
    def scope_set(self) -> str:
        return next(client.scope_set for client in CLIENTS if client.client == WIDEST)


def _everything(_: object) -> bool:
    return True


HELD_TO_PROVINCE = OwnClient(
    "bench-province", "H26", "Benchmark: everything, of people who live in one province",
    "civil_status.registration", "H26-260115-0003", _everything, reach="jurisdiction", units=(PROVINCE,),
)  # fmt: skip
BOUND = OwnClient(
    "bench-bound", "G01", "Benchmark: everything, with tokens bound to a key",
    "security.investigation", "G01-260115-0004", _everything, bound=True,
)  # fmt: skip
MISSING_SOME = next(client for client in CLIENTS if client.client == "civil-status")
"""Reads identity and population, and neither land nor enterprises."""


class NoToken(ValueError):
    """The token endpoint refused."""


class Tokens:
    """The access token of one client, fetched anew before it runs out."""

    def __init__(self, place: Place, client: DemoClient) -> None:
        self.issuer, self.nonces = place.settings.issuer, Nonces(nonce_key(partial(key_file, place.settings.home)))
        self.key = _key(place, client)
        self._place, self._client = place, client
        self._token, self._fetched = "", float("-inf")

    def current(self) -> str:
        """A token that is good for the next minutes."""
        if time.monotonic() - self._fetched > TOKEN_SECONDS:
            self._token, self._fetched = asyncio.run(self._obtained()), time.monotonic()
        return self._token

    def proofs(self, count: int) -> list[str]:
        """So many proofs for requests to the graph with this token, each good once and for half a minute."""
        return proofs_of(self.key, audience(self.issuer), self.nonces.current(), count, self.current())

    async def _obtained(self) -> str:
        settings = self._place.settings
        form = token_request(self._client, self.key, self.issuer)
        async with opened(
            self._place.urls["auth"],
            issuer=self.issuer,
            catalogue=catalogue_of(compose(installed_domains()), settings),
            communes_of=communes_of,
            files=partial(key_file, settings.home),
            proofs=memory_file(settings.home, "proofs.db"),
        ) as server:
            proof = (
                proofs_of(self.key, self.issuer + TOKEN, self.nonces.current(), 1)[0] if self._client.bound else None
            )
            answer = await server.token(form, proof=proof)
        if answer.status != 200:
            raise NoToken(str(answer.body))
        return str(answer.body["access_token"])


def bearer(place: Place, client: DemoClient) -> Caller:
    """This client, with a bearer token that was seen before."""
    tokens = Tokens(place, client)
    return Caller(lambda: f"Bearer {tokens.current()}")


def held_to_province(place: Place) -> Caller:
    """The client whom row rules hold to a province. Called before servers start, which then know it."""
    asyncio.run(_register(place, HELD_TO_PROVINCE))
    return bearer(place, HELD_TO_PROVINCE)


def bound(place: Place) -> Caller:
    """The client whose every request is signed. Called before servers start, which then know it."""
    asyncio.run(_register(place, BOUND))
    tokens = Tokens(place, BOUND)
    return Caller(lambda: f"DPoP {tokens.current()}", tokens.proofs)


async def _register(place: Place, client: OwnClient) -> None:
    """Have the client registered and granted; what is there stays."""
    engine = engine_of(place.urls["auth"], 1, PATIENCE_S)
    async with engine.begin() as connection:
        await add_client(connection, client, public_jwk(_key(place, client)))
    await engine.dispose()


def _key(place: Place, client: DemoClient) -> ECKey:
    return private_key(partial(key_file, place.settings.home), f"demo-{client.client}.jwk")


def proofs_of(key: ECKey, url: str, nonce: str, count: int, token: str | None = None) -> list[str]:
    """Proofs of possession (RFC 9449). Thousands are made before each window, so what they share is encoded once."""
    jwk = {name: value for name, value in key.as_dict(private=False).items() if name in {"kty", "crv", "x", "y"}}
    head = _encoded(json.dumps({"typ": "dpop+jwt", "alg": SIGNING_ALGORITHM, "jwk": jwk}).encode())
    now = time.time()
    claims = {"htm": "POST", "htu": url, "iat": int(now), "nonce": nonce}
    if token is not None:
        claims["ath"] = _encoded(hashlib.sha256(token.encode()).digest())
    said = [json.dumps({**claims, "jti": f"{now:.6f}-{number}"}).encode() for number in range(count)]
    assert key.private_key is not None
    return _signed(key.private_key, [f"{head}.{_encoded(one)}" for one in said])


def _signed(key: EllipticCurvePrivateKey, texts: Sequence[str]) -> list[str]:
    algorithm = ECDSA(SHA256())
    pairs = (decode_dss_signature(key.sign(text.encode(), algorithm)) for text in texts)
    joined = (b"".join(number.to_bytes(COORDINATE_BYTES, "big") for number in pair) for pair in pairs)
    return [f"{text}.{_encoded(signature)}" for text, signature in zip(texts, joined, strict=True)]


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
