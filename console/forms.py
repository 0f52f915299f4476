"""Reads what a form of ours sends: a small body of plain fields, each once."""

import re
from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 64 * 1024
MOST_FIELDS = 20

_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")
_BREAK = re.compile(r"\s*[\r\n]\s*")


class UnreadableForm(ValueError):
    """No page of ours sent this."""


async def fields(request: Request, lines: Collection[str] = ()) -> dict[str, str]:
    """The fields by name, empty ones left out. Raises `UnreadableForm`.

    `lines` are those that people write in several lines, which come as one: a break is a space.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise UnreadableForm(f"the form is not {FORM}")
    return _read(await _body(request), lines)


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                raise UnreadableForm("the form is too long")
    except ClientDisconnect as error:
        raise UnreadableForm("the form is incomplete") from error
    return body


def _read(body: bytes, lines: Collection[str]) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise UnreadableForm("the form cannot be read") from error
    pairs = [(name, _BREAK.sub(" ", value).strip() if name in lines else value) for name, value in pairs]
    if len(dict(pairs)) != len(pairs) or not all(_ONE_LINE.fullmatch(value) for _, value in pairs):
        raise UnreadableForm("a field is given twice, or holds what no field of ours does")
    return {name: value for name, value in pairs if value}
