"""What the OAuth server remembers between requests: keys, requests, codes and refresh tokens; secrets as digests."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Table, text

from auth.tables.columns import digest, document, metadata, moment, one_of, recorded, word

used_once = Table(
    "used_once",
    metadata,
    digest("SHA-256 of the kind, its signer and its jti.", primary_key=True),
    moment("expires_at", "From then on it is refused for its age, and this row may go."),
    Index(None, "expires_at"),
    comment="Client assertions and DPoP proofs seen; the primary key lets each pass once, whichever process it meets.",
)

shares = Table(
    "shares",
    metadata,
    word("client", "Whose share.", primary_key=True),
    Column("room", Float, nullable=False, comment="Requests that it could send at that moment."),
    moment("at", "When it last sent one."),
    comment="What is left of each client's requests per minute to the OAuth server. Not logged: lost, it is full.",
    prefixes=["UNLOGGED"],
)

signing_keys = Table(
    "signing_keys",
    metadata,
    word("kid", "RFC 7638 thumbprint.", primary_key=True),
    document("public_key", "JWK, public members only."),
    word("state", "next, current or previous: accepted, published; retired: refused."),
    moment("changed_at", "When it came into this state.", server_default=text("now()")),
    recorded(),
    one_of("state", "next", "current", "previous", "retired"),
    Index("signing_keys_one_current", "state", unique=True, postgresql_where=text("state = 'current'")),
    comment="Keys that sign access tokens. The private halves are files of the processes that sign.",
)

key_checks = Table(
    "key_checks",
    metadata,
    word("name", "Of a key file that every machine has.", primary_key=True),
    digest("HMAC-SHA256 of the name under the key, which it does not tell.", nullable=False),
    recorded(),
    comment="By which a machine that has other keys than the first one is refused when it starts.",
)

pushed_requests = Table(
    "pushed_requests",
    metadata,
    digest("SHA-256 of the request_uri.", primary_key=True),
    word("client", "Client that pushed it.", ForeignKey("clients.client")),
    document("parameters", "Checked parameters of the authorization request (RFC 9126)."),
    word("jkt", "Thumbprint of the DPoP key that the code will be bound to.", nullable=True),
    moment("expires_at", "From then on it is refused."),
    moment("used_at", "When it was answered, by consent or refusal.", nullable=True),
    Index(None, "expires_at"),
    comment="Authorization requests pushed by clients, until a citizen has answered them.",
)

authorization_codes = Table(
    "authorization_codes",
    metadata,
    digest("SHA-256 of the code.", primary_key=True),
    word("client", "Client it was given to.", ForeignKey("clients.client")),
    word("redirect_uri", "Where it was sent, and must be named again."),
    word("scope", "Scopes consented to."),
    document("authorization_details", "The one purpose."),
    word("code_challenge", "PKCE, S256."),
    word("jkt", "Thumbprint of the DPoP key it is bound to.", nullable=True),
    word("subject", "Sealed: the citizen whose data is meant."),
    word("representative", "Sealed: who acts for that citizen by law.", nullable=True),
    Column("consent", BigInteger, ForeignKey("consents.consent"), nullable=False, comment="The consent behind it."),
    moment("expires_at", "From then on it is refused."),
    moment("used_at", "When it was exchanged; a second time revokes what came of it.", nullable=True),
    word("access_token", "jti of the access token that was given for it.", nullable=True),
    Index(None, "expires_at"),
    comment="Authorization codes: a minute long, used once.",
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    digest("SHA-256 of the token.", primary_key=True),
    word("client", "Client it was given to.", ForeignKey("clients.client")),
    word("scope", "Scopes consented to."),
    document("authorization_details", "The one purpose."),
    word("jkt", "Thumbprint of the DPoP key it is bound to.", nullable=True),
    word("subject", "Sealed: the citizen whose data is meant."),
    word("representative", "Sealed: who acts for that citizen by law.", nullable=True),
    Column("consent", BigInteger, ForeignKey("consents.consent"), nullable=False, comment="The consent behind it."),
    digest("SHA-256 of the code it came from.", "code", nullable=False),
    moment("expires_at", "From then on it is refused."),
    moment("revoked_at", "When it was revoked; null: it was not.", nullable=True),
    recorded(),
    Index(None, "consent"),
    Index(None, "code"),
    comment="Refresh tokens; not rotated (FAPI 2.0), each good for its own client only.",
)

revocations = Table(
    "revocations",
    metadata,
    word("kind", "token: a jti; consent: the number of one; code: the digest of one.", primary_key=True),
    word("reference", "Which.", primary_key=True),
    moment("until", "From then on every token it concerns has expired, and this row may go."),
    recorded(),
    one_of("kind", "token", "consent", "code"),
    Index(None, "until"),
    comment="Access tokens that must be refused though they have not expired.",
)
