"""Every right there is, as an installation in this mode offers it."""

from auth.demo.agencies import with_demo_sets
from auth.scopes import Catalogue
from graph.catalogue import scope_sets, scopes
from graph.composed import Composed
from installation.settings import Settings


def catalogue_of(composed: Composed, settings: Settings) -> Catalogue:
    """Every right; in demo mode also the sets of the demo clients."""
    catalogue = Catalogue(scopes(composed), scope_sets(composed))
    return with_demo_sets(catalogue) if settings.mode == "demo" else catalogue
