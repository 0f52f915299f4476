"""A register's process is frozen behind the gateway, under load: its fields are null, everything else is answered."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from synthetic.personas import SIGNING_IN
from tests.failures.asking import AWAY, QUERY, Clients, check_others, frozen, is_whole, middle
from tests.federation.same.both import Both

AWAY_S, NOTICED_S = 7.0, 3.0


def test_a_register_freezes_behind_the_gateway_and_nobody_loses_another_field(
    both: Both, record_property: Callable[[str, object], None]
) -> None:
    port = urlsplit(both.together.url).port
    assert port is not None
    with Clients(port, both.together.tokens.of("public-security"), QUERY % SIGNING_IN[0].pin).asking() as clients:
        clients.until(is_whole, 30)
        time.sleep(1)
        calm = middle(clients.seen[-20:])
        with frozen(both.registers["land"]):
            began = time.monotonic()
            time.sleep(AWAY_S)
            ended = time.monotonic()
        back = clients.until(is_whole, 30)

    settled = clients.between(began + NOTICED_S, ended)
    check_others(clients.seen)
    assert {code for each in settled for code, _ in each.errors} <= AWAY
    assert {path for each in settled for _, path in each.errors} == {"citizen.landRights"}
    assert middle(settled) < calm + 0.25
    record_property(
        "counted",
        f"land frozen {AWAY_S:.0f} s behind the gateway: middle wait {calm * 1000:.0f} ms before,"
        f" {middle(settled) * 1000:.0f} ms while, for nobody more than"
        f" {max(each.seconds for each in clients.between(began, ended)):.1f} s; whole again {back:.1f} s after",
    )
