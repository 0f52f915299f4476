"""Ports for processes that are started to be asked, by the benchmark and by the tests."""

import secrets
import socket

# Below those that Linux gives to outgoing connections: one of them could take the port before the process does, and
# whoever tries again and again whether the process listens would in the end be connected to itself.
FIRST, END = 10_000, 32_000


def free_ports(count: int) -> int:
    """The first of so many ports in a row on which nothing listens."""
    while True:
        first = FIRST + secrets.randbelow(END - FIRST - count)
        if all(map(_is_free, range(first, first + count))):
            return first


def free_port() -> int:
    return free_ports(1)


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
