"""Proofs that a leaf is in the tree and that the tree only grew, and their refusal when anything is different."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.tree.merkle import leaf_hash
from ledger.tree.proofs import (
    Block,
    ProofRefused,
    check_consistency,
    consistency,
    hashes_of,
    inclusion,
    path_within,
    root_by_inclusion,
    spans,
)
from tests.ledger.tree import definition
from tests.ledger.tree.stored import Stored, numbered
from tests.ledger.tree.vectors import CONSISTENCY, CONTENTS, INCLUSION, ROOTS

LEAVES = numbered(700)
VECTORS = Stored([leaf_hash(content) for content in CONTENTS])
STORED = Stored(LEAVES)
DEEP = Stored(numbered(66_000))
SIZES = st.integers(1, len(LEAVES))


def proof_in(stored: Stored, blocks: list[Block]) -> list[bytes]:
    return hashes_of(blocks, stored.look_up(spans(blocks)))


@pytest.mark.parametrize(("leaf", "size", "proof"), INCLUSION)
def test_auditor_gets_the_published_inclusion_proofs_of_the_rfcs_leaves(
    leaf: int, size: int, proof: tuple[str, ...]
) -> None:
    made = proof_in(VECTORS, inclusion(leaf, size))

    assert [hashed.hex() for hashed in made] == list(proof)
    assert path_within(VECTORS.leaves[:size], leaf) == made
    assert root_by_inclusion(VECTORS.leaves[leaf], leaf, size, made).hex() == ROOTS[size]


@pytest.mark.parametrize(("older", "newer", "proof"), CONSISTENCY)
def test_auditor_gets_the_published_consistency_proofs_of_the_rfcs_leaves(
    older: int, newer: int, proof: tuple[str, ...]
) -> None:
    made = proof_in(VECTORS, consistency(older, newer))

    assert [hashed.hex() for hashed in made] == list(proof)
    check_consistency(older, bytes.fromhex(ROOTS[older]), newer, bytes.fromhex(ROOTS[newer]), made)


@given(SIZES, st.data())
def test_inclusion_proof_is_that_of_the_recursive_definition_and_leads_to_the_root(
    size: int, data: st.DataObject
) -> None:
    leaf = data.draw(st.integers(0, size - 1))

    made = proof_in(STORED, inclusion(leaf, size))

    assert made == path_within(LEAVES[:size], leaf) == definition.path(leaf, LEAVES[:size])
    assert root_by_inclusion(LEAVES[leaf], leaf, size, made) == definition.mth(LEAVES[:size])


@given(SIZES, st.data())
def test_consistency_proof_is_that_of_the_recursive_definition_and_holds(newer: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, newer))
    older_root, newer_root = definition.mth(LEAVES[:older]), definition.mth(LEAVES[:newer])

    made = proof_in(STORED, consistency(older, newer))

    assert made == definition.proof(older, LEAVES[:newer])
    check_consistency(older, older_root, newer, newer_root, made)


@pytest.mark.parametrize("size", [65_536, 65_537, 66_000])
@pytest.mark.parametrize("leaf", [0, 255, 256, 65_535])
def test_proofs_in_a_tree_of_three_levels_of_tiles_come_from_few_stored_hashes(leaf: int, size: int) -> None:
    needed = spans(inclusion(leaf, size))

    assert sum(span.length for span in needed) < 2 * 256 * 3
    assert proof_in(DEEP, inclusion(leaf, size)) == definition.path(leaf, DEEP.leaves[:size])
    assert proof_in(DEEP, consistency(leaf + 1, size)) == definition.proof(leaf + 1, DEEP.leaves[:size])


@given(st.integers(2, 300), st.data())
def test_forger_who_shows_the_proof_for_another_leaf_or_place_or_with_other_hashes_does_not_reach_the_root(
    size: int, data: st.DataObject
) -> None:
    leaf = data.draw(st.integers(0, size - 1))
    other = (leaf + data.draw(st.integers(1, size - 1))) % size
    honest = definition.path(leaf, LEAVES[:size])
    spot = data.draw(st.integers(0, len(honest) - 1))
    swapped = [*honest[:spot], LEAVES[-1], *honest[spot + 1 :]]
    head = definition.mth(LEAVES[:size])

    assert root_by_inclusion(LEAVES[other], leaf, size, honest) != head
    assert root_by_inclusion(LEAVES[leaf], leaf, size, swapped) != head
    assert not leads_to(head, LEAVES[leaf], other, size, honest)


@given(SIZES, st.data())
def test_forger_who_makes_a_proof_longer_or_shorter_is_refused(size: int, data: st.DataObject) -> None:
    leaf = data.draw(st.integers(0, size - 1))
    honest = definition.path(leaf, LEAVES[:size])

    with pytest.raises(ProofRefused, match="too long"):
        root_by_inclusion(LEAVES[leaf], leaf, size, [*honest, LEAVES[0]])
    for length in range(len(honest)):
        with pytest.raises(ProofRefused, match="too short"):
            root_by_inclusion(LEAVES[leaf], leaf, size, honest[:length])


def test_forger_who_shows_an_inner_node_as_a_leaf_is_refused_for_want_of_a_tree_of_that_size() -> None:
    inner = definition.mth(LEAVES[:2])

    assert definition.mth([inner, LEAVES[2]]) == definition.mth(LEAVES[:3])  # why the size is signed beside the root
    with pytest.raises(ProofRefused, match="too short"):
        root_by_inclusion(inner, 0, 3, [LEAVES[2]])


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_forger_who_rewrote_what_was_there_finds_no_consistency_proof_among_the_honest_ones(
    older: int, newer: int, data: st.DataObject
) -> None:
    assume(older <= newer)
    changed = data.draw(st.integers(0, older - 1))
    rewritten = [*LEAVES[:changed], LEAVES[-1], *LEAVES[changed + 1 : newer]]
    honest_root = definition.mth(LEAVES[:older])

    with pytest.raises(ProofRefused):
        check_consistency(older, honest_root, newer, definition.mth(rewritten), definition.proof(older, rewritten))
    with pytest.raises(ProofRefused):
        check_consistency(older, honest_root, newer, definition.mth(rewritten), definition.proof(older, LEAVES[:newer]))


@given(st.integers(2, 300), st.data())
def test_forger_who_changes_a_consistency_proof_is_refused(newer: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, newer - 1))
    roots = definition.mth(LEAVES[:older]), definition.mth(LEAVES[:newer])
    honest = definition.proof(older, LEAVES[:newer])
    spot = data.draw(st.integers(0, len(honest) - 1))
    forged = [[*honest, LEAVES[0]], honest[:-1], [*honest[:spot], LEAVES[-1], *honest[spot + 1 :]]]

    for each in forged:
        with pytest.raises(ProofRefused):
            check_consistency(older, roots[0], newer, roots[1], each)


@pytest.mark.parametrize(("older", "newer"), [(0, 5), (6, 5), (-1, 5)])
def test_nothing_is_a_later_state_of_an_empty_or_a_longer_tree(older: int, newer: int) -> None:
    with pytest.raises(ValueError, match="no later state"):
        consistency(older, newer)
    with pytest.raises(ProofRefused, match="no later state"):
        check_consistency(older, bytes(32), newer, bytes(32), [])


def test_forger_who_shows_no_consistency_proof_at_all_is_refused() -> None:
    with pytest.raises(ProofRefused, match="too short"):
        check_consistency(3, definition.mth(LEAVES[:3]), 7, definition.mth(LEAVES[:7]), [])


def test_two_states_of_one_size_are_consistent_only_if_equal() -> None:
    check_consistency(5, LEAVES[0], 5, LEAVES[0], [])

    with pytest.raises(ProofRefused, match="differ"):
        check_consistency(5, LEAVES[0], 5, LEAVES[1], [])
    with pytest.raises(ProofRefused, match="differ"):
        check_consistency(5, LEAVES[0], 5, LEAVES[0], [LEAVES[1]])


@pytest.mark.parametrize(("leaf", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_made_or_taken_for_a_leaf_that_is_not_there(leaf: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(leaf, size)
    with pytest.raises(ProofRefused, match="no leaf"):
        root_by_inclusion(bytes(32), leaf, size, [])


def leads_to(head: bytes, leaf_hashed: bytes, leaf: int, size: int, proof: list[bytes]) -> bool:
    try:
        return root_by_inclusion(leaf_hashed, leaf, size, proof) == head
    except ProofRefused:
        return False
