"""A caller without a token: who a client would be if it asked for everything that it may.

For explanations by people with access to the installation; nothing is signed, and no request is answered with it.
"""

from auth.caller import Caller, Purpose
from auth.policy.algebra import Asking
from auth.policy.decided import Client
from auth.policy.snapshot import Snapshot

NOBODY = "000000000000"  # stands for the citizen for whom a portal would speak; no province has the code 000


class CannotRehearse(LookupError):
    """There is no such client, or it is not clear for which purpose it would ask. The message may be shown."""


def rehearsed(snapshot: Snapshot, client: str, purpose: str | None = None) -> Caller:
    """The caller that `client` would be for `purpose`; where none is named, for the only one that it has grants for."""
    found = snapshot.clients.get(client)
    if found is None:
        raise CannotRehearse(f"There is no client {client!r} that is admitted now.")
    code = _purpose(snapshot, found, purpose)
    asking = Asking(client, code, " ".join(sorted(found.allowed)), for_citizen=found.speaks_for_citizens)
    reason = None if code is None else Purpose(code, snapshot.legal_bases.get(code, ""), "")
    return Caller(found.agency, client, reason, NOBODY if found.speaks_for_citizens else None, snapshot.rights(asking))


def _purpose(snapshot: Snapshot, client: Client, named: str | None) -> str | None:
    granted = {grant.purpose for grant in snapshot.grants.get(client.agency, ()) if grant.scopes & client.allowed}
    if named is not None:
        if named not in snapshot.legal_bases:
            raise CannotRehearse(f"There is no purpose {named!r}; there are {', '.join(sorted(snapshot.legal_bases))}.")
        return named
    if len(granted) > 1:
        raise CannotRehearse(f"Say for which purpose the client asks: {', '.join(sorted(granted))}.")
    return next(iter(granted), None)
