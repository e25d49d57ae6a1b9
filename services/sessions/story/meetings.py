"""The lines of meetings."""

from services.sessions.domain.meetings import MEETING, MeetingAcknowledged, MeetingHeld, MeetingMissed
from services.sessions.story.chapters import Chapter, Line
from shared.wording import counted_noun


def _held(held: MeetingHeld) -> str:
    minutes = counted_noun(held.minutes, "minute")
    if held.amended_on is not None:
        return _amended(held, "held", f", for {minutes}")
    return f"The two met for {minutes}; {{by}} recorded it."


def _missed(missed: MeetingMissed) -> str:
    if missed.amended_on is not None:
        return _amended(missed, "missed")
    return "A meeting was missed; {by} recorded it."


def _amended(record: MeetingHeld | MeetingMissed, outcome: str, more: str = "") -> str:
    before, on = "happened_on", ""
    if record.corrected_from is not None:
        before, on = "corrected_from", " on {happened_on}"
    return f"{{by}} amended the record of the meeting of {{{before}}}: it was {outcome}{on}{more}."


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
