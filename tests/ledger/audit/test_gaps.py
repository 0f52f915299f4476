"""Which gaps are explained, and by what."""

import pytest

from ledger.audit.gaps import Gaps, believed

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
    assert _gaps(200, TAX, NONE).explain_people(leaf, purpose) is bool(explained)


def test_erasure_explains_segments_before_its_end() -> None:
    gaps = _gaps(200, SEGMENTS)

    assert gaps.explain_segment(79)
    assert not gaps.explain_segment(80)


@pytest.mark.parametrize("content", [TAX, SEGMENTS])
def test_erasure_explains_nothing_that_was_not_old_when_it_was_sealed(content: str) -> None:
    gaps = _gaps(20, content)

    assert gaps.explain_people(19, "tax") is not gaps.explain_segment(19)
    assert not gaps.explain_people(20, "tax")
    assert not gaps.explain_segment(20)


@pytest.mark.parametrize("content", ["", "{}", '{"event":"people.erased"}', '{"event":"unheard of"}', "[" * 10_000])
def test_event_that_cannot_be_read_explains_nothing(content: str) -> None:
    assert _gaps(200, content) == Gaps()


def _gaps(old: int, *contents: str) -> Gaps:
    found = [believed(content, old) for content in contents]
    return Gaps.of(event for event in found if event is not None)
