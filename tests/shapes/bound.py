"""A client whose tokens are bound to a key, and what a gateway hands on of its request."""

from dataclasses import dataclass

import httpx2
from joserfc.jwk import ECKey
from requests_oauth2client.dpop import DPoPToken

from tests.auth.holders import Holder
from tests.clients.test_requests_oauth2client import FIND, FOR_TAXES, NAME, client_of
from tests.serving import Serving


@dataclass
class Told:
    """The nonce that the last answer brought."""

    nonce: str = ""

    def current(self) -> str:
        return self.nonce


class BoundClient:
    """`tax-service` of the demo, which signs its proofs for the graph as it knows it."""

    def __init__(self, authority: Serving) -> None:
        token = client_of(authority, "tax-service", dpop_bound_access_tokens=True).client_credentials(
            scope=f"{NAME} {FIND}", **FOR_TAXES
        )
        assert isinstance(token, DPoPToken)
        self._authority, self._told, self.token = authority, Told(), token.access_token
        key = ECKey.import_key(token.dpop_key.private_key.to_dict())
        self._holder = Holder(self._told, key)  # type: ignore[arg-type]
        self.wants_ticket(self.proof())  # and is told the nonce

    def proof(self, path: str = "/graphql") -> str:
        return self._holder.proof(self._authority.issuer + path, token=self.token)

    def wants_ticket(self, proof: str, query: str = "{ __typename }") -> httpx2.Response:
        """What the authority says to a gateway that this client asked with this proof."""
        answer = httpx2.post(
            f"http://127.0.0.1:{self._authority.port}/graphql/explain",
            json={"query": query},
            headers={"Authorization": f"DPoP {self.token}", "DPoP": proof, "Lienthong-Ticket": "wanted"},
        )
        self._told.nonce = answer.headers.get("dpop-nonce", self._told.nonce)
        return answer
