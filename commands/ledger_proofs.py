"""`lienthong ledger check-proof`: whether the proof of a reading holds, on a machine that has nothing else of ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.asking import HERE, Json, out
from commands.ledger_checkpoints import file_octets, log_key_of, sealed_line, verifier
from installation.errors import Refusal
from installation.settings import Settings, load

if TYPE_CHECKING:
    from ledger.tree.evidence import Proven
    from ledger.tree.leaves import Shared
    from ledger.tree.notes import Verifier

Key = Annotated[str | None, typer.Option(metavar="LINE", help="The ledger's key, as /ledger/key and officials say it.")]
Witnesses = Annotated[
    list[str] | None, typer.Option("--witness", metavar="LINE", help="The key of a witness; repeatable.")
]


def check_proof(file: Path, *, key: Key = None, witnesses: Witnesses = None, as_json: Json = False) -> None:
    """Check the proof of a reading: no database, no network. Ends with 1 where it does not hold."""
    from ledger.tree.evidence import check
    from ledger.tree.proofs import ProofRefused

    settings = load()
    known = [verifier(line) for line in [*(witnesses or ()), *settings.ledger_witnesses.split()]]
    try:
        proven = check(file_octets(file), verifier(key) if key else key_at_hand(settings), known)
    except ProofRefused as refused:
        raise Refusal(f"The proof does not hold: {refused}.") from None
    if as_json:
        out.print_json(_json(proven))
    else:
        for line in _said(proven):
            out.print(line, highlight=False, markup=False, soft_wrap=True)


def key_at_hand(settings: Settings) -> "Verifier":
    """Of the installation here; where there is none, the key has to come from whoever is trusted to know it."""
    from ledger.tree.notes import KEY_FILE

    if settings.ledger_key or (settings.home.expanduser() / "keys" / KEY_FILE).exists():
        return log_key_of(settings)
    raise Refusal("Whose ledger is it? Give its key with --key; it is published at https://…/ledger/key and elsewhere.")


def _said(proven: "Proven") -> Iterator[str]:
    yield "The proof holds."
    yield f"Ledger   {sealed_line(proven.sealed)}"
    yield f"Answer   leaf {proven.leaf}, request {proven.request_id}"
    yield f"When     {proven.at.astimezone(HERE):%Y-%m-%d %H:%M:%S.%f} (+07:00)"
    yield from _shared(proven.shared) if proven.shared else ["By       left closed: recorded, and not shown here"]
    yield f"Subject  {proven.reading.subject.value}, pseudonym {proven.subject}"
    for step in proven.reading.steps:
        by = f", found by {', '.join(step.looks_up)}" if step.looks_up else ""
        yield f"Read     {', '.join(step.reads) or 'nothing'} ({step.way.value} as {step.path}{by})"
    yield from (f"Role     {role}" for role in proven.reading.roles)
    yield from (f"Mark     {mark.name.lower()}" for mark in proven.marked)


def _shared(shared: "Shared") -> Iterator[str]:
    supplier = f" of {shared.supplier}" if shared.supplier else ""
    yield f"By       agency {shared.agency}, client {shared.client}{supplier}"
    yield f"Why      {shared.purpose or 'no purpose given'}, {shared.legal_basis or '-'}"
    yield f"Case     {shared.case_reference or '-'}"
    yield f"Outcome  {shared.outcome}" + (f"; missing: {', '.join(shared.missing)}" if shared.missing else "")


def _json(proven: "Proven") -> str:
    import msgspec

    sealed = proven.sealed
    return msgspec.json.encode(
        {
            "holds": True,
            "origin": sealed.checkpoint.origin,
            "size": sealed.checkpoint.size,
            "root": sealed.checkpoint.root.hex(),
            "signedAt": sealed.at,
            "witnessed": sealed.witnessed,
            "leaf": proven.leaf,
            "requestId": proven.request_id,
            "at": proven.at,
            "shared": proven.shared,
            "subject": proven.subject,
            "reading": proven.reading,
            "marks": [mark.name.lower() for mark in proven.marked],
        }
    ).decode()
