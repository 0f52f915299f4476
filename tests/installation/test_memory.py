"""Where processes of one host share what need not outlive it: ours alone, or not there."""

from pathlib import Path

import pytest

from installation.memory import memory_file


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """A file system in memory, as a directory of this test."""
    place = tmp_path / "memory"
    place.mkdir()
    return place


def test_processes_with_one_home_share_a_file_in_memory_of_their_own(tmp_path: Path, memory: Path) -> None:
    first, second = (memory_file(tmp_path / "home", "seen.db", memory) for _ in range(2))
    assert first == second
    assert first.parent.parent == memory
    assert first.parent.stat().st_mode & 0o777 == 0o700


def test_installations_with_other_homes_share_nothing(tmp_path: Path, memory: Path) -> None:
    assert memory_file(tmp_path / "a", "seen.db", memory) != memory_file(tmp_path / "b", "seen.db", memory)


def test_a_home_reached_by_a_link_is_the_same_home(tmp_path: Path, memory: Path) -> None:
    direct = memory_file(tmp_path / "home", "seen.db", memory)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert memory_file(tmp_path / "link", "seen.db", memory) == direct


def test_without_memory_the_home_is_used(tmp_path: Path) -> None:
    place = memory_file(tmp_path / "home", "seen.db", tmp_path / "nowhere")
    assert place == tmp_path / "home" / "memory" / "seen.db"
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_lets_others_in_is_not_used(tmp_path: Path, memory: Path) -> None:
    memory_file(tmp_path / "home", "seen.db", memory).parent.chmod(0o777)
    assert memory_file(tmp_path / "home", "seen.db", memory).is_relative_to(tmp_path / "home")


def test_a_link_that_somebody_laid_there_first_is_not_followed(tmp_path: Path, memory: Path) -> None:
    ours = memory_file(tmp_path / "home", "seen.db", memory).parent
    ours.rmdir()
    (tmp_path / "trap").mkdir(mode=0o700)
    ours.symlink_to(tmp_path / "trap")
    assert memory_file(tmp_path / "home", "seen.db", memory).is_relative_to(tmp_path / "home")
