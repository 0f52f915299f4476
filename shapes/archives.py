"""The ledgers from which citizens' lists are read."""

from pathlib import Path

from installation.databases import database_url
from installation.home import KeyFolder, key_bytes
from installation.ledgers import further_ledgers
from installation.settings import Settings
from ledger import KeyRing
from ledger.archive.archives import Archives, Registered
from ledger.archive.sealed import KEY_BYTES


def archives_of(settings: Settings) -> Archives:
    """Every ledger that citizens' lists are read from: this installation's own first."""
    own = (settings.ledger_origin, database_url(settings, "ledger"), settings.home)
    further = [(ledger.origin, ledger.database_url, Path(ledger.home)) for ledger in further_ledgers(settings)]
    registered = [Registered(origin, dsn, KeyRing(KeyFolder(home)).all) for origin, dsn, home in (own, *further)]
    return Archives(registered, key_bytes(settings.home, "ledger-archive.key", size=KEY_BYTES))
