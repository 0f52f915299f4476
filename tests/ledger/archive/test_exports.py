"""Lines of an export: read back as they were, and no cell of which a spreadsheet makes a formula."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from ledger.archive.answers import AnswerRow
from ledger.archive.exports import COLUMNS, csv_head, csv_lines, json_lines
from ledger.archive.rows import Answer, Kind, Operation
from ledger.segments.entries import Outcome
from ledger.tree.leaves import Party
from tests.ledger.archive.world import OPENED

FORMULA = "=+-@\t\r\n＝＋－＠"
TEXTS = some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NASTY = some.builds(lambda first, rest: first + rest, some.sampled_from(FORMULA), TEXTS) | TEXTS


def row(text: str) -> AnswerRow:
    """An answer in which an agency wrote that text wherever it can."""
    party = Party(agency=text, client=text, supplier=text, through=(text,), purpose=text, legal_basis=text)
    answer = Answer(
        "lienthong.example/ledger", 5, UUID(int=0), datetime(2026, 11, 2, tzinfo=UTC), Outcome.GRANTED, party,
        Operation("", text, "", ("Citizen.fullName",)), text, text, 7, (), (text,), 1,
    )  # fmt: skip
    return AnswerRow(answer, Counter({Kind.DISCLOSED: 1}), (OPENED,))


@given(NASTY)
def test_no_cell_of_csv_begins_as_a_formula_does(text: str) -> None:
    written = (csv_head() + csv_lines([row(text)])).decode("utf-8-sig")

    head, line = csv.reader(io.StringIO(written, newline=""))

    assert tuple(head) == COLUMNS
    assert [cell for cell in line if cell.startswith(tuple(FORMULA))] == []
    assert line[COLUMNS.index("agency")].removeprefix("'") == text.removeprefix("'")


@given(NASTY)
def test_a_line_of_json_says_what_was_recorded(text: str) -> None:
    (line, end) = json_lines([row(text)]).split(b"\n")

    said = json.loads(line)

    assert (said["agency"], said["case_reference"], said["missing"]) == (text, text, [text])
    assert end == b""
    assert (said["kinds"], said["leaf"], said["coordinates"]) == ({"disclosed": 1}, 5, ["Citizen.fullName"])
