"""Where the benchmark lives: for each size a home with its own PostgreSQL and an invented nation, kept between runs."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg

from auth.demo.agencies import WIDEST
from auth.demo.install import install_demo
from bench import seeding
from bench.callers import Caller
from commands.demo import token
from installation.databases import DOMAINS, database_urls, embedded
from installation.home import key_file
from installation.settings import PREFIX, Settings, load

ROOT = Path(__file__).parent.parent
HOME = Path(os.environ.get("BENCH_HOME") or ROOT / ".lienthong-bench").absolute()
ISSUER = "http://localhost:8000"  # the same for every contender, whatever its port, so that one token suits all
TOKEN_SECONDS = 180.0  # a token lives five minutes; the next is fetched before


@dataclass(slots=True)
class Place:
    """A seeded installation, and a token that reads all of it."""

    settings: Settings
    urls: dict[str, str]
    citizens: int
    environment: dict[str, str]  # of whatever runs in this place
    _token: str = ""
    _fetched: float = field(default=float("-inf"))

    @property
    def registers(self) -> dict[str, str]:
        """The registers' URLs."""
        return {name: self.urls[name] for name in DOMAINS}

    @property
    def postmaster(self) -> int:
        """The process of PostgreSQL."""
        found = embedded(self.settings).pid()
        if found is None:
            raise ValueError("PostgreSQL does not run")
        return found

    @property
    def caller(self) -> Caller:
        """The client with the widest rights, with a bearer token."""
        return Caller(lambda: f"Bearer {self.token()}")

    def token(self) -> str:
        """An access token of the client with the widest rights that is good for the next minutes."""
        if time.monotonic() - self._fetched > TOKEN_SECONDS:
            self._token = asyncio.run(token(self.settings, WIDEST))
            self._fetched = time.monotonic()
        return self._token

    def close(self) -> None:
        """Stop PostgreSQL; the nation stays."""
        embedded(self.settings).stop()


def home_of(citizens: int) -> Path:
    """Where the nation of this size is kept."""
    return HOME / str(citizens)


def prepare(citizens: int) -> Place:
    """Have PostgreSQL running and a nation of this size in it."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # another installation's settings do not count here
    home = home_of(citizens)
    home.mkdir(parents=True, exist_ok=True)
    environment = {f"{PREFIX}MODE": "demo", f"{PREFIX}HOME": str(home), f"{PREFIX}ISSUER": ISSUER}
    os.environ.update(environment)
    settings = load()
    urls = database_urls(settings)
    place = Place(settings, urls, citizens, environment)
    try:
        _command("migrate")
        if asyncio.run(_citizens(urls["identity"])) != citizens:
            seeding.seed(citizens, home, ROOT)
        asyncio.run(install_demo(urls["auth"], partial(key_file, settings.home)))
    except BaseException:  # whoever breaks it off leaves no server behind either
        place.close()
        raise
    return place


async def _citizens(url: str) -> int:
    """How many there are: identity is filled last, so that where it holds people a nation is whole."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM citizens"))
    finally:
        await connection.close()


def _command(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise ValueError(f"`lienthong {' '.join(arguments)}` failed: {done.stderr.strip()}")
