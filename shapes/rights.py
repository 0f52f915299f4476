"""Every right there is, and the authority over them, as an installation in this mode and at this address has both."""

from contextlib import AbstractAsyncContextManager
from functools import partial

from auth.demo.agencies import with_demo_sets
from auth.oauth.server import AuthorizationServer
from auth.opening import opened
from auth.scopes import Catalogue
from domains.kit.units import communes_of
from graph.catalogue import scope_sets, scopes
from graph.composed import Composed
from installation.databases import database_url
from installation.home import key_file
from installation.memory import memory_file
from installation.settings import Settings


def catalogue_of(composed: Composed, settings: Settings) -> Catalogue:
    """Every right; in demo mode also the sets of the demo clients."""
    catalogue = Catalogue(scopes(composed), scope_sets(composed))
    return with_demo_sets(catalogue) if settings.mode == "demo" else catalogue


def authority_of(composed: Composed, settings: Settings) -> AbstractAsyncContextManager[AuthorizationServer]:
    """Who asks, and what they may: open until the end of the block."""
    return opened(
        database_url(settings, "auth"),
        issuer=settings.issuer,
        catalogue=catalogue_of(composed, settings),
        communes_of=communes_of,
        files=partial(key_file, settings.home),
        proofs=memory_file(settings.home, "proofs.db") if settings.proofs == "host" else None,
        graph_url=settings.graph_url,
    )
