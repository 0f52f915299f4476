"""The files in which developers' tools keep the documents of a program: read into operations, or refused.

Three forms: Apollo's persisted query manifest (version 1), Relay's map from id to text, and one document by itself,
which is named by its SHA-256. Pure; nothing is parsed as GraphQL here.
"""

import hashlib
import json
import re
from typing import Annotated, Any

import msgspec

from auth.acts.change import Lines
from auth.acts.refusals import Invalid

MOST_AT_A_TIME = 1000
LONGEST_DOCUMENT = 64 * 1024
LONGEST_MANIFEST = 1024 * 1024
APOLLO = "apollo-persisted-query-manifest"

DocumentId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9:_.-]{1,128}\Z")]
_MANIFEST = re.compile(r"\s*\{\s*[\"}]")  # no GraphQL document begins so
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document, under the id by which it is asked for."""

    document_id: DocumentId
    text: Annotated[Lines, msgspec.Meta(max_length=LONGEST_DOCUMENT)]
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{0,200}\Z")] = ""


class _ApolloOperation(msgspec.Struct, frozen=True):
    id: str
    name: str
    body: str


class _Apollo(msgspec.Struct, frozen=True):
    format: str
    version: int
    operations: list[_ApolloOperation]


def read_manifest(text: str) -> tuple[Operation, ...]:
    """The operations of a file in one of the three forms. Raises `Invalid`."""
    if len(text) > LONGEST_MANIFEST:
        raise Invalid(f"The file exceeds {LONGEST_MANIFEST} characters.")
    return check_operations(_of_json(_decoded(text)) if _MANIFEST.match(text) else _operations([(None, text, "")]))


def check_operations(operations: "list[Operation] | tuple[Operation, ...]") -> tuple[Operation, ...]:
    """Raise `Invalid` unless each has an id of its own, and an id that is a digest is that of its text."""
    if not 1 <= len(operations) <= MOST_AT_A_TIME:
        raise Invalid(f"Between 1 and {MOST_AT_A_TIME} operations are registered at a time.")
    if sum(len(operation.text) for operation in operations) > LONGEST_MANIFEST:
        raise Invalid(f"The operations together exceed {LONGEST_MANIFEST} characters.")
    if len({operation.document_id for operation in operations}) != len(operations):
        raise Invalid("An id names two operations.")
    for number, operation in enumerate(operations, 1):
        said = _DIGEST.fullmatch(operation.document_id)
        if said is not None and said[1].lower() != digest_of(operation.text):
            raise Invalid(f"The id of operation {number} is a SHA-256, but not that of its text.")
    return tuple(operations)


def digest_of(text: str) -> str:
    """The id under which a document is known without being named."""
    return hashlib.sha256(text.encode()).hexdigest()


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise Invalid("The manifest is not JSON, or says something twice.") from error


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) != len(members):
        raise ValueError("a member stands twice")
    return dict(members)


def _of_json(manifest: dict[str, Any]) -> list[Operation]:
    if manifest.get("format") != APOLLO:
        return _operations([(name, text, "") for name, text in manifest.items()])
    try:
        listed = msgspec.convert(manifest, _Apollo)
    except msgspec.ValidationError as error:
        raise Invalid(f"The manifest is not {APOLLO}.") from error
    if listed.version != 1:
        raise Invalid(f"Of {APOLLO}, version 1 is read.")
    return _operations([(one.id, one.body, one.name) for one in listed.operations])


def _operations(listed: list[tuple[str | None, Any, str]]) -> list[Operation]:
    """The operations of a file; one without an id is named by the digest of its text."""
    try:
        return [
            msgspec.convert(
                {"document_id": digest_of(text) if name is None else name, "text": text, "name": title}, Operation
            )
            for name, text, title in listed
        ]
    except (msgspec.ValidationError, UnicodeError) as error:
        raise Invalid("An id, a name or a document of the file cannot be kept as it is written.") from error
