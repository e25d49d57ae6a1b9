"""Public events of the other services, filled in where a test does not care, and the stream that each belongs to."""

from datetime import date
from typing import Any, Literal
from uuid import UUID, uuid5

from shared.events import PublicEvent, matching, referral, sessions
from shared.events.words import (
    DayKind,
    DayState,
    Half,
    Judgement,
    Occasion,
    Side,
    Standard,
    Standing,
    UnplacedReason,
    WithdrawalReason,
)

ROOT = UUID("6f0e8a52-4d3b-4a9e-9a51-0d8a3f6c1b20")
MONDAY = date(2026, 9, 14)
FRIDAY = date(2026, 12, 18)
OAK, ELM = "900001", "900002"


def id_of(name: str) -> UUID:
    """Return the id of the person or thing that a test calls by this name."""
    return uuid5(ROOT, name)


PROGRAMME = id_of("programme")
KEYS = (
    "feedback_id",
    "measure_id",
    "assessment_id",
    "training_id",
    "target_id",
    "meeting_id",
    "pair_id",
    "round_id",
    "relationship_id",
    "referral_id",
    "offer_id",
    "mentor_id",
    "trainee_id",
    "person_id",
    "urn",
    "programme_id",
)


def topic_of(event: PublicEvent) -> str:
    """Return the name of the service that publishes the event, which is the short name of its topic."""
    return type(event).type.partition(".")[0]


def stream_of(event: PublicEvent) -> str:
    """Return the stream in which the event's own service stores it: one for each thing and each person's record."""
    match event:
        case referral.MentorRecorded(mentor_id=person_id) | referral.TraineeRecorded(trainee_id=person_id):
            return f"person-{person_id}"
        case referral.PeopleMerged(merged_id=person_id) | referral.RegistrationUndone(person_id=person_id):
            return f"person-{person_id}"
        case referral.PersonErased(person_id=person_id):
            return f"person-{person_id}"
        case referral.TraineeStandingChanged(trainee_id=trainee_id):
            return f"standing-{trainee_id}"
        case referral.EarlierPlacementsRecorded(trainee_id=trainee_id):
            return f"placements-{trainee_id}"
        case sessions.DayRecorded(trainee_id=trainee_id, happened_on=day):
            return f"day-{trainee_id}-{day}"
        case sessions.CommonNeedsCounted(programme_id=programme_id, school_urn=urn):
            return f"needs-{programme_id}-{urn}"
    fields = type(event).model_fields
    key = next(key for key in KEYS if key in fields)
    return f"{key.removesuffix('_id')}-{getattr(event, key)}"


def programme_opened() -> referral.ProgrammeOpened:
    return referral.ProgrammeOpened(
        happened_on=date(2026, 7, 1),
        programme_id=PROGRAMME,
        template="ite-placement",
        title="Autumn placements",
        academic_year="2026/27",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 7, 31),
        rules=referral.ProgrammeRules(
            edition="2026-1",
            mentor_hours_per_trainee_week=1.5,
            meetings_per_week=1,
            targets_per_meeting=3,
            assessor_is_not_mentor=True,
            assessments=("interim",),
            weights={},
        ),
    )


def school_recorded(urn: str, name: str, trust: str | None = None) -> referral.SchoolRecorded:
    return referral.SchoolRecorded(
        happened_on=date(2026, 7, 1), urn=urn, name=name, phases=("secondary",), trust_code=trust
    )


def mentor_recorded(name: str, at: str = OAK, hours: float = 3) -> referral.MentorRecorded:
    return referral.MentorRecorded(
        happened_on=date(2026, 7, 1),
        mentor_id=id_of(name),
        school_urn=at,
        subjects=("physics",),
        phases=("secondary",),
        capacity_hours=hours,
        role="volunteer",
    )


def trainee_recorded(name: str, subject: str = "physics", route: str = "pgce") -> referral.TraineeRecorded:
    return referral.TraineeRecorded(
        happened_on=date(2026, 7, 1),
        trainee_id=id_of(name),
        subject=subject,
        phase="secondary",
        training_route=route,
        home_easting=430000,
        home_northing=380000,
        travel_mode="car",
        travel_limit_minutes=60,
    )


def people_merged(name: str, *, into: str, kind: Literal["mentor", "trainee"] = "mentor") -> referral.PeopleMerged:
    return referral.PeopleMerged(happened_on=MONDAY, merged_id=id_of(name), kept_id=id_of(into), kind=kind)


def registration_undone(name: str, *, on: date = MONDAY) -> referral.RegistrationUndone:
    return referral.RegistrationUndone(happened_on=on, person_id=id_of(name))


def person_erased(name: str) -> referral.PersonErased:
    return referral.PersonErased(happened_on=MONDAY, person_id=id_of(name))


def training_status_changed(trainee: str, status: Standing, *, on: date = MONDAY) -> referral.TraineeStandingChanged:
    return referral.TraineeStandingChanged(happened_on=on, trainee_id=id_of(trainee), standing=status)


def _referral(trainee: str, nth: int) -> dict[str, Any]:
    return {
        "referral_id": id_of(f"referral {nth} of {trainee}"),
        "programme_id": PROGRAMME,
        "trainee_id": id_of(trainee),
    }


def referral_made(trainee: str, nth: int = 1) -> referral.ReferralMade:
    return referral.ReferralMade(
        happened_on=date(2026, 7, 2), purpose="induction", reasons=("general_placement",), **_referral(trainee, nth)
    )


def referral_accepted(trainee: str, nth: int = 1) -> referral.ReferralAccepted:
    return referral.ReferralAccepted(happened_on=date(2026, 7, 3), **_referral(trainee, nth))


def referral_declined(trainee: str, nth: int = 1) -> referral.ReferralDeclined:
    return referral.ReferralDeclined(happened_on=date(2026, 7, 3), **_referral(trainee, nth))


def referral_withdrawn(trainee: str, nth: int = 1) -> referral.ReferralWithdrawn:
    return referral.ReferralWithdrawn(happened_on=date(2026, 7, 30), **_referral(trainee, nth))


def referral_redirected(trainee: str, nth: int = 1, *, to: UUID | None = None) -> referral.ReferralRedirected:
    return referral.ReferralRedirected(happened_on=date(2026, 7, 3), to_programme_id=to, **_referral(trainee, nth))


def trainee_unplaced(
    trainee: str,
    reason: UnplacedReason = "no_mentor_in_subject",
    *,
    on: date = date(2026, 7, 10),
    round_: str = "round 1",
    explanation: str = "No mentor teaches the subject.",
) -> matching.TraineeUnplaced:
    return matching.TraineeUnplaced(
        happened_on=on, round_id=id_of(round_), reason=reason, explanation=explanation, **_referral(trainee, 1)
    )


def _pair(trainee: str, mentor: str) -> dict[str, Any]:
    return {
        "pair_id": id_of(f"{trainee} with {mentor}"),
        "programme_id": PROGRAMME,
        "trainee_id": id_of(trainee),
        "mentor_id": id_of(mentor),
    }


def pair_proposed(trainee: str, mentor: str, at: str = OAK, *, on: date = date(2026, 7, 10)) -> matching.PairProposed:
    return matching.PairProposed(
        happened_on=on,
        round_id=id_of("round 1"),
        referral_id=id_of(f"referral 1 of {trainee}"),
        school_urn=at,
        offer_id=id_of(f"offer of {at}"),
        travel_minutes=25,
        **_pair(trainee, mentor),
    )


def pair_declined(
    trainee: str, mentor: str, by: Side = "mentor", *, on: date = date(2026, 7, 11)
) -> matching.PairDeclined:
    return matching.PairDeclined(happened_on=on, by=by, **_pair(trainee, mentor))


def pair_lapsed(trainee: str, mentor: str, *, on: date = date(2026, 7, 24)) -> matching.PairLapsed:
    return matching.PairLapsed(happened_on=on, waited_for=("mentor",), **_pair(trainee, mentor))


def pair_withdrawn(
    trainee: str, mentor: str, reason: WithdrawalReason = "school_left", *, on: date = date(2026, 7, 20)
) -> matching.PairWithdrawn:
    return matching.PairWithdrawn(
        happened_on=on,
        round_id=id_of("repair"),
        referral_id=id_of(f"referral 1 of {trainee}"),
        reason=reason,
        **_pair(trainee, mentor),
    )


def relationship_ended(trainee: str, on: date) -> sessions.RelationshipEnded:
    return sessions.RelationshipEnded(
        happened_on=on, relationship_id=id_of(f"relationship of {trainee}"), ended_on=on, reason="school_left"
    )


def pair_confirmed(trainee: str, mentor: str, at: str = OAK) -> matching.PairConfirmed:
    return matching.PairConfirmed(
        happened_on=date(2026, 7, 12),
        referral_id=id_of(f"referral 1 of {trainee}"),
        school_urn=at,
        subject="physics",
        starts_on=MONDAY,
        ends_on=FRIDAY,
        meetings_per_week=1,
        targets_per_meeting=3,
        assessor_is_not_mentor=True,
        mentor_hours_per_week=1.5,
        **_pair(trainee, mentor),
    )


def relationship_opened(
    trainee: str,
    mentor: str,
    at: str = OAK,
    *,
    starts_on: date = MONDAY,
    ends_on: date = FRIDAY,
    meetings_per_week: int = 1,
    minutes: int = 90,
) -> sessions.RelationshipOpened:
    return sessions.RelationshipOpened(
        happened_on=starts_on,
        relationship_id=id_of(f"relationship of {trainee}"),
        programme_id=PROGRAMME,
        trainee_id=id_of(trainee),
        mentor_id=id_of(mentor),
        school_urn=at,
        starts_on=starts_on,
        ends_on=ends_on,
        meetings_per_week=meetings_per_week,
        mentor_minutes_per_week=minutes,
    )


def relationship_paused(of: str, on: date) -> sessions.RelationshipPaused:
    return sessions.RelationshipPaused(happened_on=on, relationship_id=id_of(f"relationship of {of}"))


def relationship_resumed(of: str, paused_on: date, on: date) -> sessions.RelationshipResumed:
    return sessions.RelationshipResumed(
        happened_on=on, relationship_id=id_of(f"relationship of {of}"), paused_on=paused_on
    )


def relationship_rehomed(of: str, *, trainee: str, mentor: str) -> sessions.RelationshipRehomed:
    return sessions.RelationshipRehomed(
        happened_on=MONDAY,
        relationship_id=id_of(f"relationship of {of}"),
        trainee_id=id_of(trainee),
        mentor_id=id_of(mentor),
    )


def _meeting(trainee: str, on: date) -> dict[str, Any]:
    return {
        "happened_on": on,
        "meeting_id": id_of(f"meeting of {trainee} {on}"),
        "relationship_id": id_of(f"relationship of {trainee}"),
    }


def meeting_held(trainee: str, on: date, minutes: int = 60) -> sessions.MeetingHeld:
    return sessions.MeetingHeld(minutes=minutes, **_meeting(trainee, on))


def meeting_missed(trainee: str, on: date, reason: sessions.MissedReason = "cover") -> sessions.MeetingMissed:
    return sessions.MeetingMissed(reason=reason, **_meeting(trainee, on))


def _target(trainee: str, nth: int) -> dict[str, Any]:
    return {
        "target_id": id_of(f"target {nth} of {trainee}"),
        "relationship_id": id_of(f"relationship of {trainee}"),
        "trainee_id": id_of(trainee),
    }


def target_set(
    trainee: str, nth: int = 1, *, on: date = MONDAY, due_on: date = date(2026, 9, 28)
) -> sessions.TargetSet:
    return sessions.TargetSet(happened_on=on, due_on=due_on, **_target(trainee, nth))


def target_reviewed(
    trainee: str, status: sessions.TargetStatus, nth: int = 1, *, on: date = date(2026, 9, 21)
) -> sessions.TargetReviewed:
    return sessions.TargetReviewed(happened_on=on, status=status, **_target(trainee, nth))


def feedback_given(trainee: str, taught_on: date, on: date) -> sessions.FeedbackGiven:
    return sessions.FeedbackGiven(
        happened_on=on,
        feedback_id=id_of(f"feedback to {trainee} on {taught_on}"),
        relationship_id=id_of(f"relationship of {trainee}"),
        taught_on=taught_on,
    )


def _measures(trainee: str, on: date, occasion: Occasion) -> dict[str, Any]:
    return {
        "happened_on": on,
        "measure_id": id_of(f"measures of {trainee} {on}"),
        "relationship_id": id_of(f"relationship of {trainee}"),
        "instrument": "confidence",
        "role": "trainee",
        "occasion": occasion,
    }


def measures_taken(trainee: str, on: date, occasion: Occasion = "baseline") -> sessions.MeasuresTaken:
    return sessions.MeasuresTaken(**_measures(trainee, on, occasion))


def numbers_released(
    trainee: str, on: date, occasion: Occasion = "baseline", **numbers: float
) -> sessions.NumbersReleased:
    return sessions.NumbersReleased(numbers=numbers, **_measures(trainee, on, occasion))


def assessment_submitted(
    trainee: str, on: date, *, otherwise: Judgement = "on_track", **judgements: Judgement
) -> sessions.AssessmentSubmitted:
    standards: tuple[Standard, ...] = ("TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS7", "TS8")
    return sessions.AssessmentSubmitted(
        happened_on=on,
        assessment_id=id_of(f"assessment of {trainee} {on}"),
        relationship_id=id_of(f"relationship of {trainee}"),
        trainee_id=id_of(trainee),
        assessor_id=id_of("assessor"),
        kind="interim",
        judgements={standard: judgements.get(standard, otherwise) for standard in standards},
    )


def day_recorded(
    trainee: str,
    on: date,
    state: DayState | Literal["removed"] = "logged",
    *halves: Half,
    kind: DayKind = "general",
    at: str = OAK,
) -> sessions.DayRecorded:
    return sessions.DayRecorded(
        happened_on=on,
        trainee_id=id_of(trainee),
        relationship_id=id_of(f"relationship of {trainee}"),
        school_urn=at,
        halves=halves or ("morning", "afternoon"),
        kind=kind,
        state=state,
    )


def earlier_placements_recorded(trainee: str, *urns: str) -> referral.EarlierPlacementsRecorded:
    placements = tuple(referral.EarlierPlacement(school_urn=urn) for urn in urns)
    return referral.EarlierPlacementsRecorded(happened_on=MONDAY, trainee_id=id_of(trainee), placements=placements)


def training_logged(
    mentor: str,
    hours: float,
    nth: int = 1,
    *,
    on: date = date(2026, 10, 1),
    year: str = "2026/27",
    kind: Literal["initial", "refresher"] = "initial",
    claimable: float | None = None,
    removed: bool = False,
) -> referral.TrainingLogged:
    return referral.TrainingLogged(
        happened_on=on,
        mentor_id=id_of(mentor),
        training_id=id_of(f"training {nth} of {mentor}"),
        provider="North Star",
        academic_year=year,
        kind=kind,
        hours=hours,
        claimable=claimable,
        removed=removed,
    )


def common_needs_counted(urn: str, until: date, **people: int) -> sessions.CommonNeedsCounted:
    needs = tuple(sessions.NeedCount(code=code, people=number) for code, number in people.items())
    return sessions.CommonNeedsCounted(
        happened_on=until, programme_id=PROGRAMME, school_urn=urn, until=until, needs=needs
    )
