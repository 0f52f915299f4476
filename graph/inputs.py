"""Values given by a caller, checked against their types and converted. Messages name the place, never the value.

graphql-core would do the same work and quote what was given, so this is ours. Enum values stay names, because that is
what the registers store; fields of input objects get their Python names, because that is how matches name them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
)

from domains.kit.scalars import Form
from domains.kit.scopes import snake
from graph.errors import Code, Refused, refused
from graph.limits import LIST_ITEMS, LONG_LISTS, TEXT_CHARACTERS, check_list, too_long

Values = Mapping[str, Any]  # variable name -> converted value; a variable not given is missing
Convert = Callable[[Any, str], Any]  # (value, place for the message) -> converted value


@dataclass(frozen=True, slots=True)
class Converted:
    """A variable's value inside a literal list or object: it has been checked already."""

    value: Any


def bad_input(where: str, expected: str) -> Refused:
    """The refusal of a value that does not fit."""
    return refused(Code.BAD_USER_INPUT, f"{where} must be {expected}.")


def converter(type_: GraphQLInputType) -> Convert:
    """The function that checks and converts values of an input type. Raises Refused with BAD_USER_INPUT."""
    if isinstance(type_, GraphQLNonNull):
        return _required(converter(type_.of_type), str(type_))
    return _optional(_unwrapped(type_))


def _unwrapped(type_: Any) -> Convert:
    if isinstance(type_, GraphQLList):
        return _list(converter(type_.of_type), get_named_type(type_))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_)
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_)
    return _scalar(type_)


def _optional(convert: Convert) -> Convert:
    """Lets null pass, and what has been checked already."""

    def convert_given(value: Any, where: str) -> Any:
        if value is None:
            return None
        return value.value if isinstance(value, Converted) else convert(value, where)

    return convert_given


def _required(convert: Convert, expected: str) -> Convert:
    def require(value: Any, where: str) -> Any:
        converted = convert(value, where)
        if converted is None:
            raise bad_input(where, f"of type {expected}")
        return converted

    return require


def _list(item: Convert, named: Any) -> Convert:
    most = LONG_LISTS.get(named.name, LIST_ITEMS)
    are_texts = isinstance(named, GraphQLScalarType) and named.name not in LONG_LISTS
    parse = named.coerce_input_value if are_texts else None

    def convert(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            return [item(value, where)]
        check_list(len(value), where, most)
        texts = _texts(value, parse) if parse is not None else None
        if texts is not None:
            return texts
        place = f"an item of {where}"
        return [item(each, place) for each in value]

    return convert


def _texts(given: list[Any], parse: Callable[[Any], Any]) -> list[str] | None:
    """Texts that are all as they must be, in one pass. None for anything else, of which each item is looked at."""
    try:
        if isinstance(parse, Form):
            return given if parse.takes_all(given) else None
        if max(map(len, given), default=0) > TEXT_CHARACTERS:
            return None
        parsed = [parse(each) for each in given]
        return None if "\x00" in "".join(parsed) else parsed
    except Exception:  # noqa: BLE001 -- what it is, is said of the item
        return None


def _scalar(type_: GraphQLScalarType) -> Convert:
    parse = type_.coerce_input_value

    def convert(value: Any, where: str) -> Any:
        if isinstance(value, str) and len(value) > TEXT_CHARACTERS:
            raise too_long(where)
        try:
            parsed = parse(value)
            if isinstance(parsed, str) and "\x00" in parsed:
                raise ValueError("PostgreSQL cannot hold it")  # its statement would fail, with those of the batch
            return parsed
        except Exception:  # noqa: BLE001 -- whatever a scalar raises, it quotes the value
            raise bad_input(where, f"a {type_.name}") from None

    return convert


def _enum(type_: GraphQLEnumType) -> Convert:
    def convert(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in type_.values:
            raise bad_input(where, f"a value of {type_.name}")
        return value

    return convert


def _object(type_: GraphQLInputObjectType) -> Convert:
    fields = {name: (snake(name), field, converter(field.type)) for name, field in type_.fields.items()}
    is_one_of = type_.is_one_of

    def convert(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict) or value.keys() - fields.keys():
            raise bad_input(where, f"a {type_.name} with no other fields than its own")
        found: dict[str, Any] = {}
        for name, (python_name, field, convert_field) in fields.items():
            given = value.get(name, field.default_value)
            if given is not Undefined:
                found[python_name] = convert_field(given, f"{name} of {where}")
            elif isinstance(field.type, GraphQLNonNull):
                raise bad_input(where, f"a {type_.name} with {name}")
        if is_one_of and (len(found) != 1 or None in found.values()):
            raise bad_input(where, f"a {type_.name} with exactly one member")
        return found

    return convert


def raw(node: ValueNode, values: Values) -> Any:
    """A literal as the JSON value it stands for; Undefined for a variable that was not given."""
    match node:
        case VariableNode():
            name = node.name.value
            return Converted(values[name]) if name in values else Undefined
        case NullValueNode():
            return None
        case ListValueNode():
            items = (raw(item, values) for item in node.values)
            return [None if item is Undefined else item for item in items]
        case ObjectValueNode():
            fields = ((field.name.value, raw(field.value, values)) for field in node.fields)
            return {name: value for name, value in fields if value is not Undefined}
        case EnumValueNode() | BooleanValueNode():
            return node.value
    raise AssertionError(f"a literal {node.kind} was not taken out")
