"""Commands of partnerships: open one, and change its name."""

from services.portal import policy
from services.portal.domain.partnerships import KEY, PARTNERSHIP, NamePartnership, NewName
from services.portal.signing_in.own_tables import change_tables
from shared.kernel.answers import Answer
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class PartnershipState(Answer):
    """A partnership: its tenant and its name."""

    partnership: str
    name: str


def name_partnership(who: Principal, new: NewName) -> UseCase[PartnershipState]:
    """Open the partnership under a name, or change its name."""

    async def use_case(unit: Unit) -> PartnershipState:
        policy.may_name_partnership(who)
        await unit.decide(PARTNERSHIP, KEY, NamePartnership(name=new.name, on=new.on))

        async def enter(connection: Connection, _: Keyring) -> None:
            await connection.execute(
                "insert into partnerships (tenant) values ($1) on conflict (tenant) do nothing", unit.tenant
            )

        change_tables(unit, enter)
        return PartnershipState(partnership=unit.tenant, name=new.name)

    return use_case
