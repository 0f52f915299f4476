"""The product's answer for a random token in a random world, put beside the model's."""

from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

from auth import clock
from auth.access.authority import Authority
from auth.access.nonces import KEY_BYTES as NONCE_BYTES
from auth.access.nonces import Nonces
from auth.access.possession import Possession
from auth.access.purposes import PurposeDetail
from auth.access.seen import SeenProofs
from auth.access.subject import KEY_BYTES, SubjectSeal
from auth.access.tokens import Claims, VerifiedToken, acting, audience, sign
from auth.caller import Caller
from auth.errors import Unauthenticated
from auth.policy.decided import SigningKey
from auth.policy.rows import client_of, delegation_of, grant_of
from auth.policy.snapshot import Policy
from auth.reach import Reach
from auth.scopes import Catalogue
from tests.auth.policy.model import Allowed
from tests.auth.policy.worlds import PEOPLE, PURPOSES, SCOPES, SETS, Token, World, communes_of
from tests.auth.world import ISSUER
from tests.waiting import at_once

CATALOGUE = Catalogue(frozenset(SCOPES), SETS)
KEY = ECKey.generate_key("P-256")
SUBJECTS = SubjectSeal(bytes(KEY_BYTES))
POSSESSION = Possession(ISSUER, Nonces(bytes(NONCE_BYTES)), SeenProofs(Path(":memory:")))


def policy_of(world: World) -> Policy:
    """The policy that these rows make; what is not active is left out, as the statements that read do."""
    agencies = frozenset(row["agency"] for row in world.agencies if row["state"] == "active")
    clients = [row for row in world.clients if row["state"] == "active" and row["agency"] in agencies]
    usual = {"bearer": True, "registered_only": False}
    return Policy(
        revision=1,
        rules_revision=1,
        agencies=agencies,
        clients={row["client"]: client_of({**row, **usual}, CATALOGUE) for row in clients},
        legal_bases=dict.fromkeys(PURPOSES, "Law"),
        keys={KEY.thumbprint(): SigningKey(KEY, "current")},
        grants=tuple(grant_of(row, CATALOGUE, communes_of) for row in world.grants if row["state"] == "active"),
        delegations=tuple(delegation_of(row, CATALOGUE) for row in world.delegations if row["state"] == "active"),
        sets=SETS,
        revoked=world.revocations,
    )


@dataclass
class Fixed:
    """A policy that nobody changes, to decide by."""

    decided: Policy

    async def open(self) -> None:
        """It is there."""

    async def close(self) -> None:
        """It stays."""

    def policy(self) -> Policy:
        return self.decided


def authority_over(policy: Policy) -> Authority:
    return Authority(Fixed(policy), issuer=ISSUER, catalogue=CATALOGUE, subjects=SUBJECTS, possession=POSSESSION)


def caller_of(authority: Authority, token: Token) -> Caller | None:
    """Whom the token makes its bearer; None where it is turned away."""
    try:
        return at_once(authority.caller(f"Bearer {signed(token)}"))
    except Unauthenticated:
        return None


def signed(token: Token) -> str:
    return sign(claims_of(token), KEY)


def verified(token: Token) -> VerifiedToken:
    """The token after its signature was looked at."""
    return VerifiedToken(claims_of(token), KEY.thumbprint())


def claims_of(token: Token) -> Claims:
    now = int(clock.wall())
    detail = PurposeDetail(
        "urn:lienthong:purpose", token.purpose or "", "G01-1", legal_basis="Law", on_behalf_of=token.on_behalf_of
    )
    return Claims(
        iss=ISSUER,
        aud=audience(ISSUER),
        sub="x",
        client_id=token.client,
        iat=now,
        exp=now + 300,
        jti=token.jti,
        scope=" ".join(token.names),
        authorization_details=[] if token.purpose is None else [detail],
        sealed_subject=None if token.citizen is None else SUBJECTS.seal(token.citizen, token.client),
        consent=token.consent,
        code=token.code,
        act=acting(token.client, token.through),
        exchanged=list(token.exchanged),
    )


def as_allowed(caller: Caller) -> dict[str, Allowed]:
    """The rights of a caller in the words of the model."""
    rights = caller.rights
    return {
        scope: Allowed(
            persons=frozenset(person for person in PEOPLE if _holds(reach, person, caller.subject)),
            grants=frozenset(rights.grants[scope]),
            charges=frozenset(
                frozenset((limit.grant, limit.persons_per_day) for limit in choice)
                for choice in rights.limits.get(scope, ())
            ),
            emergencies=rights.emergencies & frozenset(rights.grants[scope]),
        )
        for scope, reach in rights.reach.items()
    }


def _holds(reach: Reach, person: str, subject: str | None) -> bool:
    return reach.everywhere or PEOPLE[person] in reach.communes or (reach.oneself and person == subject)
