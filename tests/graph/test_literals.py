"""Nothing that a caller typed stays in a skeleton, and nothing that a skeleton means is lost."""

import pytest
from graphql import FloatValueNode, GraphQLSyntaxError, IntValueNode, StringValueNode, Visitor, parse, visit
from graphql.language.print_string import print_string
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import Code, Refused
from graph.literals import take_out
from tests.graph.compiling import compiled, document

CANARY = "001205987654"

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
strings = texts.map(print_string)
blocks = (
    texts.filter(lambda text: not text.endswith(('"', "\\")))
    .map(lambda text: text.replace('"""', '\\"""'))
    .filter(lambda text: all(letter.isprintable() or letter in "\t\n" for letter in text))
    .map(lambda text: f'"""{text}"""')
)
integers = st.integers(-(2**63), 2**63).map(str)
decimals = st.floats(allow_nan=False, allow_infinity=False).map(repr)
literals = st.one_of(strings, blocks, integers, decimals)
separators = st.sampled_from([" ", ",", "\n", " , ", '#a comment with 12 and "\n', "\ufeff"])


def written(values: list[str], gaps: list[str]) -> str:
    pairs = (f"a{place}_{place}: {value}" for place, value in enumerate(values))
    return "{ f1(" + "".join(f"{pair}{gaps[place % len(gaps)]}" for place, pair in enumerate(pairs)) + ") { x2 } }"


def literals_in(text: str) -> list[object]:
    """What graphql-core reads in a document, in its order."""
    found: list[object] = []

    class Find(Visitor):
        def enter(self, node: object, *_: object) -> None:
            if isinstance(node, StringValueNode):
                found.append(node.value)
            elif isinstance(node, IntValueNode | FloatValueNode):
                found.append(float(node.value) if isinstance(node, FloatValueNode) else int(node.value))

    visit(parse(text), Find())
    return found


@given(st.lists(literals, min_size=1, max_size=8), st.lists(separators, min_size=1, max_size=4))
def test_a_skeleton_holds_no_literal_and_no_comment(values: list[str], gaps: list[str]) -> None:
    skeleton, _ = take_out(written(values, gaps))
    assert {repr(value) for value in literals_in(skeleton.text)} <= {repr(""), repr(0), repr(0.0)}
    assert "comment" not in skeleton.text


@given(st.lists(literals, min_size=1, max_size=8), st.lists(separators, min_size=1, max_size=4))
def test_a_request_brings_the_values_that_the_parser_reads(values: list[str], gaps: list[str]) -> None:
    text = written(values, gaps)
    skeleton, typed = take_out(text)
    assert [typed.values[place] for place in skeleton.places] == literals_in(text)


@given(st.lists(literals, min_size=1, max_size=6), st.data())
def test_two_documents_that_differ_in_literals_only_have_one_skeleton(values: list[str], data: st.DataObject) -> None:
    other = [data.draw(strings if value[0] == '"' else integers if is_whole(value) else decimals) for value in values]
    places = [take_out(written(each, [" "]))[0] for each in (values, other)]
    assert places[0].text == places[1].text


@given(st.lists(literals, min_size=1, max_size=6))
def test_equal_literals_share_a_place_and_others_do_not(values: list[str]) -> None:
    skeleton, typed = take_out(written(values * 2, [" "]))
    assert skeleton.places[: len(values)] == skeleton.places[len(values) :]
    assert len({(type(value), value) for value in typed.values}) == len(typed.values)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('""', ""),
        ('""""""', ""),
        ('"""a"b""c"""', 'a"b""c'),
        (r'"""a\"""b"""', 'a"""b'),
        ('"""\n  two\n    lines\n"""', "two\n  lines"),
        (r'"a\"b\\"', 'a"b\\'),
        (r'"\u00e9\u{1F600}\n"', "é\U0001f600\n"),
        ('"#none"', "#none"),
        ("-0", 0),
        ("-12", -12),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
    ],
)
def test_a_literal_is_taken_out_as_what_it_means(literal: str, value: object) -> None:
    _, typed = take_out(f"{{f(a:{literal})}}")
    assert typed.values == [value]


@pytest.mark.parametrize("name", ["a1", "_0", "x12y34", "E5", "a_1"])
def test_a_number_in_a_name_belongs_to_the_name(name: str) -> None:
    text = f"query {name}(${name}:Int){{{name}:{name}({name}:${name}){{...{name}}}}}"
    assert take_out(text)[0].text == text


@pytest.mark.parametrize("list_", ["[a-1]", "[$v-1]", "[1-1]", '["x"-1]'])
def test_a_number_that_touches_what_stands_before_it_stays_a_number(list_: str) -> None:
    skeleton, typed = take_out(f"{{f(a:{list_})}}")
    assert typed.values[-1] == -1
    assert len(parse(skeleton.text).definitions[0].selection_set.selections[0].arguments[0].value.values) == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    ['"', '"a', '"a\n"', '"\\"', '"\\x"', r'"\ud800"', '"""', '"""a', '"""a\\"""', "01", "-01", "00", "1.", "-", "1a"],
)
def test_a_caller_who_writes_what_is_no_literal_is_refused(wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        document(f"{{citizen(pin:{wrong}){{pin}}}}")
    assert [error.code for error in refused.value.errors] == [Code.GRAPHQL_PARSE_FAILED]


@pytest.mark.parametrize("number", ["9" * 401, "9" * 5000, "9" * 300 + "." + "9" * 300, "1e" + "9" * 400])
@pytest.mark.parametrize("argument", ["birthYear", "fullName"])
def test_a_caller_who_writes_a_number_of_any_length_is_refused(number: str, argument: str) -> None:
    search = {"fullName": '"a"', "birthYear": "1950", "birthPlaceCode": '"01"', argument: number}
    members = ",".join(f"{name}:{value}" for name, value in search.items())
    with pytest.raises(Refused) as refused:
        compiled(f"{{findCitizens(search:{{nameAndBirthPlace:{{{members}}}}}){{pin}}}}")
    assert refused.value.errors[0].code in {Code.GRAPHQL_VALIDATION_FAILED, Code.BAD_USER_INPUT}


def test_a_text_of_unfinished_strings_is_read_once() -> None:
    """Each quotation mark would begin the search for an end anew: a quadratic attack, minutes for one request."""
    hostile = ['{f(a:"' + '\\"' * 120_000, '{f(a:"""' + '\\"""' * 60_000, '"' + '"\n' * 120_000]
    for text in hostile:
        with pytest.raises(Exception, match=r"Syntax Error|LIMIT_EXCEEDED"):
            take_out(text)


def is_whole(value: str) -> bool:
    return not any(sign in value for sign in ".einf")


def test_texts_side_by_side_in_a_list_stay_two_texts() -> None:
    """`["a""b"]` is two strings; two empty ones in their place without a blank would begin a block string."""
    skeleton, typed = take_out('{f(a:["a""b""c"])}')
    assert (skeleton.text, typed.values) == ('{f(a:[ "" "" ""])}', ["a", "b", "c"])


def test_block_texts_side_by_side_stay_two_texts() -> None:
    """Where one ends and the next begins, a regular expression may take too much (Python before 3.11.5)."""
    skeleton, typed = take_out(r'''{f(a:["""a \""" """"""b\\\""" ""c"""])}''')
    assert (skeleton.text, typed.values) == ('{f(a:[ "" ""])}', ['a """ ', r'b\\""" ""c'])


def test_a_document_of_more_literals_than_tokens_is_refused_before_all_are_read() -> None:
    with pytest.raises(Refused):
        take_out("{a" + "1 " * 3_000 + "}")


@pytest.mark.parametrize("number", ["1e5e123456789012", "0.5e1E123456789012", "1.5e7e+1"])
def test_a_number_with_two_exponents_is_none_and_nothing_of_it_becomes_another(number: str) -> None:
    skeleton, _ = take_out(f"{{a(b:{number})}}")
    with pytest.raises(GraphQLSyntaxError):
        parse(skeleton.text)
