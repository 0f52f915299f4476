"""Keyed pseudonyms: under what name a person stands in the ledger. Before `records`; holds the only key of the ledger.

A subject is one block of 16 bytes under AES-128:

    bytes 0-11   the subject's key as 12 ASCII characters (a person: the 12 digits of the PIN)
    byte  12     0xC0 + kind of subject (1: person; other subjects of up to 12 characters have room)
    bytes 13-15  epoch of the key in base 64, most significant first, 0x80 + digit

One block is one permutation of its 16 bytes, which is all that is wanted: the same person gets the same pseudonym
within an epoch, two persons never share one, and without the key neither direction can be computed. Kind and epoch
are inside, so that the wrong key shows when a block is opened. The top bits keep them apart from every text a subject
could have. Destroying an epoch's key erases the persons of that epoch from the ledger and leaves its hashes valid.
"""

from collections.abc import Collection
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ledger.errors import NotAPersonalNumber

KEY_LENGTH = 16
BLOCK_LENGTH = 16
EPOCHS = range(1, 1 << 18)

_SUBJECT_LENGTH = 12
_DIGITS = b"0123456789"


class Subject(IntEnum):
    PERSON = 1


class Pseudonyms:
    """Makes and opens the pseudonyms of one key epoch."""

    __slots__ = ("_decrypt", "_encrypt", "_suffix", "_suffix_bytes", "epoch")

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
        self._suffix_bytes = _suffix(Subject.PERSON, epoch)
        self._suffix = self._suffix_bytes.decode("latin-1")

    def of_persons(self, pins: Collection[str]) -> bytes:
        """The blocks of all persons in their order, by one call of the cipher; refuses all but 12 ASCII digits."""
        if not pins:
            return b""
        try:
            plain = (self._suffix.join(pins) + self._suffix).encode("latin-1")
        except (UnicodeEncodeError, TypeError):
            raise NotAPersonalNumber from None
        if not self._is_well_formed(plain, len(pins)):
            raise NotAPersonalNumber
        return self._encrypt(plain)

    def persons(self, blocks: bytes) -> list[str]:
        """The personal numbers behind pseudonyms of this epoch: for officers with a case, not for requests."""
        count, rest = divmod(len(blocks), BLOCK_LENGTH)
        plain = b"" if rest else self._decrypt(blocks)
        if rest or not self._is_well_formed(plain, count):
            raise ValueError("not pseudonyms of persons under this key and epoch")
        return [plain[i : i + _SUBJECT_LENGTH].decode() for i in range(0, len(plain), BLOCK_LENGTH)]

    def _is_well_formed(self, plain: bytes, count: int) -> bool:
        """Whether every block is 12 digits and the suffix, told for all blocks at once.

        Without the digits only suffixes are left, and their first bytes, unlike all others, stand where they must.
        """
        return (
            plain.translate(None, _DIGITS) == self._suffix_bytes * count
            and plain[_SUBJECT_LENGTH::BLOCK_LENGTH] == self._suffix_bytes[:1] * count
        )


def _suffix(subject: Subject, epoch: int) -> bytes:
    return bytes((0xC0 | subject, 0x80 | epoch >> 12, 0x80 | epoch >> 6 & 0x3F, 0x80 | epoch & 0x3F))
