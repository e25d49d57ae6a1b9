"""Read models of what is due: relationships, recorded meetings, targets, proposals, closed days, absences of trainees.

Rows that are of no use any more, such as targets that were met, are removed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.portal.domain.dues import (
    ClosedDays,
    HolidaysChanged,
    MeetingRecorded,
    MentoringChanged,
    ProposalChanged,
    TargetChanged,
    TrainingChanged,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MentoringRow:
    """A mentoring relationship, with how often the two meet, and the first and last days of pauses that are over."""

    relationship_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    weeks_between_meetings: int | None
    paused_on: date | None
    pauses: tuple[dict[str, str], ...] = ()


def _days_over(since: date | None, until: date | None) -> tuple[dict[str, str], ...]:
    """Return the days from `since` until the day before `until`; nothing where there is no such day."""
    if since is None or until is None or until <= since:
        return ()
    return (ClosedDays(first_day=since, last_day=until - timedelta(days=1)).model_dump(mode="json"),)


def _mentoring(row: MentoringRow | None, event: MentoringChanged) -> MentoringRow:
    if row is None:
        return row_of(MentoringRow, event)
    is_over = event.paused_on is None
    pauses = (*row.pauses, *_days_over(row.paused_on, event.happened_on if is_over else None))
    return row_of(MentoringRow, event, pauses=pauses)


MENTORINGS = ReadModel(
    name="mentorings",
    row=MentoringRow,
    key=("relationship_id",),
    on={MentoringChanged: Step(key_from("relationship_id"), _mentoring)},
    indexes=("mentor_id", "trainee_id"),
    edition=2,
)


@dataclass(frozen=True, slots=True)
class RecordedMeetingRow:
    """A day of which it is recorded that a meeting was held or missed."""

    meeting_id: UUID
    relationship_id: UUID
    on_day: date


def _record(_: RecordedMeetingRow | None, event: MeetingRecorded) -> RecordedMeetingRow:
    return row_of(RecordedMeetingRow, event, on_day=event.on)


RECORDED_MEETINGS = ReadModel(
    name="recorded_meetings",
    row=RecordedMeetingRow,
    key=("meeting_id",),
    on={MeetingRecorded: Step(key_from("meeting_id"), _record)},
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class OpenTargetRow:
    """An open target, with its day."""

    target_id: UUID
    relationship_id: UUID
    due_on: date


def _target(_: OpenTargetRow | None, event: TargetChanged) -> OpenTargetRow | None:
    return row_of(OpenTargetRow, event) if event.is_open else None


OPEN_TARGETS = ReadModel(
    name="open_targets",
    row=OpenTargetRow,
    key=("target_id",),
    on={TargetChanged: Step(key_from("target_id"), _target)},
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class OpenProposalRow:
    """A proposed pair that waits for answers."""

    pair_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str


def _proposal(_: OpenProposalRow | None, event: ProposalChanged) -> OpenProposalRow | None:
    return row_of(OpenProposalRow, event) if event.is_open else None


OPEN_PROPOSALS = ReadModel(
    name="open_proposals",
    row=OpenProposalRow,
    key=("pair_id",),
    on={ProposalChanged: Step(key_from("pair_id"), _proposal)},
)


@dataclass(frozen=True, slots=True)
class SchoolHolidaysRow:
    """The days on which a school is closed."""

    urn: str
    closed: tuple[dict[str, str], ...]


def _holidays(_: SchoolHolidaysRow | None, event: HolidaysChanged) -> SchoolHolidaysRow:
    return SchoolHolidaysRow(event.urn, tuple(each.model_dump(mode="json") for each in event.closed))


SCHOOL_HOLIDAYS = ReadModel(
    name="school_holidays",
    row=SchoolHolidaysRow,
    key=("urn",),
    on={HolidaysChanged: Step(key_from("urn"), _holidays)},
)


@dataclass(frozen=True, slots=True)
class TraineeAwayRow:
    """A trainee who is not in training since a day, or was not before: the first and last days of absences."""

    trainee_id: UUID
    since: date | None
    absences: tuple[dict[str, str], ...] = ()


def _training(row: TraineeAwayRow | None, event: TrainingChanged) -> TraineeAwayRow | None:
    absences = () if row is None else tuple(row.absences)
    if not event.is_in_training:
        return TraineeAwayRow(event.trainee_id, event.happened_on, absences)
    absences += _days_over(None if row is None else row.since, event.happened_on)
    return TraineeAwayRow(event.trainee_id, None, absences) if absences else None


TRAINEES_AWAY = ReadModel(
    name="trainees_away",
    row=TraineeAwayRow,
    key=("trainee_id",),
    on={TrainingChanged: Step(key_from("trainee_id"), _training)},
    edition=2,
)
