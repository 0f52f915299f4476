"""Arguments of a field as getters: what the shape decides is decided now, what a request brings is fetched then."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    VariableNode,
    Visitor,
    visit,
)

from domains.kit.queries import Match, Matches, Unsearchable
from domains.kit.scopes import snake
from graph.errors import Code, refused
from graph.inputs import bad_input, converter, raw
from graph.limits import LIST_ITEMS
from graph.plan import Asked, Getter

_CANNOT_BE_NULL = "given: it cannot be null"


class Arguments:
    """The arguments of one field of the document, by their Python names. `shape` is the plan's, by variable name."""

    def __init__(self, field: GraphQLField, node: FieldNode, shape: Mapping[str, Any]) -> None:
        self._declared: Mapping[str, tuple[str, GraphQLArgument]] = {
            snake(name): (name, argument) for name, argument in field.args.items()
        }
        self._nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
        self._shape = shape

    @property
    def names(self) -> list[str]:
        """The declared arguments."""
        return [*self._declared]

    def is_given(self, name: str) -> bool:
        """False where the argument is left out or null, which mean the same here.

        A required one is always given: a null that a variable brings all the same is refused when it is fetched. To
        take it for left out would search by less than what was demanded.
        """
        written, declared = self._declared[name]
        if isinstance(declared.type, GraphQLNonNull):
            return True
        node = self._nodes.get(written)
        if node is None:
            return declared.default_value is not Undefined
        if isinstance(node, VariableNode):
            return bool(self._shape.get(node.name.value, True))
        return not isinstance(node, NullValueNode)

    def getter(self, name: str) -> Getter:
        """The function that fetches the argument's value from a request."""
        written, declared = self._declared[name]
        node = self._nodes.get(written)
        if node is None:
            default = declared.default_value
            return lambda _: default
        if isinstance(node, VariableNode):
            return _of_variable(node.name.value, written, required=isinstance(declared.type, GraphQLNonNull))
        convert = converter(declared.type)
        if _has_variables(node):
            return lambda asked: convert(raw(node, asked.values), written)
        constant = convert(raw(node, {}), written)
        return lambda _: constant

    def member(self, name: str) -> str:
        """Which member of a oneOf input is given."""
        node = self._nodes[self._declared[name][0]]
        if isinstance(node, ObjectValueNode):
            return snake(node.fields[0].name.value)
        assert isinstance(node, VariableNode)
        found = self._shape[node.name.value]
        if found is None:
            raise bad_input(self._declared[name][0], _CANNOT_BE_NULL)
        return str(found)

    def page_size(self) -> Getter:
        """`first`, from 1 to 100."""
        get = self.getter("first")

        def size(asked: Asked) -> int:
            first = get(asked)
            if not isinstance(first, int) or not 1 <= first <= LIST_ITEMS:
                message = f"first must be from 1 to {LIST_ITEMS}."
                raise refused(Code.LIMIT_EXCEEDED, message, limit="first", most=LIST_ITEMS)
            return first

        return size

    def matches(self, by: Matches) -> list[tuple[Match, Getter]]:
        """The matches that this shape uses, each with the value it is compared with."""
        found: list[tuple[Match, Getter]] = []
        for name, match in by.items():
            if not self.is_given(name):
                continue
            if isinstance(match, Match):
                found.append((match, self.getter(name)))
            else:
                found.extend(self._inside(match, name))
        return found

    def _inside(self, members: Matches, name: str) -> list[tuple[Match, Getter]]:
        """The matches inside the given member of a oneOf input."""
        member, get = self.member(name), self.getter(name)
        inside = members[member]
        if isinstance(inside, Match):
            return [(inside, lambda asked: get(asked)[member])]
        return [(match, _field_of(get, member, field)) for field, match in inside.items() if isinstance(match, Match)]


def _field_of(get: Getter, member: str, field: str) -> Getter:
    return lambda asked: get(asked)[member][field]


def _of_variable(variable: str, argument: str, *, required: bool) -> Getter:
    if not required:
        return lambda asked: asked.values.get(variable)

    def value(asked: Asked) -> Any:
        found = asked.values.get(variable)
        if found is None:
            raise bad_input(argument, _CANNOT_BE_NULL)
        return found

    return value


def _has_variables(node: Any) -> bool:
    found: list[bool] = []

    class Find(Visitor):
        def enter_variable(self, *_: Any) -> None:
            found.append(True)

    visit(node, Find())
    return bool(found)


Prepare = Callable[[Any], Any]


def prepared(get: Getter, prepare: Prepare) -> Getter:
    """The value as a statement binds it. The getter raises Refused for what cannot be searched by."""

    def value(asked: Asked) -> Any:
        try:
            return prepare(get(asked))
        except Unsearchable as error:
            raise bad_input("What is searched by", str(error)) from None

    return value
