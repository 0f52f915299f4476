"""An installation as these tests see it: one process, an officer's hands in its database, its clients' keys.

All agencies' rights here are invented.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette

from auth import clock
from auth.access.authority import Authority
from auth.errors import GrantsUnconfirmed
from auth.oauth.assertion import ASSERTION_TYPE
from auth.oauth.bridge import Answer
from auth.oauth.endpoints import routes
from auth.oauth.server import AuthorizationServer
from auth.scopes import Catalogue

ISSUER = "http://localhost:8000"
BASIS = "Law 26/2023/QH15, art. 10"
NAME, BORN, PIN = (f"identity:citizen.{field}:read" for field in ("full_name", "date_of_birth", "pin"))
FIND, VERIFY, HOME = "identity:citizen.pin:lookup", "identity:citizen:verify", "population:residence.commune_code:read"
BASIC = "set:identity.basic.v1"
CATALOGUE = Catalogue(
    frozenset({NAME, BORN, PIN, FIND, VERIFY, HOME, *(f"land:parcel.field_{n}:read" for n in range(120))}),
    {BASIC: frozenset({NAME, BORN})},
)
COMMUNES = {("01", "Y2025"): frozenset({"00070", "00082"}), ("H1", "PRE_2025"): frozenset({"31777"})}


def communes_of(code: str, scheme: str) -> frozenset[str]:
    return COMMUNES[code, scheme]


class Files(dict[str, bytes]):
    """Key files of one installation, in memory."""

    def __call__(self, name: str, make: Callable[[], bytes], /) -> bytes:
        if name not in self:
            self[name] = make()
        return self[name]


@dataclass
class Installation:
    """One process of an installation, an officer's hands in its database, and its clients' private keys."""

    dsn: str
    server: AuthorizationServer
    connection: "asyncpg.Connection[asyncpg.Record]"
    files: Files
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def authority(self) -> Authority:
        return self.server.authority

    @property
    def app(self) -> Starlette:
        return Starlette(routes=routes(self.server))

    async def add_client(self, client: str, *, agency: str = "G01", key: Any = None, **columns: Any) -> Any:
        self.keys[client] = key = key or ECKey.generate_key("P-256")
        await self.connection.execute(
            "insert into agencies (agency, name_vi, name_en) values ($1, $1, $1) on conflict do nothing", agency
        )
        await self.insert(
            "clients",
            **{
                "client": client,
                "agency": agency,
                "name": client,
                "token_type": "Bearer",
                "public_keys": json.dumps({"keys": [_public(key)]}),
                "allowed": sorted(CATALOGUE.scopes),
                **columns,
            },
        )
        return key

    async def grant(self, *scopes: str, agency: str = "G01", purpose: str = "security", **columns: Any) -> int:
        row = {
            "agency": agency,
            "purpose": purpose,
            "scopes": [scope for scope in scopes if not scope.startswith("set:")],
            "sets": [scope for scope in scopes if scope.startswith("set:")],
            "reach": "everywhere",
            "state": "active",
            "proposed_by": "officer-1",
            "approved_by": "officer-2",
            "reason": "invented",
            **columns,
        }
        number = await self.insert("grants", "grant_id", **row)
        return int(number)

    async def insert(self, table: str, returning: str = "1", **row: Any) -> Any:
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        statement = f"insert into {table} ({', '.join(row)}) values ({places}) returning {returning}"
        return await self.connection.fetchval(statement, *row.values())

    def assertion(self, client: str, *, header: Any = None, key: Any = None, **claims: Any) -> str:
        """A good assertion of this client, changed as told; a claim given as None is left out."""
        key = key or self.keys[client]
        now = int(clock.wall())
        good = {"iss": client, "sub": client, "aud": ISSUER, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60}
        kept = {name: value for name, value in {**good, **claims}.items() if value is not None}
        full = {"alg": "ES256" if key.key_type == "EC" else "EdDSA", "kid": key.thumbprint(), **(header or {})}
        return signed({name: value for name, value in full.items() if value is not None}, kept, key)

    def form(self, client: str, scope: str = "", *, purpose: str | None = "security", **changed: Any) -> dict[str, str]:
        detail = {"type": "urn:lienthong:purpose", "purpose": purpose, "case_reference": "G01-260115-0001"}
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "authorization_details": json.dumps([detail]) if purpose else "",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": changed.pop("assertion", None) or self.assertion(client),
            **changed,
        }
        return {name: value for name, value in form.items() if value}

    async def ask(self, client: str, scope: str = "", *, citizen: str | None = None, **how: Any) -> Answer:
        return await self.server.token(self.form(client, scope, **how), citizen=citizen)

    async def token(self, client: str, scope: str = "", **how: Any) -> str:
        answer = await self.ask(client, scope, **how)
        assert answer.status == 200, answer.body
        return str(answer.body["access_token"])


def _public(key: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint()}


async def settled(made: Installation) -> None:
    """Wait until this process follows the latest revision."""
    revision = await made.connection.fetchval("select revision from policy")
    await until(lambda: made.authority.snapshot().revision >= revision)


async def confirmed(authority: Authority) -> None:
    """Let the feed breathe: making examples keeps the loop busy, for longer than the lease where the machine is."""
    async with asyncio.timeout(20):
        while True:
            try:
                authority.snapshot()
            except GrantsUnconfirmed:
                await asyncio.sleep(0.05)
            else:
                return


async def until(holds: Callable[[], bool], seconds: float = 3.0) -> float:
    """Wait until this holds; how long it took."""
    started = clock.lease()
    while not holds():
        assert clock.lease() - started < seconds, "it did not come to hold"
        await asyncio.sleep(0.005)
    return clock.lease() - started


def unpadded(data: bytes) -> str:
    """Base64 as it stands in a token."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """What anybody who holds the key can sign, sensible or not."""
    text = f"{unpadded(json.dumps(header).encode())}.{unpadded(json.dumps(claims).encode())}"
    name = {"EdDSA": "Ed25519"}.get(header["alg"], header["alg"])
    return f"{text}.{unpadded(jws.JWSRegistry.algorithms[name].sign(text.encode(), key))}"
