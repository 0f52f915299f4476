"""Further ledgers that citizens' lists are read from: where each ministry keeps one of its own.

`LIENTHONG_FURTHER_LEDGERS` names a file, since it holds passwords; only its owner may read it:

    [{"origin": "land.example.vn/ledger", "database_url": "postgresql://…", "home": "/srv/land"}]

`home` is where that ledger's pseudonym keys are, in `keys/`, as the ministry handed them over.
"""

from pathlib import Path

import msgspec

from installation.errors import SettingsInvalid
from installation.settings import PREFIX, Settings

NAME = f"{PREFIX}FURTHER_LEDGERS"
OWNER_ONLY = 0o077


class FurtherLedger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ledger of another ministry."""

    origin: str
    database_url: str
    home: str


def further_ledgers(settings: Settings) -> tuple[FurtherLedger, ...]:
    """Those of the file, if one is named. Raises SettingsInvalid, which quotes nothing of it."""
    file = settings.further_ledgers
    if file is None:
        return ()
    try:
        if file.stat().st_mode & OWNER_ONLY:
            raise SettingsInvalid(f"{NAME}: {file} can be read by others: chmod 600 it.")
        found = msgspec.json.decode(file.read_bytes(), type=tuple[FurtherLedger, ...])
    except OSError as error:
        raise SettingsInvalid(f"{NAME}: {file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except msgspec.MsgspecError:
        message = f"{NAME}: {file} is not a list of origin, database_url and home."
        raise SettingsInvalid(message) from None
    for ledger in found:
        if not any(Path(ledger.home, "keys").glob("ledger-pseudonyms-*")):
            raise SettingsInvalid(f"{NAME}: {ledger.home} holds no pseudonym key, so nobody would be found.")
    return found
