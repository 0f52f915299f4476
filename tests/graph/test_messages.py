"""No error quotes what a caller wrote, wherever it was written (law 9)."""

from collections.abc import Mapping
from typing import Any

import pytest

from graph.errors import Refused
from tests.graph.compiling import asked, compiled, document
from tests.graph.invented.rows import TOWNS
from tests.graph.world import World

CANARY = "Canary12987"
NAME = f'{{named(name:"{CANARY}"){{name}}}}'

# a value of the caller's in every place where a document or its variables can hold one
PLACES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "a string that does not fit": (f'{{person(pin:"{CANARY}"){{name}}}}', {}),
    "a string in a list": (f'{{persons(pins:["000000000001","{CANARY}"]){{name}}}}', {}),
    "a block string": (f'{{person(pin:"""{CANARY}"""){{name}}}}', {}),
    "a number for a string": ("{named(name:12987){name}}", {}),
    "a string for a number": (f'{{townsfolk(town:"00001",first:"{CANARY}"){{edges{{cursor}}}}}}', {}),
    "an enumeration for a string": (f"{{named(name:{CANARY}){{name}}}}", {}),
    "an object for a string": (f'{{named(name:{{{CANARY}:"{CANARY}"}}){{name}}}}', {}),
    "a list for a string": (f'{{named(name:["{CANARY}"]){{name}}}}', {}),
    "a number for a boolean": ("{__typename @skip(if:12987)}", {}),
    "a string for a boolean": (f'{{__typename @skip(if:"{CANARY}")}}', {}),
    "an unknown argument": (f'{{named(name:"a",{CANARY}:"{CANARY}"){{name}}}}', {}),
    "an argument given twice": (f'{{named(name:"{CANARY}",name:"{CANARY}"){{name}}}}', {}),
    "an unknown field": (f'{{named(name:"{CANARY}"){{{CANARY}}}}}', {}),
    "an unknown root field": (f'{{{CANARY}(pin:"{CANARY}")}}', {}),
    "an unknown type": (f"{{... on {CANARY}{{__typename}}}}", {}),
    "a type that a variable is not of": (f"query(${CANARY}:{CANARY}){{named(name:${CANARY}){{name}}}}", {}),
    "an unknown fragment": (f"{{...{CANARY}}}", {}),
    "a fragment that is not used": (f"{{__typename}} fragment {CANARY} on Query{{__typename}}", {}),
    "a fragment that spreads itself": (f"{{...{CANARY}}} fragment {CANARY} on Query{{...{CANARY}}}", {}),
    "two fragments of one name": (f"{{...{CANARY}}} {f'fragment {CANARY} on Query{{__typename}}' * 2}", {}),
    "an unknown directive": (f'{{__typename @{CANARY}(a:"{CANARY}")}}', {}),
    "two operations of one name": (f"query {CANARY}{{__typename}} query {CANARY}{{__typename}}", {}),
    "a variable that is not declared": (f"{{named(name:${CANARY}){{name}}}}", {}),
    "a variable that is not used": (f"query(${CANARY}:String){{__typename}}", {}),
    "a default that does not fit": (f'query($p:PersonalNumber="{CANARY}"){{person(pin:$p){{name}}}}', {}),
    "a default of another kind": (
        f'query($n:Int="{CANARY}"){{townsfolk(town:"00001",first:$n){{edges{{cursor}}}}}}',
        {},
    ),
    "two values under one key": (f'{{a:named(name:"{CANARY}"){{name}} a:named(name:"b"){{name}}}}', {}),
    "a variable that does not fit": ("query($p:PersonalNumber!){person(pin:$p){name}}", {"p": CANARY}),
    "a variable of another kind": ("query($p:PersonalNumber!){person(pin:$p){name}}", {"p": {CANARY: CANARY}}),
    "a variable in a list": ("query($p:[PersonalNumber!]!){persons(pins:$p){name}}", {"p": ["000000000001", CANARY]}),
    "a variable that is no cursor": (
        f'query($a:Cursor){{townsfolk(town:"{TOWNS[0]}",first:1,after:$a){{edges{{cursor}}}}}}',
        {"a": CANARY},
    ),
    "a variable that is no page": (
        f'query($n:Int!){{townsfolk(town:"{TOWNS[0]}",first:$n){{edges{{cursor}}}}}}',
        {"n": 12987},
    ),
    "a type of introspection": (f'{{__type(name:"{CANARY}"){{{CANARY}}}}}', {}),
    "another kind of operation": (f'mutation {CANARY}{{{CANARY}(a:"{CANARY}")}}', {}),
    "a definition": (f'type {CANARY}{{a(b:String="{CANARY}"):Int}}', {}),
    "a text that does not parse": (f'{{named(name:"{CANARY}"', {}),
    "a text that breaks off in a string": (f'{{named(name:"{CANARY}', {}),
    "a text with a wrong escape": (f'{{named(name:"{CANARY}\\q"){{name}}}}', {}),
    "a text that is none": (f"{CANARY} {CANARY}", {}),
    "a letter that is none": (f'{{named(name:"{CANARY}"){{name}}}} ?', {}),
    "too many tokens": (f'{{named(name:"{CANARY}"){{{"name " * 2_000}}}}}', {}),
    "too deep": (f'{{named(name:"{CANARY}"){{{"friends{" * 12}name{"}" * 12}}}}}', {}),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
async def test_no_error_quotes_what_a_caller_wrote(world: World, place: str) -> None:
    question, variables = PLACES[place]
    answer = await world.ask(question, None, **variables)
    assert answer.status == 400
    assert answer.json["errors"]
    assert CANARY.encode() not in answer.body
    assert b"12987" not in answer.body


@pytest.mark.parametrize("place", [place for place in PLACES if "does not" in place or "unknown" in place])
async def test_no_explanation_quotes_what_a_caller_wrote(world: World, place: str) -> None:
    question, variables = PLACES[place]
    with pytest.raises(Refused) as refused:
        looked_at(world, question, variables)
    assert all(CANARY not in str(error.as_json()) for error in refused.value.errors)
    assert CANARY not in str(refused.value)


def looked_at(world: World, question: str, variables: Mapping[str, Any]) -> None:
    plan, values = compiled(question, variables, composed=world.graph.composed)
    plan.cost(asked(values))
    plan.steps[0].keys.given(asked(values))  # type: ignore[union-attr,misc]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\n  citizen(pin: "001205123456") {\n    nothing\n  }\n}', 3, 5),
        ('{\n  citizen(pin: "001205123456") { # "comment" 12\n    nothing\n  }\n}', 3, 5),
        ("{\n  citizen(pin: 12.5, number: 3) { pin }\n}", 2, 22),
        ('{ citizen(pin: "1\n"', 1, 18),
        ("{ citizen(", 1, 11),
    ],
)
def test_a_caller_reads_where_in_the_own_text_something_is_wrong(text: str, line: int, column: int) -> None:
    with pytest.raises(Refused) as refused:
        document(text)
    assert (line, column) in refused.value.errors[0].locations


def test_a_caller_reads_each_broken_rule_once_for_a_place() -> None:
    with pytest.raises(Refused) as refused:
        document("query($a:Int,$b:Int){nothing other}")
    assert [(error.message, [*error.locations]) for error in refused.value.errors] == [
        ("The type has no field of this name.", [(1, 22)]),
        ("The type has no field of this name.", [(1, 30)]),
        ("A variable is not used.", [(1, 7)]),
        ("A variable is not used.", [(1, 14)]),
    ]


def test_a_caller_of_a_document_of_mistakes_reads_a_few_of_them() -> None:
    with pytest.raises(Refused) as refused:
        document("{" + " ".join(f"nothing{n}" for n in range(10)) + "}")
    assert 1 <= len(refused.value.errors) <= 10
