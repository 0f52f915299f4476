"""Registered operations: a document asked for by its name, and clients that may ask no others.

An agency registers its documents at the office; the policy says which names, and which texts, count now. This comes
before a document is parsed: a client held to registered operations reaches no parser with anything else.

A document is asked for as `documentId`, in place of `query`. There is no other spelling of it, and none is registered
by being asked for.
"""

import hashlib
from typing import Protocol

from auth.caller import Caller
from graph.answer import Question
from graph.errors import Code, Refused, refused
from graph.kept import Kept
from graph.request import Sent

TEXTS, TEXT_BYTES = 2_000, 32 * 2**20


class OperationStore(Protocol):
    """Where the texts of registered operations are."""

    async def text(self, agency: str, document_id: str) -> str | None:
        """The document of this name; None where the agency has none. Raises `GrantsUnconfirmed` in an outage."""
        ...


class RegisteredOperations:
    """The operations that the clients of one process ask for by name. The text behind a name never changes."""

    def __init__(self, store: OperationStore) -> None:
        self._store = store
        self._texts: Kept[tuple[str, str], str] = Kept(TEXTS, TEXT_BYTES, lambda text: 4 * len(text))

    async def question(self, sent: Sent, caller: Caller) -> Question:
        """What is asked, if this caller may ask it. Raises Refused with OPERATION_NOT_REGISTERED."""
        if sent.document_id is not None:
            text = await self._text(sent.document_id, caller)
        else:
            assert sent.query is not None
            text = sent.query
            if caller.registered_only and _digest(text) not in caller.operations.texts:
                raise _not_registered("This client asks registered operations only, and this is none of them.")
        return Question(text, sent.operation_name, sent.variables, sent.document_id is not None)

    async def _text(self, document_id: str, caller: Caller) -> str:
        """An unknown name and one of another agency are refused alike."""
        if document_id not in caller.operations.ids:
            raise _not_registered("No operation of this documentId is registered for the agency of this client.")
        key = (caller.supplier or caller.agency, document_id)
        return self._texts.get(key) or await self._fetched(key)

    async def _fetched(self, key: tuple[str, str]) -> str:
        text = await self._store.text(*key)
        if text is None:
            raise _not_registered("No operation of this documentId is registered for the agency of this client.")
        return self._texts.get(key) or self._texts.put(key, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _not_registered(message: str) -> Refused:
    return refused(Code.OPERATION_NOT_REGISTERED, message)
