"""Queries of meetings."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.sessions.domain.meetings import AgendaBy, MissedReason
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class MeetingSummary(Answer):
    """A meeting without the texts that the mentor and the trainee wrote."""

    meeting_id: UUID
    on: date
    status: Literal["held", "missed"]
    recorded_by: Side
    minutes: int | None
    agenda_by: AgendaBy | None
    reason: MissedReason | None


class MeetingRecord(MeetingSummary):
    """A meeting with the texts that the mentor and the trainee wrote."""

    discussed: str | None
    reflection: str | None


async def meeting_summaries(reader: Reader, relationship_id: UUID) -> list[MeetingSummary]:
    """Return the meetings of a relationship, the earliest first."""
    return await reader.all(MeetingSummary, _SUMMARIES, relationship_id)


async def meeting_records(reader: Reader, relationship_id: UUID) -> list[MeetingRecord]:
    """Return the meetings of a relationship with their texts, the earliest first. The caller authorises."""
    return await reader.all(MeetingRecord, _RECORDS, relationship_id, unseal=True)


_SUMMARY = 'meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason'
_MEETINGS = "select {} from meetings where relationship_id = $1 order by happened_on, meeting_id"
_SUMMARIES = _MEETINGS.format(_SUMMARY)
_RECORDS = _MEETINGS.format(f"{_SUMMARY}, discussed, reflection")
