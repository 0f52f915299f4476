"""The pages of officers as a browser meets them: over https, with a certificate made a moment ago."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import insert, text
from starlette.applications import Starlette

from auth.acts.desk import Desk
from auth.database import engine_of
from auth.errors import GrantsUnconfirmed
from auth.officers import codes
from auth.officers.door import Officers
from auth.officers.enrolment import open_link
from auth.policy.snapshot import Snapshot
from auth.tables import agencies, purposes
from auth.tables import officers as rows
from console.officers import routes
from console.officers.desk import OfficersDesk
from console.pages import static_files
from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.archive.archives import Archives, Registered
from ledger.insight.books import BooksReader
from office.context import Office
from tests.auth.conftest import database
from tests.auth.databases import lent
from tests.auth.officers.authenticator import Authenticator
from tests.auth.world import BASIS, CATALOGUE, Files, communes_of, until
from tests.console.officers.browser import Browser
from tests.ledger.archive.world import ARCHIVE_KEY, EPOCHS
from tests.office.conftest import LEDGER, recorded_as, works


@dataclass(frozen=True)
class Certificate:
    """Of localhost, for an hour."""

    file: Path
    key: Path

    @property
    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.file)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    paths = Certificate(folder / "localhost.pem", folder / "localhost.key")
    paths.file.write_bytes(made.public_bytes(Encoding.PEM))
    paths.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@dataclass
class House:
    """An installation that serves the pages of officers, and the passkeys in people's hands."""

    desk: OfficersDesk
    certificate: Certificate
    ledger: str
    """Where its ledger's database is."""
    passkeys: dict[str, list[Authenticator]] = field(default_factory=dict)
    browsers: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def origin(self) -> str:
        return self.desk.officers.issuer

    async def browser(self, **says: str) -> Browser:
        client = httpx2.AsyncClient(base_url=self.origin, verify=self.certificate.trusted)
        return Browser(await self.browsers.enter_async_context(client), **{"origin": self.origin, **says})

    async def link(self, officer: str, *roles: str, code: str | None = None) -> str:
        """Admit the officer and open a link; its secret. `code`: what goes with it."""
        row = {"officer": officer, "name": f"Officer {officer}", "roles": list(roles or ("proposer", "approver"))}
        async with self.desk.officers.engine.begin() as connection:
            await connection.execute(insert(rows).values(row))
            return await open_link(connection, officer, codes.kept(code) if code else None)

    async def enrolled(self, officer: str, *roles: str) -> Browser:
        """A browser in which the officer has just enrolled the first passkey."""
        secret, browser = await self.link(officer, *roles), await self.browser()
        passkey = Authenticator(self.origin)
        form = await browser.form("/console/enroll")
        answer = await browser.use(form, passkey, secret=secret)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/passkeys"), answer.text
        self.passkeys[officer] = [passkey]
        return browser

    async def officer(self, officer: str, *roles: str) -> Browser:
        """A browser in which the officer is signed in, with both passkeys."""
        browser, other = await self.enrolled(officer, *roles), Authenticator(self.origin)
        answer = await browser.use(await browser.form("/console/passkeys"), self.passkeys[officer][0], other)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/"), answer.text
        self.passkeys[officer].append(other)
        return browser

    async def run(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        async with self.desk.officers.engine.begin() as connection:
            answer = await connection.execute(text(statement), values)
            return [tuple(row) for row in answer] if answer.returns_rows else []


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


@contextlib.asynccontextmanager
async def serving(app: Starlette, certificate: Certificate, on: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        ssl_certfile=certificate.file,
        ssl_keyfile=certificate.key,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([on]))
    await until(lambda: server.started, 30)
    yield
    server.should_exit = True
    await task


def no_rules() -> Snapshot:
    """Stands for the policy in force: no page of officers asks for it."""
    raise GrantsUnconfirmed


def office_of(desk: OfficersDesk, ledger: str) -> Office:
    """The office that pages ask, over a ledger; it looks nothing ahead."""
    archives = Archives([Registered(LEDGER, ledger, lambda: EPOCHS)], ARCHIVE_KEY)
    return Office(desk.acts, no_rules, desk.officers, works, recorded_as, archives, BooksReader(ledger))


@pytest.fixture(scope="module")
async def house(postgres: Postgres, templates: Settings, worker: str, certificate: Certificate) -> AsyncIterator[House]:
    """One installation for a module; officers of each test have names of their own."""
    async with (
        database(postgres, templates, worker) as dsn,
        lent(postgres, database_name(templates, "ledger"), worker) as ledger,
    ):
        engine = engine_of(dsn, 10, 30)
        with listening() as on:
            issuer = f"https://localhost:{on.getsockname()[1]}"
            desk = OfficersDesk(Officers(engine, issuer), Desk(engine, CATALOGUE, communes_of, Files()))
            office = office_of(desk, ledger)
            async with serving(Starlette(routes=[*routes(desk, office), static_files()]), certificate, on):
                made = House(desk, certificate, ledger)
                async with made.browsers, engine.begin() as connection:
                    agency = {"agency": "G01", "name_vi": "Bộ thử nghiệm", "name_en": "Ministry of tests"}
                    await connection.execute(insert(agencies).values(agency))
                    purpose = {
                        "purpose": "security",
                        "legal_basis": BASIS,
                        "title_vi": "An ninh",
                        "title_en": "Security",
                    }
                    await connection.execute(insert(purposes).values(**purpose, retention_months=12))
                    await connection.commit()
                    yield made
            await office.archives.close()
        await engine.dispose()
