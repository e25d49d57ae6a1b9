"""Read models, events and sealed texts, read in the session of a unit."""

from collections.abc import Iterable
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


async def open_texts(unit: Unit, texts: Iterable[str | None]) -> dict[str, str]:
    """Decrypt texts of the unit's tenant; returns the plain text of each encrypted one, without texts that are not
    encrypted.
    """
    connection, keyring = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        return dict(await keyring.open(connection, unit.tenant, texts))
