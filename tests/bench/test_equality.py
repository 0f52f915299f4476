"""Contenders that answer differently are not compared."""

import pytest

from bench.contenders import Contender
from bench.equality import NotAlike, require_alike

PEER = Contender("peer", (), 1)
MINE = {"page": [b'{"data": {"pageInfo": {"endCursor": "abc", "hasNextPage": true}, "area": 1.5}}']}


def test_a_benchmark_compares_equal_values_in_another_order_and_goes_on() -> None:
    other = b'{"data":{"area":1.5,"pageInfo":{"hasNextPage":true,"endCursor":"another seal"}},"extensions":{}}'
    require_alike(MINE, {"page": [other]}, PEER)


@pytest.mark.parametrize(
    "other",
    [
        b'{"data": {"pageInfo": {"endCursor": "abc", "hasNextPage": true}, "area": 1.6}}',
        b'{"data": {"pageInfo": {"endCursor": null, "hasNextPage": true}, "area": 1.5}}',
        b'{"data": {"pageInfo": {"endCursor": "abc", "hasNextPage": true}}}',
    ],
    ids=["another value", "no cursor", "a field less"],
)
def test_a_benchmark_compares_another_answer_and_stops(other: bytes) -> None:
    with pytest.raises(NotAlike, match="'peer' answers body 0 of 'page' differently"):
        require_alike(MINE, {"page": [other]}, PEER)


def test_a_benchmark_gets_equal_errors_and_stops() -> None:
    refused = {"page": [b'{"errors": [{"message": "no"}]}']}
    with pytest.raises(NotAlike):
        require_alike(refused, refused, PEER)


def test_a_benchmark_hears_a_peer_in_our_names_and_goes_on() -> None:
    def heard(question: str, answer: object) -> object:
        assert (question, answer) == ("page", {"data": {"nodes": []}})
        return {"data": {"edges": []}}

    spoken = Contender("peer", (), 1, heard=heard)
    require_alike({"page": [b'{"data": {"edges": []}}']}, {"page": [b'{"data": {"nodes": []}}']}, spoken)
