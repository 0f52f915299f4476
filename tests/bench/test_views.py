"""The section on the views of the ledger is plain about what takes too long."""

from bench.views import LIMIT_MS, Took, as_markdown
from tests.bench.measured import SEEN


def test_each_list_has_a_line_that_says_whether_it_keeps_the_bound() -> None:
    quick = Took("officers, everything", 2.04, 9.0, 3.0, 4.0)
    slow = Took("citizen with a few rows", 5.0, 90.0, LIMIT_MS + 0.1, 80.0)

    lines = list(as_markdown([quick, slow], SEEN))

    assert "10,000,000 disclosures" in lines[4]
    assert lines[-2:] == [
        "| officers, everything | 2.0 | 9.0 | 3.0 | 4.0 | yes |",
        "| citizen with a few rows | 5.0 | 90.0 | 50.1 | 80.0 | **no** |",
    ]
