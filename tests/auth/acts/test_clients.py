"""Clients and their keys: what officers register, and what an agency does to its own."""

import json
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth.acts.actors import Actor
from auth.acts.change import Change, as_json
from auth.acts.client_keys import AddKey, PublicKey, RetireClientKey, read_keys
from auth.acts.clients import ClientTerms, NarrowClient, RegisterClient, ResumeClient, SuspendClient, WidenClient
from auth.acts.proposals import described
from auth.acts.redirects import check_redirects
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound
from tests.auth.acts.people import AN, BINH, CHI, MACHINE, WHY, Office, office_beside, raced, refused
from tests.auth.world import BASIC, BORN, NAME, Installation, settled, unpadded

PORTAL = "https://portal.example.vn/cb"
LATEST = "https://portal.example.vn/new/cb?x=1"


def jwk(key: Any = None, **changed: Any) -> dict[str, Any]:
    key = key or ECKey.generate_key("P-256")
    return {**key.as_dict(private=False), "kid": key.thumbprint(), **changed}


def a_key(kid: str | None = None) -> PublicKey:
    (key,) = read_keys({"keys": [jwk(**({"kid": kid} if kid else {}))]})
    return key


def system(client: str = "tax", **changed: Any) -> RegisterClient:
    said: dict[str, Any] = {"agency": "G01", "kind": "system", "terms": ClientTerms(name="Tax", allowed=(NAME, BASIC))}
    return RegisterClient(client, **{**said, "keys": (a_key(),), **changed})


def portal(*uris: str, **changed: Any) -> RegisterClient:
    return system(kind="portal", terms=ClientTerms(name="P", allowed=(NAME,), redirect_uris=uris), **changed)


async def test_two_officers_register_a_client(office: Office) -> None:
    done = await office.widens(system())
    row = await office.row("clients", client=done.made["client"])
    assert (row["agency"], row["kind"], row["token_type"], row["state"]) == ("G01", "system", "DPoP", "active")
    assert (row["allowed"], row["exchanges"], row["demo"]) == ([NAME, BASIC], False, False)
    await refused(office.proposes(system()), Conflict)


async def test_a_registered_client_gets_a_token(here: Installation) -> None:
    """Whatever the registration writes is what the token endpoint reads."""
    here.keys["tax"] = key = ECKey.generate_key("P-256")
    terms = ClientTerms(name="Tax", token_type="Bearer")
    async with office_beside(here) as office:
        await office.widens(system(keys=read_keys({"keys": [jwk(key)]}), terms=terms))
    await settled(here)
    assert (await here.ask("tax", purpose=None)).status == 200


@pytest.mark.parametrize(
    "bad",
    [
        [],
        [jwk(RSAKey.generate_key(2048))],
        [jwk(RSAKey.generate_key(4096))],
        [{**OctKey.generate_key(256).as_dict(), "kid": "a"}],
        [jwk(ECKey.generate_key("P-384"))],
        [jwk(ECKey.generate_key("secp256k1"))],
        [jwk(OKPKey.generate_key("X25519"))],
        [{**ECKey.generate_key("P-256").as_dict(private=True), "kid": "a"}],
        [jwk(kid=None)],
        [jwk(kid="")],
        [jwk(kid="a\u202eb")],
        [jwk(kid="x" * 101)],
        [jwk(kid=7)],
        [jwk(kid="same"), jwk(kid="same")],
        [jwk() for _ in range(5)],
        [jwk(x="AA")],
        [{**jwk(), "y": jwk()["y"]}],  # not on the curve
        [jwk(OKPKey.generate_key("Ed25519"), x="AQ" + "A" * 41)],  # the neutral point: anybody can sign
        [jwk(OKPKey.generate_key("Ed25519"), x="A" * 43)],
        [
            jwk(OKPKey.generate_key("Ed25519"), x=unpadded(bytes.fromhex("ed" + "ff" * 30 + "7f")))
        ],  # zero again, written larger than the field
        [jwk(x="A" * 42 + "B")],  # bits that decode to nothing
        "none",
        [None],
        [[]],
        None,
    ],
)
def test_keys_that_must_not_be_registered_are_refused_and_not_repeated(bad: Any) -> None:
    with pytest.raises(Invalid) as caught:
        read_keys({"keys": bad})
    assert "AAAA" not in str(caught.value)


def test_a_private_member_never_gets_as_far_as_a_change() -> None:
    full = {**ECKey.generate_key("P-256").as_dict(private=True), "kid": "a"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({name: full[name] for name in ("kty", "crv", "x", "y", "kid", "d")}, PublicKey)


def test_an_ed25519_key_is_accepted_and_members_that_say_nothing_are_dropped() -> None:
    (key,) = read_keys({"keys": [jwk(OKPKey.generate_key("Ed25519"), use="sig", x5u="https://example.org")]})
    assert (key.crv, key.y) == ("Ed25519", None)


async def test_a_key_belongs_to_one_client(office: Office) -> None:
    keys = (a_key("first"),)
    await office.widens(system(keys=keys))
    renamed = (msgspec.structs.replace(keys[0], kid="second"),)
    await refused(office.proposes(system("other", agency="G12", keys=renamed)), Conflict)


async def test_a_key_written_otherwise_is_the_same_key(office: Office) -> None:
    key = a_key("first")
    await office.widens(system(keys=(key,)))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(key.x[-1]) ^ 1]  # a letter whose last bits mean nothing
    renamed = msgspec.structs.replace(key, kid="second", x=key.x[:-1] + other)
    await refused(office.proposes(system("other", agency="G12", keys=(renamed,))), Invalid)


async def test_two_proposals_with_one_key_end_in_one_client(office: Office) -> None:
    keys = (a_key(),)
    one, other = await office.proposes(system(keys=keys)), await office.proposes(system("other", keys=keys))
    await office.approves(one)
    await refused(office.approves(other), Conflict)


# What a client may do


@pytest.mark.parametrize(
    "bad",
    [
        system("a b"),
        system("x" * 49),
        system(terms=ClientTerms(name="T", allowed=("identity:*",))),
        system(terms=ClientTerms(name="T", allowed=("set:identity.unheard.v1",))),
        system(terms=ClientTerms(name="T\u202e", allowed=(NAME,))),
        system(terms=ClientTerms(name="T", redirect_uris=(PORTAL,))),
        system(terms=ClientTerms(name="T", tokens_per_minute=0)),
        system(domain="land"),
        system(kind="subgraph"),
        system(kind="subgraph", domain="weather", terms=ClientTerms(name="T")),
        system(kind="subgraph", domain="land", terms=ClientTerms(name="T", allowed=(NAME,))),
        system(kind="subgraph", domain="land", terms=ClientTerms(name="T", exchanges=True)),
        system(kind="robot"),
        system(keys=()),
        portal(),
    ],
)
async def test_a_client_that_fits_nothing_is_not_proposed(office: Office, bad: RegisterClient) -> None:
    await refused(office.proposes(bad), Invalid)


async def test_a_subgraph_serves_a_domain_that_exists(office: Office) -> None:
    await office.widens(system("land-subgraph", kind="subgraph", domain="land", terms=ClientTerms(name="Land")))
    assert (await office.row("clients", client="land-subgraph"))["domain"] == "land"


async def test_an_agency_that_is_not_there_has_no_client(office: Office) -> None:
    await refused(office.proposes(system(agency="G77")), NotFound)


GOOD = [PORTAL, LATEST, "https://a.vn/", "https://a-b.c-d.example:8443/x/y.z~_-;=@", "https://xn--bcher-kva.example/cb"]
HOSTILE = [
    "http://portal.example.vn/cb",
    "https://portal.example.vn",
    "https://portal.example.vn/cb#fragment",
    "https://portal.example.vn/cb#",
    "https://*.example.vn/cb",
    "https://portal.example.vn/*",
    "https://user@portal.example.vn/cb",
    "https://user:pass@portal.example.vn/cb",
    "https://portal.example.vn@evil.example/cb",
    "https://portal.example.vn\\@evil.example/cb",
    "https://portal.example.vn/../cb",
    "https://portal.example.vn/./cb",
    "https://portal.example.vn/a/..",
    "https://portal.example.vn/%2e%2e/cb",
    "https://portal.example.vn/%00",
    "https://PORTAL.example.vn/cb",
    "HTTPS://portal.example.vn/cb",
    "https://portal.example.vn./cb",
    "https://portal..example.vn/cb",
    "https://-portal.example.vn/cb",
    "https://localhost/cb",
    "https://10.0.0.1/cb",
    "https://[::1]/cb",
    "https://2130706433/cb",
    "https://0x7f.1/cb",
    "https://pörtal.example.vn/cb",
    "https://portal.example.vn:0/cb",
    "https://portal.example.vn:99999/cb",
    "https://portal.example.vn:/cb",
    "https://portal.example.vn/cb\n",
    " https://portal.example.vn/cb",
    "https://portal.example.vn/c b",
    "https:/portal.example.vn/cb",
    "https:portal.example.vn/cb",
    "//portal.example.vn/cb",
    "javascript:alert(1)//",
    "data:text/html,x",
    "vn.example.app:/cb",
    'https://portal.example.vn/cb"onload="x',
    "https://portal.example.vn/" + "x" * 500,
    "",
    "http://localhost:8000/cb",
    "http://127.0.0.1/cb",
]


@pytest.mark.parametrize("uri", GOOD)
def test_an_address_that_all_read_alike_may_be_registered(uri: str) -> None:
    check_redirects([uri], demo=False)


@pytest.mark.parametrize("uri", HOSTILE)
def test_an_address_that_could_lead_elsewhere_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_redirects([uri], demo=False)
    assert not uri or uri not in str(caught.value)


@pytest.mark.parametrize("uri", ["http://localhost:8000/cb", "http://127.0.0.1:1/cb"])
def test_demo_mode_takes_this_machine_and_nothing_else_of_http(uri: str) -> None:
    check_redirects([uri], demo=True)
    for evil in ("http://localhost:80@evil/cb", "http://localhost.evil.example/cb", "http://127.0.0.1.evil.example/cb"):
        with pytest.raises(Invalid):
            check_redirects([evil], demo=True)


def test_a_portal_has_ten_addresses_each_once() -> None:
    with pytest.raises(Invalid):
        check_redirects([PORTAL, PORTAL], demo=False)
    with pytest.raises(Invalid):
        check_redirects([f"{PORTAL}/{n}" for n in range(11)], demo=False)


# Narrower and wider

FULL = ClientTerms(
    name="P", allowed=(NAME, BORN), redirect_uris=(PORTAL, LATEST), token_type="Bearer", exchanges=True,
    tokens_per_minute=60,
)  # fmt: skip


def with_(**changed: Any) -> ClientTerms:
    return msgspec.structs.replace(FULL, **changed)


@pytest.mark.parametrize(
    "narrower",
    [
        {},
        {"allowed": (NAME,)},
        {"allowed": (BASIC,)},  # the same two, by the name of their set
        {"redirect_uris": (PORTAL,)},
        {"token_type": "DPoP"},
        {"exchanges": False},
        {"registered_only": True},
        {"tokens_per_minute": 59},
    ],
    ids=str,
)
async def test_one_officer_narrows_what_a_client_may_do(office: Office, narrower: dict[str, Any]) -> None:
    await office.widens(system("p", kind="portal", terms=FULL))
    await office.does(BINH, NarrowClient("p", with_(**narrower), WHY))
    row = await office.row("clients", client="p")
    assert all(row[name] == (sorted(said) if isinstance(said, tuple) else said) for name, said in narrower.items())


@pytest.mark.parametrize(
    "wider",
    [
        {"allowed": (NAME, BORN, "identity:citizen.pin:read")},
        {"redirect_uris": (PORTAL, LATEST, PORTAL + "x")},
        {"token_type": "Bearer"},
        {"exchanges": True},
        {"registered_only": False},
        {"tokens_per_minute": 61},
        {"tokens_per_minute": None},
        {"name": "Your bank"},
    ],
    ids=str,
)
async def test_two_officers_widen_what_a_client_may_do(office: Office, wider: dict[str, Any]) -> None:
    modest = with_(token_type="DPoP", exchanges=False, registered_only=True)
    await office.widens(system("p", kind="portal", terms=modest))
    changed = msgspec.structs.replace(modest, **wider)
    await refused(office.does(BINH, NarrowClient("p", changed, WHY)), FourEyes)
    await office.widens(WidenClient("p", changed))


async def test_a_client_is_suspended_by_one_and_resumed_by_two(office: Office) -> None:
    await office.widens(system())
    await office.does(MACHINE, SuspendClient("tax", WHY))
    await refused(office.does(MACHINE, SuspendClient("tax", WHY)), Conflict)
    await refused(office.does(AN, ResumeClient("tax")), FourEyes)
    await office.widens(ResumeClient("tax"))
    assert (await office.row("clients", client="tax"))["state"] == "active"


# An agency rolls its own keys


async def kids(office: Office, client: str) -> list[str]:
    row = await office.row("clients", client=client)
    return [key["kid"] for key in json.loads(row["public_keys"])["keys"]]


async def test_an_agency_rolls_its_key_without_a_moment_without_one(office: Office, desk_client: Actor) -> None:
    await office.does(desk_client, AddKey("desk", a_key("fresh")))
    assert await kids(office, "desk") == ["desk", "fresh"]
    await office.does(desk_client, RetireClientKey("desk", "desk", WHY))
    assert await kids(office, "desk") == ["fresh"]
    await refused(office.does(desk_client, RetireClientKey("desk", "fresh", WHY)), Conflict)
    await refused(office.does(BINH, RetireClientKey("desk", "fresh", WHY)), Conflict)


async def test_an_agency_has_two_keys_at_a_time(office: Office, desk_client: Actor) -> None:
    await raced(Conflict, *(office.does(desk_client, AddKey("desk", a_key(f"k{n}"))) for n in range(5)))
    assert len(await kids(office, "desk")) == 2


async def test_an_agency_touches_no_key_of_another(office: Office, desk_client: Actor, other_client: Actor) -> None:
    assert other_client.name == "other"
    for change in (AddKey("other", a_key()), RetireClientKey("other", "other", WHY)):
        await refused(office.does(desk_client, change), NotFound)
    assert await kids(office, "other") == ["other"]


async def test_a_client_makes_itself_no_way_into_another_of_its_agency(office: Office, desk_client: Actor) -> None:
    await office.widens(system())
    await refused(office.does(desk_client, AddKey("tax", a_key("fresh"))), Forbidden)
    assert len(await kids(office, "tax")) == 1


async def test_a_bearer_token_in_other_hands_brings_no_key(office: Office, desk_client: Actor) -> None:
    await office.connection.execute("update clients set token_type = 'Bearer'")
    await refused(office.does(desk_client, AddKey("desk", a_key("fresh"))), Forbidden)
    await office.widens(AddKey("desk", a_key("fresh")))
    assert await kids(office, "desk") == ["desk", "fresh"]


async def test_another_key_of_the_same_name_is_refused(office: Office, desk_client: Actor) -> None:
    await refused(office.does(desk_client, AddKey("desk", a_key("desk"))), Conflict)
    await refused(office.does(desk_client, RetireClientKey("desk", "unheard-of", WHY)), Conflict)


async def test_a_key_on_no_curve_is_not_added(office: Office, desk_client: Actor) -> None:
    crooked = msgspec.structs.replace(a_key("k"), y=a_key().y)
    await refused(office.does(desk_client, AddKey("desk", crooked)), Invalid)


async def test_who_decides_on_a_key_sees_its_thumbprint(office: Office, desk_client: Actor) -> None:
    change = AddKey(desk_client.name, a_key("fresh"))
    thumbprint = ECKey.import_key(as_json(change.key)).thumbprint()
    proposal = await office.proposes(change)
    async with office.desk.looking(BINH) as work:
        _, seen = await described(work, proposal)
    assert f"fresh {thumbprint}" in seen.after["keys"]
    assert f"fresh {thumbprint}" not in seen.before["keys"]


async def test_an_officer_adds_a_key_with_another(office: Office, desk_client: Actor) -> None:
    change = AddKey(desk_client.name, a_key("fresh"))
    await refused(office.does(CHI, change), Forbidden)
    await refused(office.does(MACHINE, change), Forbidden)
    await office.widens(change)
    assert await kids(office, "desk") == ["desk", "fresh"]


async def test_an_agency_changes_nothing_else_of_its_clients(office: Office, desk_client: Actor) -> None:
    terms = ClientTerms(name="desk")
    changes: list[tuple[Change, type[Exception]]] = [
        (NarrowClient("desk", terms, WHY), Forbidden),
        (SuspendClient("desk", WHY), Forbidden),
        (WidenClient("desk", terms), FourEyes),
        (system("more"), FourEyes),
    ]
    for change, why in changes:
        await refused(office.does(desk_client, change), why)  # type: ignore[arg-type]
