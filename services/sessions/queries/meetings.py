"""Queries of meetings."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator

from services.sessions import policy
from services.sessions.domain.meetings import MEETING, AgendaBy, MissedBy, MissedReason, Outcome
from services.sessions.queries.assignments import assigned_in
from services.sessions.queries.merges import current_principal
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


def _as_number(pulse: object) -> int | None:
    """Read a pulse that was stored as an encrypted text; None where its key was destroyed, or there is none."""
    return int(pulse) if isinstance(pulse, str) and pulse.isdecimal() else None


Recorded = Literal["meeting", "target"]
Pulse = Annotated[int | None, BeforeValidator(_as_number)]


class Participants(Answer):
    """The two of a relationship, its school and last day, and how long its mentor reads what they wrote."""

    mentor_id: UUID
    trainee_id: UUID
    school_urn: str
    ends_on: date
    mentor_reads_for_days: int | None


class MeetingSummary(Answer):
    """A meeting without the texts that the mentor and the trainee wrote.

    `recorded_by` wrote the record as it is now, on `amended_on` if it is not the first one; `acknowledged_on` is the
    day on which the other side acknowledged it. `while_away` says that by what is known now, the trainee was not in
    training on that day, the mentor not at the school, or the school closed. Send `version` as `If-Match` to change
    this record and no newer one.
    """

    meeting_id: UUID
    on: date
    status: Outcome
    recorded_by: Side
    minutes: int | None
    agenda_by: AgendaBy | None
    reason: MissedReason | None
    missed_by: MissedBy | None
    version: int
    amended_on: date | None
    acknowledged_on: date | None
    while_away: bool


class MeetingRecord(MeetingSummary):
    """A meeting with the texts that the mentor and the trainee wrote; only the trainee sees their pulse."""

    discussed: str | None
    reflection: str | None
    pulse: Pulse


class EarlierVersion(Answer):
    """A version of a meeting's record, as `recorded_by` says that they wrote it on `written_on`.

    By this version the meeting was on the day `on`. It was sent at `recorded_at`. Only the trainee sees their pulse. A
    mentor's version leaves the trainee's reflection and pulse as they were, and shows none.
    """

    version: int
    on: date
    written_on: date
    recorded_at: datetime
    recorded_by: Side
    status: Outcome
    minutes: int | None
    agenda_by: AgendaBy | None
    reason: MissedReason | None
    missed_by: MissedBy | None
    discussed: str | None
    reflection: str | None
    pulse: Pulse


async def meeting_summaries(reader: Reader, relationship_id: UUID) -> list[MeetingSummary]:
    """Return the meetings of a relationship, the earliest first."""
    return await reader.all(MeetingSummary, _SUMMARIES, relationship_id)


async def meeting_records(reader: Reader, relationship_id: UUID, side: Side) -> list[MeetingRecord]:
    """Return the meetings of a relationship as one of its two people sees them, the earliest first.

    The caller authorises.
    """
    return await reader.all(MeetingRecord, _RECORDS, relationship_id, side == "trainee", unseal=True)


async def show_meeting(reader: Reader, meeting_id: UUID) -> MeetingRecord | MeetingSummary:
    """Return a meeting, with its texts for the two who met; raises `NotFound`, also for people who may not see it."""
    side = await side_that_reads(reader, "meeting", meeting_id)
    found = (
        await reader.first(MeetingSummary, _SUMMARY_OF_ONE, meeting_id)
        if side is None
        else await reader.first(MeetingRecord, _RECORD_OF_ONE, meeting_id, side == "trainee", unseal=True)
    )
    assert found is not None  # in one transaction with its relationship
    return found


async def list_versions(reader: Reader, meeting_id: UUID) -> list[EarlierVersion]:
    """Return every version of a meeting's record, the first one first; raises `NotFound`, also for others than the
    two who met.
    """
    relationship = await _participants(reader, "meeting", meeting_id)
    side = (
        policy.reading_side(await current_principal(reader), relationship, utc_now().date())
        if relationship is not None
        else None
    )
    if side is None:
        raise NotFound("There is no such meeting.")
    stream = MEETING.stream(meeting_id)
    return await reader.all(
        EarlierVersion, _VERSIONS, meeting_id, side == "trainee", reader.who.tenant, stream, unseal=True
    )


async def side_that_reads(reader: Reader, what: Recorded, recorded_id: UUID) -> Side | None:
    """Return the side for which the person reads the texts of a meeting or a target; None for who may only see it.

    Raises `NotFound` where there is none, and for people who may not see it.
    """
    relationship = await _participants(reader, what, recorded_id)
    who = await current_principal(reader)
    try:
        policy.may_see(who, relationship, await assigned_in(reader, who, relationship))
    except NotFound:
        raise NotFound(f"There is no such {what}.") from None
    assert relationship is not None  # nobody may see what is recorded nowhere
    return policy.reading_side(who, relationship, utc_now().date())


async def _participants(reader: Reader, what: Recorded, recorded_id: UUID) -> Participants | None:
    return await reader.first(
        Participants,
        f"""select mentor_id, r.trainee_id, school_urn, ends_on, mentor_reads_for_days
            from relationships r join {what}s using (relationship_id)
            where {what}_id = $1""",
        recorded_id,
    )


_SUMMARY = """meeting_id, happened_on as "on", status, recorded_by, minutes, agenda_by, reason, version, amended_on,
    acknowledged_on, missed_by, exists (
        select from relationships r
        join absences a on a.subject in (r.trainee_id::text, r.mentor_id || '@' || r.school_urn, r.school_urn)
        cross join lateral jsonb_to_recordset(a.absences) as away (since date, until date)
        where r.relationship_id = m.relationship_id
          and daterange(away.since, away.until, '[]') @> m.happened_on
    ) as while_away"""
_RECORD = f"{_SUMMARY}, discussed, reflection, case when $2 then pulse end as pulse"
_MEETINGS = "select {} from meetings m where relationship_id = $1 order by happened_on, meeting_id"
_SUMMARIES, _RECORDS = _MEETINGS.format(_SUMMARY), _MEETINGS.format(_RECORD)
_MEETING = "select {} from meetings m where meeting_id = $1"
_SUMMARY_OF_ONE, _RECORD_OF_ONE = _MEETING.format(_SUMMARY), _MEETING.format(_RECORD)
_VERSIONS = """
    select version, m.happened_on as "on", written_on, e.recorded_at, recorded_by, status, minutes, agenda_by, reason,
           missed_by, discussed, reflection, case when $2 then pulse end as pulse
    from meeting_versions m join events e using (tenant, version)
    where meeting_id = $1 and tenant = $3 and e.stream = $4 order by version"""
