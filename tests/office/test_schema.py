"""The office's schema in SDL, as clients were told it. To write it anew: `lienthong schema office > schema.graphql`."""

from pathlib import Path

import pytest
import strawberry
from strawberry.tools import create_type

from auth.acts.actors import PERMISSIONS
from auth.acts.change import act_of
from auth.acts.perform import ACTS
from office.changes import capacities_for, mutations
from office.schema import executable, schema, sdl, visibility

SNAPSHOT = Path(__file__).parent / "schema.graphql"
NOT_OFFERED = {"audit.read", "disclosures.read", "disclosures.export", "keys.begin"}


def test_the_schema_is_what_clients_were_told() -> None:
    assert sdl() + "\n" == SNAPSHOT.read_text()


def test_every_act_that_somebody_may_do_is_a_mutation() -> None:
    offered = {name.removeprefix("Mutation.").lower() for name in visibility(schema()) if name.startswith("Mutation.")}

    assert {struct.__name__.lower() for struct in ACTS if act_of(struct) not in NOT_OFFERED} == offered


def test_whoever_may_do_an_act_may_ask_for_it_here() -> None:
    roles = {act: capacities_for(act) >= permission.roles for act, permission in PERMISSIONS.items()}

    assert [act for act, are_asked in roles.items() if not are_asked] == []


def test_a_root_field_that_does_not_say_who_may_ask_stops_the_start() -> None:
    @strawberry.field
    def open_to_all() -> str:
        return ""

    silent = strawberry.Schema(create_type("Query", [open_to_all]), mutations())

    with pytest.raises(TypeError, match="open_to_all"):
        visibility(silent)


def test_the_answers_to_a_change_fit_in_one_selection() -> None:
    """`... on Done { … } ... on Refusal { code }` is refused by every client where a name has two types."""
    members = executable(schema()).type_map["ChangeResult"].types  # type: ignore[attr-defined]
    shapes: dict[str, set[str]] = {}
    for name, field in ((name, field) for member in members for name, field in member.fields.items()):
        shapes.setdefault(name, set()).add(str(field.type))

    assert {name: types for name, types in shapes.items() if len(types) > 1} == {}
