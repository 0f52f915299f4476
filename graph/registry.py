"""The domains that are installed: every package that offers one under the entry-point group `lienthong.domains`.

The four of this repository come through the same door as any further one.
"""

from domains.kit.domain import Domain
from installation.registers import GROUP, entries


class Misnamed(LookupError):
    """A domain is installed under another name than its own: its database would not be found."""


class NoDomains(LookupError):
    """Nothing is installed under the group: the package itself is not installed."""


def installed_domains() -> tuple[Domain, ...]:
    """Load every installed domain. Raises NoDomains, Misnamed, or whatever a domain's own module raises."""
    found: dict[str, Domain] = {entry.name: entry.load() for entry in entries()}
    if not found:
        raise NoDomains(f"no domain is installed under {GROUP}; run `make install`")
    for name, domain in found.items():
        if domain.name != name:
            raise Misnamed(f"the domain {domain.name} is installed under the name {name}")
    return tuple(found.values())
