"""Value types that several registers share, and how a row's columns become one."""

from typing import Any

import strawberry
from sqlalchemy import ColumnElement

from domains.kit.fields import Listed, Parts
from domains.kit.scalars import UnitCode
from domains.kit.types import value_type
from domains.kit.units import NAMES


@value_type
class AdministrativeUnit:
    """A province or commune. A bare code is ambiguous since the mergers of 2025-07-01: read it with its scheme."""

    code: UnitCode = strawberry.field(description="Code in the scheme beside it.")
    scheme: str = strawberry.field(description="PRE_2025 (until 2025-06-30) or Y2025.")
    name: str | None = strawberry.field(description="Name while the scheme is in force.")


@value_type
class Address:
    """Where somebody lives or an enterprise sits, with the unit as of the address's own date."""

    unit: AdministrativeUnit = strawberry.field(description="The administrative unit.")
    detail: str | None = strawberry.field(description="House, street, hamlet, as registered.")


@value_type
class Share:
    """A fraction of a right."""

    numerator: int = strawberry.field(description="Parts held.")
    denominator: int = strawberry.field(description="Parts in all.")


def unit_of(code: ColumnElement[Any], scheme: ColumnElement[Any]) -> Parts:
    """The parts of an `AdministrativeUnit` from a row's code and scheme; the name comes from the code list."""
    return {"code": code, "scheme": scheme, "name": Listed((code, scheme), NAMES)}


def address_of(code: ColumnElement[Any], scheme: ColumnElement[Any], detail: ColumnElement[Any]) -> Parts:
    """The parts of an `Address`."""
    return {"unit": unit_of(code, scheme), "detail": detail}
