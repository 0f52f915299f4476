"""What README says of the schema, the limits and the people is what follows from them."""

from pathlib import Path

from graph import limits
from graph.compose import compose
from graph.registry import installed_domains
from graph.roots import table
from synthetic.personas import PERSONAS

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_a_newcomer_reads_what_every_root_field_demands_and_costs() -> None:
    assert table(compose(installed_domains())) in README, "paste what `lienthong schema roots` prints"


def test_a_newcomer_reads_every_persona_with_its_case() -> None:
    assert [person.pin for person in PERSONAS if f"`{person.pin}`" not in README or person.story not in README] == []


def test_a_newcomer_reads_the_limits_that_are_enforced() -> None:
    said = next(line for line in README.splitlines() if line.startswith("Limits, each with its own message:"))
    limits_enforced = (
        f"body {limits.BODY_BYTES // 1024} KB",
        f"{limits.TOKENS:,} tokens",
        f"depth {limits.DEPTH},",
        f"names of {limits.NAME_CHARACTERS} characters",
        f"{limits.ALIASES} aliases",
        f"{limits.ROOT_FIELDS} root fields",
        f"{limits.DIRECTIVES} directives",
        f"{limits.SELECTIONS:,} expanded selections",
        f"lists of {limits.LIST_ITEMS},",
        f"texts of {limits.TEXT_CHARACTERS} characters",
        f"{limits.KEYS_PER_HOP:,} keys per hop",
        f"{limits.STEPS} statements",
    )
    assert [limit for limit in limits_enforced if limit not in said] == []
    assert f"{limits.COST:,} points is the most" in README
