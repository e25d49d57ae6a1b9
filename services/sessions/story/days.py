"""The lines of days at the school."""

from collections.abc import Mapping

from services.sessions.domain.days import DAY, DayRecorded, DayRole
from services.sessions.story.chapters import Chapter, Line

WHO: Mapping[DayRole, str] = {
    "trainee": "The mentee",
    "school": "The school",
    "provider": "The provider",
    "merge": "The merge of two records",
}


def _recorded(recorded: DayRecorded) -> str:
    who, part = WHO[recorded.by], recorded.halves[0] if len(recorded.halves) == 1 else "day"
    if recorded.reason is not None:
        return f"{who} returned the {part} of {{happened_on}} at the school, which is {{state}} again."
    return f"{who} {{state}} the {part} of {{happened_on}} at the school."


DAYS = Chapter(
    DAY,
    about="day",
    id_field="day_id",
    keys="select distinct day_id from day_steps where relationship_id = $1",
    lines={DayRecorded: Line(_recorded)},
)
