"""The revisions of one database, as Alembic sees them. Opens nothing.

A revision is named for its database (`land_0001`), so that a URL which points to another register's database is noticed
instead of migrated.
"""

from importlib.util import find_spec
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from installation.registers import entries

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"
REVISIONS = "revisions"  # folder of a register's own package


def versions(name: str) -> Path:
    """The folder of a database's revisions: here, or in the package of a register that comes from elsewhere."""
    package = next((entry.module for entry in entries() if entry.name == name), "")
    found = find_spec(package) if package and not package.startswith("domains.") else None
    if found is None or not found.submodule_search_locations:
        return VERSIONS / name
    return Path(found.submodule_search_locations[0]) / REVISIONS


def alembic_config(name: str) -> Config:
    """Alembic's configuration for the revisions of one database."""
    config = Config()
    for option, path in (("script_location", HERE), ("version_locations", versions(name))):
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
