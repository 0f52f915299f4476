"""Makes a page from a template, in the reader's language, under headers that leave an attacker nothing to work with.

Every page of every side comes from `show`. The policy of content names one nonce per answer: no script, style or frame
of anybody else runs, nobody may frame the page, and no copy of it is kept.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Literal
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

Language = Literal["vi", "en"]
Text = tuple[str, str]
"""The same words twice: Vietnamese, English."""

STATIC = "/console/static"
LANGUAGE_COOKIE = "language"
LANGUAGES: dict[str | None, Language] = {"vi": "vi", "en": "en"}
_A_YEAR_S = 31_536_000

_templates = Environment(
    loader=PackageLoader("console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_HERE = timezone(timedelta(hours=7))
"""Vietnam's one time zone."""


def moment(when: datetime | None) -> str:
    """A time as people here read it; a dash for never."""
    return f"{when.astimezone(_HERE):%Y-%m-%d %H:%M}" if when else "–"


_templates.filters["moment"] = moment


def static_files() -> Mount:
    """Our style sheet and scripts; the only files that a page loads."""
    return Mount(STATIC, _Files(packages=[("console", "static")]))


class _Files(StaticFiles):
    """Asked for anew with every page: a script must never be older than the page that it serves."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
        return response


def show(
    request: Request, template: str, *, status: int = 200, sends_to: Sequence[str] = (), **values: Any
) -> Response:
    """The page. `sends_to`: origins that a form of it may lead to, besides our own (a redirect counts)."""
    language = language_of(request)
    nonce = secrets.token_urlsafe(16)
    given = {"language": language, "nonce": nonce, "static": STATIC, "other": _switch(request, language)}
    content = _templates.get_template(template).render(t=partial(_say, language), **given, **values)
    answer = HTMLResponse(content, status, _headers(nonce, sends_to))
    if request.query_params.get("lang") == language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="lax")
    return answer


def language_of(request: Request) -> Language:
    """What the reader chose by the link, else chose before, else what the browser prefers, else Vietnamese."""
    asked, kept = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    return LANGUAGES.get(asked) or LANGUAGES.get(kept) or _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> Language:
    """The one of ours with the higher quality; the one named first where they are equal."""
    best: tuple[float, Language] = (0.0, "vi")
    for part in header[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        language, weight = LANGUAGES.get(tag.split("-")[0].lower()), _weight(quality)
        if language and weight > best[0]:
            best = (weight, language)
    return best[1]


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def _say(language: Language, vi: str, en: str) -> str:
    return vi if language == "vi" else en


def _switch(request: Request, language: Language) -> str:
    """The same address in the other language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*kept, ("lang", "en" if language == "vi" else "vi")])


def _headers(nonce: str, sends_to: Sequence[str]) -> dict[str, str]:
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": f"'nonce-{nonce}'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": " ".join(("'self'", *sends_to)),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Not `no-referrer`: with it browsers send `Origin: null` with forms, and the origin is what we check.
        "Referrer-Policy": "same-origin",
        "Vary": "Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
