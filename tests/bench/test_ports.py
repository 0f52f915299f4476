"""Ports on which tests and benchmark start what they ask."""

from pathlib import Path

from bench.ports import END, FIRST, free_port


def test_whoever_waits_for_a_process_cannot_be_given_its_port_for_the_waiting() -> None:
    outgoing, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert FIRST <= free_port() < END <= int(outgoing)
