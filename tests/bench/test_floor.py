"""The floors send what they were given, and nothing else."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bench.floor import FLOORS, floors

ANSWERS = {"/profile": b'{"data":{"citizen":null}}', "/list": b'{"data":{"citizens":[]}}'}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_a_benchmark_asks_a_floor_and_gets_the_bytes_of_the_answer(name: str) -> None:
    asking = TestClient(FLOORS[name](ANSWERS))

    for path, body in ANSWERS.items():
        answer = asking.post(path, content=b'{"query":"whatever"}')
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["content-type"].startswith("application/json")


def test_a_benchmark_starts_every_floor_on_a_port_of_its_own(tmp_path: Path) -> None:
    started = floors(tmp_path)

    assert {each.name for each in started} == {*FLOORS}
    assert len({each.port for each in started}) == len(started)
