"""What the SDL of every register must say, and that it says what it said at the last commit.

A snapshot that changed on purpose is written anew by `SNAPSHOTS=write make test`, and read in the diff.
"""

import os
import re
from collections.abc import Iterator
from enum import EnumMeta
from pathlib import Path

import pytest
from graphql import EnumTypeDefinitionNode, parse
from sqlalchemy import Column
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from domains.kit import codes
from domains.kit.classes import DataClass
from domains.kit.domain import Domain, definitions, subgraph
from domains.kit.fields import Leaf, Relation, binding_of
from domains.kit.rights import Right, data_class_of
from domains.kit.scopes import Verb
from graph.registry import installed_domains

DOMAINS = {domain.name: domain for domain in installed_domains()}
LARGEST_LIST = 100

Declared = tuple[str, str, StrawberryField]  # domain, type, field


def declared() -> Iterator[Declared]:
    for domain in DOMAINS.values():
        for definition in definitions(subgraph(domain)):
            for field in definition.fields:
                if data_class_of(field) is not None:
                    yield domain.name, definition.name, field


def data_class(each: Declared) -> DataClass:
    found = data_class_of(each[2])
    assert found is not None
    return found


def is_enumerated_column(each: Declared) -> bool:
    binding = binding_of(each[2])
    is_enumeration = isinstance(getattr(each[2].type, "of_type", None), StrawberryEnumDefinition)
    return is_enumeration and isinstance(binding, Leaf) and isinstance(binding.expression, Column)


GUARDED = [each for each in declared() if not data_class(each).is_public]
RELATIONS = [each for each in declared() if isinstance(binding_of(each[2]), Relation)]
ENUMERATED = [each for each in declared() if is_enumerated_column(each)]


def coordinate(each: Declared) -> str:
    return f"{each[0]}:{each[1]}.{each[2].python_name}"


@pytest.mark.parametrize("name", DOMAINS)
def test_a_reviewer_sees_every_change_of_a_register_in_its_sdl(name: str) -> None:
    snapshot = Path(__file__).parent / name / "subgraph.graphql"
    sdl = subgraph(DOMAINS[name]).as_str() + "\n"
    if os.environ.get("SNAPSHOTS") == "write":
        snapshot.write_text(sdl)
    assert snapshot.read_text().splitlines() == sdl.splitlines()


@pytest.mark.parametrize("each", GUARDED, ids=coordinate)
def test_a_field_that_can_be_withheld_is_nullable(each: Declared) -> None:
    assert isinstance(each[2].type, StrawberryOptional)


@pytest.mark.parametrize("each", GUARDED, ids=coordinate)
def test_a_developer_reads_in_the_description_which_scope_a_field_takes(each: Declared) -> None:
    domain, type_name, field = each
    right = Right(domain, type_name, to_camel_case(field.python_name), data_class(each))
    assert f"Requires scope `{right.scope(Verb.READ)}`." in (field.description or "")


@pytest.mark.parametrize("each", RELATIONS, ids=coordinate)
def test_a_developer_reads_in_the_description_how_long_a_list_can_be(each: Declared) -> None:
    field, relation = each[2], binding_of(each[2])
    is_list = isinstance(field.type, StrawberryOptional) and isinstance(field.type.of_type, StrawberryList)
    if is_list:
        assert f"at most {relation.at_most}" in (field.description or "")
        assert 1 < relation.at_most <= LARGEST_LIST
    else:
        assert relation.at_most in (1, None)


@pytest.mark.parametrize("each", RELATIONS, ids=coordinate)
def test_a_relation_that_can_pass_the_largest_list_comes_in_pages(each: Declared) -> None:
    field, relation = each[2], binding_of(each[2])
    arguments = {argument.python_name for argument in field.arguments}
    assert (relation.at_most is None) == (arguments == {"first", "after"})


@pytest.mark.parametrize("each", ENUMERATED, ids=coordinate)
def test_an_enumeration_has_the_values_that_its_column_says_are_stored(each: Declared) -> None:
    enumeration = each[2].type.of_type.wrapped_cls  # type: ignore[union-attr]
    assert isinstance(enumeration, EnumMeta)
    assert set(enumeration.__members__) == stored_values(binding_of(each[2]).expression.comment)


def stored_values(comment: str) -> set[str]:
    """The values that a column's comment lists: words in capitals, or the codes of the file that it names."""
    file = re.search(r"(\w+)\.csv", comment)
    if file is not None:
        return {row["code"] for row in codes.rows(file[1])}
    return set(re.findall(r"\b[A-Z][A-Z_]{2,}[A-Z0-9_]*\b", comment))


@pytest.mark.parametrize("name", DOMAINS)
def test_every_enumeration_of_a_register_is_described(name: str) -> None:
    document = parse(subgraph(DOMAINS[name]).as_str())
    found = [node for node in document.definitions if isinstance(node, EnumTypeDefinitionNode)]
    assert [node.name.value for node in found if node.description is None] == []


@pytest.mark.parametrize("name", DOMAINS)
def test_every_scope_set_of_a_register_is_named_after_it(name: str) -> None:
    domain: Domain = DOMAINS[name]
    for released in domain.scope_sets:
        assert re.fullmatch(rf"set:{name}\.[a-z_]+\.v[1-9]", released.name)
        assert len(set(released.scopes)) == len(released.scopes)
