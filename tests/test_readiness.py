"""Whether a process is ready, as whoever sends it requests asks every few moments, and anybody may."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from auth.errors import GrantsUnconfirmed
from ledger import Ledger, LedgerUnreachable
from shapes.readiness import Readiness
from tests.ledger.keys import key_ring


class Counted(Ledger):
    """A ledger that counts how often its writer's connection is tried."""

    tried = 0

    async def confirm(self) -> None:
        self.tried += 1
        await super().confirm()


class Grants:
    """Stands where the authority stands."""

    are_confirmed = True

    def snapshot(self) -> None:
        if not self.are_confirmed:
            raise GrantsUnconfirmed


@pytest.fixture
async def ledger(urls: Mapping[str, str]) -> AsyncIterator[Counted]:
    ledger = Counted(urls["ledger"], key_ring())
    await ledger.open()
    yield ledger
    await ledger.close()


async def asked(readiness: Readiness) -> tuple[int, Any]:
    answer = await readiness.answer(None)  # type: ignore[arg-type]
    return answer.status_code, json.loads(bytes(answer.body))


async def test_the_ledgers_writer_is_held_up_once_a_second_however_many_ask(ledger: Counted) -> None:
    readiness = Readiness(Grants(), {}, ledger)
    answers = await asyncio.gather(*(asked(readiness) for _ in range(50)))
    assert answers == [(200, {"grants": True, "ledger": True})] * 50
    assert ledger.tried == 1


async def test_a_ledger_that_is_lost_and_found_again_is_noticed_a_second_later(
    ledger: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shapes.readiness.TRIED_AGAIN_S", 0.05)
    readiness = Readiness(Grants(), {}, ledger)
    assert (await asked(readiness))[0] == 200

    async def unreachable() -> None:
        raise LedgerUnreachable

    with monkeypatch.context() as lost:
        lost.setattr(ledger, "confirm", unreachable)
        await asyncio.sleep(0.06)
        assert await asked(readiness) == (503, {"grants": True, "ledger": False})
    await asyncio.sleep(0.06)
    assert (await asked(readiness))[0] == 200


async def test_grants_that_cannot_be_confirmed_are_said_at_once(ledger: Counted) -> None:
    grants = Grants()
    readiness = Readiness(grants, {}, ledger)
    assert (await asked(readiness))[0] == 200
    grants.are_confirmed = False
    assert await asked(readiness) == (503, {"grants": False, "ledger": True})


class Register:
    """Stands where a database stands."""

    def __init__(self, *, is_ready: bool) -> None:
        self.is_ready = is_ready


async def test_a_process_without_one_register_of_several_is_still_to_be_asked(ledger: Counted) -> None:
    registers: Any = {"land": Register(is_ready=False), "identity": Register(is_ready=True)}
    status, parts = await asked(Readiness(Grants(), registers, ledger))
    assert (status, parts["land"], parts["identity"]) == (200, False, True)


async def test_a_process_without_any_register_is_not_to_be_asked(ledger: Counted) -> None:
    registers: Any = {"land": Register(is_ready=False)}
    assert (await asked(Readiness(Grants(), registers, ledger)))[0] == 503
