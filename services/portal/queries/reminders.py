"""Queries of reminders: whether somebody wants none, and until when."""

from uuid import UUID

from services.portal.domain.reminders import Pause
from shared.kernel.postgres import Connection


async def find_pause(connection: Connection, tenant: str, account_id: UUID) -> Pause | None:
    """Return the pause of somebody's reminders, in a transaction that has named the tenant; None where they come."""
    row = await connection.fetchrow(
        "select until from reminder_pauses where tenant = $1 and account_id = $2", tenant, account_id
    )
    return None if row is None else Pause(row["until"])
