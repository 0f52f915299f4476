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
    if text.lstrip()[:2] in {"{}", '{"'} or (text.lstrip()[:1] == "{" and _is_json(text)):
        operations = _of_json(_decoded(text))
    else:
        operations = [Operation(hashlib.sha256(text.encode(errors="replace")).hexdigest(), text)]
    return check_operations(operations)


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


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("The manifest is not JSON.") from error


def _of_json(manifest: dict[str, Any]) -> list[Operation]:
    try:
        if manifest.get("format") == APOLLO:
            listed = msgspec.convert(manifest, _Apollo)
            if listed.version != 1:
                raise Invalid(f"Of {APOLLO}, version 1 is read.")
            return _operations([(one.id, one.body, one.name) for one in listed.operations])
        return _operations([(name, text, "") for name, text in manifest.items()])
    except msgspec.ValidationError as error:
        raise Invalid("The manifest is neither Apollo's nor a map from ids to documents.") from error


def _operations(listed: list[tuple[str, Any, str]]) -> list[Operation]:
    plain = [{"document_id": name, "text": text, "name": title} for name, text, title in listed]
    return msgspec.convert(plain, list[Operation])
