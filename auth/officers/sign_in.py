"""Signing in: whichever enrolled passkey answers says who is there. No name is asked for, so none can be guessed.

A sign-in begins a session with a secret of its own, whatever the browser held before: a secret planted there beforehand
leads nowhere.
"""

from auth.acts import log
from auth.acts.actors import Actor
from auth.acts.log import Entry
from auth.officers import challenges, passkeys, sessions
from auth.officers.door import Officers
from auth.officers.party import Options, read_assertion


async def begin(officers: Officers) -> Options:
    """What `navigator.credentials.get` is given."""
    return officers.party.request(await challenges.issue(officers.engine, "sign_in"))


async def finish(officers: Officers, assertion: str, browser: str, *, replacing: str | None = None) -> str:
    """The secret of a session for whoever signed. `replacing`: the one that the browser held ends."""
    asserted = read_assertion(assertion)
    await challenges.take(officers.engine, asserted.challenge, "sign_in")
    async with officers.engine.begin() as connection:
        signer = await passkeys.believe(connection, officers.party, asserted, asserted.challenge)
    # Only who signed comes to the lock that orders all acts: strangers cannot keep officers waiting there.
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        if replacing is not None:
            await sessions.end_this(connection, replacing)
        await sessions.forget(connection)
        secret = await sessions.begin(connection, signer, browser)
        actor = Actor("officer", signer.officer)
        await log.append(connection, Entry(actor, "session.begin", signer.officer, {}, officers.now()))
    return secret
