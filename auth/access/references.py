"""Sealed references: how registers point at people to one another without saying who they are.

Where each register runs at its ministry, an entity whose key is guarded is named by its key under AES-SIV, bound to
the name of its type (docs/decisions/0025). The router between the registers carries these texts and can neither read
nor make any. The same person has the same reference for a month, so that a router joins what belongs together.

The keys are of calendar months, in UTC, all derived from one master secret that stays with the authority. A month's
key says nothing of another month's.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auth import clock

MASTER_BYTES = 32
KEY_BYTES = 64
LONGEST = 256
"""Of a sealed reference. Keys of entities are far shorter."""

_LABEL = b"lienthong reference v1"
_FORM = re.compile(rf"[A-Za-z0-9_-]{{22,{LONGEST}}}", re.ASCII)


class NotSealedHere(ValueError):
    """The text is no reference to anything of this type, as sealed by a process of this installation lately."""

    def __init__(self) -> None:
        super().__init__("not sealed here")


class Seals:
    """Seals references with the first of the keys, and opens what was sealed with any of them.

    `keys` is asked each time and returns the same object while the keys are the same.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys
        self._known: Sequence[bytes] = ()
        self._made: Sequence[AESSIV] = ()

    def seal(self, type_name: str, key: str) -> str:
        """The reference to the entity of this type and key."""
        return _text(self._ciphers()[0].encrypt(key.encode(), _bound_to(type_name)))

    def open(self, type_name: str, sealed: str) -> str:
        """The key behind a reference to an entity of this type. Raises `NotSealedHere`, which quotes nothing."""
        data, bound_to = _data(sealed), _bound_to(type_name)
        for cipher in self._ciphers():
            try:
                return cipher.decrypt(data, bound_to).decode()
            except InvalidTag:
                continue
        raise NotSealedHere

    def _ciphers(self) -> Sequence[AESSIV]:
        keys = self._keys()
        if keys is not self._known:
            self._known, self._made = keys, [AESSIV(key) for key in keys]
        return self._made


def _bound_to(type_name: str) -> list[bytes]:
    return [_LABEL, type_name.encode()]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _data(sealed: str) -> bytes:
    """One reference has one spelling: two texts that mean the same person would be joined as two."""
    if _FORM.fullmatch(sealed) is None or len(sealed) % 4 == 1:
        raise NotSealedHere
    data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    if _text(data) != sealed:
        raise NotSealedHere
    return data


class MonthlyKeys:
    """The keys of references at the authority, who alone can make those of any month."""

    def __init__(self, master: bytes) -> None:
        if len(master) != MASTER_BYTES:
            raise ValueError(f"the master secret of references must have {MASTER_BYTES} bytes")
        self._master = master
        self._month = -1
        self._keys: tuple[bytes, ...] = ()

    def __call__(self) -> tuple[bytes, ...]:
        """Those of this month, of the last and of the next: clocks differ, and answers outlive the end of a month."""
        month = _month(clock.wall())
        if month != self._month:
            self._month, self._keys = month, (self._of(month), self._of(month - 1), self._of(month + 1))
        return self._keys

    def _of(self, month: int) -> bytes:
        year, before = divmod(month, 12)
        info = b"%s %04d-%02d" % (_LABEL, year, before + 1)
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self._master)


def _month(moment: float) -> int:
    """Months since the beginning of the calendar."""
    date = datetime.fromtimestamp(moment, UTC)
    return 12 * date.year + date.month - 1
