"""Every right there is, derived from the composed graph: what auth may grant, and nothing else."""

from collections.abc import Iterator

from graphql import GraphQLObjectType

from domains.kit.fields import Relation
from domains.kit.queries import Root, Way
from domains.kit.rights import searched
from domains.kit.scopes import Verb, type_scope
from graph.composed import Composed

PERSON = "Citizen"  # the type that stands for a person in every domain; rights to see protected ones are named after it


def scopes(composed: Composed) -> frozenset[str]:
    """All scopes: read of each guarded field, and lookup, history, verify and protected where they mean something."""
    return frozenset((*_of_fields(composed), *_of_roots(composed), *_of_protection(composed)))


def scope_sets(composed: Composed) -> dict[str, frozenset[str]]:
    """Every released scope set with its scopes."""
    return {released.name: released.expanded() for domain in composed.domains for released in domain.scope_sets}


def descriptions(composed: Composed) -> dict[str, str]:
    """What the schema says of each guarded field, in a sentence, by its name in scopes: `identity:citizen.pin`."""
    fields = ((type_name, field_name, made) for (type_name, field_name), made in composed.made.items())
    return {
        made.right.scope(Verb.READ).removesuffix(f":{Verb.READ}"): _sentence(composed, type_name, field_name)
        for type_name, field_name, made in fields
        if made.right is not None and not made.right.data_class.is_public
    }


def field_names(composed: Composed) -> dict[str, str]:
    """The name in scopes of each guarded field, by its coordinate: `Citizen.pin` -> `identity:citizen.pin`."""
    rights = (made.right for made in composed.made.values() if made.right is not None)
    return {
        right.coordinate: right.scope(Verb.READ).removesuffix(f":{Verb.READ}")
        for right in rights
        if not right.data_class.is_public
    }


def _sentence(composed: Composed, type_name: str, field_name: str) -> str:
    type_ = composed.schema.get_type(type_name)
    said = type_.fields[field_name].description if isinstance(type_, GraphQLObjectType) else None
    return (said or "").split("\n", 1)[0].split(". ", 1)[0].rstrip(".")


def protected_scope(domain: str) -> str:
    """The right to see a domain's rows about protected persons."""
    return type_scope(domain, PERSON, Verb.PROTECTED)


def _of_fields(composed: Composed) -> Iterator[str]:
    for made in composed.made.values():
        if made.right is not None and not made.right.data_class.is_public:
            yield made.right.scope(Verb.READ)
            if isinstance(made.binding, Relation) and made.binding.as_of is not None:
                yield made.right.scope(Verb.HISTORY)


def _of_roots(composed: Composed) -> Iterator[str]:
    for made in composed.made.values():
        if not isinstance(made.binding, Root) or made.binding.way is Way.SELF:
            continue
        if made.binding.way is Way.VERIFIED:
            yield type_scope(made.domain, made.binding.verifies, Verb.VERIFY)
            continue
        for column in searched(made.binding):
            if not (right := composed.published[column]).data_class.is_public:
                yield right.scope(Verb.LOOKUP)


def _of_protection(composed: Composed) -> Iterator[str]:
    return (protected_scope(domain.name) for domain in composed.domains if domain.rows)
