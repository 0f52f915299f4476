"""The domains that are installed: every package that offers one under the entry-point group `lienthong.domains`.

The four of this repository come through the same door as any further one. Sorted by name, so that every process sees
the same order.
"""

from importlib.metadata import entry_points

from domains.kit.domain import Domain

GROUP = "lienthong.domains"


class NoDomains(LookupError):
    """Nothing is installed under the group: the package itself is not installed."""


def installed_domains() -> tuple[Domain, ...]:
    """Load every installed domain. Raises NoDomains, or whatever a domain's own module raises."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    if not found:
        raise NoDomains(f"no domain is installed under {GROUP}; run `make install`")
    return tuple(entry.load() for entry in found)
