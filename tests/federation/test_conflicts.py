"""What a federation composer rejects, one process rejects at start, and says between which domains it lies."""

import pytest

from graph.compose import compose
from graph.conflicts import CompositionError
from tests.federation.conflicting import CONFLICTS, Conflict, nothing
from tests.federation.conftest import Composer


def test_a_pair_without_a_conflict_composes_in_both_shapes(as_a_router: Composer) -> None:
    assert "errors" not in as_a_router(nothing())
    assert compose(nothing()).is_entity("Person")


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.__name__)
def test_a_router_rejects_what_one_process_rejects(as_a_router: Composer, conflict: Conflict) -> None:
    assert as_a_router(conflict())["errors"]
    with pytest.raises(CompositionError):
        compose(conflict())


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda conflict: conflict.__name__)
def test_an_author_reads_which_domains_a_conflict_lies_between(conflict: Conflict) -> None:
    with pytest.raises(CompositionError) as caught:
        compose(conflict())
    assert all("in people and gossip" in sentence for sentence in caught.value.conflicts)
