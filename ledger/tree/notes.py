"""Signed checkpoints: text that anybody can check, in the formats of the transparency-log ecosystem (C2SP).

    ledger.example.vn/ledger                              origin: the log's name
    1234567                                               size: number of leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=          root of the tree over them, RFC 6962

    — ledger.example.vn/ledger Az3grlgtzPICa5OS8npV…      signature of the three lines (signed-note, type 1)
    — ledger.example.vn/ledger jWbPPwAAAABkGFDLEZMH…      signature of the three lines and the time (tlog-cosignature,
                                                          type 4), by the same key

A witness who has seen that the log only grew adds a line like the last, by a key of its own. A line by a key that the
reader does not know is passed over; one by a known key that does not hold refuses the whole note.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.tree.merkle import HASH_LENGTH

KEY_FILE = "ledger-checkpoint.key"
"""Name of the file of a log's private key; `Signer.new_key` makes its content."""
MOST_SIGNATURES = 64
MOST_CHARACTERS = 32_768

_KEY_LENGTH = 32
_ID_LENGTH = 4
_TIME_LENGTH = 8
_NAME = re.compile(r"[^\s+\x00-\x20]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class NoteRefused(Exception):
    """The text is no note that the given keys stand for; the message says why."""


class Kind(IntEnum):
    """How a key signs; the number is C2SP's."""

    NOTE = 1
    """The text as it stands."""
    COSIGNATURE = 4
    """The text after a line with the time of signing."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of the tree."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint whose signatures hold."""

    checkpoint: Checkpoint
    at: datetime
    """When the log signed it; to the second."""
    witnessed: Mapping[str, datetime]
    """Which of the given witnesses signed it, and when."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key by which signatures of one kind are checked; `str` of it is C2SP's line for it (vkey)."""

    name: str
    public: bytes
    kind: Kind = Kind.NOTE

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("the name of a key holds no space and no plus")
        if len(self.public) != _KEY_LENGTH:
            raise ValueError(f"an Ed25519 key has {_KEY_LENGTH} bytes")

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + bytes((self.kind,)) + self.public).digest()[:_ID_LENGTH]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes((self.kind,)) + self.public)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """From such a line; raises ValueError."""
        name, _, rest = line.strip().partition("+")
        key_id, _, coded = rest.partition("+")
        decoded = _unbase64(coded)
        if decoded is None or len(decoded) != 1 + _KEY_LENGTH or decoded[0] not in set(Kind):
            raise ValueError("not the line of an Ed25519 key: NAME+ID+KEY")
        verifier = cls(name, decoded[1:], Kind(decoded[0]))
        if verifier.key_id.hex() != key_id:
            raise ValueError("the line of the key is garbled: its id is not that of its name and key")
        return verifier

    def timed(self) -> "Verifier":
        """The same key, where it signs with the time."""
        return Verifier(self.name, self.public, Kind.COSIGNATURE)

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether the signature, of a note's line without the key's id, is of this text by this key."""
        if self.kind is Kind.COSIGNATURE:
            text = _with_time(text, int.from_bytes(signature[:_TIME_LENGTH]))
            signature = signature[_TIME_LENGTH:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """The key by which a log, or a witness, signs checkpoints."""

    def __init__(self, name: str, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("checkpoints are signed by an Ed25519 key")  # noqa: TRY004 - the file's value is wrong
        self._key = key
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.verifier = Verifier(name, public)

    @staticmethod
    def new_key() -> bytes:
        """A fresh private key as it is kept in a file, PEM (PKCS 8)."""
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return Ed25519PrivateKey.generate().private_bytes(serialization.Encoding.PEM, pkcs8, plain)

    def sealed(self, size: int, root: bytes, at: datetime) -> str:
        """The note of a log: its checkpoint signed, with and without the time."""
        text = Checkpoint(self.verifier.name, size, root).text()
        plain = _line(self.verifier, self._key.sign(text.encode()))
        return f"{text}\n{plain}{self.cosignature(text, at)}"

    def cosignature(self, text: str, at: datetime) -> str:
        """The line of one who signs the checkpoint's text with the time."""
        seconds = int(at.timestamp())
        signature = self._key.sign(_with_time(text, seconds).encode())
        return _line(self.verifier.timed(), seconds.to_bytes(_TIME_LENGTH) + signature)


def log_key(origin: str, told: str, files: Callable[[str, Callable[[], bytes]], bytes]) -> Verifier:
    """The key of this installation's log: as its line was told, else from its key file. Raises ValueError.

    Where sealing is left to another machine, the line is told, so that no process here holds the private key.
    """
    if not told:
        return Signer(origin, files(KEY_FILE, Signer.new_key)).verifier
    verifier = Verifier.parse(told)
    if verifier.name != origin or verifier.kind is not Kind.NOTE:
        raise ValueError(f"not the line of the key that signs for {origin}")
    return verifier


def opened(note: str, log: Verifier, witnesses: Sequence[Verifier] = ()) -> Sealed:
    """The checkpoint in a note, if it is the log's and every signature by a known key holds; raises NoteRefused."""
    text, lines = split(note)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != log.name:
        raise NoteRefused(f"it is of another log than {log.name}")
    timed = [witness.timed() for witness in witnesses]
    signatures = dict(_checked(text, lines, [log, log.timed(), *timed]))
    if log not in signatures or log.timed() not in signatures:
        raise NoteRefused(f"the key {log} has not signed it")
    witnessed = {witness.name: _moment(signatures[witness]) for witness in timed if witness in signatures}
    return Sealed(checkpoint, _moment(signatures[log.timed()]), witnessed)


def cosigned(note: str, lines: Iterable[str]) -> str:
    """The note with signature lines of witnesses added; those that it has stay once."""
    text, there = split(note)
    return f"{text}\n" + "".join(f"{line}\n" for line in dict.fromkeys([*there, *lines]))


def split(note: str) -> tuple[str, list[str]]:
    """The signed text and the signature lines; raises NoteRefused where it has not the form of a note."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if len(note) > MOST_CHARACTERS or len(lines) > MOST_SIGNATURES + 1:
        raise NoteRefused("it is longer than a note may be")
    if not blank or lines.pop() or _CONTROL.search(note):
        raise NoteRefused("it has not the form of a signed note")
    return f"{text}\n", lines


def parse_checkpoint(text: str) -> Checkpoint:
    """What the signed text says; raises NoteRefused. Says nothing of signatures."""
    lines = text.split("\n")
    root = _unbase64(lines[2]) if len(lines) == 4 and not lines[3] else None
    if root is None or len(root) != HASH_LENGTH or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteRefused("its text is no checkpoint: origin, size and root hash, a line each")
    return Checkpoint(lines[0], int(lines[1]), root)


def _checked(text: str, lines: Iterable[str], known: Iterable[Verifier]) -> Iterator[tuple[Verifier, bytes]]:
    """The signatures by known keys, all of which must hold."""
    verifiers = {(verifier.name, verifier.key_id): verifier for verifier in known}
    for line in lines:
        found = _LINE.fullmatch(line)
        decoded = _unbase64(found[2]) if found else None
        if found is None or decoded is None or len(decoded) <= _ID_LENGTH:
            raise NoteRefused("a line of it is no signature")
        verifier = verifiers.get((found[1], decoded[:_ID_LENGTH]))
        if verifier is None:
            continue
        if not verifier.holds(text, decoded[_ID_LENGTH:]):
            raise NoteRefused(f"the signature by {verifier} does not hold")
        yield verifier, decoded[_ID_LENGTH:]


def _moment(signature: bytes) -> datetime:
    """When a signature with the time was made."""
    try:
        return datetime.fromtimestamp(int.from_bytes(signature[:_TIME_LENGTH]), UTC)
    except (ValueError, OverflowError, OSError):
        raise NoteRefused("it was signed at a time that no calendar has") from None


def _with_time(text: str, seconds: int) -> str:
    return f"cosignature/v1\ntime {seconds}\n{text}"


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"— {verifier.name} {_base64(verifier.key_id + signature)}\n"


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _unbase64(text: str) -> bytes | None:
    """None for what is not the one way of writing these octets."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if _base64(octets) == text else None
