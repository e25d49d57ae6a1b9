"""The lines of days at the school."""

from services.sessions.domain.days import DAY, DayRecorded
from services.sessions.story.chapters import Chapter, Line


def _recorded(recorded: DayRecorded) -> str:
    part = recorded.halves[0] if len(recorded.halves) == 1 else "day"
    return f"The {part} of {{happened_on}} at the school is {{state}} now, by the {{by}}."


DAYS = Chapter(
    DAY,
    about="day",
    id_field="day_id",
    keys="select distinct day_id from day_steps where relationship_id = $1",
    lines={DayRecorded: Line(_recorded)},
)
