"""The authority's policy, as a subgraph follows it: under its client, with the key in its home."""

from functools import partial
from urllib.parse import urlsplit

import httpx2

from auth.keys import private_key
from auth.policy.remote import AuthorityRefused, RemotePolicy
from auth.policy.remote_wire import NotStated
from installation.errors import AuthoritySilent
from installation.home import key_file
from installation.settings import LOOPBACK, Settings

KEY = "subgraph.jwk"
_FAILURES = (httpx2.HTTPError, OSError, TimeoutError, AuthorityRefused, NotStated)


def policy_of(settings: Settings) -> RemotePolicy:
    """Not asked for yet."""
    key = private_key(partial(key_file, settings.home), KEY)
    leaves = urlsplit(settings.issuer).hostname not in LOOPBACK  # a proxy is asked for what leaves this machine only
    http = httpx2.AsyncClient(follow_redirects=False, trust_env=leaves)  # an assertion is for one address
    return RemotePolicy(http, issuer=settings.issuer, client=settings.subgraph_client, key=key)


async def ask_once(settings: Settings) -> None:
    """Whether this subgraph can start. Raises AuthoritySilent with what can be done."""
    policy = policy_of(settings)
    try:
        await policy.open()
    except _FAILURES as error:
        reason = str(error) if isinstance(error, AuthorityRefused | NotStated) else "It cannot be reached."
        raise AuthoritySilent(
            f"The authority {settings.issuer} does not tell {settings.subgraph_client} what is granted. {reason}"
            " It must know that client by the key that `lienthong keys subgraph` prints."
        ) from None
    finally:
        await policy.close()
