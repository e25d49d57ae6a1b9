"""What is known from the public events up to some moment, one fact after the other.

It is written from the descriptions of the events and of the reports, and shares nothing with the read tables: a figure
that is reckoned from it is compared with the answer of reporting. It is slow, and may be.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from shared.calendar import is_working_day
from shared.events import PublicEvent, matching, referral, sessions
from shared.events.absences import Absence, absences_after
from shared.events.words import Standing


@dataclass(frozen=True)
class Relationship:
    """The terms of a relationship, as last published."""

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    meetings_per_week: int
    minutes_per_week: int
    role: str
    weeks_between_meetings: int | None
    ended_because: str | None = None


@dataclass
class Referral:
    """A referral with the day of each step that was taken and not taken back."""

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    steps: dict[str, date] = field(default_factory=dict)


@dataclass
class Pair:
    """A pair with the last event of each of its steps."""

    pair_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    referral_id: UUID | None = None
    proposed: matching.PairProposed | None = None
    declined: matching.PairDeclined | None = None
    lapsed: matching.PairLapsed | None = None
    confirmed: matching.PairConfirmed | None = None
    withdrawn: matching.PairWithdrawn | None = None


@dataclass
class Target:
    """A target: when it was last set, and how it was last reviewed.

    A public event does not say whether it is another review or amends the last. So the last event counts.
    """

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    last_set: sessions.TargetSet | None = None
    last_review: sessions.TargetReviewed | None = None


@dataclass
class Measure:
    """One time that an instrument was answered, and the numbers that are released, None where they never were."""

    measure_id: UUID
    relationship_id: UUID
    instrument: str
    role: str
    occasion: str
    taken_on: date
    numbers: dict[str, float] | None = None


STEPS = {
    referral.ReferralMade: "made",
    referral.ReferralAccepted: "accepted",
    referral.ReferralDeclined: "declined",
    referral.ReferralRedirected: "redirected",
    referral.ReferralWithdrawn: "withdrawn",
}
TAKEN_BACK = {
    "acceptance": "accepted",
    "refusal": "declined",
    "redirection": "redirected",
    "withdrawal": "withdrawn",
}


class Known:
    """All that these events say, each stream of them in order."""

    def __init__(self, events: Sequence[PublicEvent]) -> None:
        self.programmes: dict[UUID, referral.ProgrammeOpened] = {}
        self.schools: dict[str, referral.SchoolRecorded] = {}
        self.closed: dict[str, date] = {}
        self.calendars: dict[str, referral.SchoolCalendarRecorded] = {}
        self.mentors: dict[UUID, referral.MentorRecorded] = {}
        self.trainees: dict[UUID, referral.TraineeRecorded] = {}
        self.merges: dict[UUID, UUID] = {}
        self.undone: dict[UUID, date] = {}
        self.statuses: dict[UUID, list[tuple[Standing, date]]] = defaultdict(list)
        self.erased: dict[UUID, date] = {}
        self.referrals: dict[UUID, Referral] = {}
        self.rounds: dict[tuple[UUID, UUID], matching.TraineeUnplaced] = {}
        self.pairs: dict[UUID, Pair] = {}
        self.relationships: dict[UUID, Relationship] = {}
        self.pauses: dict[UUID, dict[date, date | None]] = defaultdict(dict)
        self.meetings: dict[UUID, sessions.MeetingHeld | sessions.MeetingMissed] = {}
        self.targets: dict[UUID, Target] = {}
        self.feedback: dict[UUID, sessions.FeedbackGiven] = {}
        self.measures: dict[UUID, Measure] = {}
        self.assessments: dict[UUID, sessions.AssessmentSubmitted] = {}
        self.halves: dict[tuple[UUID, date, str], sessions.DayRecorded] = {}
        self.earlier_placements: dict[UUID, referral.EarlierPlacementsRecorded] = {}
        self.training: dict[UUID, referral.TrainingLogged] = {}
        self.common_needs: dict[tuple[UUID, str, date], sessions.CommonNeedsCounted] = {}
        for event in events:
            self._hear_of_people(event)
            self._hear_of_places(event)
            self._hear_of_matching(event)
            self._hear_of_relationships(event)
            self._hear_of_work(event)

    def _hear_of_people(self, event: PublicEvent) -> None:
        match event:
            case referral.MentorRecorded():
                self.mentors[event.mentor_id] = event
                self.undone.pop(event.mentor_id, None)
            case referral.TraineeRecorded():
                self.trainees[event.trainee_id] = event
                self.undone.pop(event.trainee_id, None)
            case referral.MenteeRecorded():
                self.undone.pop(event.mentee_id, None)
            case referral.PeopleMerged():
                self.merges[event.merged_id] = event.kept_id
            case referral.RegistrationUndone():
                self.undone[event.person_id] = event.happened_on
            case referral.PersonErased():
                self.mentors.pop(event.person_id, None)
                self.erased[event.person_id] = event.happened_on
            case referral.TraineeStandingChanged():
                self.statuses[event.trainee_id].append((event.standing, event.happened_on))
            case referral.TrainingLogged():
                self.training[event.training_id] = event
            case referral.EarlierPlacementsRecorded():
                self.earlier_placements[event.trainee_id] = event

    def _hear_of_places(self, event: PublicEvent) -> None:
        match event:
            case referral.ProgrammeOpened():
                self.programmes[event.programme_id] = event
            case referral.SchoolRecorded():
                self.schools[event.urn] = event
                self.closed.pop(event.urn, None)
            case referral.SchoolClosed() if event.urn in self.schools:
                self.closed[event.urn] = event.happened_on
            case referral.SchoolCalendarRecorded():
                self.calendars[event.urn] = event

    def _hear_of_matching(self, event: PublicEvent) -> None:
        match event:
            case (
                referral.ReferralMade()
                | referral.ReferralAccepted()
                | referral.ReferralDeclined()
                | referral.ReferralRedirected()
                | referral.ReferralWithdrawn()
            ):
                self._referral_of(event).steps[STEPS[type(event)]] = event.happened_on
            case referral.ReferralStepReversed():
                self._referral_of(event).steps.pop(TAKEN_BACK[event.step], None)
            case matching.TraineeUnplaced():
                self.rounds[event.round_id, event.referral_id] = event
            case matching.PairProposed():
                pair = self._pair_of(event)
                pair.proposed, pair.referral_id = event, event.referral_id
            case matching.PairDeclined():
                self._pair_of(event).declined = event
            case matching.PairLapsed():  # after a refusal it says that the refusal was taken back
                pair = self._pair_of(event)
                pair.lapsed, pair.declined = event, None
            case matching.PairConfirmed():
                pair = self._pair_of(event)
                pair.confirmed, pair.referral_id = event, event.referral_id
            case matching.PairWithdrawn():
                pair = self._pair_of(event)
                pair.withdrawn, pair.referral_id = event, event.referral_id

    def _referral_of(self, event: "ReferralEvent") -> Referral:
        names = (event.referral_id, event.programme_id, event.trainee_id)
        return self.referrals.setdefault(event.referral_id, Referral(*names))

    def _pair_of(self, event: "PairEvent") -> Pair:
        names = (event.pair_id, event.programme_id, event.trainee_id, event.mentor_id)
        return self.pairs.setdefault(event.pair_id, Pair(*names))

    def _hear_of_relationships(self, event: PublicEvent) -> None:
        there = self.relationships
        match event:
            case sessions.RelationshipOpened():
                there[event.relationship_id] = Relationship(
                    relationship_id=event.relationship_id,
                    programme_id=event.programme_id,
                    trainee_id=event.trainee_id,
                    mentor_id=event.mentor_id,
                    school_urn=event.school_urn,
                    starts_on=event.starts_on,
                    ends_on=event.ends_on,
                    meetings_per_week=event.meetings_per_week,
                    minutes_per_week=event.mentor_minutes_per_week,
                    role=event.role,
                    weeks_between_meetings=event.weeks_between_meetings,
                )
            case sessions.RelationshipRehomed() if event.relationship_id in there:
                before = there[event.relationship_id]
                there[event.relationship_id] = replace(before, trainee_id=event.trainee_id, mentor_id=event.mentor_id)
            case sessions.RelationshipMoved() if event.relationship_id in there:
                there[event.relationship_id] = replace(there[event.relationship_id], school_urn=event.school_urn)
            case sessions.RelationshipEnded() if event.relationship_id in there:
                there[event.relationship_id] = replace(
                    there[event.relationship_id], ends_on=event.ended_on, ended_because=event.reason
                )
            case sessions.RelationshipPaused():
                self.pauses[event.relationship_id][event.happened_on] = None
            case sessions.RelationshipResumed():
                self.pauses[event.relationship_id][event.paused_on] = event.happened_on

    def _hear_of_work(self, event: PublicEvent) -> None:
        match event:
            case sessions.MeetingHeld() | sessions.MeetingMissed():
                self.meetings[event.meeting_id] = event
            case sessions.TargetSet():
                self._target_of(event).last_set = event
            case sessions.TargetReviewed():
                self._target_of(event).last_review = event
            case sessions.FeedbackGiven():
                self.feedback[event.feedback_id] = event
            case sessions.MeasuresTaken():
                self._measure_of(event).taken_on = event.happened_on
            case sessions.NumbersReleased():
                measure = self._measure_of(event)
                measure.taken_on, measure.numbers = event.happened_on, event.numbers
            case sessions.AssessmentSubmitted():
                self.assessments[event.assessment_id] = event
            case sessions.DayRecorded():
                for half in event.halves:
                    self.halves[event.trainee_id, event.happened_on, half] = event
            case sessions.CommonNeedsCounted():
                self.common_needs[event.programme_id, event.school_urn, event.until] = event

    def _target_of(self, event: sessions.TargetSet | sessions.TargetReviewed) -> Target:
        names = (event.target_id, event.relationship_id, event.trainee_id)
        return self.targets.setdefault(event.target_id, Target(*names))

    def _measure_of(self, event: sessions.MeasuresTaken | sessions.NumbersReleased) -> Measure:
        names = (event.measure_id, event.relationship_id, event.instrument, event.role, event.occasion)
        return self.measures.setdefault(event.measure_id, Measure(*names, taken_on=event.happened_on))

    def current_record(self, person_id: UUID) -> UUID:
        """Return the record that is kept of a person: the last of its chain of merges."""
        while person_id in self.merges:
            person_id = self.merges[person_id]
        return person_id

    def records_of(self, person_id: UUID) -> set[UUID]:
        """Return a kept record and every record that was merged into it."""
        return {person_id, *(merged for merged in self.merges if self.current_record(merged) == person_id)}

    def is_there(self, person_id: UUID) -> bool:
        """Whether there is such a person: their registration was not undone, or they were referred again since."""
        person_id = self.current_record(person_id)
        if person_id not in self.undone:
            return True
        made = [
            each.steps["made"] for each in self.referrals.values() if each.trainee_id == person_id and _has_day(each)
        ]
        return any(day >= self.undone[person_id] for day in made)

    def current_relationships(self) -> Iterator[Relationship]:
        """Yield every relationship of two people who are there, between their kept records."""
        for each in self.relationships.values():
            if self.is_there(each.trainee_id) and self.is_there(each.mentor_id):
                yield replace(
                    each, trainee_id=self.current_record(each.trainee_id), mentor_id=self.current_record(each.mentor_id)
                )

    def current_mentors(self) -> Iterator[referral.MentorRecorded]:
        """Yield what was last recorded of every mentor under their kept record."""
        for mentor_id, each in self.mentors.items():
            if mentor_id not in self.merges and self.is_there(mentor_id):
                yield each

    def current_trainees(self) -> Iterator[referral.TraineeRecorded]:
        """Yield what was last recorded of every trainee under their kept record."""
        for trainee_id, each in self.trainees.items():
            if trainee_id not in self.merges and self.is_there(trainee_id):
                yield each

    def mentor(self, mentor_id: UUID) -> referral.MentorRecorded | None:
        """Return what was last recorded of a mentor, None where nothing is known or they were erased."""
        return next((each for each in self.current_mentors() if each.mentor_id == mentor_id), None)

    def trainee(self, trainee_id: UUID) -> referral.TraineeRecorded | None:
        """Return what was last recorded of a trainee, None where nothing is known."""
        return next((each for each in self.current_trainees() if each.trainee_id == trainee_id), None)

    def absences(self, trainee_id: UUID) -> list[Absence]:
        """Return when a trainee was not in training, by the kept record and, where it has ended, by merged ones.

        Whoever was erased has withdrawn on that day, unless they had before, whatever else is heard of them and when.
        """
        found: list[Absence] = []
        for record_id in sorted(self.records_of(trainee_id)):
            days: tuple[Absence, ...] = ()
            for status, since in self.statuses.get(record_id, ()):
                days = absences_after(days, status, since)
            erased_on = self.erased.get(record_id)
            withdrawn_on = days[-1].since if days and (days[-1].reason, days[-1].until) == ("withdrawn", None) else None
            if erased_on is not None and (withdrawn_on is None or withdrawn_on > erased_on):
                days = absences_after(days, "withdrawn", erased_on)
            found += [each for each in days if record_id == trainee_id or each.until is not None]
        return found

    def school_name(self, urn: str | None) -> str | None:
        """Return the name of a school, None where nothing is known of it."""
        return self.schools[urn].name if urn in self.schools else None

    def days_without_school(self, urn: str) -> set[date]:
        """Return the days of a school's holidays, with the weekends and bank holidays that adjoin them."""
        if urn not in self.calendars:
            return set()
        periods = self.calendars[urn].periods
        there = {day for each in periods if each.kind != "holiday" for day in days_of(each.starts_on, each.ends_on)}
        found = {day for each in periods if each.kind == "holiday" for day in days_of(each.starts_on, each.ends_on)}
        terms = [each for each in periods if each.kind == "term"]
        if terms:
            year = days_of(min(each.starts_on for each in terms), max(each.ends_on for each in terms))
            found |= set(year) - there
        for day in sorted(found):
            for step in (-1, 1):
                beside_it = day + timedelta(days=step)
                while not is_working_day(beside_it):
                    found.add(beside_it)
                    beside_it += timedelta(days=step)
        return found


ReferralEvent = (
    referral.ReferralMade
    | referral.ReferralAccepted
    | referral.ReferralDeclined
    | referral.ReferralRedirected
    | referral.ReferralWithdrawn
    | referral.ReferralStepReversed
)
PairEvent = (
    matching.PairProposed
    | matching.PairDeclined
    | matching.PairLapsed
    | matching.PairConfirmed
    | matching.PairWithdrawn
)


def _has_day(each: Referral) -> bool:
    return "made" in each.steps


def days_of(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, both included."""
    return [first + timedelta(days=nth) for nth in range((last - first).days + 1)]
