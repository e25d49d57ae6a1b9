"""Read models of meetings: the record as it is now, and every version that it had."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.meetings import MeetingAcknowledged, MeetingHeld, MeetingMissed
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A recorded meeting; `reason` says why it was missed; `discussed`, `reflection` and `pulse` are encrypted.

    `recorded_by` wrote the latest record, on `amended_on` if it is not the first; the other side acknowledged it on
    `acknowledged_on`.
    """

    meeting_id: UUID
    relationship_id: UUID
    happened_on: date
    status: str
    recorded_by: str
    minutes: int | None = None
    agenda_by: str | None = None
    reason: str | None = None
    discussed: str | None = None
    reflection: str | None = None
    pulse: str | None = None
    version: int = 1
    amended_on: date | None = None
    acknowledged_on: date | None = None
    missed_by: str | None = None


def _hold(before: MeetingRow | None, event: MeetingHeld) -> MeetingRow:
    row = row_of(MeetingRow, event, status="held", recorded_by=event.by, version=event.version_number)
    return row if before is None else _keep_the_trainees(before, row)


def _miss(before: MeetingRow | None, event: MeetingMissed) -> MeetingRow:
    row = row_of(MeetingRow, event, status="missed", recorded_by=event.by, version=event.version_number)
    return row if before is None else _keep_the_trainees(before, row)


def _keep_the_trainees(before: MeetingRow, row: MeetingRow) -> MeetingRow:
    """Reflection and pulse are the trainee's, so that a mentor's version leaves them as they were."""
    if row.recorded_by == "trainee":
        return row
    return replace(row, reflection=before.reflection, pulse=before.pulse)


def _acknowledge(row: MeetingRow, event: MeetingAcknowledged) -> MeetingRow:
    return replace(row, version=event.version_number, acknowledged_on=event.happened_on)


MEETINGS = ReadModel(
    name="meetings",
    edition=2,
    row=MeetingRow,
    key=("meeting_id",),
    on={
        MeetingHeld: Step(key_from("meeting_id"), _hold),
        MeetingMissed: Step(key_from("meeting_id"), _miss),
        MeetingAcknowledged: Step(key_from("meeting_id"), _acknowledge),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class MeetingVersionRow:
    """A version of a meeting's record, as `recorded_by` wrote it on `written_on`; its texts are encrypted.

    By this version the meeting was on `happened_on`.
    """

    meeting_id: UUID
    version: int
    relationship_id: UUID
    status: str
    recorded_by: str
    written_on: date
    happened_on: date
    minutes: int | None = None
    agenda_by: str | None = None
    reason: str | None = None
    discussed: str | None = None
    reflection: str | None = None
    pulse: str | None = None
    missed_by: str | None = None


def _version(_: MeetingVersionRow | None, event: MeetingHeld | MeetingMissed) -> MeetingVersionRow:
    return row_of(
        MeetingVersionRow,
        event,
        version=event.version_number,
        status="held" if isinstance(event, MeetingHeld) else "missed",
        recorded_by=event.by,
        written_on=event.amended_on or event.happened_on,
    )


MEETING_VERSIONS = ReadModel(
    name="meeting_versions",
    edition=3,
    row=MeetingVersionRow,
    key=("meeting_id", "version"),
    on={
        MeetingHeld: Step(key_from("meeting_id", "version_number"), _version),
        MeetingMissed: Step(key_from("meeting_id", "version_number"), _version),
    },
)
