"""Read models and events, read in the session of a unit."""

from typing import Any

from shared.kernel.postgres import name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.unit import Unit


async def fetch_rows(unit: Unit, sql: str, *values: object) -> list[Any]:
    """Fetch rows of the unit's tenant."""
    connection, _ = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        rows: list[Any] = await connection.fetch(sql, *values)
        return rows


async def last_position(unit: Unit) -> int:
    """Return the position of the last event of the unit's tenant, 0 if there is none."""
    rows = await fetch_rows(unit, "select position from events order by position desc limit 1")
    return rows[0]["position"] if rows else 0
