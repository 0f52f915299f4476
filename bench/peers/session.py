"""What a peer is told of the databases: their URLs, and the settings of a session, which are those of ours."""

import json
from collections.abc import Mapping

from domains.kit.database import SESSION


def session(databases: Mapping[str, str]) -> dict[str, str]:
    """The environment variables from which every peer connects."""
    return {
        "BENCH_DATABASES": json.dumps(dict(databases)),
        "BENCH_SESSION": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
    }
