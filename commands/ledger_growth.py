"""`lienthong ledger check-growth`: whether a later tree begins with an earlier one, by what is published alone."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.asking import out
from commands.ledger_checkpoints import file_octets, file_text, opened_note, verifier
from commands.ledger_proofs import Key, key_at_hand
from installation.errors import Refusal
from installation.settings import load

if TYPE_CHECKING:
    from ledger.tree.merkle import Span

PATIENCE_S = 30.0
Published = Annotated[str, typer.Argument(metavar="PLACE", help="https://…/ledger, or a directory with its tiles.")]


def check_growth(older: Path, newer: Path, published: Published, *, key: Key = None) -> None:
    """Check that the tree of one checkpoint begins with that of another: nothing was changed or removed."""
    from ledger.tree.proofs import ProofRefused, check_consistency, consistency, hashes_of, spans

    settings = load()
    log = verifier(key) if key else key_at_hand(settings)
    was, now = (opened_note(file_text(file), log, settings).checkpoint for file in (older, newer))
    try:
        blocks = consistency(was.size, now.size) if 0 < was.size <= now.size else []
        proof = hashes_of(blocks, _stored(spans(blocks), now.size, _source(published)))
        check_consistency(was.size, was.root, now.size, now.root, proof)
    except ProofRefused as refused:
        raise Refusal(f"The ledger did not only grow: {refused}.") from None
    out.print(f"The tree of {now.size} leaves begins with that of {was.size}.", highlight=False, soft_wrap=True)


def _stored(wanted: Iterable["Span"], size: int, fetch: Callable[[str], bytes]) -> dict["Span", list[bytes]]:
    """The hashes of these spans, cut out of the tiles of a tree of that size; each tile is fetched once."""
    from ledger.tree.merkle import HASH_LENGTH, TILE_WIDTH
    from ledger.tree.tiles import tile_with

    places = {span: tile_with(span, size) for span in wanted}
    tiles = {tile: fetch(f"tile/{tile}") for tile in dict.fromkeys(places.values())}
    for tile, octets in tiles.items():
        if len(octets) != tile.width * HASH_LENGTH:
            raise Refusal(f"The tile {tile} has not the {tile.width} hashes that belong into it.")
    return {
        span: [
            tiles[tile][at * HASH_LENGTH : (at + 1) * HASH_LENGTH]
            for at in range(span.first % TILE_WIDTH, span.first % TILE_WIDTH + span.length)
        ]
        for span, tile in places.items()
    }


def _source(published: str) -> Callable[[str], bytes]:
    if "://" not in published:
        return lambda name: file_octets(Path(published) / name)
    return lambda name: _downloaded(f"{published.rstrip('/')}/{name}")


def _downloaded(url: str) -> bytes:
    import httpx2

    from ledger.tree.tiles import TILE_BYTES

    octets = b""
    try:
        with httpx2.stream("GET", url, timeout=PATIENCE_S) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                octets += part
                if len(octets) > TILE_BYTES:
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise Refusal(f"{url} cannot be fetched.") from None
    return octets
