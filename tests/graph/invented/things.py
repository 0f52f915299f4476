"""The invented domain `things`: who owns what. Adds to `Citizen`, which people owns."""

import strawberry
from sqlalchemy import MetaData, Table

from domains.kit.classes import BASIC, public
from domains.kit.connections import Connection
from domains.kit.domain import Domain
from domains.kit.fields import column, connection, link
from domains.kit.queries import lookup
from domains.kit.rules import person_rows
from domains.kit.scalars import Cursor
from domains.kit.tables import rule_columns, surrogate, text
from domains.kit.types import entity, queries, reference

OPEN = public("invented, and about nobody.")

metadata = MetaData()
possessions = Table(
    "possessions", metadata, text("id", "Key.", primary_key=True), surrogate(), text("label", "Label."),
    text("secret", "Secret.", nullable=True), text("owner_pin", "Owner.", nullable=True), *rule_columns(),
)  # fmt: skip


@reference(key="pin")
class Citizen:
    """Who owns things."""

    @connection(possessions.c.owner_pin, BASIC)
    def things(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[Thing] | None":
        """What the person owns."""


@entity(key="id", table=possessions)
class Thing:
    """A thing."""

    id: str = column(possessions.c.id, OPEN)
    label: str | None = column(possessions.c.label, OPEN)
    secret: str | None = column(possessions.c.secret, BASIC)
    owner: Citizen | None = link("Citizen", possessions.c.owner_pin, BASIC, "Whose it is.")


@queries
class Query:
    @lookup(possessions.c.id)
    def thing(self, id: str) -> Thing | None:  # noqa: A002 - named as the field it finds by
        """By its key."""


THINGS = Domain("things", "Things", metadata, Query, (Citizen,), rows=(person_rows(possessions, "owner_pin"),))
