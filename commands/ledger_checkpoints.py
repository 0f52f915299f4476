"""Of `lienthong ledger`: signed checkpoints, the key that signs them, and the signatures of witnesses."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.asking import installed, ledger_of, out
from installation import databases
from installation.errors import Refusal
from installation.home import key_file
from installation.settings import Settings, load

if TYPE_CHECKING:
    from ledger.tree.notes import Sealed, Verifier

MOST_BYTES = 8 << 20
Since = Annotated[
    int | None,
    typer.Option(min=0, metavar="SIZE", help="As a witness takes it, who last signed a tree of that size."),
]


def print_key(*, pem: Annotated[bool, typer.Option("--pem", help="For openssl.")] = False) -> None:
    """Print the public key that signs checkpoints. Have it known widely: a proof is worth as much as the key."""
    key = log_key_of(load())
    out.print(_pem(key.public) if pem else str(key), highlight=False, markup=False, soft_wrap=True)


def print_checkpoint(since: Since = None) -> None:
    """Print the last signed checkpoint."""
    note = asyncio.run(_checkpoint(installed(), since))
    out.print(note, highlight=False, markup=False, soft_wrap=True, end="")


def keep_signatures(file: Path) -> None:
    """Keep a checkpoint that witnesses signed, too: their lines appended. It is published, and never an older one."""
    from ledger.tree.shelf import Shelf

    settings = load()
    shelf, key, note = Shelf(settings.checkpoint_shelf), log_key_of(settings), file_text(file)
    sealed, before = opened_note(note, key, settings), shelf.witnessed()
    if not sealed.witnessed:
        raise Refusal("None of the witnesses named in LIENTHONG_LEDGER_WITNESSES has signed it.")
    kept = opened_note(before, key, settings).checkpoint.size if before else 0
    if sealed.checkpoint.size < kept:
        raise Refusal(f"It is of {sealed.checkpoint.size} leaves; a witnessed one of {kept} leaves is kept already.")
    shelf.keep_witnessed(note, datetime.now(UTC))
    out.print(sealed_line(sealed), highlight=False, markup=False, soft_wrap=True)


def log_key_of(settings: Settings) -> "Verifier":
    """By which this installation's checkpoints are checked."""
    from ledger.tree.notes import log_key

    try:
        return log_key(ledger_of(settings), settings.ledger_key, partial(key_file, settings.home))
    except ValueError as error:
        raise Refusal(f"LIENTHONG_LEDGER_KEY is refused: {error}.") from None


def verifier(line: str) -> "Verifier":
    from ledger.tree.notes import Verifier

    try:
        return Verifier.parse(line)
    except ValueError as error:
        raise Refusal(f"The key is refused: {error}.") from None


def sealed_line(sealed: "Sealed") -> str:
    """Which state of which ledger, signed when and by whom."""
    seen = ", ".join(f"{name} ({at:%Y-%m-%d %H:%M:%S}Z)" for name, at in sealed.witnessed.items())
    said = f"{sealed.checkpoint.origin}, {sealed.checkpoint.size} leaves, signed {sealed.at:%Y-%m-%d %H:%M:%S}Z"
    return f"{said}, witnessed by {seen}" if seen else said


def file_octets(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {(error.strerror or 'it is no file').lower()}.") from None


def file_text(file: Path) -> str:
    try:
        return file_octets(file).decode()
    except UnicodeDecodeError:
        raise Refusal(f"{file} cannot be read as text.") from None


def opened_note(note: str, key: "Verifier", settings: Settings) -> "Sealed":
    """The checkpoint in a note that this key signed, and which of the known witnesses."""
    from ledger.tree.notes import NoteRefused, opened

    try:
        return opened(note, key, [verifier(line) for line in settings.ledger_witnesses.split()])
    except NoteRefused as refused:
        raise Refusal(f"The checkpoint is refused: {refused}.") from None


def _pem(public: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().rstrip("\n")


async def _checkpoint(settings: Settings, since: int | None) -> str:
    from ledger.archive.database import LedgerDatabase, LedgerSilent
    from ledger.archive.tree import checkpoint, consistency_proof

    database = LedgerDatabase(ledger_of(settings), databases.database_url(settings, "ledger"))
    try:
        signed = await checkpoint(database)
        if signed is None:
            raise Refusal("Nothing was sealed yet.")
        if since is None:
            return signed.note
        if since > signed.size:
            raise Refusal(f"The tree has {signed.size} leaves, fewer than {since}.")
        return _for_witness(since, await consistency_proof(database, since, signed.size), signed.note)
    except LedgerSilent:
        raise Refusal("The ledger's database does not answer.") from None
    finally:
        await database.close()


def _for_witness(since: int, proof: Sequence[bytes], note: str) -> str:
    """The body of C2SP tlog-witness's request `add-checkpoint`."""
    return "\n".join([f"old {since}", *(b64encode(hashed).decode() for hashed in proof), "", note])
