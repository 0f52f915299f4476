"""Citizens as the authority knows them: sealed numbers, what they consented to, and sessions at the consent page.

A personal number stands here only sealed (`auth.access.subject`), the same text for the same citizen.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Table

from auth.tables.columns import digest, document, metadata, moment, recorded, word, words

consents = Table(
    "consents",
    metadata,
    Column("consent", BigInteger, Identity(always=True), primary_key=True, comment="Number of the consent."),
    word("citizen", "Sealed: who consented."),
    word("subject", "Sealed: whose data it is about; the citizen, or a child the citizen represents."),
    word("client", "Portal that may ask.", ForeignKey("clients.client")),
    word("purpose", "For what.", ForeignKey("purposes.purpose")),
    words("scopes", "Fields consented to, sets opened: a consent never grows."),
    word("language", "Language in which the fields were shown: vi or en."),
    digest("SHA-256 of the text that was shown.", "shown", nullable=False),
    moment("valid_until", "In force before this moment; a child's coming of age ends it."),
    moment("withdrawn_at", "When the citizen withdrew it; null: did not.", nullable=True),
    recorded(),
    CheckConstraint("language in ('vi', 'en')", name="language"),
    CheckConstraint("cardinality(scopes) > 0", name="not_empty"),
    Index(None, "citizen"),
    Index(None, "subject"),
    comment="What citizens allowed portals to read of them.",
)

citizen_sessions = Table(
    "citizen_sessions",
    metadata,
    digest("SHA-256 of the cookie.", primary_key=True),
    word("citizen", "Sealed: who signed in."),
    word("acr", "How sure the identity provider was."),
    moment("signed_in_at", "When the identity provider saw the citizen."),
    moment("seen_at", "When the session was last used."),
    moment("ends_at", "From then on it is refused, used or not."),
    moment("ended_at", "When it was ended by hand; null: it was not.", nullable=True),
    Index(None, "ends_at"),
    comment="Citizens at the consent page and at their own page.",
)

sign_ins = Table(
    "sign_ins",
    metadata,
    digest("SHA-256 of the state that went to the identity provider.", primary_key=True),
    digest("SHA-256 of the cookie of the browser that began.", "browser", nullable=False),
    document("kept", "Nonce, PKCE verifier, and where to go afterwards."),
    moment("expires_at", "From then on it is refused."),
    Index(None, "expires_at"),
    comment="Sign-ins under way at the identity provider; each is answered once.",
)
