"""Measures: a baseline, repeats and an end by the programme's instrument, owned and released by the mentee."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.referral.domain.templates import Template
from services.sessions.domain.access import Audience, ItemReader, Release
from services.sessions.domain.amendments import TooLateToAmend
from services.sessions.domain.instruments import Change, DueMeasures, changes, find_instrument, next_due
from services.sessions.domain.measures import (
    MEASURES,
    TO_REPORTS,
    AlreadyTaken,
    AmendedMeasures,
    AmendMeasures,
    Commands,
    Events,
    MeasuresAreOver,
    MeasuresRead,
    MeasuresReleased,
    MeasuresReleaseRevoked,
    MeasuresSeries,
    MeasuresTaken,
    NewMeasures,
    NumbersReleased,
    ReadMeasures,
    ReleaseMeasures,
    RevokeMeasures,
    TakeMeasures,
    series_id_of,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship, Relationship
from shared.events.words import Occasion
from shared.kernel.decider import DomainError, Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TRAINEE_ID,
    TUTOR_ID,
    WEEK,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme

pytestmark = pytest.mark.covers("S6")
PLACEMENT = programme(EVERY_TEMPLATE["ite-placement"])
SERIES_ID = series_id_of(RELATIONSHIP_ID, "ease", "returner")
TUTORS = Audience(role="tutor")
ANSWERS = {"at_ease": 4, "mood": "tired", "own": 3}
WRITTEN = '{"at_ease": 4, "mood": "tired", "own": 3}'


def measure_id(number: int) -> UUID:
    return uuid5(SERIES_ID, f"{number}")


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def taking(
    on: date = MONDAY,
    relationship: Relationship = RELATIONSHIP,
    of: Programme = RETURN,
    answers: Any = ANSWERS,
    *,
    is_end: bool = False,
    role: str = "returner",
    instrument: str = "ease",
) -> TakeMeasures:
    return TakeMeasures(
        series_id=SERIES_ID,
        relationship=relationship,
        programme=of,
        author_id=TRAINEE_ID,
        role=role,
        measures=NewMeasures(instrument=instrument, on=on, answers=answers, is_end=is_end),
    )


def measures_taken(
    number: int = 1, on: date = MONDAY, occasion: Occasion = "baseline", written_on: date = MONDAY, **fields: Any
) -> MeasuresTaken:
    values = {
        "happened_on": on,
        "series_id": SERIES_ID,
        "owner_id": TRAINEE_ID,
        "measure_id": measure_id(number),
        "relationship_id": RELATIONSHIP_ID,
        "instrument": "ease",
        "role": "returner",
        "author_id": TRAINEE_ID,
        "occasion": occasion,
        "mentor_reads": False,
        "version_number": 1,
        "written_on": written_on,
        "answers": WRITTEN,
    }
    return MeasuresTaken.model_validate(values | fields)


def amending(on: date = MONDAY, answers: Any = ANSWERS) -> AmendMeasures:
    return AmendMeasures(
        relationship=RELATIONSHIP,
        programme=RETURN,
        measure_id=measure_id(1),
        measures=AmendedMeasures(answers=answers, amended_on=on),
    )


_NAMES = {"happened_on": MONDAY, "series_id": SERIES_ID, "owner_id": TRAINEE_ID, "measure_id": measure_id(1)}


def releasing(to: Audience = TUTORS) -> ReleaseMeasures:
    release = Release(to=to, on=MONDAY)
    numbers = {"at_ease": 4.0, "own": 3.0}
    return ReleaseMeasures(owner_id=TRAINEE_ID, release=release, measure_id=measure_id(1), numbers=numbers)


def revoking(to: Audience = TUTORS) -> RevokeMeasures:
    return RevokeMeasures(owner_id=TRAINEE_ID, release=Release(to=to, on=MONDAY), measure_id=measure_id(1))


def reading(person_id: UUID, *roles: Any, on: date = MONDAY) -> ReadMeasures:
    reader = ItemReader(frozenset({person_id}), frozenset(roles))
    return ReadMeasures(reader=reader, reader_id=person_id, on=on, relationship=RELATIONSHIP)


def numbers_released(numbers: dict[str, float]) -> NumbersReleased:
    about = {"relationship_id": RELATIONSHIP_ID, "instrument": "ease", "role": "returner", "occasion": "baseline"}
    return NumbersReleased.model_validate({**_NAMES, **about, "numbers": numbers})


def measures_released(to: Audience = TUTORS) -> MeasuresReleased:
    return MeasuresReleased.model_validate({**_NAMES, "to": to})


BASELINE = measures_taken()
READ = MeasuresRead.model_validate({**_NAMES, "reader_id": TUTOR_ID})
REVOKED = MeasuresReleaseRevoked.model_validate({**_NAMES, "to": TUTORS})
COUNTED = numbers_released({"at_ease": 4.0, "own": 3.0})
STAYING: tuple[Events, ...] = (measures_released(), REVOKED, READ)
LEAVING: tuple[Events, ...] = (BASELINE, COUNTED)


def test_the_first_measures_are_the_baseline_then_come_repeats_and_an_end() -> None:
    given(MEASURES).when(taking(), at(MONDAY)).then(BASELINE)
    later, end = MONDAY + WEEK, MONDAY + 2 * WEEK
    repeat = measures_taken(2, later, "repeat", later)
    given(MEASURES, BASELINE).when(taking(later), at(later)).then(repeat)
    last = measures_taken(3, end, "end", end)
    given(MEASURES, BASELINE, repeat).when(taking(end, is_end=True), at(end)).then(last)
    given(MEASURES, BASELINE, repeat, last).when(taking(end + DAY)).refused(MeasuresAreOver)
    assert personal_fields(MeasuresTaken) == {"answers": "owner_id"}


def test_measures_are_taken_once_a_day_and_in_order() -> None:
    given(MEASURES, BASELINE).when(taking()).refused(AlreadyTaken)
    given(MEASURES, BASELINE).when(taking(MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(MEASURES).when(taking(is_end=True)).refused(Invalid, pointer="/is_end")


def test_an_instrument_may_have_no_repeat_or_no_end() -> None:
    (ease,) = RETURN.practice.instruments
    later = MONDAY + WEEK
    for changed, is_end in (({"every_weeks": None}, False), ({"at_end": False}, True)):
        instrument = ease.model_copy(update=changed)
        of = replace(RETURN, practice=RETURN.practice.model_copy(update={"instruments": (instrument,)}))
        given(MEASURES, BASELINE).when(taking(later, of=of, is_end=is_end)).refused(Invalid, pointer="/is_end")


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({}, "/answers"),
        (ANSWERS | {"own": None}, "/answers"),
        (ANSWERS | {"at_ease": 11}, "/answers/at_ease"),
        (ANSWERS | {"mood": "cross"}, "/answers/mood"),
        (ANSWERS | {"hours": "two"}, "/answers/hours"),
        (ANSWERS | {"singing": 3}, "/answers/singing"),
    ],
)
def test_every_question_is_answered_as_the_form_asks(answers: Any, pointer: str) -> None:
    given(MEASURES).when(taking(answers=answers)).refused(Invalid, pointer=pointer)


def test_another_view_leaves_out_what_only_the_mentee_can_say() -> None:
    given(MEASURES).when(taking(role="companion")).refused(Invalid, pointer="/answers/own")
    others = {"at_ease": 6, "mood": "rested"}
    (taken,) = given(MEASURES).when(taking(answers=others, role="companion")).events
    assert isinstance(taken, MeasuresTaken)
    assert (taken.owner_id, taken.role) == (TRAINEE_ID, "companion")


def test_measures_are_taken_in_the_relationship_and_after_the_agreement() -> None:
    given(MEASURES).when(taking(STARTS_ON - DAY)).refused(OutsideTheRelationship, pointer="/on")
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(MEASURES).when(taking(relationship=unsigned)).refused(AgreementFirst, pointer="/answers")
    given(MEASURES).when(taking(instrument="other")).refused(Invalid, pointer="/instrument")
    without = programme(EVERY_TEMPLATE["peer-review"])
    given(MEASURES).when(taking(of=without)).refused(NotFound)


def test_answers_are_amended_in_the_programmes_days_after_they_were_recorded() -> None:
    recorded = measures_taken(written_on=MONDAY + 10 * DAY)
    last = MONDAY + 24 * DAY
    amended = measures_taken(written_on=last, version_number=2, amended_on=MONDAY)
    given(MEASURES, recorded).when(amending(), at(last)).then(amended)
    given(MEASURES, recorded).when(amending(), at(last + DAY)).refused(TooLateToAmend)
    given(MEASURES, recorded).when(amending(MONDAY - DAY)).refused(Invalid, pointer="/amended_on")


@pytest.mark.covers("S11")
def test_only_numbers_that_are_released_to_the_leads_of_the_partnership_count_and_they_follow_an_amendment() -> None:
    given(MEASURES, BASELINE).when(releasing()).then(measures_released())
    given(MEASURES, BASELINE).when(releasing(TO_REPORTS)).then(measures_released(TO_REPORTS), COUNTED)
    given(MEASURES, BASELINE, measures_released(TO_REPORTS)).when(releasing(TO_REPORTS)).then()
    revoked = MeasuresReleaseRevoked.model_validate({**_NAMES, "to": TO_REPORTS})
    counted = (BASELINE, measures_released(TO_REPORTS), COUNTED)
    given(MEASURES, *counted).when(revoking(TO_REPORTS)).then(revoked, numbers_released({}))
    anew = given(MEASURES, *counted).when(amending(answers=ANSWERS | {"own": 9}), at(MONDAY)).events
    assert anew[1:] == [numbers_released({"at_ease": 4.0, "own": 9.0})]


@pytest.mark.covers("S11")
def test_measures_are_read_by_the_mentee_and_by_others_time_by_time_after_a_release() -> None:
    repeat = measures_taken(2, MONDAY + WEEK, "repeat")
    given(MEASURES, BASELINE, repeat).when(reading(TRAINEE_ID)).then()
    by_tutor = reading(TUTOR_ID, "tutor")
    given(MEASURES, BASELINE, repeat).when(by_tutor).refused(NotFound)
    given(MEASURES, BASELINE, repeat).when(reading(MENTOR_ID)).refused(NotFound)
    outcome = given(MEASURES, BASELINE, measures_released(), repeat).when(by_tutor)
    outcome.then(READ)
    series = given(MEASURES, BASELINE, measures_released(), repeat).state
    assert series is not None
    assert [each.occasion for each in series.readable_by(by_tutor)] == ["baseline"]


def test_a_mentor_whom_the_form_names_reads_without_a_release() -> None:
    pupil = programme(EVERY_TEMPLATE["pupil-mentoring"])
    answers = {field.id: 5 for field in pupil.practice.forms[1].fields if not field.optional}
    (taken,) = given(MEASURES).when(taking(of=pupil, answers=answers, role="pupil", instrument="baseline")).events
    assert isinstance(taken, MeasuresTaken)
    assert taken.mentor_reads
    given(MEASURES, taken).when(reading(MENTOR_ID)).then()


@pytest.mark.parametrize("template", [each for each in EVERY_TEMPLATE.values() if each.instruments], ids=lambda t: t.id)
def test_every_programme_with_an_instrument_can_take_its_measures(template: Template) -> None:
    of = programme(template)
    for instrument in template.instruments:
        (form,) = [form for form in of.practice.forms if form.id == instrument.form]
        examples = {"one_to_ten": 5, "number": 2.5}
        role = instrument.by[0]
        answers = {
            field.id: field.choices[0] if field.kind == "choice" else examples[field.kind]
            for field in form.fields
            if not field.filled_by or role in field.filled_by
        }
        assert given(MEASURES).when(taking(of=of, answers=answers, role=role, instrument=instrument.id)).events


def test_the_next_measures_are_due_by_the_programmes_rhythm() -> None:
    ease = find_instrument(RETURN, "ease")
    assert next_due(ease, [], STARTS_ON, ENDS_ON) == DueMeasures("baseline", STARTS_ON)
    four_weeks: list[tuple[Occasion, date]] = [("baseline", MONDAY)]
    assert next_due(ease, four_weeks, STARTS_ON, ENDS_ON) == DueMeasures("repeat", MONDAY + 4 * WEEK)
    assert next_due(ease, four_weeks, STARTS_ON, MONDAY + WEEK) == DueMeasures("end", MONDAY + WEEK)
    once = ease.model_copy(update={"every_weeks": None, "at_end": False})
    assert next_due(once, four_weeks, STARTS_ON, ENDS_ON) is None
    assert next_due(ease, [*four_weeks, ("end", ENDS_ON)], STARTS_ON, ENDS_ON) is None


def test_the_change_is_paired_by_question() -> None:
    first: dict[str, str | float] = {"at_ease": 4, "mood": "tired", "hours": 2.5}
    last: dict[str, str | float] = {"at_ease": 7, "mood": "rested"}
    assert changes(first, last) == (Change("at_ease", 4, 7, 3), Change("mood", "tired", "rested", None))


class TakingMeasures(RuleBasedStateMachine):
    """A list of days on paper, of which the last may be crossed off as the end."""

    def __init__(self) -> None:
        super().__init__()
        self.series: MeasuresSeries | None = None
        self.days: list[date] = []
        self.over = self.shown = False

    def does(self, command: Commands) -> bool:
        try:
            events = MEASURES.decide(command, self.series, at(MONDAY))
        except DomainError:
            return False
        self.series = reduce(MEASURES.evolve, events, self.series)
        return True

    @rule(days=st.integers(0, 30), is_end=st.booleans())
    def take(self, days: int, *, is_end: bool) -> None:
        on = MONDAY + days * DAY
        may = not self.over and (on > self.days[-1] if self.days else not is_end)
        assert self.does(taking(on, is_end=is_end)) is may
        if may:
            self.days.append(on)
            self.over = is_end

    @rule(shown=st.booleans())
    def decide_who_reads(self, *, shown: bool) -> None:
        assert self.does(releasing() if shown else revoking()) is bool(self.days)
        self.shown = shown and bool(self.days)

    @rule()
    def read(self) -> None:
        assert self.does(reading(TUTOR_ID, "tutor")) is self.shown
        assert self.does(reading(TRAINEE_ID)) is bool(self.days)

    @invariant()
    def both_say_the_same(self) -> None:
        times = self.series.times if self.series is not None else ()
        assert [each.taken_on for each in times] == self.days
        assert [each.occasion for each in times[:1]] == ["baseline"] * len(self.days[:1])
        assert any(each.occasion == "end" for each in times) is self.over


TestTakingMeasures = TakingMeasures.TestCase
