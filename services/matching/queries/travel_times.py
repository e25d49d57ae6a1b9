"""Query of the partnership's table of travel times."""

from datetime import date

from services.matching import policy
from shared.events.words import TravelMode
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class TravelTimes(Answer):
    """The travel times from a place: minutes one way, by mode and school's URN."""

    place: str
    minutes: dict[TravelMode, dict[str, int]]
    since: date


async def travel_times(reader: Reader, *, after: str | None, limit: int) -> list[TravelTimes]:
    """List one page of places and their times, in alphabetical order."""
    policy.may_run_rounds(reader.who)
    return await reader.all(
        TravelTimes,
        """select place, minutes, since from travel_times
           where $1::text is null or place > $1 order by place limit $2""",
        after,
        limit,
    )
