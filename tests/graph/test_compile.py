"""Plans as texts that people review: steps, statements with and without rules, and the code of the answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domains.kit.rules import Rule
from domains.kit.statements import Statement
from graph.plan import Plan, Read, Step
from tests.graph.compiling import plan_of
from tests.graph.snapshots import is_as_kept

PLANS = Path(__file__).with_name("plans")
PROTECTIONS = (Rule.NONE, Rule.UNPROTECTED, Rule.UNPROTECTED_OUTSIDE)
EACH_RULE = (Rule.SELF, *PROTECTIONS, *(protection | Rule.JURISDICTION for protection in PROTECTIONS))
EVERY_RULE = Rule.UNPROTECTED_OUTSIDE | Rule.JURISDICTION

QUESTIONS = {
    "one_by_key": "query($p:PersonalNumber!){citizen(pin:$p){pin name:fullName isAdult birthPlace{name} __typename}}",
    "several_by_key": 'query{citizens(pins:["001205123456","001205123457"]){fullName contact{mobile}}}',
    "a_search_by_one_of": "query($s:CitizenSearch!){findCitizens(search:$s){fullName identityCards{kind issuedOn}}}",
    "a_page": """query($a:Cursor){
  residents(communeCode:"00004",first:20,after:$a){edges{cursor node{fullName}} pageInfo{hasNextPage endCursor}}
}""",
    "a_page_for_each_row": """query{
  parcel(id:"w7er8u0z9x2c"){sheet landRights(first:5){edges{node{kind share{numerator denominator}}}}}
}""",
    "a_union": """query{
  certificate(serial:"AB123456"){
    holder{__typename ...on Citizen{fullName landRights(first:1){edges{node{kind}}}} ...on Enterprise{code status}}
  }
}""",
    "there_and_back": """query{
  parcel(id:"w7er8u0z9x2c"){
    landRights(first:5){
      edges{node{holder{...on Enterprise{representatives{person{fullName household{code}}}}}}}
    }
  }
}""",
    "another_day": """query($d:Day){
  citizen(pin:"001205123456"){residences(asOf:$d){kind address{unit{name} detail}}}
}""",
    "two_people_in_a_row": 'query{citizen(pin:"001205123456"){children{fullName vitalStatus}}}',
    "yes_or_no": 'query{verifyIdentity(pin:"001205123456",fullName:"A",dateOfBirth:"1950")}',
    "oneself": "query{me{fullName contact{mobile}}}",
    "a_rectangle": """query{
  parcelsWithin(bbox:{west:105.8,south:21.0,east:105.9,north:21.1},first:3){
    edges{node{id centroid{longitude latitude} boundary}}
  }
}""",
    "a_profile": """query($p:PersonalNumber!){
  citizen(pin:$p){
    fullName contact{mobile} identityCards{kind} religion residences{kind} household{code members{person{fullName}}}
    landRights(first:3){edges{node{kind parcel{sheet}}}} enterpriseRoles{kind enterprise{name}}
  }
}""",
    "a_page_with_lists": """query{
  parcelsWithin(bbox:{west:105.8,south:21.0,east:105.9,north:21.1},first:3){
    edges{node{id landRights(first:5){edges{node{kind holder{...on Citizen{fullName}}}}}}}
  }
}""",
    "nothing_of_the_registers": "query{__typename __schema{queryType{name}}}",
}
GIVEN: Mapping[str, Mapping[str, Any]] = {
    "a_search_by_one_of": {"s": {"nameAndBirthDate": {"fullName": "A", "dateOfBirth": "1950"}}},
    "another_day": {"d": "2020-01-01"},
    "one_by_key": {"p": "001205123456"},
    "a_profile": {"p": "001205123456"},
}


def as_text(question: str, plan: Plan) -> str:
    """A plan as a reviewer reads it."""
    parts = [question, *map(said, plan.steps), *map(written, plan.reads), plan.code.rstrip()]
    return "\n\n".join(parts)


def said(step: Step) -> str:
    begins = f"after step {step.parent}" if step.parent is not None else "at once"
    lines = [f"step {step.number}, {step.domain}, {'.'.join(step.path)}: {step.reached.name.lower()}, {begins}"]
    if step.keys is not None and step.keys.given is None:
        lines.append(f"  keys in column {step.keys.column} of step {step.keys.step}")
    lines.append(f"  reads {', '.join(step.reads) or 'public facts'}")
    if step.looks_up:
        lines.append(f"  looks up {', '.join(step.looks_up)}")
    if step.rows is not None:
        lines.append(f"  persons in {'its keys' if step.keys_are_persons else f'column {step.person}'}")
    return "\n".join(lines)


def written(read: Read) -> str:
    steps = ", ".join(str(step.number) for step in read.steps)
    return "\n".join([f"statement {read.number}, of the steps {steps}", "", *statements(read)])


def statements(read: Read) -> list[str]:
    plain, ruled = under(read, Rule.NONE), under(read, EVERY_RULE)
    if ruled == plain:
        return [indented(plain.sql)]
    parameters = f"  parameters: {', '.join(ruled.parameters)}"
    return [indented(plain.sql), "", "  under row rules", indented(ruled.sql), parameters]


def under(read: Read, rule: Rule) -> Statement:
    return read.write([rule] * len(read.steps))


def indented(sql: str) -> str:
    return "\n".join(f"  {line.strip()}" for line in sql.splitlines())


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_reviewer_reads_the_plan_that_was_reviewed(name: str) -> None:
    """A plan that changed on purpose is written anew by `SNAPSHOTS=write make test`, and read in the diff."""
    plan = plan_of(QUESTIONS[name], GIVEN.get(name))
    assert is_as_kept(PLANS / f"{name}.txt", as_text(QUESTIONS[name], plan))


def test_every_reviewed_plan_is_still_compiled() -> None:
    assert {file.stem for file in PLANS.glob("*.txt")} == {*QUESTIONS}


def test_two_questions_of_one_meaning_have_one_plan() -> None:
    one = plan_of('{citizen(pin:"001205123456"){fullName pin}}')
    other = plan_of(
        "query($n:PersonalNumber!){citizen(pin:$n){...F pin}} fragment F on Citizen{fullName}", {"n": "001205123456"}
    )
    assert one.code == other.code
    assert [under(read, Rule.NONE) for read in one.reads] == [under(read, Rule.NONE) for read in other.reads]


def test_a_column_is_read_once_however_often_it_is_shown() -> None:
    plan = plan_of('{citizen(pin:"001205123456"){a:fullName b:fullName c:fullName}}')
    assert under(plan.reads[0], Rule.NONE).sql.count("full_name") == 1


def test_a_plan_names_no_column_that_was_not_asked_for() -> None:
    plan = plan_of('{citizen(pin:"001205123456"){isAdult}}')
    (selected, _) = under(plan.reads[0], Rule.NONE).sql.split("\nFROM", 1)
    assert "AS INTEGER) - CAST(substr(citizens.date_of_birth" in selected  # the fact, not the date
    assert "full_name" not in selected


def test_the_fingerprint_of_a_question_is_that_of_its_text_without_its_values() -> None:
    questions = [
        '{citizen(pin:"001205123456"){pin}}',
        '{citizen(pin:"001205123457"){pin}}',
        '{ citizen(pin: "001205123457") { pin } } # other blanks',
        '{citizen(pin:"001205123456"){fullName}}',
    ]
    prints = [plan_of(question).fingerprint for question in questions]
    assert prints[0] == prints[1] == prints[2] != prints[3]
    assert {len(each) for each in prints} == {16}


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "nothing_of_the_registers"])
async def test_postgresql_accepts_each_statement_under_every_row_rule(name: str, urls: Mapping[str, str]) -> None:
    for read in plan_of(QUESTIONS[name], GIVEN.get(name)).reads:
        connection = await asyncpg.connect(urls[read.steps[0].domain])
        try:
            for rule in EACH_RULE:
                written = under(read, rule)
                prepared = await connection.prepare(written.sql)
                assert len(prepared.get_parameters()) == len(written.parameters)
        finally:
            await connection.close()
