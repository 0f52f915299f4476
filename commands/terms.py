"""What a grant says, as options: the same for proposing, replacing and narrowing one, and for an emergency."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from commands.asking import moment

Scopes = Annotated[list[str] | None, typer.Option("--scope", help="A single scope; repeat for more.")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="A scope set, such as set:identity.basic.v1.")]
Exceptions = Annotated[list[str] | None, typer.Option("--except", help="A scope or set taken out of the above.")]
Reach = Annotated[str | None, typer.Option(help="Whose data: everywhere, jurisdiction or self.")]
Units = Annotated[list[str] | None, typer.Option("--unit", help="Of a jurisdiction: the code of a unit.")]
Scheme = Annotated[str | None, typer.Option(help="Of the units: Y2025 or PRE_2025.")]
From = Annotated[str | None, typer.Option("--from", help="In force from this date on, in Vietnam's time.")]
Until = Annotated[str | None, typer.Option("--until", help="In force before this date.")]
Persons = Annotated[int | None, typer.Option("--persons-per-day", help="Persons whose data may be read in a day.")]

FIELDS = "scopes sets exceptions reach units unitsScheme validFrom validUntil personsPerDay"


@dataclass(frozen=True, slots=True)
class Terms:
    """The options as they were given; None where one was not."""

    scopes: list[str] | None = None
    sets: list[str] | None = None
    exceptions: list[str] | None = None
    reach: str | None = None
    units: list[str] | None = None
    scheme: str | None = None
    begins: str | None = None
    ends: str | None = None
    persons: int | None = None

    def over(self, present: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """As input: what was given, in the place of what is there."""
        given = {
            "scopes": self.scopes,
            "sets": self.sets,
            "exceptions": self.exceptions,
            "reach": self.reach and self.reach.upper(),
            "units": self.units,
            "unitsScheme": self.scheme or ("Y2025" if self.units else None),
            "validFrom": moment(self.begins),
            "validUntil": moment(self.ends),
            "personsPerDay": self.persons,
        }
        told = {name: value for name, value in given.items() if value}
        kept = dict(present or {})
        if told.get("reach", "JURISDICTION") != "JURISDICTION":
            kept = {name: value for name, value in kept.items() if name not in {"units", "unitsScheme"}}
        return {"reach": "EVERYWHERE", **kept, **told}
