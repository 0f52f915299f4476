"""The settings: environment variables `LIENTHONG_*`, typed, and validated before anything starts.

Read once by the composition root and the command; everybody else is handed values. Passwords inside URLs are settings
too: `describe` is the only way to print settings, and it masks them.
"""

import ipaddress
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, create_model, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from installation.errors import SettingsInvalid
from installation.registers import check_names, registers

PREFIX = "LIENTHONG_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _postgres_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if scheme not in {"postgresql", "postgres"} or not separator:
        message = "a database URL begins with postgresql://"
        raise ValueError(message)
    return f"postgresql://{rest}"


def _apart(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
PostgresUrls = Annotated[tuple[PostgresUrl, ...], NoDecode, BeforeValidator(_apart)]
"""Several, with spaces in between."""

Shape = Literal["whole", "authority", "subgraph", "public"]
OF_ONE_REGISTER: frozenset[Shape] = frozenset({"subgraph", "public"})


class Settings(BaseSettings):
    """What an installation can be told. Every name is an environment variable with the prefix LIENTHONG_.

    `load` adds two more for each register that is installed: `land_database_url`, `land_replica_urls`, and so on.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    mode: Literal["production", "demo"] = "production"
    home: Path = Path(".lienthong")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    processes: int = Field(default=1, ge=1, le=256)
    issuer: str = ""
    trusted_proxies: str = Field(default="", max_length=2_000)
    graph_url: str = Field(default="", max_length=200)
    proofs: Literal["host", "database"] = "host"

    shape: Shape = "whole"
    domain: str = ""
    address: str = ""
    subgraph_client: str = Field(default="", pattern=r"^[A-Za-z0-9._~-]{0,48}$")

    database_url: PostgresUrl | None = Field(default=None, repr=False)
    auth_database_url: PostgresUrl | None = Field(default=None, repr=False)
    ledger_database_url: PostgresUrl | None = Field(default=None, repr=False)
    database_prefix: str = Field(default="lienthong_", pattern=r"^[a-z][a-z0-9_]{0,40}$")
    database_account: str = Field(default="nobody", min_length=1)

    citizen_provider: str = Field(default="", max_length=200)
    citizen_provider_client: str = Field(default="", pattern=r"^[A-Za-z0-9._~:/-]{0,200}$")
    citizen_provider_levels: str = Field(default="", pattern=r"^[!-~ ]{0,500}$")
    citizen_provider_claim: str = Field(default="personal_number", pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")

    sealing: bool = True
    ledger_checkpoints: Path | None = None
    further_ledgers: Path | None = None
    ledger_key: str = Field(default="", max_length=500)
    ledger_witnesses: str = Field(default="", max_length=20_000)

    connections_per_domain: int = Field(default=2, ge=1, le=64)
    statement_timeout_ms: int = Field(default=2_000, ge=10, le=600_000)
    request_deadline_ms: int = Field(default=5_000, ge=50, le=600_000)
    replica_staleness_ms: int = Field(default=5_000, ge=2_000, le=3_600_000)

    @property
    def proxies(self) -> list[str]:
        """The addresses and networks of the proxies that are believed."""
        return [each.strip() for each in self.trusted_proxies.split(",")] if self.trusted_proxies else []

    @property
    def is_of_one_register(self) -> bool:
        """Whether it is a ministry's own subgraph, which has one register and no authority."""
        return self.shape in OF_ONE_REGISTER

    @property
    def reached_at(self) -> str:
        """The URL of this installation: its issuer is it, or in a subgraph another's; empty where nobody said it."""
        return self.address if self.is_of_one_register else self.issuer

    @property
    def ledger_origin(self) -> str:
        """The name of this installation's ledger in its checkpoints: where it is reached, without the scheme.

        For good: a ledger under another name is another. So in demo mode it is not the port, which changes.
        """
        here = urlsplit(self.reached_at)
        if self.mode != "demo":
            return f"{here.netloc}/ledger"
        return f"{self.domain}.{here.hostname}/ledger" if self.is_of_one_register else f"{here.hostname}/ledger"

    @property
    def checkpoint_shelf(self) -> Path:
        """Where checkpoints are kept outside the database; best on a disk of another machine."""
        return self.ledger_checkpoints or self.home / "ledger-checkpoints"

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.mode == "demo" and self.host not in LOOPBACK:
            message = "demo mode listens on loopback only; LIENTHONG_HOST must be 127.0.0.1, ::1 or localhost"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _shape_and_register_fit(self) -> Self:
        """Who names a register runs its subgraph, unless told otherwise."""
        if self.domain and "shape" not in self.model_fields_set:
            object.__setattr__(self, "shape", "subgraph")
        if self.domain and self.domain not in registers():
            message = f"LIENTHONG_DOMAIN names no register that is installed; there are {', '.join(registers())}"
            raise ValueError(message)
        if self.is_of_one_register != bool(self.domain):
            message = "LIENTHONG_DOMAIN names the register of the shapes subgraph and public, and of no other"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _proxies_are_addresses(self) -> Self:
        """Each an address or a network: whoever is one of them is believed from where a request came."""
        if not all(map(_is_network, self.proxies)):
            message = "LIENTHONG_TRUSTED_PROXIES is a list of IP addresses or networks, with commas between"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _proofs_are_remembered_somewhere(self) -> Self:
        if self.proofs == "database" and self.is_of_one_register:
            message = "LIENTHONG_PROOFS=database is for an authority, whose database it is"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _address_is_a_subgraphs_and_safe(self) -> Self:
        if self.is_of_one_register and self.mode == "demo":
            object.__setattr__(self, "address", self.address or f"http://localhost:{self.port}")
            object.__setattr__(self, "subgraph_client", self.subgraph_client or f"{self.domain}-subgraph")
        if not self.address:
            return self
        parts = urlsplit(self.address)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and self.mode == "demo")
        if not self.is_of_one_register or not is_safe or self.address != f"{parts.scheme}://{parts.netloc}":
            message = "LIENTHONG_ADDRESS is where a subgraph is reached: https://, a host, perhaps a port, no path"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _issuer_is_known_and_safe(self) -> Self:
        if not self.issuer and self.mode == "demo" and not self.is_of_one_register:
            object.__setattr__(self, "issuer", f"http://localhost:{self.port}")
        elif self.issuer and self.mode == "production" and not self.issuer.startswith("https://"):
            message = "LIENTHONG_ISSUER must begin with https:// in production"
            raise ValueError(message)
        if _is_address(urlsplit(self.issuer).hostname or ""):
            message = "LIENTHONG_ISSUER must have a host name: passkeys belong to one, not to an IP address"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _graph_url_is_an_address(self) -> Self:
        """Where clients reach the graph, if that is not `/graphql` at the issuer: their proofs name it."""
        schemes = ("https",) if self.mode == "production" else ("https", "http")
        parts = urlsplit(self.graph_url)
        if self.graph_url and (parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment):
            message = f"LIENTHONG_GRAPH_URL is an address that begins with {schemes[0]}:// and has no query"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _provider_is_whole_and_safe(self) -> Self:
        """Where citizens sign in: an https issuer, who we are there, and which levels of assurance are enough."""
        told = (self.citizen_provider, self.citizen_provider_client, self.citizen_provider_levels)
        if any(told) and self.mode == "demo":
            message = "LIENTHONG_CITIZEN_PROVIDER cannot be set in demo mode, which has a provider of its own"
            raise ValueError(message)
        if any(told) and not (all(told) and self.citizen_provider.startswith("https://")):
            message = (
                "LIENTHONG_CITIZEN_PROVIDER (an https:// issuer), LIENTHONG_CITIZEN_PROVIDER_CLIENT and "
                "LIENTHONG_CITIZEN_PROVIDER_LEVELS (accepted acr values) are set together or not at all"
            )
            raise ValueError(message)
        return self


def load(**given: object) -> Settings:
    """The settings in this process's environment; what is given here wins. Raises SettingsInvalid, naming variables."""
    try:
        return _with_registers()(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_complaint(e["loc"], e["msg"]) for e in error.errors())) from None


@cache
def _with_registers() -> type[Settings]:
    """The settings, and where each installed register's databases are: variables declared by being installed."""
    check_names()
    own: dict[str, Any] = {}
    for name in registers():
        own[f"{name}_database_url"] = (PostgresUrl | None, Field(default=None, repr=False))
        own[f"{name}_replica_urls"] = (PostgresUrls, Field(default=(), repr=False))
    return create_model("Settings", __base__=Settings, **own)


def _complaint(location: tuple[int | str, ...], message: str) -> str:
    reason = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(location[0]).upper()}: {reason}" if location else reason


def describe(settings: Settings) -> dict[str, str]:
    """Every setting as its environment variable, printable: passwords masked."""
    return {f"{PREFIX}{name.upper()}": _printable(getattr(settings, name)) for name in type(settings).model_fields}


def _printable(value: object) -> str:
    if value in (None, "", ()):
        return "-"
    if isinstance(value, tuple):
        return " ".join(map(_printable, value))
    return without_password(value) if isinstance(value, str) and "://" in value else str(value)


def without_password(url: str) -> str:
    """The URL as it may be shown: no password, and nothing but host and port after the question mark."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    kept = [pair for pair in parts.query.split("&") if pair.startswith(("host=", "port="))]
    query = f"?{'&'.join(kept)}" if kept else ""
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{place}{parts.path}{query}"
