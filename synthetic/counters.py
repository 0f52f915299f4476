"""How far the nation is written: the numbers already given out. All that one block knows of those before it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import numpy as np

from synthetic.cells import Bytes, Ints, digits
from synthetic.draws import places_in_group, scattered, shuffled
from synthetic.places import COMMUNE_CODE

#: PINs that end below this are the personas' and, from DANGLING_TAILS on, nobody's: no drawn person gets one.
FIRST_TAIL: Final = 1_000
DANGLING_TAILS: Final = 500
SURROGATE_DIGITS: Final = 19
_YEARS: Final = 256
_HOME_NUMBERS: Final = (9_000, 10_000)  # 8 digits, of which those below 10,000,000 are the personas'
_FIRST_HOME_NUMBER: Final = 10_000_000


@dataclass(slots=True)
class Counters:
    """Counters of one nation; every method moves them on."""

    seed: int
    _tails: Ints = field(default_factory=lambda: np.zeros(100 * _YEARS * 2, dtype=np.int64))
    _homes: Ints = field(default_factory=lambda: np.zeros(len(COMMUNE_CODE), dtype=np.int64))
    parcels: Ints = field(default_factory=lambda: np.zeros(2 * len(COMMUNE_CODE), dtype=np.int64))
    _rows: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def numbers(self, of: str, count: int) -> Ints:
        """The next `count` numbers of a sequence that starts at 0."""
        first = self._rows[of]
        self._rows[of] += count
        return np.arange(first, first + count, dtype=np.int64)

    def surrogates(self, table: str, count: int) -> Bytes:
        """Surrogates for the next rows of a table: unique in it, without order."""
        key = self.seed * 0x1_0000_0000 + crc32(table.encode())
        return digits(scattered(self.numbers(f"row of {table}", count), key), SURROGATE_DIGITS)

    def tails(self, registration: Ints, year: Ints, *, male: Ints) -> Ints:
        """The last six digits of PINs, unique for one province of registration, year of birth and sex."""
        group = (registration * _YEARS + year - 1900) * 2 + male
        given = places_in_group(group, self._tails)
        return FIRST_TAIL + shuffled(given, group + self.seed * 1_000_003, 999, 1_000)

    def home_numbers(self, commune: Ints) -> Bytes:
        """Residence file numbers: the commune's code and eight digits, unique in the commune."""
        given = places_in_group(commune, self._homes)
        serial = _FIRST_HOME_NUMBER + shuffled(given, commune + self.seed * 1_000_003, *_HOME_NUMBERS)
        return np.char.add(COMMUNE_CODE[commune], digits(serial, 8))
