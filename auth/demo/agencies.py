"""The agencies, purposes and clients of demo mode: real structure, invented grants.

Each client reads through a scope set of its own, `set:demo.NAME.v1`, whose members are chosen from the catalogue by the
rule beside its name. So they follow the schema; outside demo mode a released set never changes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from auth.scopes import Catalogue, Scope

OPEN_VERBS = frozenset({"read", "lookup"})
BASIC = frozenset({"pin", "full_name", "date_of_birth", "sex"})
COUNTED = frozenset({"sex", "age_band", "ethnicity", "religion", "marital_status", "commune_code", "vital_status"})


@dataclass(frozen=True, slots=True)
class DemoAgency:
    agency: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DemoPurpose:
    purpose: str
    legal_basis: str
    title_vi: str
    title_en: str
    retention_months: int
    shown_after_days: int = 0


@dataclass(frozen=True, slots=True)
class DemoClient:
    """A client and its one grant. `chooses` says which scopes of the catalogue its set holds; a subgraph has none."""

    client: str
    agency: str
    name: str
    purpose: str
    case_reference: str
    chooses: Callable[[Scope], bool]
    reach: str = "everywhere"
    units: tuple[str, ...] = ()
    kind: str = "system"
    bound: bool = False
    redirect_uris: tuple[str, ...] = ()
    exchanges: bool = False
    domain: str | None = None

    @property
    def scope_set(self) -> str:
        return f"set:demo.{self.client.replace('-', '_')}.v1"

    @property
    def units_scheme(self) -> str | None:
        return "Y2025" if self.units else None


AGENCIES = (
    DemoAgency("G01", "Bộ Công an", "Ministry of Public Security"),
    DemoAgency("G10", "Bộ Nông nghiệp và Môi trường", "Ministry of Agriculture and Environment"),
    DemoAgency("G12", "Bộ Tài chính", "Ministry of Finance"),
    DemoAgency("G15", "Bộ Tư pháp", "Ministry of Justice"),
    DemoAgency("G19.99", "Ngân hàng minh họa", "An invented bank under the State Bank"),
    DemoAgency("G22", "Văn phòng Chính phủ", "Government Office"),
    DemoAgency("H26", "UBND thành phố Hà Nội", "People's Committee of Hà Nội"),
)

PURPOSES = (
    DemoPurpose(
        "security.investigation",
        "Law 26/2023/QH15, art. 10",
        "Điều tra, bảo vệ an ninh",
        "Investigation and security",
        60,
    ),
    DemoPurpose(
        "civil_status.registration", "Law 60/2014/QH13, art. 59", "Đăng ký hộ tịch", "Registering civil status", 12
    ),
    DemoPurpose("land.registration", "Law 31/2024/QH15, art. 131", "Đăng ký đất đai", "Registering land", 24),
    DemoPurpose("tax.assessment", "Law 38/2019/QH14, art. 95", "Quản lý thuế", "Assessing taxes", 60),
    DemoPurpose(
        "one_stop.procedure",
        "Decree 118/2025/ND-CP, art. 8",
        "Giải quyết thủ tục hành chính",
        "Handling a procedure",
        6,
    ),
    DemoPurpose("statistics.population", "Law 89/2015/QH13, art. 36", "Thống kê dân số", "Population statistics", 12),
    DemoPurpose(  # who is being checked for money laundering is not told at once
        "bank.know_your_customer",
        "Law 14/2022/QH15, art. 9",
        "Nhận biết khách hàng",
        "Knowing a customer",
        60,
        shown_after_days=30,
    ),
    DemoPurpose(
        "citizen.self_service",
        "Law 91/2025/QH15, art. 4",
        "Công dân xem dữ liệu của mình",
        "Citizens see their data",
        1,
    ),
)


def _everything(_: Scope) -> bool:
    return True


def _civil_status(scope: Scope) -> bool:
    return scope.domain in {"identity", "population"} and scope.verb in OPEN_VERBS


def _land(scope: Scope) -> bool:
    of_land = scope.domain == "land" and scope.verb in OPEN_VERBS | {"history"}
    return of_land or (scope.type == "citizen" and scope.field in BASIC and scope.verb == "read")


def _tax(scope: Scope) -> bool:
    of_enterprises = scope.domain == "enterprises" and scope.verb in OPEN_VERBS
    of_rights = (scope.domain, scope.type, scope.verb) == ("land", "land_right", "read")
    of_people = scope.type == "citizen" and scope.field in BASIC and scope.verb == "read"
    by_number = (scope.type, scope.field, scope.verb) == ("citizen", "pin", "lookup")
    return of_enterprises or of_rights or of_people or by_number


def _procedures(scope: Scope) -> bool:
    return scope.domain in {"identity", "population", "land"} and scope.verb in OPEN_VERBS


def _counts(scope: Scope) -> bool:
    return scope.field in COUNTED and (scope.verb == "read" or scope.field == "commune_code")


def _verifies(scope: Scope) -> bool:
    return scope.verb == "verify"


def _reads(scope: Scope) -> bool:
    return scope.verb == "read"


def _nothing(_: Scope) -> bool:
    return False


CLIENTS = (
    DemoClient(
        "public-security", "G01", "Public security: everything, everywhere, protected persons included",
        "security.investigation", "G01-260115-0001", _everything,
    ),
    DemoClient(
        "civil-status", "G15", "Civil status: identity and families, everywhere",
        "civil_status.registration", "G15-260115-0001", _civil_status,
    ),
    DemoClient(
        "land-office", "G10", "Land office: land and its history, holders' names",
        "land.registration", "G10-260115-0001", _land,
    ),
    DemoClient(
        "tax", "G12", "Tax: enterprises, land rights, names by personal number",
        "tax.assessment", "G12-260115-0001", _tax,
    ),
    DemoClient(
        "hanoi-one-stop", "H26", "One-stop desk: identity, families and land of people who live in Hà Nội",
        "one_stop.procedure", "H26-260115-0001", _procedures, reach="jurisdiction", units=("01",),
    ),
    DemoClient(
        "statistics", "G12", "Statistics: a few attributes by commune, no names and no numbers",
        "statistics.population", "G12-260115-0002", _counts,
    ),
    DemoClient(
        "bank", "G19.99", "Bank: asks whether somebody is who they say, and reads nothing",
        "bank.know_your_customer", "G19.99-260115-0001", _verifies,
    ),
    DemoClient(
        "citizen-portal", "G22", "Citizens' portal: a citizen's own data, with a token that speaks for that citizen",
        "citizen.self_service", "G22-260115-0001", _reads, reach="self", kind="portal",
    ),
)  # fmt: skip

# Clients of programs: what they hold is bound to a key (DPoP), or is no access token at all. Nothing to paste.
BOUND_CLIENTS = (
    DemoClient(
        "tax-service", "G12", "Tax, as a program asks: tokens bound to a key",
        "tax.assessment", "G12-260115-0003", _tax, bound=True,
    ),
    DemoClient(
        "citizen-app", "G22", "Citizens' app: signs citizens in, with tokens bound to a key",
        "citizen.self_service", "G22-260115-0002", _reads, reach="self", kind="portal", bound=True,
        redirect_uris=("http://localhost:9700/callback",),
    ),
    DemoClient(
        "hanoi-exchange", "H26", "One-stop system: calls on for portals, by exchanging their tokens",
        "citizen.self_service", "H26-260115-0002", _reads, reach="self", kind="portal", bound=True,
        exchanges=True,
    ),
    DemoClient(
        "land-subgraph", "G10", "The land register's own part of the graph: follows what is granted of land",
        "land.registration", "G10-260115-0002", _nothing, kind="subgraph", bound=True, domain="land",
    ),
)  # fmt: skip

WIDEST = CLIENTS[0].client


def with_demo_sets(catalogue: Catalogue) -> Catalogue:
    """The catalogue of demo mode: the domains' own, and a set for each demo client."""
    scopes = [(name, Scope.parse(name)) for name in catalogue.scopes]
    chosen = {
        client.scope_set: frozenset(name for name, scope in scopes if client.chooses(scope))
        for client in (*CLIENTS, *BOUND_CLIENTS)
        if client.domain is None
    }
    return Catalogue(catalogue.scopes, {**catalogue.sets, **chosen})
