"""The table of travel times, read."""

from typing import Any

from shared.kernel.reader import Reader


async def travel_times(reader: Reader, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Places in their order with minutes by mode and URN, one page."""
    rows = await reader.connection.fetch(
        """select place, minutes, since from travel_times
           where $1::text is null or place > $1 order by place limit $2""",
        after,
        limit,
    )
    return [dict(row) for row in rows]
