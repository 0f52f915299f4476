"""Plain documents need no rules of validation, because nothing is plain that the rules would refuse."""

import re

from graphql import GraphQLError, print_ast, validate
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph import literals
from graph.document import RULES, parsed
from graph.errors import Refused
from graph.plain import Plain
from graph.taken import Taken, literals_of, taken
from tests.graph.compiling import registers
from tests.graph.test_compile import QUESTIONS

SCHEMA = registers().schema
PLAIN = Plain(SCHEMA)

_WORD = re.compile(r'\.\.\.|"[^"]*"|[0-9]+|[$@]?\w+|\S')
WORDS = [word for question in QUESTIONS.values() for word in _WORD.findall(question)]
BITS = [
    "pin", "x:pin", "pin:fullName", "__typename", "__schema{queryDescription:description}", "...on Citizen{pin}",
    "...on Enterprise{code}", "...{pin}", "...F", "{pin}", "()", "(first:2)", "(first:2,first:2)", "(after:null)",
    "(first:$n)", "(pin:$p)", "$p", "$p:PersonalNumber!", "$n:Int", "$n:Int=1", '"001205123456"', "1", "1.5", "true",
    "[1]", "{west:1}", "ACTIVE", "@skip(if:true)", "query{__typename}", "fragment F on Citizen{pin}", "subscription",
]  # fmt: skip


def read(text: str) -> tuple[Taken | None, list[GraphQLError], Taken]:
    """What is plain of a document, what the rules say to it, and what becomes of it where they judge."""
    skeleton, _ = literals.take_out(text)
    document = parsed(skeleton.text)
    places = literals_of(document, skeleton.places)
    other = taken(SCHEMA, document, places)
    return PLAIN.taken(document, places), validate(SCHEMA, other.document, RULES), other


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Questions of which some words are others, are left out, or stand twice: most are no longer valid."""
    words = _WORD.findall(draw(st.sampled_from(sorted(QUESTIONS.values()))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(words) - 1))
        end = place + draw(st.integers(0, 2))
        words[place:end] = draw(st.lists(st.sampled_from([*BITS, *WORDS]), max_size=2))
    return " ".join(words)


def test_most_questions_are_plain() -> None:
    """All but those that write out a list or an input, and introspection."""
    others = {name for name, question in QUESTIONS.items() if read(question)[0] is None}
    assert others == {"several_by_key", "a_rectangle", "a_page_with_lists", "nothing_of_the_registers"}


@settings(max_examples=500)
@given(documents())
@example("query($p:PersonalNumber!){citizen(pin:$p){pin pin:fullName}}")
@example("query($p:PersonalNumber!,$p:PersonalNumber!){citizen(pin:$p){pin}}")
@example("query($p:PersonalNumber){citizen(pin:$p){pin}}")
@example("query($p:PersonalNumber!,$n:Int){citizen(pin:$p){pin}}")
@example('{citizen(pin:"1",pin:"1"){pin}}')
@example("{citizen{pin}}")
@example('{citizen(pin:"1"){fullName{pin}}}')
@example('{citizen(pin:"1"){contact}}')
@example('{citizen(pin:"1"){... on Enterprise{code}}}')
@example('{citizen(pin:"1"){... on String{code}}}')
@example("{parcel(id:1){landRights(first:1.5){edges{cursor}}}}")
def test_what_is_plain_is_valid_and_becomes_what_the_rules_would_let_pass(text: str) -> None:
    try:
        plain, errors, other = read(text)
    except Refused:  # it does not parse
        return
    if plain is not None:
        assert not errors
        assert print_ast(plain.document) == print_ast(other.document)
        assert (plain.places, plain.literals) == (other.places, other.literals)
