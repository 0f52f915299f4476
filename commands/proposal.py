"""`lienthong proposal`: what waits for a second officer.

Deciding takes a passkey, so a person at the machine is told where officers do it; only those of demo mode decide here.
"""

from typing import Annotated, Any

import typer
from rich.pretty import Pretty

from commands.asking import As, Json, Reason, ask, change, group, out, page_of, show
from installation.errors import Refusal

app = group("Proposals: what waits for a second officer.", "lienthong proposal show 3")

Number = Annotated[str, typer.Argument(metavar="PROPOSAL", help="The number of the proposal.")]
FIELDS = "number kind target state reason requestedBy proposedBy decidedBy decisionReason madeAt lapsesAt"
DETAILS = f"{FIELDS} change digest impact {{ client operation purpose before after missing }}"
COLUMNS = {
    "Proposal": "number", "What": "kind", "About": "target", "State": "state", "Asked by": "requestedBy",
    "Proposed by": "proposedBy", "Decided by": "decidedBy", "Lapses": "lapsesAt", "Reason": "reason",
}  # fmt: skip
IMPACT = {"Client": "client", "Operation": "operation", "Purpose": "purpose", "Works": "before", "Would work": "after"}


@app.command("list")
def list_proposals(
    state: Annotated[str | None, typer.Option(help="Such as proposed, approved or lapsed.")] = None,
    after: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List proposals, the latest first, a hundred at a time."""
    document = "query($s: ProposalState, $n: ID) {"
    document += f" proposals(state: $s, first: 100, after: $n) {{ entries {{ {FIELDS} }} }} }}"
    found = ask(document, s=state and state.upper(), n=after)["proposals"]["entries"]
    show(found, COLUMNS, as_json=as_json)


@app.command("show")
def show_proposal(number: Number, *, as_json: Json = False) -> None:
    """Show one proposal: what it would change, and which registered operations would begin or cease to work."""
    found = _proposal(number)
    show([found], COLUMNS, as_json=as_json)
    if not as_json:
        out.print(Pretty(found["change"]))
        show(found["impact"], IMPACT, as_json=False)


@app.command()
def approve(number: Number, *, who: As = None, as_json: Json = False) -> None:
    """Let a proposed change take effect. Officers do this in a browser, where their passkey signs."""
    _must_be_officer(number, who)
    found = _proposal(number)
    change("approveProposal", {"proposal": number, "body": found["digest"]}, who, as_json=as_json)


@app.command()
def adopt(number: Number, *, who: As = None, as_json: Json = False) -> None:
    """Make an agency's request one's own. Officers do this in a browser, where their passkey signs."""
    _must_be_officer(number, who)
    found = _proposal(number)
    change("adoptProposal", {"proposal": number, "body": found["digest"]}, who, as_json=as_json)


@app.command()
def refuse(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Decide that a proposed change is not made. Officers do this in a browser, where their passkey signs."""
    _must_be_officer(number, who)
    change("refuseProposal", {"proposal": number, "reason": reason}, who, as_json=as_json)


@app.command()
def withdraw(number: Number, reason: Reason, *, who: As = None, as_json: Json = False) -> None:
    """Take back what was proposed at this machine under the same login name."""
    change("withdrawProposal", {"proposal": number, "reason": reason}, who, as_json=as_json)


def _must_be_officer(number: str, who: str | None) -> None:
    if who is None:
        raise Refusal(f"Officers decide on proposals in a browser, where their passkey signs: {page_of(number)}")


def _proposal(number: str) -> dict[str, Any]:
    document = f"query($n: ID!) {{ proposal(number: $n) {{ {DETAILS} }} }}"
    found: dict[str, Any] | None = ask(document, n=number)["proposal"]
    if found is None:
        raise Refusal("There is no such proposal; `lienthong proposal list` lists them.")
    return found
