"""What a citizen is asked, as a value: the page shows it, and the consent keeps the hash of its text.

Whoever later doubts what somebody agreed to can make the text again from the consent and compare. A page that was
loaded before the grants changed has another hash, and its yes does not count.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from auth.citizens.answers import lasts_until
from auth.citizens.asked import Asked
from auth.citizens.representation import VIETNAM, Represented
from console.citizens.labels import Described, Group, Label, grouped
from console.pages import Language

MYSELF: Label = ("Chính tôi", "Myself")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whom:
    """One of those for whom the citizen may say yes. `child` is None for oneself."""

    child: Represented | None
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that is said in the question, in one language."""

    language: Language
    portal: str
    agency: str
    purpose: str
    legal_basis: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    whom: tuple[Whom, ...]

    def text(self) -> str:
        """The question as a text: one line for each thing that is said."""
        fields = [line for title, names in self.groups for line in (title, *(f"- {name}" for name in names))]
        whom = [f"{each.name}: {each.until}" for each in self.whom]
        return "\n".join([self.portal, self.agency, self.purpose, self.legal_basis, *fields, *whom])

    def digest(self) -> bytes:
        return hashlib.sha256(self.text().encode()).digest()


def worded(asked: Asked, children: Sequence[Represented], described: Described, language: Language) -> Wording:
    """The question to a citizen who may act for these children."""
    place = ("vi", "en").index(language)
    return Wording(
        language=language,
        portal=asked.client_name,
        agency=asked.agency[place],
        purpose=asked.title[place],
        legal_basis=asked.legal_basis,
        groups=tuple(_chosen(group, place) for group in grouped(asked.scopes, described)),
        whom=(
            Whom(None, MYSELF[place], day(lasts_until(None), language)),
            *(Whom(child, child.name, day(lasts_until(child), language)) for child in children),
        ),
    )


def day(moment: datetime, language: Language) -> str:
    """The date of a moment here, as people write it."""
    return on_day(moment.astimezone(VIETNAM).date(), language)


def on_day(date: date, language: Language) -> str:
    """A date as people write it: 20/02/2027, 20 February 2027."""
    if language == "vi":
        return f"{date.day:02d}/{date.month:02d}/{date.year}"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def _chosen(group: Group, place: int) -> tuple[str, tuple[str, ...]]:
    return group.title[place], tuple(field[place] for field in group.fields)
