"""The tables each database should have. For `revise` and for the test that compares; `run` needs only the revisions."""

from collections.abc import Mapping
from importlib import import_module

from sqlalchemy import MetaData

from auth.tables import metadata as auth
from installation.registers import entries
from ledger.tables import metadata as ledger

METADATA: Mapping[str, MetaData] = {
    **{entry.name: import_module(f"{entry.module}.tables").metadata for entry in entries()},
    "auth": auth,
    "ledger": ledger,
}
