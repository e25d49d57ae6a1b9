"""Others' public events to read tables, one small table a thing; the standing of a trainee is a query over them.

Events of one stream come in order, those of different streams in any. So each kind of event sets columns of its own, a
row may begin with any of them, and the same rows come out whatever came first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from shared.events import PUBLISHED, PublicEvent, matching, referral, sessions
from shared.kernel.readmodel import Fold, ReadModel, Row, Step, key_from, remove_row, replace_fields, row_of, set_fields


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


Folds = Mapping[type[PublicEvent], Fold]

_REFERRALS: Folds = {
    event: set_fields(ReferralRow, event, **{on: "happened_on"})
    for event, on in (
        (referral.ReferralMade, "made_on"),
        (referral.ReferralAccepted, "accepted_on"),
        (referral.ReferralDeclined, "declined_on"),
    )
}
_PAIRS: Folds = {
    matching.PairProposed: set_fields(
        PairRow,
        matching.PairProposed,
        round_id="round_id",
        school_urn="school_urn",
        travel_minutes="travel_minutes",
        proposed_on="happened_on",
    ),
    matching.PairDeclined: set_fields(PairRow, matching.PairDeclined, declined_by="by", declined_on="happened_on"),
    matching.PairLapsed: set_fields(PairRow, matching.PairLapsed, lapsed_on="happened_on"),
    matching.PairConfirmed: set_fields(
        PairRow,
        matching.PairConfirmed,
        school_urn="school_urn",
        subject="subject",
        starts_on="starts_on",
        ends_on="ends_on",
        confirmed_on="happened_on",
    ),
    matching.PairWithdrawn: set_fields(
        PairRow, matching.PairWithdrawn, withdrawn_on="happened_on", withdrawn_because="reason"
    ),
}
_MEETINGS: Folds = {
    sessions.MeetingHeld: set_fields(MeetingRow, sessions.MeetingHeld, held_on="happened_on", minutes="minutes"),
    sessions.MeetingMissed: set_fields(
        MeetingRow, sessions.MeetingMissed, missed_on="happened_on", missed_reason="reason"
    ),
}
_TARGETS: Folds = {
    sessions.TargetSet: set_fields(TargetRow, sessions.TargetSet, set_on="happened_on", due_on="due_on"),
    sessions.TargetReviewed: set_fields(TargetRow, sessions.TargetReviewed, reviewed_on="happened_on", status="status"),
}

RelationshipEvent = sessions.RelationshipOpened | sessions.RelationshipMoved | sessions.RelationshipEnded


def _relationship(row: RelationshipRow | None, event: RelationshipEvent) -> RelationshipRow | None:
    match event:
        case sessions.RelationshipOpened():
            return row_of(RelationshipRow, event)
        case sessions.RelationshipMoved():
            return replace_fields(row, school_urn=event.school_urn) if row else None
        case sessions.RelationshipEnded():
            return replace_fields(row, ends_on=event.ended_on) if row else None


def _assessment(_: AssessmentRow | None, event: sessions.AssessmentSubmitted) -> AssessmentRow:
    judgements = {str(standard): str(judgement) for standard, judgement in event.judgements.items()}
    return row_of(AssessmentRow, event, assessed_on=event.happened_on, judgements=judgements)


def _model(name: str, row: type[Row], key: tuple[str, ...], folds: Folds, indexes: tuple[str, ...] = ()) -> ReadModel:
    """A read model of which every event carries the whole key."""
    steps: dict[type[BaseModel], Step] = {event: Step(key_from(*key), fold) for event, fold in folds.items()}
    return ReadModel(name, row, key, steps, indexes, PUBLISHED.upcasters)


def _as_it_is(row: type[Row]) -> Fold:
    """The fold of an event that says the whole row."""
    return lambda _, event: row_of(row, event)


READ_MODELS = (
    _model("programmes", ProgrammeRow, ("programme_id",), {referral.ProgrammeOpened: _as_it_is(ProgrammeRow)}),
    _model("schools", SchoolRow, ("urn",), {referral.SchoolRecorded: _as_it_is(SchoolRow)}),
    ReadModel(
        "mentors",
        MentorRow,
        ("mentor_id",),
        {
            referral.MentorRecorded: Step(key_from("mentor_id"), _as_it_is(MentorRow)),
            referral.PersonErased: Step(key_from("person_id"), remove_row),
        },
        upcasters=PUBLISHED.upcasters,
    ),
    _model("trainees", TraineeRow, ("trainee_id",), {referral.TraineeRecorded: _as_it_is(TraineeRow)}),
    _model("referrals", ReferralRow, ("referral_id",), _REFERRALS, indexes=("programme_id", "trainee_id")),
    _model(
        "unplaced",
        UnplacedRow,
        ("round_id", "referral_id"),
        {matching.TraineeUnplaced: lambda _, event: row_of(UnplacedRow, event, unplaced_on=event.happened_on)},
        indexes=("programme_id", "trainee_id"),
    ),
    _model("pairs", PairRow, ("pair_id",), _PAIRS, indexes=("programme_id", "trainee_id")),
    _model(
        "relationships",
        RelationshipRow,
        ("relationship_id",),
        dict.fromkeys(
            (sessions.RelationshipOpened, sessions.RelationshipMoved, sessions.RelationshipEnded), _relationship
        ),
        indexes=("mentor_id", "trainee_id", "school_urn"),
    ),
    _model("meetings", MeetingRow, ("meeting_id",), _MEETINGS, indexes=("relationship_id",)),
    _model("targets", TargetRow, ("target_id",), _TARGETS, indexes=("trainee_id",)),
    _model(
        "assessments",
        AssessmentRow,
        ("assessment_id",),
        {sessions.AssessmentSubmitted: _assessment},
        indexes=("trainee_id",),
    ),
)
