"""From the first version of the authority to the next: what was decided there still counts, or is gone for good."""

from installation.settings import Settings
from migrations.run import migrate
from tests.migrations.first_version import first_version

BEFORE = """
insert into agencies (agency, name_vi, name_en) values ('G01', 'a', 'a');
insert into purposes values ('tax', 'law', 'a', 'a', 12);
insert into clients (client, agency, name, kind, public_keys)
    values ('desk', 'G01', 'a', 'portal', '{"keys": []}');
insert into signing_keys (kid, public_key, state)
    values ('one', '{}', 'current'), ('two', '{}', 'current'), ('three', '{}', 'next');
insert into grants (agency, purpose, scopes, reach, state, proposed_by, approved_by, revoked_by, reason) values
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'active', 'an', 'binh', null, 'kept'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'revoked', 'an', 'binh', 'chi', 'kept'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'expired', 'an', 'binh', null, 'kept'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'proposed', 'an', null, null, 'never granted'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'refused', 'an', 'binh', null, 'never granted'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'expired', 'an', null, null, 'never granted'),
    ('G01', 'tax', '{a:b.c:read}', 'everywhere', 'revoked', 'an', null, 'an', 'never granted');
"""


async def test_what_was_granted_stays_and_what_nobody_approved_is_no_grant(bare_settings: Settings) -> None:
    async with first_version(bare_settings, "auth") as rows:
        await rows.execute(BEFORE)

        await migrate(bare_settings)

        grants = await rows.fetch("select reason, state, revoked_by from grants order by grant_id")
        keys = await rows.fetch("select distinct state from signing_keys where kid in ('one', 'two')")
    assert [tuple(row) for row in grants] == [
        ("kept", "active", None),
        ("kept", "revoked", "chi"),
        ("kept", "revoked", "binh"),
    ]
    assert [row["state"] for row in keys] == ["previous"]
