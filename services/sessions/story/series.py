"""The lines of the series of planned meetings."""

from services.sessions.domain.series import (
    SERIES,
    AgendaItemAdded,
    AgendaItemRemoved,
    MeetingCancelled,
    MeetingMoved,
    MeetingPlanned,
    SeriesSet,
)
from services.sessions.story.chapters import Chapter, Line

PLANNED_MEETINGS = Chapter(
    SERIES,
    about="series",
    id_field="relationship_id",
    keys="select $1::uuid",
    lines={
        SeriesSet: Line("{by} chose {weekdays} as the days of the meetings, from {starts_on} on."),
        MeetingPlanned: Line("A meeting was planned for {planned_on}."),
        MeetingMoved: Line("{by} moved a planned meeting to {planned_on}: {reason}."),
        MeetingCancelled: Line(
            lambda cancelled: (
                "A planned meeting was replaced by other days of the week."
                if cancelled.reason is None
                else "{by} cancelled a planned meeting: {reason}."
            )
        ),
        AgendaItemAdded: Line("{by} put something on the agenda of a planned meeting."),
        AgendaItemRemoved: Line("{by} took something off the agenda of a planned meeting."),
    },
)
