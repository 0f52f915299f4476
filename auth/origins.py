"""Whether a page of ours sent a request: what the browser itself says, and no page can forge."""

from starlette.requests import Request


def sent_by_our_page(request: Request, issuer: str) -> bool:
    """Whether a page of this very origin sent it. A sibling host is `same-site`, and is refused like any other.

    Where a browser says neither, or the two do not agree, it is refused: a change is never sent by a link, from a
    bookmark, or by a program that is no browser.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and origin in {None, issuer}
