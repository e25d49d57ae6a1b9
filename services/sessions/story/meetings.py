"""The lines of meetings."""

from services.sessions.domain.meetings import MEETING, MeetingAcknowledged, MeetingHeld, MeetingMissed
from services.sessions.story.chapters import Chapter, Line


def _held(held: MeetingHeld) -> str:
    if held.amended_on is not None:
        return "{by} amended the record of the meeting of {happened_on}: it was held, for {minutes} minutes."
    return "The two met for {minutes} minutes; {by} recorded it."


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
