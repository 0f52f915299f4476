"""A browser and a portal, as the tests of the pages play them: cookies, forms and redirects over HTTP, nothing else."""

import hashlib
import html
import json
import re
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

CALLBACK = "http://localhost:9700/callback"
CLIENT, SCOPES, PURPOSE = "citizen-app", "set:demo.citizen_app.v1", "citizen.self_service"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Page:
    """A page as a person uses it: its text, its forms, where it goes by itself."""

    answer: httpx2.Response

    @property
    def text(self) -> str:
        return html.unescape(self.answer.text)

    @property
    def onward(self) -> str:
        """Where the page moves on to."""
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', self.answer.text)
        assert found is not None, self.answer.text
        return html.unescape(found[1])

    def form(self, **chosen: str) -> tuple[str, dict[str, str]]:
        """The first form's address, and its fields with what the person chose."""
        first = self.answer.text.split("</form>")[0]
        action = re.search(r'<form method="post" action="([^"]*)"', first)
        assert action is not None, self.answer.text
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', first)
        checked = re.findall(r'<input type="radio" name="([^"]*)" value="([^"]*)" checked', first)
        fields = {name: html.unescape(value) for name, value in [*hidden, *checked]}
        return html.unescape(action[1]), {**fields, **chosen}

    def choice(self, label: str) -> str:
        """The value of the radio button beside this label."""
        found = re.search(r'<input type="radio" name="whom" value="([^"]*)"[^>]*>\s*' + re.escape(label), self.text)
        assert found is not None, self.text
        return found[1]


@dataclass
class Browser:
    """One person's browser at this installation. It follows no redirect by itself."""

    issuer: str
    language: str = "vi"
    http: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(base_url=self.issuer, headers={"Accept-Language": self.language}, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def get(self, address: str, **headers: str) -> Page:
        return Page(self.http.get(address, headers=headers))

    def post(self, address: str, fields: dict[str, str], **headers: str) -> Page:
        """As a form of our own page does; `headers` say otherwise."""
        own = {"Origin": self.issuer, "Sec-Fetch-Site": "same-origin"}
        return Page(self.http.post(address, data=fields, headers={**own, **headers}))

    def sign_in(self, to_provider: Page, persona: str) -> Page:
        """From the redirect to the provider to the page that says that one is signed in."""
        choosing = self.get(to_provider.answer.headers["location"])
        assert choosing.answer.status_code == 200, choosing.text
        address, fields = choosing.form(persona=persona)
        return self.get(self.post(address, fields).answer.headers["location"])

    def to_question(self, portal: "Portal", persona: str, **asked: Any) -> Page:
        """From the portal to the question, or to what comes instead."""
        signed_in = self.sign_in(self.get(portal.address(**asked)), persona)
        assert signed_in.answer.status_code == 200, signed_in.text
        return self.get(signed_in.onward)

    def agree(self, question: Page, **chosen: str) -> str:
        """The code with which the browser goes back to the portal."""
        address, fields = question.form(answer="yes", **chosen)
        back = self.post(address, fields).answer
        assert back.status_code == 303, back.text
        return code_in(back.headers["location"])


def code_in(address: str) -> str:
    assert address.startswith(CALLBACK), address
    return parse_qs(urlsplit(address).query)["code"][0]


@dataclass
class Portal:
    """The demo portal whose tokens are bound to a key; it knows its own key from the installation's home."""

    issuer: str
    home: Path
    bound_to: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str | None = None
    client: str = CLIENT

    def address(self, **asked: Any) -> str:
        """Where the portal sends a browser."""
        return f"/oauth/authorize?client_id={CLIENT}&request_uri={self.push(**asked)}"

    def push(self, **asked: Any) -> str:
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        detail = {"type": "urn:lienthong:purpose", "purpose": PURPOSE, "case_reference": "G22-260115-0002"}
        answer = self.post(
            "/oauth/par",
            response_type="code", redirect_uri=CALLBACK, state="portal-state", code_challenge=challenge,
            code_challenge_method="S256", authorization_details=json.dumps([detail]), **{"scope": SCOPES, **asked},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return str(answer.json()["request_uri"])

    def exchange(self, code: str) -> httpx2.Response:
        return self.post(
            "/oauth/token",
            grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=self.verifier,
        )  # fmt: skip

    def refresh(self, token: str) -> httpx2.Response:
        return self.post("/oauth/token", grant_type="refresh_token", refresh_token=token)

    def post(self, path: str, **form: str) -> httpx2.Response:
        """To the OAuth server, authenticated and with a proof; once more where it names a nonce."""
        answer = self._post(path, form)
        return self._post(path, form) if "use_dpop_nonce" in answer.text else answer

    def ask(self, token: str, query: str, at: str = "", proof_for: str = "") -> httpx2.Response:
        """A question to the graph with this token, or to a part of it; the proof is for where it is asked."""
        asked = token, query, at or self.issuer, proof_for or at or self.issuer
        answer = self._ask(*asked)
        return self._ask(*asked) if "use_dpop_nonce" in answer.headers.get("www-authenticate", "") else answer

    def _post(self, path: str, form: dict[str, str]) -> httpx2.Response:
        url = self.issuer + path
        fields = {**form, "client_assertion_type": _ASSERTION, "client_assertion": self._assertion()}
        return self._noted(httpx2.post(url, data=fields, headers={"DPoP": self._proof(url)}, trust_env=False))

    def _ask(self, token: str, query: str, at: str, proof_for: str) -> httpx2.Response:
        proof = self._proof(proof_for + "/graphql", token)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        return self._noted(httpx2.post(at + "/graphql", json={"query": query}, headers=headers, trust_env=False))

    def _noted(self, answer: httpx2.Response) -> httpx2.Response:
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    def _assertion(self) -> str:
        key = ECKey.import_key(json.loads((self.home / "keys" / f"demo-{self.client}.jwk").read_text()))
        now = int(time.time())
        claims = {"iss": self.client, "sub": self.client, "aud": self.issuer, "iat": now, "exp": now + 60}
        return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, {**claims, "jti": secrets.token_hex(8)}, key)

    def _proof(self, url: str, token: str | None = None) -> str:
        claims: dict[str, Any] = {"jti": secrets.token_hex(8), "htm": "POST", "htu": url, "iat": int(time.time())}
        if self.nonce is not None:
            claims["nonce"] = self.nonce
        if token is not None:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.bound_to.as_dict(private=False)}
        return jwt.encode(header, claims, self.bound_to)
