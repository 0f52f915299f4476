"""The tables each database should have. For `revise` and for the test that compares; `run` needs only the revisions."""

from collections.abc import Mapping

from sqlalchemy import MetaData

from auth.tables import metadata as auth
from domains.enterprises.tables import metadata as enterprises
from domains.identity.tables import metadata as identity
from domains.land.tables import metadata as land
from domains.population.tables import metadata as population
from ledger.tables import metadata as ledger

METADATA: Mapping[str, MetaData] = {
    "identity": identity,
    "population": population,
    "land": land,
    "enterprises": enterprises,
    "auth": auth,
    "ledger": ledger,
}
