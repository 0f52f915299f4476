"""Where a portal may have citizens sent back to: addresses that can be compared as text, and belong to nobody else.

Pure. https only, a host name in lower case, a path; nothing that browsers and programs read differently from each
other. Demo mode also takes http on this machine.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from auth.acts.refusals import Invalid

MOST = 10
LONGEST = 500
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_PATH = r"(?:/[A-Za-z0-9._~!$&'()+,;=:@-]*)+"
_QUERY = r"(?:\?[A-Za-z0-9._~!$&'()+,;=:@/?-]*)?"
_HTTPS = re.compile(rf"https://(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?{_PORT}{_PATH}{_QUERY}")
_LOOPBACK = re.compile(rf"http://(?:localhost|127\.0\.0\.1){_PORT}{_PATH}{_QUERY}")


def check_redirects(uris: Iterable[str], *, demo: bool) -> None:
    """Raise `Invalid` unless each address may be registered. The addresses are not repeated: they came from outside."""
    uris = tuple(uris)
    if len(uris) > MOST or len(set(uris)) != len(uris):
        raise Invalid(f"A portal has at most {MOST} redirect URIs, each once.")
    for number, uri in enumerate(uris, 1):
        if not (_is_good(uri, _HTTPS) or (demo and _is_good(uri, _LOOPBACK))):
            raise Invalid(
                f"Redirect URI {number} cannot be registered: https, a host name in lower case, a path; "
                f"no fragment, wildcard, user, percent-encoding, dot segment or IP address."
            )


def _is_good(uri: str, form: re.Pattern[str]) -> bool:
    if len(uri) > LONGEST or form.fullmatch(uri) is None:
        return False
    parts = urlsplit(uri)
    return {".", ".."}.isdisjoint(parts.path.split("/")) and int(parts.netloc.partition(":")[2] or 443) < 2**16
