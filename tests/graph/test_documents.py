"""Documents are kept for the next request, bounded, and with nothing in them that a caller typed."""

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from graph import answer, document
from graph.answer import Graph, Question
from graph.document import Documents
from graph.errors import Code, Refused
from graph.kept import Kept
from tests.graph.compiling import CURSORS, compiled, holding, registers
from tests.graph.invented.rows import pin
from tests.graph.world import EVERYTHING, UNLIMITED, World

CANARY = "000987654321"

TYPED = {
    "a literal": (f'{{person(pin:"{CANARY}"){{name}}}}', {}),
    "a list": (f'{{persons(pins:["{CANARY}","000000000001"]){{name}}}}', {}),
    "a block string": (f'{{named(name:"""{CANARY}"""){{name}}}}', {}),
    "a variable": ("query($p:PersonalNumber!){person(pin:$p){name}}", {"p": CANARY}),
    "a default": (f'query($p:PersonalNumber="{CANARY}"){{person(pin:$p){{name}}}}', {}),
    "a default in a list": (f'query($p:[PersonalNumber!]=["{CANARY}"]){{persons(pins:$p){{name}}}}', {}),
    "a comment": (f'{{person(pin:"{pin(1)}"){{name}}}} # {CANARY}', {}),
    "a variable nobody declared": (f'{{person(pin:"{pin(1)}"){{name}}}}', {"q": CANARY}),
    "a literal of another operation": (
        f'query A{{person(pin:"{pin(1)}"){{name}}}} query B{{person(pin:"{CANARY}"){{name}}}}',
        {},
    ),
    "a variable named as the switch of another operation": (
        "query A($x:PersonalNumber!){person(pin:$x){name}} query B($x:Boolean!){__typename @skip(if:$x)}",
        {"x": CANARY},
    ),
    "a document that is not valid": (f'{{person(number:"{CANARY}"){{name}}}}', {}),
    "a text that does not parse": (f'{{person(pin:"{CANARY}"', {}),
    "a value that does not fit": (f'{{person(pin:"x{CANARY}"){{name}}}}', {}),
}


OURS = ("graph", "domains", "auth", "ledger", "installation")


def reachable(root: object) -> Iterator[object]:
    """Every object that another keeps alive, closures and caches included; through no module's globals."""
    globals_ = {id(vars(module)) for module in [*sys.modules.values()]}
    seen, waiting = {id(root)}, [root]
    while waiting:
        here = waiting.pop()
        yield here
        names = here.keys() if isinstance(here, dict) else ()  # the collector skips keys that are text
        for each in (*gc.get_referents(here), *names):
            if id(each) not in seen and id(each) not in globals_ and not isinstance(each, type | ModuleType):
                seen.add(id(each))
                waiting.append(each)


def holds(root: object, canary: str) -> bool:
    return any(
        canary in each if isinstance(each, str) else canary.encode() in each
        for each in reachable(root)
        if isinstance(each, str | bytes)
    )


def test_the_search_finds_what_is_kept() -> None:
    """A test of the test: in a key, in a closure, in an attribute."""
    for kept in ({CANARY: 1}, [lambda kept=CANARY: kept], holding([], client=CANARY)):
        assert holds(kept, CANARY)


@pytest.mark.parametrize("where", TYPED)
async def test_nothing_that_a_caller_typed_is_kept(world: World, where: str) -> None:
    """Searched is all that a process holds: the graph with its caches, its databases and its ledger."""
    text, variables = TYPED[where]
    everybody = holding(EVERYTHING)
    for question in (text, text.replace("query A", "query C")):  # what was kept for the first would serve the second
        status = (await world.ask(question, everybody, **variables)).status
        assert status in {200, 400}
    del question
    world.door.callers.clear()
    gc.collect()
    modules = [{**vars(module)} for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    assert not holds([world.graph, everybody.rights, modules], CANARY)


def test_documents_that_differ_in_literals_share_what_is_kept() -> None:
    documents = Documents(registers().schema)
    kept = {id(documents.get(f'{{citizen(pin:"00120512345{n}"){{pin}}}}#{n}')[0]) for n in range(10)}
    assert len(kept) == 1


def test_documents_whose_literals_are_equal_elsewhere_share_nothing() -> None:
    """Two fields may be merged only where their arguments are equal, so which are equal is part of the document."""
    documents = Documents(registers().schema)
    same = '{a:citizen(pin:"001205123456"){pin} b:citizen(pin:"001205123456"){pin}}'
    other = '{a:citizen(pin:"001205123456"){pin} b:citizen(pin:"001205123457"){pin}}'
    assert documents.get(same)[0] is not documents.get(other)[0]


def test_two_fields_of_one_response_key_are_merged_where_their_literals_are_equal() -> None:
    one = compiled('{citizen(pin:"001205123456"){pin} citizen(pin:"001205123456"){fullName}}')[0]
    assert len(one.steps) == 1
    with pytest.raises(Refused, match="VALIDATION"):
        compiled('{citizen(pin:"001205123456"){pin} citizen(pin:"001205123457"){fullName}}')


def test_the_least_used_document_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "DOCUMENTS", 3)
    documents = Documents(registers().schema)
    texts = [f"query Q{letter}{{__typename}}" for letter in "abcd"]
    first = [documents.get(text)[0] for text in texts[:3]]
    assert documents.get(texts[0])[0] is first[0]  # used again
    documents.get(texts[3])
    assert [documents.get(texts[place])[0] is first[place] for place in (0, 2)] == [True, True]
    assert documents.get(texts[1])[0] is not first[1]


def test_what_is_not_valid_is_not_kept() -> None:
    documents = Documents(registers().schema)
    for text in (
        "{",
        "{nothing}",
        "mutation{__typename}",
        "{parcel(id:1.5){nothing}}",
        "{" + "a{" * 20 + "b" + "}" * 21,
    ):
        with pytest.raises(Refused):
            documents.get(text)
    assert (len(documents._kept), documents._kept.bytes) == (0, 0)


def bare(world: World) -> Graph:
    """A graph of the registers that has read nothing yet."""
    door = world.door.confirm
    return Graph(registers(), world.databases, world.ledger, CURSORS, 1, confirm=door, quotas=UNLIMITED)


@pytest.mark.parametrize(
    "fields", ["pin", "pin fullName dateOfBirth birthPlace{code name}", "landRights(first:3){edges{cursor}}"]
)
def test_what_is_kept_counts_about_as_it_takes(world: World, fields: str) -> None:
    """A tree and a plan are much larger than their text: a bound in letters would let callers fill the memory."""
    graph = bare(world)
    before = {id(each) for each in reachable(graph)}
    text = f"query($p:PersonalNumber!){{{' '.join(f'a{n}:citizen(pin:$p){{{fields}}}' for n in range(10))}}}"
    graph.compile(Question(text, None, {"p": "001205123456"}))
    taken = sum(sys.getsizeof(each) for each in reachable(graph) if id(each) not in before)
    counted = graph._documents._kept.bytes + graph._plans.bytes
    assert counted / 3 < taken < 3 * counted


def test_what_is_kept_is_bounded_in_bytes_and_never_less_than_one() -> None:
    kept: Kept[str, str] = Kept(10, 100, len)
    for letter in "abc":
        kept.put(letter, letter * 40)
    assert ([kept.get(letter) is not None for letter in "abc"], kept.bytes) == ([False, True, True], 80)
    kept.put("large", "x" * 1_000)
    assert ([kept.get(letter) is not None for letter in "abc"], kept.bytes, len(kept)) == ([False] * 3, 1_000, 1)


def test_the_plans_of_one_document_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PLANS", 20)
    graph = bare(world)
    flags = [f"f{n}" for n in range(6)]
    declared = ",".join(f"${flag}:Boolean!" for flag in flags)
    text = f"query({declared}){{{' '.join(f'{flag}:__typename @skip(if:${flag})' for flag in flags)}}}"
    for number in range(2 ** len(flags)):
        graph.compile(Question(text, None, {flag: bool(number >> n & 1) for n, flag in enumerate(flags)}))
    assert len(graph._plans) == 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (None, "query A{__typename} query B{__typename}"),
        ("C", "query A{__typename}"),
        ("", "query A{__typename} query B{__typename}"),
        ("A", "fragment A on Query{__typename} query B{...A}"),
    ],
)
def test_a_caller_who_names_no_operation_of_the_document_is_refused(name: str | None, text: str) -> None:
    with pytest.raises(Refused) as refused:
        compiled(text, name=name)
    assert [error.code for error in refused.value.errors] == [Code.BAD_USER_INPUT]
