"""Others' public events to read tables, one small table a thing; the standing of a trainee is a query over them.

Events of one stream come in order, those of different streams in any. So each kind of event sets columns of its own, a
row may begin with any of them, and the same rows come out whatever came first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.events import PUBLISHED, matching, referral, sessions
from shared.kernel.readmodel import ReadModel, Row, Step, by, changed, gone, row_of


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """A programme that trainees are referred to."""

    programme_id: UUID
    template: str
    title: str
    academic_year: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school, as last recorded."""

    urn: str
    name: str
    trust_code: str | None
    la_code: str | None


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor, as last recorded; capacity is hours a week over all their mentoring. Gone once they are erased."""

    mentor_id: UUID
    school_urn: str
    capacity_hours: float


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee, as last recorded."""

    trainee_id: UUID
    subject: str
    phase: str
    training_route: str


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral: when it was made, and when it was taken on or not."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    made_on: date | None = None
    accepted_on: date | None = None
    declined_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A round that found no place for a trainee: which rule binds, a sentence that says so, and what would help."""

    round_id: UUID
    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str
    unplaced_on: date
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairRow:
    """A trainee and a mentor: proposed, declined by a side, lapsed, confirmed, withdrawn. Travel is minutes one way."""

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    round_id: UUID | None = None
    school_urn: str | None = None
    travel_minutes: int | None = None
    proposed_on: date | None = None
    declined_by: str | None = None
    declined_on: date | None = None
    lapsed_on: date | None = None
    confirmed_on: date | None = None
    subject: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    withdrawn_on: date | None = None
    withdrawn_because: str | None = None


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """A mentoring relationship; so many meetings are due, and minutes of the mentor given, in each full week of it.

    `role` is what the mentor is in it: the lead mentor, or somebody beside one.
    """

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    mentor_minutes_per_week: int
    role: str = "lead"


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting that was held, for so many minutes, or missed."""

    meeting_id: UUID
    relationship_id: UUID
    held_on: date | None = None
    minutes: int | None = None
    missed_on: date | None = None
    missed_reason: str | None = None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target: when it was set and is due, when it was last reviewed and with what outcome."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    set_on: date | None = None
    due_on: date | None = None
    reviewed_on: date | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment: a judgement for each of the Teachers' Standards that it speaks of."""

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: str
    assessed_on: date
    judgements: dict[str, str]


ReferralEvent = referral.ReferralMade | referral.ReferralAccepted | referral.ReferralDeclined


def _referral(row: ReferralRow | None, event: ReferralEvent) -> ReferralRow:
    row = row or row_of(ReferralRow, event)
    match event:
        case referral.ReferralMade():
            return changed(row, made_on=event.happened_on)
        case referral.ReferralAccepted():
            return changed(row, accepted_on=event.happened_on)
        case referral.ReferralDeclined():
            return changed(row, declined_on=event.happened_on)


PairEvent = (
    matching.PairProposed
    | matching.PairDeclined
    | matching.PairLapsed
    | matching.PairConfirmed
    | matching.PairWithdrawn
)


def _pair(row: PairRow | None, event: PairEvent) -> PairRow:
    row = row or row_of(PairRow, event)
    match event:
        case matching.PairProposed():
            return changed(
                row,
                round_id=event.round_id,
                school_urn=event.school_urn,
                travel_minutes=event.travel_minutes,
                proposed_on=event.happened_on,
            )
        case matching.PairDeclined():
            return changed(row, declined_by=event.by, declined_on=event.happened_on)
        case matching.PairLapsed():
            return changed(row, lapsed_on=event.happened_on)
        case matching.PairConfirmed():
            return changed(
                row,
                school_urn=event.school_urn,
                subject=event.subject,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                confirmed_on=event.happened_on,
            )
        case matching.PairWithdrawn():
            return changed(row, withdrawn_on=event.happened_on, withdrawn_because=event.reason)


RelationshipEvent = sessions.RelationshipOpened | sessions.RelationshipMoved | sessions.RelationshipEnded


def _relationship(row: RelationshipRow | None, event: RelationshipEvent) -> RelationshipRow | None:
    match event:
        case sessions.RelationshipOpened():
            return row_of(RelationshipRow, event)
        case sessions.RelationshipMoved():
            return changed(row, school_urn=event.school_urn) if row else None
        case sessions.RelationshipEnded():
            return changed(row, ends_on=event.ended_on) if row else None


def _meeting(row: MeetingRow | None, event: sessions.MeetingHeld | sessions.MeetingMissed) -> MeetingRow:
    row = row or row_of(MeetingRow, event)
    match event:
        case sessions.MeetingHeld():
            return changed(row, held_on=event.happened_on, minutes=event.minutes)
        case sessions.MeetingMissed():
            return changed(row, missed_on=event.happened_on, missed_reason=event.reason)


def _target(row: TargetRow | None, event: sessions.TargetSet | sessions.TargetReviewed) -> TargetRow:
    row = row or row_of(TargetRow, event)
    match event:
        case sessions.TargetSet():
            return changed(row, set_on=event.happened_on, due_on=event.due_on)
        case sessions.TargetReviewed():
            return changed(row, reviewed_on=event.happened_on, status=event.status)


def _assessment(_: AssessmentRow | None, event: sessions.AssessmentSubmitted) -> AssessmentRow:
    judgements = {str(standard): str(judgement) for standard, judgement in event.judgements.items()}
    return row_of(AssessmentRow, event, assessed_on=event.happened_on, judgements=judgements)


def _model(
    name: str,
    row: type[Row],
    key: tuple[str, ...],
    fold: Callable[[Any, Any], Any],
    *events: type[Any],
    indexes: tuple[str, ...] = (),
) -> ReadModel:
    """A read model of which every event carries the whole key and goes through one fold."""
    return ReadModel(name, row, key, dict.fromkeys(events, Step(by(*key), fold)), indexes, PUBLISHED.upcasters)


READ_MODELS = (
    _model(
        "programmes",
        ProgrammeRow,
        ("programme_id",),
        lambda _, event: row_of(ProgrammeRow, event),
        referral.ProgrammeOpened,
    ),
    _model("schools", SchoolRow, ("urn",), lambda _, event: row_of(SchoolRow, event), referral.SchoolRecorded),
    ReadModel(
        "mentors",
        MentorRow,
        ("mentor_id",),
        {
            referral.MentorRecorded: Step(by("mentor_id"), lambda _, event: row_of(MentorRow, event)),
            referral.PersonErased: Step(by("person_id"), gone),
        },
        upcasters=PUBLISHED.upcasters,
    ),
    _model(
        "trainees", TraineeRow, ("trainee_id",), lambda _, event: row_of(TraineeRow, event), referral.TraineeRecorded
    ),
    _model(
        "referrals",
        ReferralRow,
        ("referral_id",),
        _referral,
        referral.ReferralMade,
        referral.ReferralAccepted,
        referral.ReferralDeclined,
        indexes=("programme_id", "trainee_id"),
    ),
    _model(
        "unplaced",
        UnplacedRow,
        ("round_id", "referral_id"),
        lambda _, event: row_of(UnplacedRow, event, unplaced_on=event.happened_on),
        matching.TraineeUnplaced,
        indexes=("programme_id", "trainee_id"),
    ),
    _model(
        "pairs",
        PairRow,
        ("pair_id",),
        _pair,
        matching.PairProposed,
        matching.PairDeclined,
        matching.PairLapsed,
        matching.PairConfirmed,
        matching.PairWithdrawn,
        indexes=("programme_id", "trainee_id"),
    ),
    _model(
        "relationships",
        RelationshipRow,
        ("relationship_id",),
        _relationship,
        sessions.RelationshipOpened,
        sessions.RelationshipMoved,
        sessions.RelationshipEnded,
        indexes=("mentor_id", "trainee_id", "school_urn"),
    ),
    _model(
        "meetings",
        MeetingRow,
        ("meeting_id",),
        _meeting,
        sessions.MeetingHeld,
        sessions.MeetingMissed,
        indexes=("relationship_id",),
    ),
    _model(
        "targets",
        TargetRow,
        ("target_id",),
        _target,
        sessions.TargetSet,
        sessions.TargetReviewed,
        indexes=("trainee_id",),
    ),
    _model(
        "assessments",
        AssessmentRow,
        ("assessment_id",),
        _assessment,
        sessions.AssessmentSubmitted,
        indexes=("trainee_id",),
    ),
)
