"""Changes of the portal's own tables, in the transaction of an append."""

from collections.abc import Awaitable, Callable

from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Unit

Change = Callable[[Connection, Keyring], Awaitable[object]]
"""Changes rows of the unit's partnership, which the transaction has named."""


def change_tables(unit: Unit, change: Change) -> None:
    """Run a change in the transaction of the append, before the append; both are committed or neither."""

    async def work(transaction: UnitTransaction) -> None:
        connection, keyring = connection_and_keyring(transaction)
        await name_tenants(connection, [unit.tenant])
        await change(connection, keyring)

    unit.in_transaction(work)
