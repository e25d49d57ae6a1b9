"""The public events of one partnership over most of a year, for as many trainees as are wanted, by their days.

Everything that reporting reads is there: people, schools with calendars, referrals, pairs, relationships, meetings
held, missed and amended, targets, feedback, measures, assessments, days and training; and now and then a pause, a
deferral, a merge and an undone registration. The same number of trainees makes the same events.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from shared.events import PublicEvent
from shared.events.matching import PairConfirmed, PairProposed, TraineeUnplaced
from shared.events.practices import Practice
from shared.events.referral import (
    CalendarPeriod,
    EarlierPlacement,
    EarlierPlacementsRecorded,
    MentorRecorded,
    PeopleMerged,
    ProgrammeOpened,
    ProgrammeRules,
    ReferralAccepted,
    ReferralMade,
    RegistrationUndone,
    SchoolCalendarRecorded,
    SchoolRecorded,
    TraineeRecorded,
    TraineeStandingChanged,
    TrainingLogged,
)
from shared.events.sessions import (
    AssessmentSubmitted,
    CommonNeedsCounted,
    DayRecorded,
    FeedbackGiven,
    MeasuresTaken,
    MeetingHeld,
    MeetingMissed,
    NeedCount,
    NumbersReleased,
    RelationshipAgreed,
    RelationshipOpened,
    RelationshipPaused,
    RelationshipResumed,
    TargetReviewed,
    TargetSet,
)
from shared.events.words import AssessmentKind

WEEKS = 42
"""Full weeks of it that have passed."""
_HOLIDAYS = (6, 14, 15, 22, 28, 29, 36)
"""The weeks in which schools are closed."""
_SUBJECTS = ("primary", "mathematics", "english", "biology", "chemistry", "physics", "history", "geography", "french")
_ROUTES = ("provider_led_postgrad", "provider_led_undergrad", "school_direct_salaried", "pg_teaching_apprenticeship")
_STANDARDS = ("TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS7", "TS8")
_ASSESSMENTS: dict[int, AssessmentKind] = {12: "interim", 22: "end_of_placement", 34: "final"}
"""The kind of assessment by the week in which it is made."""
_TRAINEES_A_SCHOOL = 5


class Published(NamedTuple):
    """A public event, the service that publishes it, and the stream that it belongs to."""

    service: str
    stream: str
    event: PublicEvent


@dataclass
class Partnership:
    """A partnership with so many trainees, half as many mentors more, and a school for every five.

    Its year began some weeks before `today`, the day up to which there are events, and ends some weeks after it.
    """

    trainees: int
    today: date
    _random: random.Random = field(default_factory=lambda: random.Random(20))  # figures, not secrets

    def __post_init__(self) -> None:
        self.first_week = self.today - timedelta(days=self.today.weekday(), weeks=WEEKS)
        self.starts, self.ends = self.first_week - timedelta(weeks=2), self.today + timedelta(weeks=4)
        self.academic_year = f"{self.starts.year} to {self.starts.year + 1}"
        self.programme_id = self._id()
        self.trainee_ids = [self._id() for _ in range(self.trainees)]
        self.mentor_ids = [self._id() for _ in range(self.trainees * 3 // 2)]
        self.urns = [f"{100_000 + number}" for number in range(max(self.trainees // _TRAINEES_A_SCHOOL, 2))]
        self._leads = [self._id() for _ in range(self.trainees)]
        self._supports = [self._id() for _ in range(self.trainees // 10)]
        self._targets: dict[UUID, list[UUID]] = {}

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def events(self) -> Iterator[Published]:
        """Yield all events, in the order of their days."""
        yield from self._schools()
        yield from self._people()
        yield from self._placements()
        for week in range(WEEKS):
            if week not in _HOLIDAYS:
                yield from self._week(week, self.first_week + timedelta(weeks=week))
        yield from self._corrections()

    def _schools(self) -> Iterator[Published]:
        rules = ProgrammeRules(
            edition=self.academic_year,
            mentor_hours_per_trainee_week=1.5,
            meetings_per_week=1,
            targets_per_meeting=3,
            assessor_is_not_mentor=True,
            assessments=("interim", "end_of_placement", "final"),
            weights={},
        )
        yield Published(
            "referral",
            f"programme-{self.programme_id}",
            ProgrammeOpened(
                happened_on=self.starts,
                programme_id=self.programme_id,
                template="ite-placement",
                title="Initial teacher education",
                academic_year=self.academic_year,
                starts_on=self.starts,
                ends_on=self.ends,
                rules=rules,
                practice=Practice(),
            ),
        )
        mondays = [self.first_week + timedelta(weeks=week) for week in _HOLIDAYS]
        closed = tuple(CalendarPeriod(kind="holiday", starts_on=on, ends_on=on + timedelta(days=4)) for on in mondays)
        for number, urn in enumerate(self.urns):
            yield Published(
                "referral",
                f"school-{urn}",
                SchoolRecorded(
                    happened_on=self.starts,
                    urn=urn,
                    name=f"School {urn}",
                    phases=("primary",) if number % 3 else ("secondary",),
                    trust_code=f"{2000 + number // 4}",
                    phase="Primary" if number % 3 else "Secondary",
                    gender="Mixed" if number % 9 else "Girls",
                    religious_character="None" if number % 4 else "Church of England",
                    urban_rural="Urban major conurbation" if number % 2 else "Rural village",
                ),
            )
            yield Published(
                "referral",
                f"calendar-{urn}",
                SchoolCalendarRecorded(happened_on=self.starts, urn=urn, periods=closed),
            )

    def _people(self) -> Iterator[Published]:
        for number, mentor_id in enumerate(self.mentor_ids):
            yield Published(
                "referral",
                f"person-{mentor_id}",
                MentorRecorded(
                    happened_on=self.starts,
                    mentor_id=mentor_id,
                    school_urn=self._urn(number),
                    subjects=(_SUBJECTS[number % len(_SUBJECTS)],),
                    phases=("primary", "secondary"),
                    capacity_hours=1.5 + number % 3,
                    role="volunteer",
                ),
            )
            yield Published(
                "referral",
                f"person-{mentor_id}",
                TrainingLogged(
                    happened_on=self.starts,
                    mentor_id=mentor_id,
                    training_id=self._id(),
                    provider="provider",
                    academic_year=self.academic_year,
                    kind="initial",
                    hours=20.0,
                    claimable=20.0,
                ),
            )
        for number, trainee_id in enumerate(self.trainee_ids):
            yield Published(
                "referral",
                f"person-{trainee_id}",
                TraineeRecorded(
                    happened_on=self.starts,
                    trainee_id=trainee_id,
                    subject=_SUBJECTS[number % len(_SUBJECTS)],
                    phase="primary" if number % 3 else "secondary",
                    training_route=_ROUTES[number % len(_ROUTES)],
                    home_easting=430_000,
                    home_northing=430_000,
                    travel_mode="car",
                    travel_limit_minutes=60,
                    course_starts_on=self.starts,
                    course_ends_on=self.ends,
                ),
            )
            if number % 10 == 0:
                earlier = EarlierPlacement(school_urn=self._urn(number + 7))
                yield Published(
                    "referral",
                    f"person-{trainee_id}",
                    EarlierPlacementsRecorded(happened_on=self.starts, trainee_id=trainee_id, placements=(earlier,)),
                )

    def _placements(self) -> Iterator[Published]:
        """From the referral to the relationship: one trainee in a hundred finds no place."""
        round_id = self._id()
        for number, trainee_id in enumerate(self.trainee_ids):
            referral_id = self._id()
            about: dict[str, Any] = {
                "referral_id": referral_id,
                "programme_id": self.programme_id,
                "trainee_id": trainee_id,
            }
            stream = f"referral-{referral_id}"
            yield Published(
                "referral", stream, ReferralMade(happened_on=self.starts, purpose="induction", reasons=(), **about)
            )
            yield Published("referral", stream, ReferralAccepted(happened_on=self.starts, **about))
            if self._is_unplaced(number):
                unplaced = TraineeUnplaced(
                    happened_on=self.starts,
                    round_id=round_id,
                    reason="places_taken",
                    explanation="All places are taken.",
                    **about,
                )
                yield Published("matching", f"round-{round_id}", unplaced)
                continue
            pair_id, mentor_id, urn = self._id(), self.mentor_ids[number], self._urn(number)
            about |= {"pair_id": pair_id, "mentor_id": mentor_id, "school_urn": urn}
            proposed = PairProposed(
                happened_on=self.starts, round_id=round_id, offer_id=self._id(), travel_minutes=number % 60, **about
            )
            confirmed = PairConfirmed(
                happened_on=self.starts,
                subject=_SUBJECTS[number % len(_SUBJECTS)],
                starts_on=self.first_week,
                ends_on=self.ends,
                meetings_per_week=1,
                targets_per_meeting=3,
                assessor_is_not_mentor=True,
                mentor_hours_per_week=1.5,
                **about,
            )
            yield Published("matching", f"pair-{pair_id}", proposed)
            yield Published("matching", f"pair-{pair_id}", confirmed)
            yield from self._opened(number, self._leads[number], mentor_id, "lead")
            if number % 10 == 1:
                supporter = self.mentor_ids[self.trainees + number // 10]
                yield from self._opened(number, self._supports[number // 10], supporter, "supporting")

    def _opened(self, number: int, relationship_id: UUID, mentor_id: UUID, role: str) -> Iterator[Published]:
        stream = f"relationship-{relationship_id}"
        opened = RelationshipOpened.model_validate(
            {
                "happened_on": self.first_week,
                "relationship_id": relationship_id,
                "programme_id": self.programme_id,
                "trainee_id": self.trainee_ids[number],
                "mentor_id": mentor_id,
                "school_urn": self._urn(number),
                "starts_on": self.first_week,
                "ends_on": self.ends,
                "meetings_per_week": 1,
                "mentor_minutes_per_week": 90 if role == "lead" else 30,
                "role": role,
            }
        )
        yield Published("sessions", stream, opened)
        yield Published(
            "sessions", stream, RelationshipAgreed(happened_on=self.first_week, relationship_id=relationship_id)
        )

    def _week(self, week: int, monday: date) -> Iterator[Published]:
        """A week of everybody, day by day."""
        for weekday in range(5):
            on = monday + timedelta(days=weekday)
            for number in range(weekday, self.trainees, 5):
                if not self._is_unplaced(number):
                    yield from self._week_of(number, week, on)

    def _week_of(self, number: int, week: int, on: date) -> Iterator[Published]:
        relationship_id, trainee_id = self._leads[number], self.trainee_ids[number]
        yield from self._met(relationship_id, on)
        if number % 10 == 1:
            yield from self._met(self._supports[number // 10], on)
        if (week + number) % 4 == 0:
            yield from self._target(relationship_id, trainee_id, on)
        if (week + number) % 11 == 0:
            feedback = FeedbackGiven(
                happened_on=on,
                feedback_id=self._id(),
                relationship_id=relationship_id,
                taught_on=on - timedelta(days=self._random.randrange(6)),
            )
            yield Published("sessions", f"feedback-{feedback.feedback_id}", feedback)
        if week in _ASSESSMENTS:
            yield from self._assessed(number, _ASSESSMENTS[week], on)
        if week in (1, 36):
            yield from self._measured(number, on, ends=week > 1)
        if week % 2:
            day = DayRecorded(
                happened_on=on,
                trainee_id=trainee_id,
                relationship_id=relationship_id,
                school_urn=self._urn(number if week < 20 else number + 1),
                halves=("morning", "afternoon"),
                kind="general" if week > 6 else "intensive",
                state="accepted" if week < 30 else "confirmed",
            )
            yield Published("sessions", f"day-{trainee_id}-{on}", day)

    def _met(self, relationship_id: UUID, on: date) -> Iterator[Published]:
        meeting_id, chance = self._id(), self._random.random()
        stream = f"meeting-{meeting_id}"
        if chance < 0.03:
            return
        if chance < 0.1:
            missed = MeetingMissed(
                happened_on=on,
                meeting_id=meeting_id,
                relationship_id=relationship_id,
                reason="cover" if chance < 0.06 else "trainee_absent",
            )
            yield Published("sessions", stream, missed)
        else:
            minutes = 30 + int(chance * 30)
            held = MeetingHeld(happened_on=on, meeting_id=meeting_id, relationship_id=relationship_id, minutes=minutes)
            yield Published("sessions", stream, held)
            if chance < 0.13:
                yield Published("sessions", stream, held.model_copy(update={"minutes": minutes + 5}))

    def _target(self, relationship_id: UUID, trainee_id: UUID, on: date) -> Iterator[Published]:
        """Set a target, and review the one that was set before it, nine times in ten."""
        about = {"relationship_id": relationship_id, "trainee_id": trainee_id}
        before = self._targets.setdefault(relationship_id, [])
        if before and self._random.random() < 0.9:
            reviewed = TargetReviewed(happened_on=on, target_id=before[-1], status="met", **about)
            yield Published("sessions", f"target-{before[-1]}", reviewed)
        target_id = self._id()
        before.append(target_id)
        standards = (_STANDARDS[self._random.randrange(8)],)
        due_on = on + timedelta(weeks=4)
        target = TargetSet.model_validate(
            {"happened_on": on, "target_id": target_id, "due_on": due_on, "standards": standards, **about}
        )
        yield Published("sessions", f"target-{target_id}", target)

    def _assessed(self, number: int, kind: AssessmentKind, on: date) -> Iterator[Published]:
        judgements = {
            standard: "needs_support" if self._random.random() < 0.05 else "on_track" for standard in _STANDARDS
        }
        assessment = AssessmentSubmitted.model_validate(
            {
                "happened_on": on,
                "assessment_id": self._id(),
                "relationship_id": self._leads[number],
                "trainee_id": self.trainee_ids[number],
                "assessor_id": self.mentor_ids[-1 - number // 20],
                "kind": kind,
                "judgements": judgements,
            }
        )
        yield Published("sessions", f"assessment-{assessment.assessment_id}", assessment)

    def _measured(self, number: int, on: date, *, ends: bool) -> Iterator[Published]:
        about = {
            "happened_on": on,
            "measure_id": self._id(),
            "relationship_id": self._leads[number],
            "instrument": "confidence",
            "role": "trainee",
            "occasion": "end" if ends else "baseline",
        }
        stream = f"measures-{about['measure_id']}"
        yield Published("sessions", stream, MeasuresTaken.model_validate(about))
        numbers = {f"question_{nth}": self._random.randrange(1, 11) for nth in range(10)}
        yield Published("sessions", stream, NumbersReleased.model_validate(about | {"numbers": numbers}))

    def _corrections(self) -> Iterator[Published]:
        for number, relationship_id in enumerate(self._leads):
            stream, paused_on = f"relationship-{relationship_id}", self.today - timedelta(days=60)
            if number % 100 == 2:
                paused = RelationshipPaused(happened_on=paused_on, relationship_id=relationship_id)
                yield Published("sessions", stream, paused)
                resumed = RelationshipResumed(
                    happened_on=self.today - timedelta(days=30), relationship_id=relationship_id, paused_on=paused_on
                )
                yield Published("sessions", stream, resumed)
        for number, trainee_id in enumerate(self.trainee_ids):
            stream = f"person-{trainee_id}"
            if number % 50 == 3:
                deferred = TraineeStandingChanged(
                    happened_on=self.today - timedelta(days=20), trainee_id=trainee_id, standing="deferred"
                )
                yield Published("referral", stream, deferred)
            if number % 1000 == 4:
                kept_id = self.trainee_ids[number - 1]
                merged = PeopleMerged(happened_on=self.today, merged_id=trainee_id, kept_id=kept_id, kind="trainee")
                yield Published("referral", stream, merged)
            if number % 1000 == 5:
                yield Published("referral", stream, RegistrationUndone(happened_on=self.today, person_id=trainee_id))
        for urn in self.urns:
            needs = CommonNeedsCounted(
                happened_on=self.today,
                programme_id=self.programme_id,
                school_urn=urn,
                until=self.today - timedelta(weeks=8),
                needs=(NeedCount(code="behaviour", people=_TRAINEES_A_SCHOOL),),
            )
            yield Published("sessions", f"needs-{self.programme_id}-{urn}", needs)

    def _urn(self, number: int) -> str:
        return self.urns[number // _TRAINEES_A_SCHOOL % len(self.urns)]

    @staticmethod
    def _is_unplaced(number: int) -> bool:
        return number % 100 == 99
