"""The rows of `administrative_units`, which every register is given by its first revision.

The code list is that of Decision 19/2025 and does not change; a later list comes with a revision of its own.
"""

from dataclasses import asdict

from alembic import op
from sqlalchemy import MetaData

from domains.kit.units import UNITS, administrative_units


def fill_administrative_units() -> None:
    """Insert every unit there is. Called by revisions only."""
    op.bulk_insert(administrative_units(MetaData()), [asdict(unit) for unit in UNITS])
