"""Vietnamese names as searches compare them: where tones stand, and the fold without marks and case.

The same word is written `hoà` or `hòa`, `thuỷ` or `thủy`, and typed as composed or decomposed characters; registers
hold all of it. Folded text is computed here and stored, for core PostgreSQL cannot fold (no ICU, no extension).
"""

import re
from typing import Final
from unicodedata import combining, normalize

_TONE: Final = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_END_OF_SYLLABLE: Final = r"(?![^\W\d_]|[\u0300-\u036f])"
_NEW_PLACEMENT: Final = re.compile(
    rf"(o)([ae])([{_TONE}]){_END_OF_SYLLABLE}|(?<!q)(u)(y)([{_TONE}]){_END_OF_SYLLABLE}", re.IGNORECASE
)
_STROKE: Final = str.maketrans("đĐ", "dD")


def old_tone_placement(text: str) -> str:
    """`text` in NFC with the tone on the first vowel of a final oa, oe, uy: `Hoà` -> `Hòa`, `thuỷ` -> `thủy`.

    Only at the end of a syllable (`hoàng` stays), and not after q, whose u is no vowel of its own (`quý` stays).
    """
    return normalize("NFC", _NEW_PLACEMENT.sub(_tone_first, normalize("NFD", text)))


def fold(text: str) -> str:
    """`text` without tones, marks and case, with single blanks: `" Đặng  Thị Phượng "` -> `dang thi phuong`."""
    letters = normalize("NFD", text.translate(_STROKE))
    return " ".join("".join(letter for letter in letters if not combining(letter)).lower().split())


def _tone_first(syllable: re.Match[str]) -> str:
    first, second, tone = (part for part in syllable.groups() if part is not None)
    return f"{first}{tone}{second}"
