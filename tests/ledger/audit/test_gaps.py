"""Which gaps are explained, and by what."""

import pytest

from ledger.audit.gaps import Gaps

TAX = '{"event":"people.erased","people":3,"purpose":"tax","upto":100}'
NONE = '{"event":"people.erased","people":3,"purpose":null,"upto":50}'
SEGMENTS = '{"event":"segments.erased","segments":3,"upto":80}'


@pytest.mark.parametrize(
    ("leaf", "purpose", "explained"),
    [(99, "tax", "explained"), (100, "tax", ""), (99, "other", ""), (49, None, "explained"), (50, None, "")],
)
def test_erasure_explains_leaves_before_its_end_for_its_purpose_only(
    leaf: int, purpose: str | None, explained: str
) -> None:
    assert Gaps.of([(200, TAX), (201, NONE)]).explain_people(leaf, purpose) is bool(explained)


def test_erasure_explains_segments_before_its_end() -> None:
    gaps = Gaps.of([(200, SEGMENTS)])

    assert gaps.explain_segment(79)
    assert not gaps.explain_segment(80)


@pytest.mark.parametrize("content", [TAX, SEGMENTS])
def test_erasure_that_names_leaves_after_itself_explains_nothing(content: str) -> None:
    gaps = Gaps.of([(20, content)])

    assert not gaps.explain_people(3, "tax")
    assert not gaps.explain_segment(3)


@pytest.mark.parametrize("content", ["", "{}", '{"event":"people.erased"}', '{"event":"unheard of"}', "[" * 10_000])
def test_event_that_cannot_be_read_explains_nothing(content: str) -> None:
    assert Gaps.of([(200, content)]) == Gaps()
