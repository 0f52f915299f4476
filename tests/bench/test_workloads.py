"""The many documents are many plans: each is valid, and no two are one text without their literals."""

from graphql import parse, validate

from bench.questions import LIST, PAGE, PROFILE
from bench.workloads import COLD, DEEP, SEARCH, VARIED, documents
from graph.compose import compose
from graph.document import DOCUMENTS, Documents
from graph.literals import take_out
from graph.registry import installed_domains

SCHEMA = compose(installed_domains()).schema


def test_a_benchmark_asks_documents_of_which_none_is_another_without_its_literals() -> None:
    assert len({take_out(text)[0] for text in documents(COLD)}) == COLD


def test_a_benchmark_asks_cold_documents_in_turn_and_none_is_still_kept() -> None:
    assert VARIED < DOCUMENTS < COLD


def test_a_benchmark_asks_in_every_run_the_same_documents() -> None:
    assert documents(VARIED) == documents(VARIED)


def test_a_benchmark_asks_what_the_schema_has() -> None:
    for text in (PROFILE, LIST, PAGE, SEARCH, DEEP, *documents(20)):
        assert validate(SCHEMA, parse(text)) == []
        assert Documents(SCHEMA).get(text)
