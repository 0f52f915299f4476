"""`lienthong trial`: what a narrower grant would refuse, before it refuses anybody."""

from typing import Annotated, Any

import typer

from commands import terms
from commands.asking import As, Json, Reason, ask, change, group, moment, show
from commands.grant import present_terms
from commands.terms import Terms

app = group(
    "Trials: what a narrower grant would refuse, before it refuses anybody.",
    "lienthong trial start 7 --except identity:citizen.date_of_birth:read --ends 2027-01-31"
    " --reason 'Is the date of birth needed?'",
)

Number = Annotated[str, typer.Argument(metavar="TRIAL", help="The number of the trial.")]
_TRIED = "scopes sets exceptions reach units unitsScheme"
FIELDS = f"number grant agency purpose runs startedAt until endedAt startedBy endedBy reason {_TRIED}"
NOTED = "noted { answers refused limited reasons { missing answers } }"
COLUMNS = {
    "Trial": "number", "Grant": "grant", "Agency": "agency", "Purpose": "purpose", "Runs": "runs", "Until": "until",
    "Answers": "noted.answers", "Would be refused": "noted.refused", "Limited": "noted.limited",
}  # fmt: skip


@app.command("list")
def list_trials(
    grant: Annotated[str | None, typer.Option(help="Of this grant only.")] = None,
    after: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List trials with what was noted, the latest first, twenty at a time."""
    document = f"query($g: ID, $a: ID) {{ trials(grant: $g, after: $a) {{ entries {{ {FIELDS} {NOTED} }} }} }}"
    show(ask(document, g=grant, a=after)["trials"]["entries"], COLUMNS, as_json=as_json)


@app.command("reasons")
def show_reasons(number: Number, *, as_json: Json = False) -> None:
    """Show why answers would have been refused, the most frequent reason first."""
    document = f"query($a: ID) {{ trials(first: 1, after: $a) {{ entries {{ number {NOTED} }} }} }}"
    found = ask(document, a=str(int(number) + 1) if number.isdecimal() else number)["trials"]["entries"]
    reasons: list[dict[str, Any]] = [each for trial in found if trial["number"] == number for each in _reasons(trial)]
    show(reasons, {"Would be missing": "missing", "Answers": "answers"}, as_json=as_json)


@app.command()
def start(
    grant: Annotated[str, typer.Argument(help="The number of the grant.")],
    reason: Reason,
    ends: Annotated[str, typer.Option(help="Until this date, at most 90 days ahead.")],
    scope: terms.Scopes = None,
    set_: terms.Sets = None,
    except_: terms.Exceptions = None,
    reach: terms.Reach = None,
    unit: terms.Units = None,
    scheme: terms.Scheme = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Note from now on what a grant would refuse if it said what is given here, in the place of what it says."""
    told = Terms(scope, set_, except_, reach, unit, scheme).over(present_terms(grant))
    asked = {"grant": grant, "terms": told, "until": moment(ends), "reason": reason}
    change("tryNarrowing", asked, who, as_json=as_json)


@app.command()
def end(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Note nothing more."""
    change("endTrial", {"trial": number, "reason": reason}, who, as_json=as_json)


@app.command()
def narrow(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Narrow the grant to what was on trial, at once."""
    change("narrowAsTried", {"trial": number, "reason": reason}, who, as_json=as_json)


def _reasons(trial: dict[str, Any]) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = trial["noted"]["reasons"]
    return reasons
