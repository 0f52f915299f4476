"""What stops the command, said in one line that the person at the keyboard can act on.

Raised throughout `installation` and `migrations`, shown by `cli` without a stack trace. A message never holds a
password.
"""


class Refusal(Exception):
    """A condition that somebody can put right. Its text is the one line shown."""


class SettingsInvalid(Refusal):
    """An environment variable LIENTHONG_* has a value that cannot be used."""


class HomeUnusable(Refusal):
    """LIENTHONG_HOME cannot hold what belongs into it."""


class PostgresFailed(Refusal):
    """The embedded PostgreSQL cannot be set up, started or stopped."""


class DatabaseUnreachable(Refusal):
    """A PostgreSQL server named by the settings does not let us in."""


class DatabaseAway(DatabaseUnreachable):
    """Nobody answers there, or not yet: what was set may be right all the same."""


class ServerTooSmall(Refusal):
    """A PostgreSQL server allows fewer connections than this installation will open."""


class MigrationRefused(Refusal):
    """The databases cannot be brought to this version."""


class PortTaken(Refusal):
    """Somebody else answers where we were told to."""


class AuthoritySilent(Refusal):
    """The authority does not tell this subgraph what is granted."""


class NodeMissing(Refusal):
    """No Node that is new enough, neither of the system nor of the wheel."""


class PackagesMissing(Refusal):
    """The packages of a folder that runs on Node are not installed."""


class NodeFailed(Refusal):
    """What ran on Node ended with an error."""
