"""The lines of meetings."""

from services.sessions.domain.meetings import MEETING, MeetingAcknowledged, MeetingHeld, MeetingMissed
from services.sessions.story.chapters import Chapter, Line
from shared.wording import counted_noun


def _held(held: MeetingHeld) -> str:
    minutes = counted_noun(held.minutes, "minute")
    if held.amended_on is not None:
        return f"{{by}} amended the record of the meeting of {{happened_on}}: it was held, for {minutes}."
    return f"The two met for {minutes}; {{by}} recorded it."


def _missed(missed: MeetingMissed) -> str:
    if missed.amended_on is not None:
        return "{by} amended the record of the meeting of {happened_on}: it was missed."
    return "A meeting was missed; {by} recorded it."


MEETINGS = Chapter(
    MEETING,
    about="meeting",
    id_field="meeting_id",
    keys="select meeting_id from meetings where relationship_id = $1",
    lines={
        MeetingHeld: Line(_held),
        MeetingMissed: Line(_missed),
        MeetingAcknowledged: Line("{by} acknowledged the record of a meeting."),
    },
)
