"""The port we serve on, taken before anything else is done, so that an occupied one costs no time."""

import socket

from installation.errors import PortTaken
from installation.settings import PREFIX


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises PortTaken with what can be done about it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)  # a second process's bind fails only against a socket that listens
    except OSError as error:
        bound.close()
        raise PortTaken(_complaint(host, port, error)) from None
    bound.set_inheritable(True)
    return bound


def _complaint(host: str, port: int, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return (
        f"Port {port} on {host} cannot be used: {reason}. Perhaps Liên thông runs there already;"
        f" another port: {PREFIX}PORT={port + 1 if port < 65535 else port - 1}"
    )
