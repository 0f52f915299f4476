"""Demo mode has two officers, and links for those of them who have no passkey."""

import pytest

from auth.database import engine_of
from auth.demo.install import install_demo
from auth.demo.officers import OFFICERS, open_links
from auth.officers import enrolment
from auth.officers.door import Officers
from auth.officers.refusals import LinkRefused
from tests.auth.officers.authenticator import Authenticator
from tests.auth.world import ISSUER, Installation


async def test_each_demo_officer_gets_a_link_until_a_passkey_is_enrolled(here: Installation) -> None:
    await install_demo(here.dsn, here.files)
    engine = engine_of(here.dsn, 2)
    officers, (first, second) = Officers(engine, ISSUER), await open_links(here.dsn)
    assert (first.officer, second.officer) == OFFICERS
    passkey = Authenticator(ISSUER)
    options = await enrolment.begin(officers, first.secret)
    await enrolment.finish(officers, first.secret, passkey.create(options), "First", "Tests/1")
    (again,) = await open_links(here.dsn)
    assert again.officer == OFFICERS[1]
    assert again.secret != second.secret
    with pytest.raises(LinkRefused):
        await enrolment.begin(officers, second.secret)
    await engine.dispose()


async def test_a_demo_officer_who_was_removed_stays_removed_and_gets_no_link(here: Installation) -> None:
    await install_demo(here.dsn, here.files)
    await here.connection.execute("update officers set state = 'removed' where officer = $1", OFFICERS[0].officer)
    await install_demo(here.dsn, here.files)
    assert [link.officer for link in await open_links(here.dsn)] == [OFFICERS[1]]
