"""The composition root: the settings choose the shape of this process, and it becomes one application. No decisions."""

from collections.abc import Mapping
from typing import Any

from installation.settings import Settings, Shape, load
from installation.workers import end_with_parent
from shapes.application import Application
from shapes.authority import AuthorityShape
from shapes.public import PublicRegister
from shapes.subgraph import Subgraph
from shapes.whole import Whole

SHAPES: Mapping[Shape, type[Application]] = {
    "whole": Whole,
    "authority": AuthorityShape,
    "subgraph": Subgraph,
    "public": PublicRegister,
}

#: How uvicorn serves an `Application`, where nobody's word is taken for whom a request came from.
SERVED: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "lifespan": "on",
    "timeout_graceful_shutdown": 10,
    "timeout_keep_alive": 30,  # longer than gateways keep an idle connection: who asks is who closes it
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
}


def believed(settings: Settings) -> dict[str, Any]:
    """Whose word is taken all the same (X-Forwarded-For): that of the proxies which were named.

    Strangers are counted by it. Neither addresses nor rights are made from anything that a proxy says.
    """
    return {"proxy_headers": bool(settings.proxies), "forwarded_allow_ips": settings.proxies}


def create_app() -> Application:
    """The application of one process, from the settings in its environment."""
    end_with_parent()
    return application_of(load())


def application_of(settings: Settings) -> Application:
    return SHAPES[settings.shape](settings)
