"""A caller without a token: who a client would be if it asked for everything that it may.

For explanations and previews, under the policy of now or one that was edited; nothing is signed, and no request is
answered with it.
"""

from auth.caller import Caller, Purpose
from auth.policy.algebra import Asking
from auth.policy.decided import Client
from auth.policy.snapshot import Snapshot

NOBODY = "000000000000"  # stands for the citizen for whom a portal would speak; no province has the code 000


class CannotRehearse(LookupError):
    """There is no such client, or it is not clear for which purpose it would ask. The message may be shown."""


def rehearsed(
    snapshot: Snapshot, client: str, purpose: str | None = None, *, on_behalf_of: str | None = None
) -> Caller:
    """The caller that `client` would be for `purpose`; where none is named, for the only one that there are grants for.

    `on_behalf_of` is the agency that delegated to it; a client asks for its own agency otherwise.
    """
    found = snapshot.clients.get(client)
    if found is None:
        raise CannotRehearse(f"There is no client {client!r} that is admitted now.")
    holder = found.agency if on_behalf_of is None else on_behalf_of
    if holder not in snapshot.agencies:
        raise CannotRehearse(f"There is no agency {holder!r} that is admitted now.")
    code = _purpose(snapshot, found, holder, purpose)
    scope = " ".join(sorted(found.allowed))
    asking = Asking(client, code, scope, for_citizen=found.speaks_for_citizens, agency=on_behalf_of)
    return Caller(
        agency=holder,
        client=client,
        purpose=None if code is None else Purpose(code, snapshot.legal_bases.get(code, ""), ""),
        subject=NOBODY if found.speaks_for_citizens else None,
        rights=snapshot.rights(asking),
        supplier=None if holder == found.agency else found.agency,
        registered_only=found.registered_only,
        operations=snapshot.operations(found.agency),
    )


def _purpose(snapshot: Snapshot, client: Client, holder: str, named: str | None) -> str | None:
    if named is not None:
        if named not in snapshot.legal_bases:
            raise CannotRehearse(f"There is no purpose {named!r}; there are {', '.join(sorted(snapshot.legal_bases))}.")
        return named
    granted = {grant.purpose for grant in snapshot.grants.get(holder, ()) if grant.scopes & client.allowed}
    if len(granted) > 1:
        raise CannotRehearse(f"Say for which purpose the client asks: {', '.join(sorted(granted))}.")
    return next(iter(granted), None)
