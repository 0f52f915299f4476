"""`lienthong grant`: which agency reads what, for what, whose, and until when."""

from typing import Annotated, Any

import typer

from commands import terms
from commands.asking import As, Json, Reason, ask, change, group, propose, show
from commands.proposal import approve, refuse
from commands.terms import Terms
from installation.errors import Refusal

app = group(
    "Grants: which agency reads what, for what, whose, and until when.",
    "lienthong grant propose --agency G12 --purpose tax.assessment --set set:identity.basic.v1 --until 2027-12-31"
    " --reason 'Assessments of 2027'",
)
app.command("approve")(approve)
app.command("refuse")(refuse)

Number = Annotated[str, typer.Argument(metavar="GRANT", help="The number of the grant.")]
FIELDS = f"number state counts emergency reason agency {{ agency }} purpose {{ purpose }} {terms.FIELDS}"
FIELDS += " proposedBy approvedBy revokedBy"
COLUMNS = {
    "Grant": "number", "Agency": "agency.agency", "Purpose": "purpose.purpose", "State": "state", "Counts": "counts",
    "Reach": "reach", "Units": "units", "Until": "validUntil", "Sets": "sets", "Scopes": "scopes",
    "Less": "exceptions",
}  # fmt: skip
IMPACT = {"Client": "client", "Operation": "operation", "Purpose": "purpose", "Works": "before", "Would work": "after"}
IMPACT |= {"Would lack": "missing"}


@app.command("list")
def list_grants(
    agency: str | None = None,
    purpose: str | None = None,
    state: Annotated[str | None, typer.Option(help="active, suspended or revoked.")] = None,
    after: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List grants, the latest first, a hundred at a time."""
    document = "query($a: ID, $p: ID, $s: GrantState, $n: ID) {"
    document += f" grants(agency: $a, purpose: $p, state: $s, first: 100, after: $n) {{ entries {{ {FIELDS} }} }} }}"
    found = ask(document, a=agency, p=purpose, s=state and state.upper(), n=after)
    show(found["grants"]["entries"], COLUMNS, as_json=as_json)


@app.command("show")
def show_grant(number: Number, *, as_json: Json = False) -> None:
    """Show one grant: everything it says, and who decided."""
    found = _grant(number)
    members = [{"member": name, "value": found[name]} for name in found if name not in {"agency", "purpose"}]
    members += [{"member": name, "value": found[name][name]} for name in ("agency", "purpose")]
    show([found] if as_json else members, {"": "member", "Grant": "value"}, as_json=as_json)


@app.command("propose")
def propose_grant(
    agency: Annotated[str, typer.Option(help="Who may read.")],
    purpose: Annotated[str, typer.Option(help="For what: a code of `lienthong purpose list`.")],
    reason: Reason,
    scope: terms.Scopes = None,
    set_: terms.Sets = None,
    except_: terms.Exceptions = None,
    reach: terms.Reach = None,
    unit: terms.Units = None,
    scheme: terms.Scheme = None,
    begins: terms.From = None,
    ends: terms.Until = None,
    persons: terms.Persons = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose a grant; another officer approves."""
    told = Terms(scope, set_, except_, reach, unit, scheme, begins, ends, persons).over()
    propose("giveGrant", {"agency": agency, "purpose": purpose, "terms": told}, reason, who, as_json=as_json)


@app.command()
def replace(
    number: Number,
    reason: Reason,
    scope: terms.Scopes = None,
    set_: terms.Sets = None,
    except_: terms.Exceptions = None,
    reach: terms.Reach = None,
    unit: terms.Units = None,
    scheme: terms.Scheme = None,
    begins: terms.From = None,
    ends: terms.Until = None,
    persons: terms.Persons = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Propose other terms for a grant: what is given here, in the place of what it says; another officer approves."""
    given = Terms(scope, set_, except_, reach, unit, scheme, begins, ends, persons)
    propose("replaceGrant", {"grant": number, "terms": given.over(present_terms(number))}, reason, who, as_json=as_json)


@app.command()
def narrow(
    number: Number,
    reason: Reason,
    scope: terms.Scopes = None,
    set_: terms.Sets = None,
    except_: terms.Exceptions = None,
    reach: terms.Reach = None,
    unit: terms.Units = None,
    scheme: terms.Scheme = None,
    begins: terms.From = None,
    ends: terms.Until = None,
    persons: terms.Persons = None,
    *,
    who: As = None,
    as_json: Json = False,
) -> None:
    """Let a grant allow less, at once: what is given here, in the place of what it says."""
    given = Terms(scope, set_, except_, reach, unit, scheme, begins, ends, persons)
    told = {"grant": number, "terms": given.over(present_terms(number)), "reason": reason}
    change("narrowGrant", told, who, as_json=as_json)


@app.command()
def suspend(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Let a grant count for nothing until it is resumed, at once."""
    change("suspendGrant", {"grant": number, "reason": reason}, who, as_json=as_json)


@app.command()
def resume(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Propose to let a suspended grant count again; another officer approves."""
    propose("resumeGrant", {"grant": number}, reason, who, as_json=as_json)


@app.command()
def revoke(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """End a grant for good, at once."""
    change("revokeGrant", {"grant": number, "reason": reason}, who, as_json=as_json)


@app.command()
def preview(number: Number, *, as_json: Json = False) -> None:
    """Show which registered operations would cease to work if a grant were revoked. Changes nothing."""
    document = 'query($n: ID!) { impactOf(change: {revokeGrant: {grant: $n, reason: "preview"}}) {'
    document += " client operation purpose before after missing } }"
    show(ask(document, n=number)["impactOf"], IMPACT, as_json=as_json)


def _grant(number: str) -> dict[str, Any]:
    found: dict[str, Any] | None = ask(f"query($n: ID!) {{ grant(number: $n) {{ {FIELDS} }} }}", n=number)["grant"]
    if found is None:
        raise Refusal("There is no such grant; `lienthong grant list` lists them.")
    return found


def present_terms(number: str) -> dict[str, Any]:
    found = _grant(number)
    return {name: found[name] for name in terms.FIELDS.split() if found[name] is not None}
