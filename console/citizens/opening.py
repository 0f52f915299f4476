"""Puts the pages of citizens together, for the composition root."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from joserfc.jwk import ECKey
from starlette.routing import Route

from auth.acts.desk import Desk
from auth.citizens import desk as desks
from auth.citizens.desk import CitizenDesk
from auth.citizens.provider import Provider, ProviderTerms
from auth.citizens.representation import RepresentedBy
from auth.demo.provider import DemoProvider, Persona, demo_terms, first_use_at
from auth.keys import KeyFiles, private_key
from auth.oauth.server import AuthorizationServer
from console.citizens.complaints import OwnCases
from console.citizens.consenting import Consenting
from console.citizens.desk import Counter
from console.citizens.disclosures import OwnDisclosures
from console.citizens.labels import Described
from console.citizens.ledgers import Ledgers
from console.citizens.own import OwnConsents
from console.citizens.signing_in import SIGNED_IN, SigningIn
from console.demo_provider import DemoProviderPages

OUR_KEY, DEMO_KEY = "citizen-provider.jwk", "demo-provider.jwk"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How citizens sign in here. `terms` are those of the provider in production, None where there is none yet."""

    mode: str
    terms: ProviderTerms | None
    files: KeyFiles
    personas: Sequence[Persona] = ()


@asynccontextmanager
async def opened(
    dsn: str,
    server: AuthorizationServer,
    acts: Desk,
    represented_by: RepresentedBy | None,
    described: Described,
    ledgers: Ledgers,
    sign_in: SignIn,
) -> AsyncIterator[list[Route]]:
    """The addresses that a citizen's browser meets, while this process serves them."""
    issuer, is_demo = server.authority.issuer, sign_in.mode == "demo"
    terms = demo_terms(issuer) if is_demo else sign_in.terms
    key = private_key(sign_in.files, OUR_KEY)
    provider = None if terms is None else Provider(terms, key, issuer + SIGNED_IN)
    async with desks.opened(dsn, server.authority, acts, provider, represented_by) as desk:
        server.still_acts = desk.still_acts
        yield [*routes(desk, described, ledgers), *(_demo(desk, sign_in, key) if is_demo else [])]


def routes(desk: CitizenDesk, described: Described, ledgers: Ledgers) -> list[Route]:
    """The pages of ours: signing in, consenting, what was consented to, who looked, and complaints."""
    counter = Counter(desk, described)
    signing_in = SigningIn(counter)
    return [
        *signing_in.routes(),
        *Consenting(counter, signing_in).routes(),
        *OwnConsents(counter, signing_in).routes(),
        *OwnDisclosures(counter, signing_in, ledgers).routes(),
        *OwnCases(counter, signing_in, ledgers).routes(),
    ]


def _demo(desk: CitizenDesk, sign_in: SignIn, client_key: ECKey) -> list[Route]:
    provider = DemoProvider(
        sign_in.mode,
        desk.issuer,
        key=private_key(sign_in.files, DEMO_KEY),
        client_key=client_key,
        returns_to=desk.issuer + SIGNED_IN,
        personas=sign_in.personas,
        first_use=first_use_at(desk.engine),
    )
    return DemoProviderPages(provider).routes()
