"""Query of the history of an aggregate: its events without their texts, each with the day of its effect and its
recording time.
"""

from datetime import date, datetime

from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class HistoryEntry(Answer):
    """An event: its type, the day on which it took effect, the time at which it was recorded, and by whom."""

    what: str
    happened_on: date
    recorded_at: datetime
    by: str


async def history(reader: Reader, *streams: str) -> list[HistoryEntry]:
    """List the events of these streams in the order in which they were recorded."""
    return await reader.all(
        HistoryEntry,
        """select type as what, happened_on, recorded_at, actor as by
           from events where tenant = $1 and stream = any ($2) order by position""",
        reader.who.tenant,
        list(streams),
    )
