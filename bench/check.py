"""Do all contenders answer alike? Asked before anything is measured, and by itself, without any timing."""

from collections.abc import Sequence

from bench import contenders
from bench.contenders import Running
from bench.sections.peers import check as check_peers
from bench.sections.peers import chosen as chosen_peers
from bench.sections.switches import check as check_switch
from bench.sections.switches import chosen as chosen_switches
from bench.setting import Setting


def everybody(setting: Setting) -> None:
    """Peers and variants of ours. Raises NotAlike where one answers differently from the product."""
    place = setting.place(setting.form.size)
    with setting.started(chosen_peers(setting, place), place) as running:
        check_peers(setting, place, running)
        setting.display.say(f"{len(running) - 1} peers answer as the product does: {_names(running[1:])}")
    wanted = chosen_switches(setting, place)
    servers = [contenders.our_server(), *(switch.server for switch in wanted)]
    with setting.started(servers, place) as (product, *variants):
        for switch in wanted:
            check_switch(product.contender, switch, place)
        setting.display.say(f"{len(variants)} variants answer as the product does: {_names(variants)}")


def _names(running: Sequence[Running]) -> str:
    return ", ".join(each.contender.name for each in running)
