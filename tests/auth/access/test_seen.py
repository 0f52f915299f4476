"""The memory of proofs: each passes once, whichever process it meets; and none does where nothing can be remembered."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth import clock
from auth.access.proofs import Proof
from auth.access.seen import CLEAN_EVERY, WINDOW_S, SeenProofs
from auth.errors import GrantsUnconfirmed
from tests.waiting import at_once


def proof(*, until: float | None = None, digest: bytes | None = None) -> Proof:
    return Proof("key", digest or os.urandom(32), until or clock.wall() + 30)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "proofs.db"


@pytest.fixture
def seen(place: Path) -> Iterator[SeenProofs]:
    one = SeenProofs(place)
    yield one
    at_once(one.close())


def test_a_proof_passes_once(seen: SeenProofs) -> None:
    first, other = proof(), proof()
    assert [at_once(seen.is_first(one)) for one in (first, first, other, first)] == [True, False, True, False]


def test_a_proof_that_passed_in_one_process_does_not_pass_in_another(seen: SeenProofs, place: Path) -> None:
    there, same = SeenProofs(place), proof()
    assert at_once(seen.is_first(same))
    assert not at_once(there.is_first(same))
    at_once(there.close())


RACER = """
import sys
from pathlib import Path
from auth.access.proofs import Proof
from auth.access.seen import SeenProofs
from tests.waiting import at_once
seen = SeenProofs(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
proofs = [Proof("key", bytes([n]) * 32, float(sys.argv[2])) for n in range(200)]
print("".join("1" if at_once(seen.is_first(proof)) else "0" for proof in proofs))
"""


def test_of_processes_that_meet_the_same_proofs_at_once_exactly_one_lets_each_pass(place: Path) -> None:
    until = str(clock.wall() + 30)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(place), until],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    with ThreadPoolExecutor() as at_once:
        passed = list(at_once.map(lambda racer: racer.communicate("go\n", timeout=60)[0].strip(), racers))
    assert [len(each) for each in passed] == [200] * 3
    assert [sum(int(each[n]) for each in passed) for n in range(200)] == [1] * 200


def test_what_is_too_old_to_be_taken_is_forgotten_and_nothing_else(
    seen: SeenProofs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [proof() for _ in range(10)]
    assert all(at_once(seen.is_first(one)) for one in old)
    later = clock.wall() + 3 * WINDOW_S
    monkeypatch.setattr(clock, "wall", lambda: later)
    young = [proof() for _ in range(CLEAN_EVERY)]
    assert all(at_once(seen.is_first(one)) for one in young)
    assert rows(place) == CLEAN_EVERY
    assert not any(at_once(seen.is_first(one)) for one in young)


def rows(place: Path) -> int:
    with sqlite3.connect(place) as file:
        (count,) = file.execute("select count(*) from seen").fetchone()
    file.close()
    return int(count)


def test_a_proof_is_remembered_for_as_long_as_it_would_be_taken(
    seen: SeenProofs, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.wall()
    taken = proof(until=now + 40)  # signed ten seconds ahead of the clock here, so good for the longest time there is
    assert at_once(seen.is_first(taken))
    monkeypatch.setattr(clock, "wall", lambda: now + 39.9)
    assert all(at_once(seen.is_first(proof())) for _ in range(2 * CLEAN_EVERY))  # enough to clean twice
    assert not at_once(seen.is_first(taken))


def test_when_there_is_no_more_room_proofs_are_refused_not_forgotten(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.access.seen.PAGES", 8)
    seen, first = SeenProofs(place), proof()
    assert at_once(seen.is_first(first))

    def fill() -> None:
        for _ in range(5_000):
            at_once(seen.is_first(proof()))

    with pytest.raises(GrantsUnconfirmed):
        fill()
    assert not at_once(seen.is_first(first))
    at_once(seen.close())


def test_when_the_file_is_held_by_another_proofs_are_refused_soon(seen: SeenProofs, place: Path) -> None:
    with sqlite3.connect(place, isolation_level=None) as other:
        other.execute("begin exclusive")
        started = clock.lease()
        with pytest.raises(GrantsUnconfirmed):
            at_once(seen.is_first(proof()))
        assert clock.lease() - started < 2
        other.execute("rollback")
    other.close()
    assert at_once(seen.is_first(proof()))


def test_a_process_that_was_killed_leaves_a_file_that_others_can_use(place: Path) -> None:
    script = RACER.replace('print("".join', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL); print("".join')
    subprocess.run(
        [sys.executable, "-c", script, str(place), "1"],
        input="go\n",
        text=True,
        check=False,
        capture_output=True,
        cwd=Path(__file__).parents[3],
    )
    seen = SeenProofs(place)
    assert at_once(seen.is_first(proof()))
    at_once(seen.close())
