"""Keyed pseudonyms: under what name somebody stands in the ledger. Before `records`; holds the only key of an epoch.

A subject is one block of 16 bytes under AES-128:

    bytes 0-11   the subject's key as 12 ASCII characters, spaces at the end
                 person: the 12 digits of the PIN · parcel: its id
                 enterprise: the 10 digits of its code; of a dependent unit also its number, in two letters
    byte  12     0xC0 + kind of subject (1: person; 2: enterprise; 3: parcel)
    bytes 13-15  epoch of the key in base 64, most significant first, 0x80 + digit

One block is one permutation of its 16 bytes, which is all that is wanted: the same person gets the same pseudonym
within an epoch, two persons never share one, and without the key neither direction can be computed. Kind and epoch
are inside, so that the wrong key shows when a block is opened. The top bits keep them apart from every text a subject
could have. Destroying an epoch's key erases the persons of that epoch from the ledger and leaves its hashes valid.
"""

import re
import string
from collections.abc import Collection, Iterable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ledger.errors import NotAPersonalNumber, NotASubject
from ledger.segments.entries import BLOCK_LENGTH, Subject

KEY_LENGTH = 16
EPOCHS = range(1, 1 << 18)

_SUBJECT_LENGTH = 12
_DIGITS = b"0123456789"
_PARCEL_LETTERS = _DIGITS + b"abcdefghijklmnopqrstuvwxyz-"
_LETTERS = string.ascii_letters  # two have room for the 1,000 dependent units that an enterprise can have
_ENTERPRISE = re.compile(r"([0-9]{10})(?:-([0-9]{3}))?")
_PARCEL = re.compile(r"[0-9a-z-]{1,12}")
_KINDS = {Subject.PERSON: 1, Subject.ENTERPRISE: 2, Subject.PARCEL: 3}
#: Of what keys of the common length are, and what fills up their blocks: enterprises but for dependent units, parcels.
_COMMON = {Subject.PERSON: (_DIGITS, ""), Subject.ENTERPRISE: (_DIGITS, "  "), Subject.PARCEL: (_PARCEL_LETTERS, "")}


class Pseudonyms:
    """Makes and opens the pseudonyms of one key epoch."""

    __slots__ = ("_decrypt", "_encrypt", "_subjects", "_suffixes", "epoch")

    def __init__(self, key: bytes, epoch: int = 1) -> None:
        if len(key) != KEY_LENGTH:
            raise ValueError(f"a pseudonym key has {KEY_LENGTH} bytes")
        if epoch not in EPOCHS:
            raise ValueError(f"a key epoch is between {EPOCHS.start} and {EPOCHS.stop - 1}")
        self.epoch = epoch
        # ECB on single blocks is the bare permutation described above; there is no message whose pattern could show.
        # Whole blocks leave nothing behind in a context: one serves all calls, as making one costs more than using it.
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._encrypt = cipher.encryptor().update
        self._decrypt = cipher.decryptor().update
        self._suffixes = {subject: _suffix(kind, epoch) for subject, kind in _KINDS.items()}
        self._subjects = {suffix: subject for subject, suffix in self._suffixes.items()}

    def of_persons(self, pins: Collection[str]) -> bytes:
        """The blocks of all persons in their order, by one call of the cipher; refuses all but 12 ASCII digits."""
        plain = self._plain(Subject.PERSON, pins)
        if plain is None:
            raise NotAPersonalNumber
        return self._encrypt(plain) if plain else b""

    def of(self, subject: Subject, keys: Collection[str]) -> bytes:
        """The blocks of subjects of any kind in their order. Refuses a key that would stand for another's."""
        if subject is Subject.PERSON:
            return self.of_persons(keys)
        plain = self._plain(subject, keys)
        if plain is None:
            suffix = self._suffixes[subject]
            written = _enterprise if subject is Subject.ENTERPRISE else _parcel
            plain = b"".join([written(key) + suffix for key in keys])
        return self._encrypt(plain) if plain else b""

    def _plain(self, subject: Subject, keys: Collection[str]) -> bytes | None:
        """The blocks before the cipher, told for all keys at once; None where one is not of the common form."""
        if not keys:
            return b""
        letters, padding = _COMMON[subject]
        suffix = self._suffixes[subject]
        end = padding + suffix.decode("latin-1")
        try:
            plain = (end.join(keys) + end).encode("latin-1")
        except (UnicodeEncodeError, TypeError):
            return None
        return plain if _are_blocks(plain, len(keys), letters, padding.encode() + suffix) else None

    def persons(self, blocks: bytes) -> list[str]:
        """The personal numbers behind pseudonyms of this epoch: for officers with a case, not for requests."""
        count, rest = divmod(len(blocks), BLOCK_LENGTH)
        plain = b"" if rest else self._decrypt(blocks)
        if rest or not _are_blocks(plain, count, _DIGITS, self._suffixes[Subject.PERSON]):
            raise ValueError("not pseudonyms of persons under this key and epoch")
        return [plain[i : i + _SUBJECT_LENGTH].decode() for i in range(0, len(plain), BLOCK_LENGTH)]

    def opened(self, blocks: Iterable[bytes]) -> list[tuple[Subject, str]]:
        """Kind and key of each subject behind pseudonyms of this epoch, whatever it is."""
        return [self._opened(block) for block in blocks]

    def _opened(self, block: bytes) -> tuple[Subject, str]:
        plain = self._decrypt(block) if len(block) == BLOCK_LENGTH else b""
        subject, written = self._subjects.get(plain[_SUBJECT_LENGTH:]), plain[:_SUBJECT_LENGTH]
        if subject is None or not written.isascii() or (subject is Subject.PERSON and not written.isdigit()):
            raise ValueError("not a pseudonym under this key and epoch")
        key = written.decode().rstrip(" ")
        return subject, _enterprise_code(key) if subject is Subject.ENTERPRISE else key


def _are_blocks(plain: bytes, count: int, letters: bytes, end: bytes) -> bool:
    """Whether every block is so many of these letters and this end, told for all blocks at once.

    Without the letters only ends are left, and the first bytes of their suffixes, unlike all others, stand where they
    must.
    """
    return (
        plain.translate(None, letters) == end * count
        and plain[_SUBJECT_LENGTH::BLOCK_LENGTH] == end.lstrip(b" ")[:1] * count
    )


def _suffix(kind: int, epoch: int) -> bytes:
    return bytes((0xC0 | kind, 0x80 | epoch >> 12, 0x80 | epoch >> 6 & 0x3F, 0x80 | epoch & 0x3F))


def _parcel(key: str) -> bytes:
    if not _PARCEL.fullmatch(key):
        raise NotASubject
    return key.encode().ljust(_SUBJECT_LENGTH)


def _enterprise(code: str) -> bytes:
    parts = _ENTERPRISE.fullmatch(code)
    if not parts:
        raise NotASubject
    head, unit = parts.groups()
    if unit is not None:
        head += "".join(_LETTERS[digit] for digit in divmod(int(unit), len(_LETTERS)))
    return str(head).encode().ljust(_SUBJECT_LENGTH)


def _enterprise_code(written: str) -> str:
    head, unit = written[:10], written[10:]
    if not unit:
        return head
    high, low = map(_LETTERS.index, unit)
    return f"{head}-{high * len(_LETTERS) + low:03}"
