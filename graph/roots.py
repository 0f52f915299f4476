"""The ways into the graph as a table: every root field, what it demands, what it costs before anything is selected.

Derived from the composed schema; README holds what `lienthong schema roots` prints, and a test compares the two.
"""

from collections.abc import Iterator

from domains.kit.queries import Root, Way
from domains.kit.rights import searched
from domains.kit.scopes import Verb, type_scope
from graph.composed import Composed, Made

COST = {
    Way.ONE: "2",
    Way.SELF: "2",
    Way.EACH: "1 + number of keys",
    Way.HITS: "1 + {at_most}",
    Way.PAGE: "1 + `first`",
    Way.VERIFIED: "2",
}


def table(composed: Composed) -> str:
    """Markdown, one row per root field, in the order of the schema."""
    head = ("| Root field | Domain | Demands | Cost in points |", "|---|---|---|---|")
    return "\n".join((*head, *_rows(composed)))


def _rows(composed: Composed) -> Iterator[str]:
    for (type_name, name), made in sorted(composed.made.items(), key=lambda item: (item[1].domain, item[0][1])):
        if type_name == "Query":
            signature = f"{name}({', '.join(composed.schema.query_type.fields[name].args)})"  # type: ignore[union-attr]
            cost = COST[made.binding.way].format(at_most=made.binding.at_most)
            yield f"| `{signature.removesuffix('()')}` | {made.domain} | {_demands(composed, made)} | {cost} |"


def _demands(composed: Composed, made: Made) -> str:
    root: Root = made.binding
    if root.way is Way.SELF:
        return "a token that speaks for a citizen"
    if root.way is Way.VERIFIED:
        return f"`{type_scope(made.domain, root.verifies, Verb.VERIFY)}`"
    rights = (composed.published[column] for column in searched(root))
    scopes = [f"`{right.scope(Verb.LOOKUP)}`" for right in rights if not right.data_class.is_public]
    joined = ", ".join(scopes) or "nothing"
    return f"{joined} (those of the combination used)" if root.way is Way.HITS else joined
