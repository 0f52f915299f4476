"""Values that several registers share: which column each part of them is made of."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, column

from domains.kit.fields import Listed
from domains.kit.units import PRE_2025, UNIT, Y2025
from domains.kit.values import address_of, unit_of

CODE, SCHEME, DETAIL = column("code", Text()), column("scheme", Text()), column("detail", Text())


def test_a_unit_is_its_code_with_its_scheme_and_the_name_that_both_have_together() -> None:
    """A code alone means another province before and after the mergers."""
    unit = unit_of(CODE, SCHEME)
    name = unit["name"]
    assert unit["code"] is CODE
    assert unit["scheme"] is SCHEME
    assert isinstance(name, Listed)
    for scheme in (PRE_2025, Y2025):
        row: dict[ColumnElement[Any], str] = {CODE: "15", SCHEME: scheme}
        assert name.says[tuple(row[each] for each in name.by)] == UNIT["15", scheme].name


def test_an_address_is_its_unit_and_the_rest_as_text() -> None:
    address = address_of(CODE, SCHEME, DETAIL)
    unit = address["unit"]
    assert isinstance(unit, Mapping)
    assert unit["code"] is CODE
    assert unit["scheme"] is SCHEME
    assert address["detail"] is DETAIL
