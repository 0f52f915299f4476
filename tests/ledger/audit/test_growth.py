"""The auditor's own tree, beside the sealer's and the definition."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.growth import Growth
from ledger.tree.merkle import Frontier, leaf_hash, root


def _defined(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + _defined(leaves[:half]) + _defined(leaves[half:])).digest()


@given(st.integers(0, 700))
def test_auditor_grows_a_tree_and_has_the_root_of_the_definition(size: int) -> None:
    leaves = [leaf_hash(bytes((each & 255, each >> 8))) for each in range(size)]
    growth = Growth()
    for leaf in leaves:
        growth.append(leaf)

    assert growth.root() == _defined(leaves) == root(leaves)


@given(st.integers(1, 70_000))
def test_auditor_grows_a_tree_and_completes_the_nodes_that_the_sealer_stores(size: int) -> None:
    leaves = [size.to_bytes(16) + each.to_bytes(16) for each in range(size)]
    growth = Growth()

    made = [node for leaf in leaves for node in growth.append(leaf)]

    assert sorted(made) == sorted(Frontier().grown(leaves)[1])


def test_copy_of_a_tree_grows_apart_from_it() -> None:
    growth = Growth()
    growth.append(bytes(32))
    copy = growth.copy()

    copy.append(bytes(32))

    assert (growth.size, growth.root()) == (1, bytes(32))
    assert copy.size == 2
