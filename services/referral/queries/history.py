"""What happened to something: each fact with the day on which it took effect beside the time it was recorded."""

from typing import Any

from shared.kernel.reader import Reader


async def history(reader: Reader, *streams: str) -> list[dict[str, Any]]:
    """The facts of these streams in the order in which they were recorded: what happened, no words and no names."""
    rows = await reader.connection.fetch(
        """select type as what, happened_on, recorded_at, actor as by
           from events where tenant = $1 and stream = any ($2) order by position""",
        reader.who.tenant,
        list(streams),
    )
    return [dict(row) for row in rows]
