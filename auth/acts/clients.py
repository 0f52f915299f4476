"""Clients: registering, widening and resuming them (two people), narrowing and suspending (one, at once).

What a client may do stands in its terms. Whether other terms are narrower is decided like that of grants: in doubt they
are not. A client keeps its name, its agency and its kind for good.
"""

from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import Row, insert, select, update

from auth.acts.change import AgencyId, Change, ClientId, Count, Names, Text, Title, Word, as_json, kept
from auth.acts.client_keys import PublicKey, as_column, check_keys
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands, live_agency
from auth.acts.redirects import check_redirects
from auth.acts.refusals import Conflict, FourEyes, Invalid
from auth.acts.terms import check_names
from auth.scopes import Catalogue, Scope, is_set
from auth.tables import clients

ClientKind = Literal["system", "portal", "subgraph"]


class ClientTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client may do. `allowed` are the scopes and scope sets for which it may ask at all."""

    name: Title
    allowed: Names = ()
    redirect_uris: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=500)], ...], msgspec.Meta(max_length=20)] = ()
    token_type: Literal["DPoP", "Bearer"] = "DPoP"  # noqa: S105
    exchanges: bool = False
    registered_only: bool = False
    tokens_per_minute: Count | None = None


class RegisterClient(Change, frozen=True, tag="client.register"):
    """Let a system of an agency ask for tokens."""

    client: ClientId
    agency: AgencyId
    kind: ClientKind
    terms: ClientTerms
    keys: Annotated[tuple[PublicKey, ...], msgspec.Meta(max_length=16)]
    domain: Word | None = None


class WidenClient(Change, frozen=True, tag="client.widen"):
    """Put other terms in the place of a client's."""

    client: ClientId
    terms: ClientTerms


class ResumeClient(Change, frozen=True, tag="client.resume"):
    """Accept a suspended client again."""

    client: ClientId


class NarrowClient(Change, frozen=True, tag="client.narrow"):
    """Put terms in the place of a client's that allow nothing more."""

    client: ClientId
    terms: ClientTerms
    reason: Text


class SuspendClient(Change, frozen=True, tag="client.suspend"):
    """Refuse a client and its tokens until it is resumed."""

    client: ClientId
    reason: Text


async def check_registering(work: Work, change: RegisterClient) -> Outcome:
    """Refusals: the name is taken; no such agency; terms that do not fit the kind; keys that must not be registered."""
    if await work.find(select(clients.c.client).where(clients.c.client == change.client)) is not None:
        raise Conflict("There is a client of this name.")
    await live_agency(work, change.agency)
    _check_terms(work, change.terms, change.kind)
    _check_domain(change.kind, change.domain, work.desk.catalogue)
    await check_keys(work, change.keys)
    return Outcome(change.client, None, as_json(change))


async def register(work: Work, change: RegisterClient, _: Hands) -> Outcome:
    outcome = await check_registering(work, change)
    row = {
        **_columns(change.terms),
        "client": change.client,
        "agency": change.agency,
        "kind": change.kind,
        "domain": change.domain,
        "public_keys": as_column(change.keys),
    }
    await work.connection.execute(insert(clients).values(row))
    return Outcome(outcome.target, None, outcome.after, {"client": change.client})


async def check_widening(work: Work, change: WidenClient) -> Outcome:
    row = await _client(work, change.client)
    _check_terms(work, change.terms, row.kind)
    return Outcome(change.client, as_json(terms_of(row)), as_json(change.terms))


async def widen(work: Work, change: WidenClient, _: Hands) -> Outcome:
    outcome = await check_widening(work, change)
    await _set(work, change.client, **_columns(change.terms))
    return outcome


async def check_resuming(work: Work, change: ResumeClient) -> Outcome:
    row = await _client(work, change.client)
    if row.state != "suspended":
        raise Conflict("The client is not suspended.")
    await live_agency(work, row.agency)
    return Outcome(change.client, "suspended", "active")


async def resume(work: Work, change: ResumeClient, _: Hands) -> Outcome:
    outcome = await check_resuming(work, change)
    await _set(work, change.client, state="active")
    return outcome


async def narrow(work: Work, change: NarrowClient) -> Outcome:
    row = await _client(work, change.client)
    _check_terms(work, change.terms, row.kind)
    if not is_narrower(terms_of(row), change.terms, work.desk.catalogue):
        raise FourEyes("These terms allow something that the client's did not; propose them as client.widen.")
    await _set(work, change.client, **_columns(change.terms))
    return Outcome(change.client, as_json(terms_of(row)), as_json(change.terms))


async def suspend(work: Work, change: SuspendClient) -> Outcome:
    if (await _client(work, change.client)).state == "suspended":
        raise Conflict("The client is suspended already.")
    await _set(work, change.client, state="suspended")
    return Outcome(change.client, "active", "suspended")


def terms_of(row: Row[Any]) -> ClientTerms:
    """What a client's row says."""
    names = (field.name for field in msgspec.structs.fields(ClientTerms))
    terms: ClientTerms = kept({name: getattr(row, name) for name in names}, ClientTerms)
    return terms


def is_narrower(old: ClientTerms, new: ClientTerms, catalogue: Catalogue) -> bool:
    """Whether a client can do nothing under `new` that it could not under `old`; equal terms count as narrower.

    Another name is not narrower: citizens read it before they consent.
    """
    return (
        new.name == old.name
        and catalogue.known(new.allowed) <= catalogue.known(old.allowed)
        and set(new.redirect_uris) <= set(old.redirect_uris)
        and new.token_type in {old.token_type, "DPoP"}
        and new.exchanges <= old.exchanges
        and new.registered_only >= old.registered_only
        and _asks_no_more(old.tokens_per_minute, new.tokens_per_minute)
    )


def _asks_no_more(old: int | None, new: int | None) -> bool:
    """The usual number may be more or less than one that is named."""
    return old == new or (old is not None and new is not None and new < old)


def _check_terms(work: Work, terms: ClientTerms, kind: str) -> None:
    catalogue = work.desk.catalogue
    check_names(
        tuple(name for name in terms.allowed if not is_set(name)), tuple(filter(is_set, terms.allowed)), catalogue
    )
    check_redirects(terms.redirect_uris, demo=work.desk.demo)
    if (kind == "portal") != bool(terms.redirect_uris):
        raise Invalid("A portal, and only a portal, has redirect URIs.")
    if kind == "subgraph" and (terms.allowed or terms.exchanges):
        raise Invalid("A subgraph asks for nothing itself: it has no scopes and exchanges no tokens.")


def _check_domain(kind: str, domain: str | None, catalogue: Catalogue) -> None:
    known = {Scope.parse(scope).domain for scope in catalogue.scopes}
    if (kind == "subgraph") != (domain is not None) or (domain is not None and domain not in known):
        raise Invalid(f"A subgraph, and only a subgraph, serves a domain: one of {', '.join(sorted(known))}.")


def _columns(terms: ClientTerms) -> dict[str, Any]:
    said = {field.name: getattr(terms, field.name) for field in msgspec.structs.fields(ClientTerms)}
    return {**said, "allowed": sorted(set(terms.allowed)), "redirect_uris": list(terms.redirect_uris)}


async def _client(work: Work, client: str) -> Row[Any]:
    return await work.get(select(clients).where(clients.c.client == client), "client", agency="agency")


async def _set(work: Work, client: str, **columns: Any) -> None:
    await work.connection.execute(update(clients).where(clients.c.client == client).values(columns))
