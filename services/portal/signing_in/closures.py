"""Accounts that are closed, in a table that is written with the command: no page waits for a read model to show it."""

from uuid import UUID

from services.portal.signing_in.own_tables import change_tables
from services.portal.signing_in.sessions import end_sessions_of_account
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.unit import Unit


def enter_closure(unit: Unit, account_id: UUID) -> None:
    """Enter that an account is closed, and end its sessions, in the transaction of the append."""
    tenant = unit.tenant

    async def enter(connection: Connection, _: Keyring) -> None:
        await connection.execute("insert into closures values ($1, $2) on conflict do nothing", tenant, account_id)
        await end_sessions_of_account(connection, tenant, account_id)

    change_tables(unit, enter)


def remove_closure(unit: Unit, account_id: UUID) -> None:
    """Enter that an account is open again, in the transaction of the append."""
    tenant = unit.tenant

    async def remove(connection: Connection, _: Keyring) -> None:
        await connection.execute("delete from closures where tenant = $1 and account_id = $2", tenant, account_id)

    change_tables(unit, remove)
