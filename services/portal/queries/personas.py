"""The people of a demonstration, one of whom somebody chooses to be; used only where `ALONGSIDE_ENV` is `local`."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from services.portal.queries.people import names_of
from services.portal.signing_in.memberships import memberships_of_accounts, name_every_partnership
from shared.kernel.postgres import ACQUIRE_TIMEOUT, name_tenants
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader

ORDER = ("partnership_lead", "tutor", "school_lead", "mentor", "trainee")
SHOWN = 12
"""People of a role in a partnership who are shown before somebody looks for a name."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be: their partnership, account, role and name."""

    tenant: str
    partnership: str
    account_id: UUID
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Personas:
    """The people of one partnership, and how many more there are than are shown."""

    heading: str
    people: tuple[Persona, ...]
    more: int


async def list_personas(store: PostgresStore, find: str, today: date) -> list[Personas]:
    """List the people of each partnership whose name contains a text: staff first, then mentors and trainees."""
    found: list[Personas] = []
    async with store.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection, connection.transaction():
        tenants = await name_every_partnership(connection)
        rows = await connection.fetch(
            """select tenant, account_id from accounts where name is not null
               union select tenant, person_id from people where kind is not null"""
        )
        everybody = await memberships_of_accounts(
            connection, [(row["tenant"], row["account_id"]) for row in rows], today
        )
        for tenant in tenants:
            await name_tenants(connection, [tenant])
            own = [each for each in everybody if each.tenant == tenant]
            reader = Reader(Principal("", tenant, frozenset()), connection, store.keyring)
            names = await names_of(reader, (each.account_id for each in own))
            people = sorted(
                (
                    Persona(tenant, each.partnership, each.account_id, each.role, names[each.account_id])
                    for each in own
                    if find.casefold().strip() in names[each.account_id].casefold()
                ),
                key=lambda each: (ORDER.index(each.role), each.name),
            )
            for role, of_role in groupby(people, key=lambda each: each.role):
                whole = tuple(of_role)
                heading = f"{whole[0].partnership}: {HEADINGS[role]}"
                found.append(Personas(heading, whole[:SHOWN], max(0, len(whole) - SHOWN)))
    return found


HEADINGS = {
    "partnership_lead": "partnership leads",
    "tutor": "tutors",
    "school_lead": "school leads",
    "mentor": "mentors",
    "trainee": "trainees",
}
