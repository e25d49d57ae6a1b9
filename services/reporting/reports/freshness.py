"""The time up to which an answer is complete: reporting receives events some time after they are published."""

from datetime import datetime

from shared.kernel.answers import Answer
from shared.kernel.postgres.progress import projected_position
from shared.kernel.reader import Reader


class DatedAnswer(Answer):
    """An answer with the time at which its last event was recorded here; None before the first event.

    Later events may be on their way.
    """

    up_to_date_at: datetime | None


async def last_recorded_at(reader: Reader) -> datetime | None:
    """Return when the last event was recorded that every read table contains; None before the first event.

    Ask before the rows of an answer are read: then the answer contains at least the events up to this time.
    """
    recorded_at: datetime | None = await reader.value(
        "select recorded_at from events where tenant = $1 and position <= $2 order by position desc limit 1",
        reader.who.tenant,
        await projected_position(reader.connection),
    )
    return recorded_at
