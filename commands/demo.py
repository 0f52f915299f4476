"""Asking as a client without a client: a demo token, an explanation, and commands to paste.

The parts are those of the server, put together in this process: the token comes through the token endpoint's own code,
and the graph that explains has no databases, so that it cannot read one.
"""

import json
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

from auth.access.rehearsal import CannotRehearse, rehearsed
from auth.demo.install import DemoRefused, demo_token
from auth.demo.officers import open_links
from auth.oauth.server import AuthorizationServer
from auth.officers.enrolment import address
from auth.policy.quotas import Quotas
from graph.answer import Graph, Question
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.errors import Refused
from graph.explain import Explainer
from graph.registry import installed_domains
from installation.databases import database_url
from installation.errors import Refusal
from installation.home import KeyFolder, key_file
from installation.settings import Settings
from ledger import KeyRing, Ledger
from migrations.run import check_current
from shapes.rights import authority_of

PERSONA = "001085000001"  # the same in every invented nation
LAND = "landRights(first: 5) { edges { node { origin } } }"
ONE_LAND_FIELD = "landRights(first: 5) { pageInfo { hasNextPage } }"

# Client, outcome, query.
EXAMPLES = (
    (
        "public-security",
        "Granted: this client may read it all",
        f'{{ citizen(pin: "{PERSONA}") {{ fullName dateOfBirth {LAND} }} }}',
    ),
    (
        "civil-status",
        "Refused for one field: this client may not read land rights, and so is told nothing of the citizen either",
        f'{{ citizen(pin: "{PERSONA}") {{ fullName {ONE_LAND_FIELD} }} }}',
    ),
    (
        "statistics",
        "Refused for a lookup: this client may read people's sex, and may not find them by their numbers",
        f'{{ citizen(pin: "{PERSONA}") {{ sex }} }}',
    ),
)


async def token(settings: Settings, client: str, *, citizen: str | None = None) -> str:
    """An access token. Raises Refusal for an unknown client, or where no demo client is registered."""
    async with _authority(settings, compose(installed_domains())) as server:
        return await _token(settings, server, client, citizen)


async def explanation(settings: Settings, question: Question, client: str, purpose: str | None) -> str:
    """What `/graphql/explain` would say to any client, as text. Raises Refusal for what cannot be explained."""
    composed = compose(installed_domains())
    graph = _graph_without_databases(settings, composed)
    async with _authority(settings, composed) as server:
        try:
            caller = rehearsed(server.authority.snapshot(), client, purpose)
            return Explainer(graph).explain(question, caller).as_text()
        except CannotRehearse as unclear:
            raise Refusal(str(unclear)) from None
        except Refused as refused:
            raise Refusal("; ".join(error.message for error in refused.errors)) from None


def examples(settings: Settings, url: str | None = None) -> Iterator[str]:
    """Lines to print: three commands to paste, each below what will come of it. `url`: where the graph is asked."""
    usual = Settings(mode="demo", port=8000, home=Settings.model_fields["home"].default)
    unusual = {
        name: getattr(settings, name) for name in ("port", "home") if getattr(settings, name) != getattr(usual, name)
    }
    told = "".join(f"LIENTHONG_{name.upper()}={shlex.quote(str(value))} " for name, value in unusual.items())
    for client, outcome, query in EXAMPLES:
        yield f"\n# {outcome}"
        yield (
            f"curl -s {url or f'http://localhost:{settings.port}/graphql'} -H 'Content-Type: application/json'"
            f' -H "Authorization: Bearer $({told}.venv/bin/lienthong token {client})"'
            f" -d {shlex.quote(json.dumps({'query': query}))}"
        )
    yield ""


async def officers_links(settings: Settings) -> list[str]:
    """Lines to print, while a demo officer has no passkey: the links by which one is enrolled. They are said once."""
    links = await open_links(database_url(settings, "auth"))
    lines = [f"{link.officer.officer}: {address(settings.issuer, link.secret)}" for link in links]
    return ["# Officers enroll two passkeys each; these links are good once, for a day", *lines, ""] if lines else []


@asynccontextmanager
async def _authority(settings: Settings, composed: Composed) -> AsyncIterator[AuthorizationServer]:
    await check_current(settings, ["auth"])
    async with authority_of(composed, settings) as server:
        yield server


async def _token(settings: Settings, server: AuthorizationServer, client: str, citizen: str | None) -> str:
    try:
        return await demo_token(server, partial(key_file, settings.home), client, citizen=citizen)
    except DemoRefused as refused:
        raise Refusal(str(refused)) from None


def _graph_without_databases(settings: Settings, composed: Composed) -> Graph:
    unopened = Ledger(database_url(settings, "ledger"), KeyRing(KeyFolder(settings.home)))
    return Graph(
        composed,
        {},
        unopened,
        Cursors([bytes(KEY_BYTES)]),
        settings.request_deadline_ms / 1000,
        confirm=lambda _: None,  # nothing is answered here
        quotas=Quotas(database_url(settings, "auth")),
    )
