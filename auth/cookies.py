"""The cookies of the pages: the one place that knows their names and flags.

Over https every name begins with `__Host-`, which a browser accepts only if it is Secure, for this host alone and for
all its paths: a sibling host can set none of them. In demo mode the issuer is `http://localhost`, where browsers take
no Secure cookie; there the plain name stands. All are HttpOnly. Sessions are SameSite=Strict, so that nothing another
site begins carries one; the one that must come along when the identity provider sends a citizen back is Lax.
"""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from auth.opaque import LONGEST

Kind = Literal["officer", "citizen", "sign-in"]
SameSite = Literal["strict", "lax"]


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie: how it is called, given, read and taken back."""

    name: str
    secure: bool
    same_site: SameSite

    def read(self, request: Request) -> str | None:
        """What the browser holds under this name; None where it holds nothing that we could have given."""
        value = request.cookies.get(self.name, "")
        return value if 0 < len(value) <= LONGEST and value.isascii() else None

    def give(self, response: Response, value: str, *, seconds: int | None = None) -> None:
        """Have the browser keep it, until it is closed or for so many seconds."""
        response.set_cookie(
            self.name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite=self.same_site
        )

    def take_back(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite=self.same_site)


def session_cookie(kind: Kind, issuer: str) -> Cookie:
    """The cookie of this kind at an installation of this issuer."""
    secure = issuer.startswith("https://")
    name = f"lienthong-{kind}"
    return Cookie(f"__Host-{name}" if secure else name, secure, "lax" if kind == "sign-in" else "strict")
