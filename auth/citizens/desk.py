"""What the pages of citizens work with, in one process: the database, the authority, the provider, the registers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from auth.access.authority import Authority
from auth.acts.desk import Desk
from auth.citizens import consents
from auth.citizens.provider import Provider
from auth.citizens.representation import RegisterSilent, Represented, RepresentedBy, children
from auth.database import engine_of

CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class CitizenDesk:
    """`provider` is None where no identity provider is set up: then nobody signs in. At `acts`, consents end.

    `represented_by` is None where no register can be asked: there everybody acts for oneself only, and is told so.
    """

    authority: Authority
    acts: Desk
    provider: Provider | None
    represented_by: RepresentedBy | None
    engine: AsyncEngine

    @property
    def issuer(self) -> str:
        return self.authority.issuer

    async def children_of(self, citizen: str) -> list[Represented]:
        """The children for whom this citizen acts by law at this moment. Raises `RegisterSilent`."""
        return children(await self.represented(citizen))

    async def represented(self, citizen: str) -> Sequence[Represented]:
        """Everybody for whom this citizen acts, as far as a register can be asked. Raises `RegisterSilent`."""
        return [] if self.represented_by is None else await self.represented_by(citizen)

    async def still_acts(self, representative: str, child: str, consent: int) -> bool:
        """Whether the register still says so; where it does not, the consent that rested on it ends here."""
        if self.represented_by is None:
            raise RegisterSilent("no register is asked here who represents whom")
        if any(person.pin == child for person in await self.children_of(representative)):
            return True
        async with self.engine.begin() as connection:
            await consents.end(connection, consent)
        return False


@asynccontextmanager
async def opened(
    dsn: str, authority: Authority, acts: Desk, provider: Provider | None, represented_by: RepresentedBy | None
) -> AsyncIterator[CitizenDesk]:
    """The desk of this process, over connections of its own: a slow citizen keeps no client waiting."""
    engine = engine_of(dsn, CONNECTIONS)
    try:
        yield CitizenDesk(authority, acts, provider, represented_by, engine)
    finally:
        await engine.dispose()
