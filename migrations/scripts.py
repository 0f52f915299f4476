"""The revisions of one database, as Alembic sees them. Opens nothing.

A revision is named for its database (`land_0001`), so that a URL which points to another register's database is noticed
instead of migrated.
"""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"


def alembic_config(name: str) -> Config:
    """Alembic's configuration for the revisions of one database."""
    config = Config()
    for option, path in (("script_location", HERE), ("version_locations", VERSIONS / name)):
        config.set_main_option(option, str(path).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def head(name: str) -> str | None:
    """The revision that this version of the code works with; None while a database has no revisions."""
    return ScriptDirectory.from_config(alembic_config(name)).get_current_head()


def known(name: str) -> frozenset[str]:
    """Every revision of one database that this version of the code knows."""
    revisions = ScriptDirectory.from_config(alembic_config(name)).walk_revisions()
    return frozenset(revision.revision for revision in revisions)
