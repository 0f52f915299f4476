"""Before it serves, a process looks whether it can: a register that is away is waited for, a wrong setting is not."""

from pathlib import Path

import pytest

from bench.ports import free_port
from commands import running
from graph.compose import compose
from graph.registry import installed_domains
from installation.databases import DOMAINS, database_url
from installation.errors import DatabaseAway, DatabaseUnreachable, Refusal
from installation.settings import Settings
from shapes.rights import authority_of


def nowhere() -> str:
    """A URL at which nobody listens."""
    return f"postgresql://clerk@127.0.0.1:{free_port()}/lost"


async def test_an_operator_serves_without_a_register_where_nobody_answers_and_is_told(settings: Settings) -> None:
    told: list[str] = []

    away = await running._away(settings.model_copy(update={"land_database_url": nowhere()}), told.append)

    assert away == {"land"}
    assert [line.split(".")[0] for line in told] == ["The register land is served once it is back"]


async def test_an_operator_does_not_serve_where_no_register_answers(settings: Settings) -> None:
    everywhere = {f"{name}_database_url": nowhere() for name in DOMAINS}
    with pytest.raises(DatabaseAway):
        await running._away(settings.model_copy(update=everywhere), print)


async def test_an_operator_does_not_serve_with_a_database_that_does_not_exist(settings: Settings) -> None:
    missing = database_url(settings, "land").replace("_land", "_lnad")
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        await running._away(settings.model_copy(update={"land_database_url": missing}), print)


async def test_an_operator_of_a_second_machine_that_remembers_proofs_apart_is_told_so_in_one_line(
    fresh_settings: Settings, tmp_path: Path
) -> None:
    homes = [fresh_settings.model_copy(update={"home": tmp_path / name}) for name in ("first", "second")]
    async with authority_of(compose(installed_domains()), homes[0].model_copy(update={"mode": "demo"})):
        await running.check_together(homes[0])
        for wrong in (homes[1], homes[0].model_copy(update={"proofs": "database"})):
            with pytest.raises(Refusal, match="LIENTHONG_PROOFS=database for all of them") as refused:
                await running.check_together(wrong)
            assert "\n" not in str(refused.value)
    for each in (homes[1], homes[0].model_copy(update={"proofs": "database"})):
        await running.check_together(each)
