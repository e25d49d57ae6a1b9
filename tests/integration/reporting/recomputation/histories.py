"""Random histories of a partnership: public events of all services, as they might be recorded over half a year.

Records come late, are about earlier days, are corrected, merged, undone, moved and erased. Each stream is in order;
streams come in any order, and sometimes a whole topic comes weeks after the others. What a service never publishes is
not in a history: a meeting before its relationship began, or a pause within a pause.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple, get_args
from uuid import UUID

from shared.calendar import ENGLAND
from shared.events import PublicEvent, matching, referral, sessions
from shared.events.practices import ConfidentialityRules, Practice
from shared.events.words import (
    CalendarKind,
    DayKind,
    DayState,
    Half,
    Judgement,
    MentoringRole,
    Occasion,
    Standard,
    UnplacedReason,
    WithdrawalReason,
)
from tests.unit.reporting.facts import programme_opened, stream_of, topic_of

FIRST, LAST = date(2025, 5, 1), date(2025, 12, 19)
"""Over the end of an academic year, with which rules change. It is over, so that its periods can be settled."""
URNS = ("900001", "900002", "900003", "900004")
ROUTES = ("provider_led_postgrad", "provider_led_undergrad", "iqts", "assessment_only", "of no rule")
TOPICS = ("referral", "matching", "sessions")
STANDARDS: tuple[Standard, ...] = get_args(Standard)
STATES: tuple[DayState, ...] = get_args(DayState)
Dated = tuple[date, PublicEvent]
"""An event and the day on which its service published it."""


class Recorded(NamedTuple):
    """An event, and the moment at which reporting recorded it."""

    at: datetime
    event: PublicEvent


@dataclass(frozen=True)
class Mentoring:
    """A relationship as it is opened in a history, and the day on which it ended."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    last_day: date


class History:
    """The events of a history in the order in which they were recorded."""

    def __init__(self, seed: int, trainees: int = 12, mentors: int = 6) -> None:
        self._random = Random(seed)  # a story, no secret
        self._events: list[Dated] = []
        self.programmes = [self._id() for _ in range(3)]
        self.mentors = [self._id() for _ in range(mentors)]
        self.trainees = [self._id() for _ in range(trainees)]
        self.relationships: list[Mentoring] = []
        self._school_of: dict[UUID, str] = {}
        self._tell()
        self.records = self._order()

    # chance

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _maybe(self, share: float) -> bool:
        return self._random.random() < share

    def _day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self._random.randrange(max((last - first).days, 0) + 1))

    def _some(self, of: Sequence[Any], share: float) -> tuple[Any, ...]:
        return tuple(each for each in of if self._maybe(share))

    def _publish(self, event: PublicEvent, on: date | None = None) -> None:
        """Publish an event, on its day or some time after it unless a day is named."""
        late = self._random.choice((0, 0, 0, 1, 3, 10, 40))
        self._events.append((on or event.happened_on + timedelta(days=late), event))

    # the story

    def _tell(self) -> None:
        for nth, programme_id in enumerate(self.programmes):
            self._open_programme(programme_id, nth)
        for urn in URNS:
            self._record_school(urn)
        for mentor_id in self.mentors:
            self._record_mentor(mentor_id)
        for trainee_id in self.trainees:
            self._record_trainee(trainee_id)
            for programme_id in self._random.sample(self.programmes, self._random.choice((1, 1, 1, 2))):
                self._place(trainee_id, programme_id)
            for _ in range(self._random.choice((0, 1, 1, 2, 3))):
                self._mentor(trainee_id)
            self._be_in_schools(trainee_id)
            if self._maybe(0.4):
                self._interrupt(trainee_id)
        self._count_needs()
        self._merge_and_undo()

    def _open_programme(self, programme_id: UUID, nth: int) -> None:
        smallest = self._random.choice((2, 2, 3, 5))
        practice = Practice(confidentiality=ConfidentialityRules(smallest_group=smallest))
        opened = programme_opened().model_copy(
            update={
                "programme_id": programme_id,
                "happened_on": FIRST,
                "starts_on": self._day(FIRST, date(2025, 9, 15)),
                "ends_on": self._day(date(2025, 8, 1), date(2026, 7, 31)),
                "practice": practice,
            }
        )
        self._publish(opened, on=FIRST if nth else self._day(FIRST, date(2025, 11, 20)))

    def _record_school(self, urn: str) -> None:
        for nth in range(self._random.choice((1, 1, 2))):
            recorded = referral.SchoolRecorded(
                happened_on=self._day(FIRST, FIRST + timedelta(days=90 * nth)),
                urn=urn,
                name=f"School {urn}{' Academy' * nth}",
                phases=("secondary",),
                trust_code=self._random.choice(("T1", "T2", None)),
                phase=self._random.choice(("Primary", "Secondary", None)),
                gender=self._random.choice(("Mixed", "Girls")),
                religious_character=self._random.choice(("None", "Roman Catholic", None)),
                admissions_policy=self._random.choice(("Selective", None)),
                urban_rural=self._random.choice(("Urban", "Rural")),
            )
            self._publish(recorded)
        if self._maybe(0.7):
            for _ in range(self._random.choice((1, 1, 2))):
                self._publish(self._calendar(urn))
        if urn == URNS[-1]:
            self._publish(referral.SchoolClosed(happened_on=self._day(date(2025, 9, 1)), urn=urn))

    def _calendar(self, urn: str) -> referral.SchoolCalendarRecorded:
        periods: list[tuple[CalendarKind, date, date]] = [
            ("term", date(2025, 4, 22), date(2025, 5, 23)),
            ("term", date(2025, 6, 2), self._day(date(2025, 7, 18), date(2025, 7, 24))),
            ("term", date(2025, 9, 3), date(2025, 10, 24)),
            ("term", date(2025, 11, 3), date(2025, 12, 19)),
            ("holiday", date(2025, 10, 27), date(2025, 10, 31)),
            ("inset", date(2025, 9, 1), date(2025, 9, 2)),
        ]
        kept = [each for each in periods if self._maybe(0.8)]
        if self._maybe(0.3):
            first = self._day()
            kept.append(("holiday", first, first + timedelta(days=self._random.randrange(30))))
        return referral.SchoolCalendarRecorded(
            happened_on=FIRST,
            urn=urn,
            periods=tuple(
                referral.CalendarPeriod(kind=kind, starts_on=starts_on, ends_on=ends_on)
                for kind, starts_on, ends_on in kept
            ),
        )

    def _record_mentor(self, mentor_id: UUID) -> None:
        urn = self._school_of[mentor_id] = self._random.choice(URNS)
        for _ in range(self._random.choice((1, 1, 2, 3))):
            periods: tuple[referral.SchoolPeriod, ...] = ()
            if self._maybe(0.4):
                periods = tuple(
                    referral.SchoolPeriod(school_urn=at, starts_on=first, ends_on=self._day(first))
                    for at in self._random.choices(URNS, k=2)
                    for first in (self._day(),)
                ) + self._some((referral.SchoolPeriod(school_urn=urn, starts_on=date(2025, 9, 15)),), 0.5)
            self._publish(
                referral.MentorRecorded(
                    happened_on=self._day(FIRST, date(2025, 9, 30)),
                    mentor_id=mentor_id,
                    school_urn=urn if self._maybe(0.8) else self._random.choice(URNS),
                    subjects=("physics",),
                    phases=("secondary",),
                    capacity_hours=self._random.choice((1, 1.5, 2, 4.4)),
                    role="volunteer",
                    periods=periods,
                )
            )
        for _ in range(self._random.choice((0, 1, 2, 4))):
            self._train(mentor_id)

    def _train(self, mentor_id: UUID) -> None:
        trained_on = self._day()
        names: dict[str, Any] = {
            "mentor_id": mentor_id,
            "training_id": self._id(),
            "provider": self._random.choice(("North Star", "South Star")),
            "kind": self._random.choice(("initial", "refresher")),
        }
        for _ in range(self._random.choice((1, 1, 2))):
            self._publish(
                referral.TrainingLogged(
                    happened_on=trained_on,
                    academic_year="2025/26" if trained_on >= date(2025, 9, 1) else "2024/25",
                    hours=self._random.choice((0.5, 2, 6)),
                    claimable=self._random.choice((None, 0, 0.5, 2)),
                    removed=self._maybe(0.15),
                    **names,
                ),
                on=trained_on + timedelta(days=self._random.randrange(50)),
            )
            trained_on = trained_on if self._maybe(0.6) else self._day()

    def _record_trainee(self, trainee_id: UUID) -> None:
        for _ in range(self._random.choice((0, 1, 1, 1, 1, 2))):
            self._publish(
                referral.TraineeRecorded(
                    happened_on=self._day(FIRST, date(2025, 9, 30)),
                    trainee_id=trainee_id,
                    subject=self._random.choice(("physics", "history")),
                    phase="secondary",
                    training_route=self._random.choice(ROUTES),
                    home_easting=430000,
                    home_northing=380000,
                    travel_mode="car",
                    travel_limit_minutes=60,
                    course_starts_on=self._random.choice((None, date(2023, 9, 1), date(2024, 9, 2), date(2025, 9, 1))),
                    course_ends_on=self._random.choice(
                        (None, date(2025, 9, 30), date(2025, 12, 31), date(2026, 6, 30))
                    ),
                )
            )
        if self._maybe(0.3):
            urns = self._some(URNS, 0.4)
            self._publish(
                referral.EarlierPlacementsRecorded(
                    happened_on=self._day(),
                    trainee_id=trainee_id,
                    placements=tuple(referral.EarlierPlacement(school_urn=urn) for urn in urns),
                )
            )

    def _place(self, trainee_id: UUID, programme_id: UUID) -> None:
        for _ in range(self._random.choice((0, 1, 1, 2))):
            names = {"referral_id": self._id(), "programme_id": programme_id, "trainee_id": trainee_id}
            made_on = self._day(FIRST, date(2025, 10, 31))
            steps: list[PublicEvent] = [
                referral.ReferralMade(happened_on=made_on, purpose="induction", reasons=("general_placement",), **names)
            ]
            on = self._day(made_on, made_on + timedelta(days=20))
            steps += self._random.choice(
                (
                    [],
                    [referral.ReferralAccepted(happened_on=on, **names)],
                    [referral.ReferralAccepted(happened_on=on, **names)],
                    [referral.ReferralDeclined(happened_on=on, **names)],
                    [referral.ReferralRedirected(happened_on=on, **names)],
                    [
                        referral.ReferralAccepted(happened_on=on, **names),
                        referral.ReferralWithdrawn(happened_on=on + timedelta(days=20), **names),
                    ],
                )
            )
            if len(steps) > 1 and self._maybe(0.25):
                steps.append(self._reversal(steps[-1], names))
                if self._maybe(0.5):
                    steps.append(referral.ReferralAccepted(happened_on=on + timedelta(days=25), **names))
            for step in steps:
                self._publish(step)
            for _ in range(self._random.choice((0, 1, 2, 3))):
                on = self._solve(names, on)

    def _reversal(self, step: PublicEvent, names: dict[str, Any]) -> referral.ReferralStepReversed:
        word: Any = {
            referral.ReferralAccepted: "acceptance",
            referral.ReferralDeclined: "refusal",
            referral.ReferralRedirected: "redirection",
            referral.ReferralWithdrawn: "withdrawal",
        }[type(step)]
        return referral.ReferralStepReversed(
            happened_on=step.happened_on + timedelta(days=2), step=word, accepted=word == "withdrawal", **names
        )

    def _solve(self, names: dict[str, Any], after: date) -> date:
        """A round places a trainee nowhere, or proposes a pair; return the day on which something becomes of that."""
        on, round_id = after + timedelta(days=self._random.choice((0, 2, 20))), self._id()
        if self._maybe(0.3):
            reason: UnplacedReason = self._random.choice(("places_taken", "no_mentor_in_subject"))
            remedies = self._some(("One more place would help.", "Ten more minutes would help."), 0.5)
            unplaced = matching.TraineeUnplaced(
                happened_on=on, round_id=round_id, reason=reason, explanation="So it is.", remedies=remedies, **names
            )
            self._publish(unplaced)
            return on
        mentor_id = self._random.choice(self.mentors)
        of_pair = {
            "pair_id": self._id(),
            "programme_id": names["programme_id"],
            "trainee_id": names["trainee_id"],
            "mentor_id": mentor_id,
        }
        urn = self._school_of[mentor_id]
        more = {"referral_id": names["referral_id"], "school_urn": urn}
        self._publish(
            matching.PairProposed(
                happened_on=on, round_id=round_id, offer_id=round_id, travel_minutes=25, **more, **of_pair
            )
        )
        answered_on = self._day(on, on + timedelta(days=10))
        starts_on = self._day(answered_on, answered_on + timedelta(days=40))
        confirmed = matching.PairConfirmed(
            happened_on=answered_on,
            subject="physics",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(weeks=self._random.randrange(2, 20)),
            meetings_per_week=1,
            targets_per_meeting=3,
            assessor_is_not_mentor=True,
            mentor_hours_per_week=1.5,
            **more,
            **of_pair,
        )
        ended_on = answered_on
        match self._random.choice(("open", "confirmed", "ended", "ended", "declined", "declined", "lapsed", "both")):
            case "confirmed":
                self._publish(confirmed)
            case "ended":
                self._publish(confirmed)
                ended_on = self._day(answered_on, answered_on + timedelta(days=60))
                reason_of_end: WithdrawalReason = self._random.choice(get_args(WithdrawalReason))
                self._publish(
                    matching.PairWithdrawn(
                        happened_on=ended_on, referral_id=names["referral_id"], reason=reason_of_end, **of_pair
                    )
                )
            case "declined":
                self._publish(matching.PairDeclined(happened_on=answered_on, by=self._side(), **of_pair))
            case "lapsed":
                self._publish(matching.PairLapsed(happened_on=answered_on, waited_for=("mentor",), **of_pair))
            case "both":
                self._publish(matching.PairDeclined(happened_on=answered_on, by=self._side(), **of_pair))
                ended_on = self._day(answered_on, answered_on + timedelta(days=15))
                self._publish(matching.PairLapsed(happened_on=ended_on, waited_for=("mentor",), **of_pair))
        return ended_on

    def _side(self) -> Any:
        return self._random.choice(("mentor", "trainee"))

    def _mentor(self, trainee_id: UUID) -> None:
        mentor_id = self._random.choice(self.mentors)
        starts_on = self._day(FIRST, date(2025, 10, 31))
        ends_on = starts_on + timedelta(days=self._random.choice((20, 60, 110, 200)))
        urn = self._school_of[mentor_id] if self._maybe(0.8) else self._random.choice(URNS)
        per_week, weeks_between = self._random.choice(
            ((1, None), (1, None), (2, None), (0, None), (0, 1), (0, 2), (0, 3))
        )
        role: MentoringRole = self._random.choice(("lead", "lead", "supporting", "school_mentor", "peer"))
        opened = sessions.RelationshipOpened(
            happened_on=starts_on,
            relationship_id=self._id(),
            programme_id=self._random.choice(self.programmes),
            trainee_id=trainee_id,
            mentor_id=mentor_id,
            school_urn=urn,
            starts_on=starts_on,
            ends_on=ends_on,
            meetings_per_week=per_week,
            mentor_minutes_per_week=self._random.choice((60, 66, 90)),
            role=role,
            weeks_between_meetings=weeks_between,
        )
        self._publish(opened, on=starts_on - timedelta(days=self._random.randrange(20)))
        last_day = ends_on
        if self._maybe(0.25):
            last_day = self._day(starts_on - timedelta(days=2), ends_on)
            self._publish(
                sessions.RelationshipEnded(
                    happened_on=last_day,
                    relationship_id=opened.relationship_id,
                    ended_on=last_day,
                    reason=self._random.choice(("mentor_left", "ended_by_them", "closed_in_review")),
                )
            )
        if self._maybe(0.15):
            moved = sessions.RelationshipMoved(
                happened_on=self._day(starts_on, ends_on),
                relationship_id=opened.relationship_id,
                school_urn=self._random.choice(URNS),
            )
            self._publish(moved)
        self._pause(opened)
        of = Mentoring(
            *(opened.relationship_id, opened.programme_id, trainee_id, mentor_id, urn, starts_on, min(ends_on, LAST))
        )
        self.relationships.append(of)
        self._meet(of)
        self._work(of)

    def _pause(self, opened: sessions.RelationshipOpened) -> None:
        back = opened.starts_on
        for _ in range(self._random.choice((0, 0, 0, 1, 2))):
            paused_on = self._day(back, opened.ends_on)
            names = {"relationship_id": opened.relationship_id}
            self._publish(sessions.RelationshipPaused(happened_on=paused_on, **names))
            if paused_on >= opened.ends_on or self._maybe(0.2):
                return
            back = self._day(paused_on + timedelta(days=1), opened.ends_on)
            self._publish(sessions.RelationshipResumed(happened_on=back, paused_on=paused_on, **names))

    def _meet(self, of: Mentoring) -> None:
        """Meetings on some days, at most one a day; records are amended, to another day as well."""
        care = self._random.choice((0.05, 0.12, 0.2))
        days = [of.starts_on + timedelta(days=nth) for nth in range(max((of.last_day - of.starts_on).days + 1, 0))]
        for first_day in self._some(days, care):
            day = first_day
            names = {"meeting_id": self._id(), "relationship_id": of.relationship_id}
            on = day + timedelta(days=self._random.choice((0, 0, 1, 5, 30)))
            for _ in range(self._random.choice((1, 1, 1, 1, 2, 3))):
                if self._maybe(0.65):
                    held = sessions.MeetingHeld(happened_on=day, minutes=self._random.choice((30, 45, 60)), **names)
                    self._publish(held, on=on)
                else:
                    reason: sessions.MissedReason = self._random.choice(get_args(sessions.MissedReason))
                    self._publish(sessions.MeetingMissed(happened_on=day, reason=reason, **names), on=on)
                on += timedelta(days=self._random.randrange(14))
                if self._maybe(0.4):
                    day = self._random.choice(days)

    def _work(self, of: Mentoring) -> None:
        if of.last_day < of.starts_on:
            return
        between = (of.starts_on, of.last_day)
        names = {"relationship_id": of.relationship_id}
        for _ in range(self._random.choice((0, 1, 2, 3))):
            target = {**names, "target_id": self._id(), "trainee_id": of.trainee_id}
            on = self._day(*between)
            for _ in range(self._random.choice((1, 1, 1, 2))):
                due_on = self._day(on, on + timedelta(days=60))
                standards = self._some(STANDARDS, 0.3)
                self._publish(sessions.TargetSet(happened_on=on, due_on=due_on, standards=standards, **target))
                for _ in range(self._random.choice((0, 1, 2))):
                    status: sessions.TargetStatus = self._random.choice(get_args(sessions.TargetStatus))
                    on = self._day(on, of.last_day)
                    self._publish(sessions.TargetReviewed(happened_on=on, status=status, **target))
        for _ in range(self._random.choice((0, 1, 2))):
            given_on = self._day(*between)
            feedback = sessions.FeedbackGiven(
                happened_on=given_on,
                feedback_id=self._id(),
                taught_on=given_on - timedelta(days=self._random.choice((0, 1, 2, 9))),
                **names,
            )
            self._publish(feedback)
        occasions: tuple[Occasion, ...] = ("baseline", "baseline", "repeat", "end", "end")
        for occasion in self._some(occasions, 0.6):
            self._measure(of, occasion)
        for _ in range(self._random.choice((0, 0, 1, 1, 2))):
            judgements: dict[Standard, Judgement] = {
                standard: self._random.choice(get_args(Judgement)) for standard in self._some(STANDARDS, 0.7)
            }
            assessment_id = self._id()
            for _ in range(self._random.choice((1, 1, 2))):
                submitted = sessions.AssessmentSubmitted(
                    happened_on=self._day(*between),
                    assessment_id=assessment_id,
                    trainee_id=of.trainee_id,
                    assessor_id=of.mentor_id,
                    kind="interim",
                    judgements=judgements,
                    **names,
                )
                self._publish(submitted)

    def _measure(self, of: Mentoring, occasion: Occasion) -> None:
        names: dict[str, Any] = {
            "happened_on": self._day(of.starts_on, of.last_day + timedelta(days=20)),
            "measure_id": self._id(),
            "relationship_id": of.relationship_id,
            "instrument": "confidence",
            "role": "trainee",
            "occasion": occasion,
        }
        self._publish(sessions.MeasuresTaken(**names))
        for _ in range(self._random.choice((0, 1, 1, 2))):
            items = self._some(("planning", "questioning"), 0.85)
            numbers = {item: self._random.choice((1, 2, 3, 4.5)) for item in items}
            self._publish(sessions.NumbersReleased(numbers=numbers, **names))

    def _be_in_schools(self, trainee_id: UUID) -> None:
        many = self._random.choice((0, 10, 25, 60))
        for _ in range(many):
            day = self._day()
            self._be_in_school(trainee_id, day)

    def _be_in_school(self, trainee_id: UUID, day: date) -> None:
        on = day + timedelta(days=self._random.choice((-30, 0, 4)))
        kind: DayKind = self._random.choice(("general", "general", "general", "intensive"))
        for _ in range(self._random.choice((1, 1, 2, 3))):
            halves: tuple[Half, ...] = self._random.choice((("morning", "afternoon"), ("morning",), ("afternoon",)))
            recorded = sessions.DayRecorded(
                happened_on=day,
                trainee_id=trainee_id,
                relationship_id=trainee_id,
                school_urn=self._random.choice(URNS),
                halves=halves,
                kind=kind,
                state=self._random.choice((*STATES, "removed")),
            )
            self._publish(recorded, on=on)
            on += timedelta(days=self._random.randrange(20))

    def _interrupt(self, trainee_id: UUID) -> None:
        on = self._day(FIRST, date(2025, 11, 15))
        for status in self._random.choice(
            (
                ("deferred",),
                ("deferred", "in_training"),
                ("deferred", "in_training", "deferred", "in_training"),
                ("deferred", "deferred", "in_training"),
                ("withdrawn",),
                ("deferred", "withdrawn", "in_training"),
            )
        ):
            changed = referral.TraineeStandingChanged(happened_on=on, trainee_id=trainee_id, standing=status)
            self._publish(changed, on=on + timedelta(days=self._random.randrange(10)))
            on = on + timedelta(days=self._random.choice((-5, 3, 12, 40)))

    def _count_needs(self) -> None:
        for programme_id in self._some(self.programmes, 0.7):
            for urn in self._some(URNS, 0.6):
                for until in self._some((date(2025, 7, 20), date(2025, 10, 24), LAST), 0.7):
                    needs = tuple(
                        sessions.NeedCount(code=code, people=self._random.randrange(5, 12))
                        for code in self._some(("questioning", "behaviour"), 0.7)
                    )
                    counted = sessions.CommonNeedsCounted(
                        happened_on=until, programme_id=programme_id, school_urn=urn, until=until, needs=needs
                    )
                    self._publish(counted)

    def _merge_and_undo(self) -> None:
        """Two records turn out to be of a person, some in a chain; a registration is undone, a person erased."""
        for people, kind in ((self.trainees, "trainee"), (self.mentors, "mentor")):
            free = self._random.sample(people, len(people))
            merged: list[UUID] = []
            for _ in range(self._random.choice((0, 1, 1, 2))):
                first, second = free.pop(), free[0]
                event = referral.PeopleMerged(happened_on=self._day(), merged_id=first, kept_id=second, kind=kind)
                self._publish(event)
                merged += [first]
                self._rehome(first, second, event.happened_on)
                if self._maybe(0.3):
                    third = free[1]
                    self._publish(
                        referral.PeopleMerged(happened_on=self._day(), merged_id=second, kept_id=third, kind=kind)
                    )
                    free.remove(second)
            if self._maybe(0.5):
                person_id = free.pop()
                self._publish(referral.RegistrationUndone(happened_on=self._day(), person_id=person_id))
                if self._maybe(0.6):
                    self._record_again(person_id, kind)
            if self._maybe(0.4):
                self._publish(referral.PersonErased(happened_on=self._day(), person_id=free.pop()))

    def _rehome(self, before: UUID, after: UUID, on: date) -> None:
        """Sessions names the kept record in relationships, some time after the merge."""
        for of in self.relationships:
            if before in (of.trainee_id, of.mentor_id) and self._maybe(0.6):
                trainee_id = after if of.trainee_id == before else of.trainee_id
                mentor_id = after if of.mentor_id == before else of.mentor_id
                rehomed = sessions.RelationshipRehomed(
                    happened_on=on, relationship_id=of.relationship_id, trainee_id=trainee_id, mentor_id=mentor_id
                )
                self._publish(rehomed)

    def _record_again(self, person_id: UUID, kind: str) -> None:
        on = LAST + timedelta(days=self._random.randrange(20))
        if kind == "mentor":
            again: PublicEvent = referral.MentorRecorded(
                happened_on=on,
                mentor_id=person_id,
                school_urn=URNS[0],
                subjects=(),
                phases=("secondary",),
                capacity_hours=2,
                role="volunteer",
            )
        else:
            again = referral.ReferralMade(
                happened_on=on,
                referral_id=self._id(),
                programme_id=self.programmes[1],
                trainee_id=person_id,
                purpose="induction",
                reasons=("general_placement",),
            )
        self._publish(again)

    # the order in which reporting records it

    def _order(self) -> list[Recorded]:
        late = dict.fromkeys(TOPICS, 0)
        if self._maybe(0.5):  # a topic that was read long after the others
            late[self._random.choice(TOPICS)] = self._random.choice((20, 45))
        streams: dict[str, list[Dated]] = defaultdict(list)
        for on, event in self._events:
            streams[f"{topic_of(event)}/{stream_of(event)}"].append((on, event))
        dated: list[tuple[datetime, int, PublicEvent]] = []
        for nth, own in enumerate(streams.values()):
            last = datetime.combine(FIRST, time(), ENGLAND)
            for on, event in sorted(own, key=_chapter):
                moment = datetime.combine(on + timedelta(days=late[topic_of(event)]), self._time(), ENGLAND)
                last = max(last, moment)
                dated.append((last, nth, event))
        return [Recorded(at, event) for at, _, event in sorted(dated, key=lambda each: each[:2])]

    def _time(self) -> time:
        return time(self._random.randrange(24), self._random.choice((0, 30)))


def _chapter(dated: Dated) -> int:
    """What comes after what in a stream: a person is merged, undone or erased last, and then recorded again."""
    _, event = dated
    if isinstance(event, referral.MentorRecorded) and event.happened_on >= LAST:
        return 2
    ends = (referral.PersonErased, referral.PeopleMerged, referral.RegistrationUndone)
    return int(isinstance(event, ends))


def streams_of(records: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    """Yield the records of each stream."""
    streams: dict[str, list[Recorded]] = defaultdict(list)
    for each in records:
        streams[f"{topic_of(each.event)}/{stream_of(each.event)}"].append(each)
    yield from streams.values()
