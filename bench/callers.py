"""Who asks under load: what stands in the headers of the requests that wrk sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. Both are called before each window, so that nothing they give is too old in it."""

    authorization: Callable[[], str]
    """The value of the header, such as `Bearer …`."""
    proofs: Callable[[int], Sequence[str]] | None = None
    """For so many requests, the value of each one's `DPoP` header: a proof is good once."""
