"""How often one may ask the OAuth server and the pages: by address in this process, by client everywhere.

A bucket holds one minute's requests and fills evenly. An address is counted before anything is read, in the memory of
the process that it protects: so several processes together answer an address as many times the limit. A client is
counted only once its assertion was good (`auth.oauth.shares`), so that nobody can use up another's share by writing its
name.
"""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Hashable

from starlette.requests import Request

from auth import clock
from auth.oauth.registered import RegisteredClient

ADDRESS_PER_MINUTE = 6000
"""The peer of the connection, so behind a proxy without a name here everybody: let it count each, this one the sum."""
CLIENT_PER_MINUTE = 600
"""Unless the client was registered with another number. A token lives five minutes: few need ten a minute."""
SUBGRAPH_PER_MINUTE = 12_000
"""A ministry's subgraph asks what is granted twice a second, from each of its processes."""
BUCKETS_KEPT = 20_000
_IPV6_SHARE = 64  # bits that a network gives to one customer


class Rates:
    """The buckets of one kind. The least recently used are forgotten: whoever has not asked for long starts full."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # key -> what is left, and when

    def wait_s(self, key: Hashable, per_minute: int) -> int:
        """Count a request: 0 where there was room for it, or after how many seconds there will be."""
        now = clock.lease()
        left, since = self._buckets.pop(key, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since) * per_minute / 60)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > BUCKETS_KEPT:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) * 60 / per_minute)


def limit_of(client: RegisteredClient) -> int:
    return client.per_minute or (SUBGRAPH_PER_MINUTE if client.kind == "subgraph" else CLIENT_PER_MINUTE)


def network_of_peer(request: Request) -> str:
    """Whom to count: the peer of the connection, or whom a proxy names that was named itself (asgi.py)."""
    return network_of(request.client.host) if request.client else ""


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the network of a customer, who may choose among 2**64 in it."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    mapped = getattr(known, "ipv4_mapped", None)
    return str(mapped or ipaddress.ip_network((known, _IPV6_SHARE), strict=False))
