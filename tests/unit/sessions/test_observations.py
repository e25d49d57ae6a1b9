"""An observation: asked for, accepted, written by both sides, spoken about, and released by the observed."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.sessions.domain.access import Audience, ItemReader, NotReleasedToYou, Release
from services.sessions.domain.forms import OTHER
from services.sessions.domain.observation_access import (
    ObservationRead,
    ObservationReleased,
    ObservationReleaseRevoked,
    ObservationUsed,
    ReadObservation,
    ReleaseObservation,
    RevokeObservationRelease,
    UseObservation,
)
from services.sessions.domain.observation_plans import (
    AcceptObservation,
    CallOffObservation,
    MoveObservation,
    ObservationAccepted,
    ObservationCalledOff,
    ObservationMoved,
    ObservationPlanned,
    PlannedObservation,
    PlanObservation,
)
from services.sessions.domain.observation_states import NotHeldYet, NotTheirRecord, ObservationIsOver
from services.sessions.domain.observations import (
    OBSERVATION,
    Commands,
    Events,
    Feedback,
    FeedbackGiven,
    GiveFeedback,
    HeldObservation,
    HoldObservation,
    NotAccepted,
    ObservationHeld,
    ObservationText,
    ObservationWritten,
    WriteObservation,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship, Relationship
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    ENDS_ON,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TRAINEE_ID,
    TUTOR_ID,
    WEEK,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme

pytestmark = pytest.mark.covers("S4")
OBSERVATION_ID = UUID("00000000-0000-4000-8000-00000000000d")
PLACEMENT = programme(EVERY_TEMPLATE["ite-placement"])
"""A programme in which both own the record; in the tenth one only the observed does."""
TUTORS = Audience(role="tutor")


def planning(
    by: Side = "trainee", on: date = MONDAY, to: date = MONDAY + WEEK, of: Programme = RETURN, **changes: Any
) -> PlanObservation:
    plan = PlannedObservation(on=on, planned_on=to)
    relationship = replace(RELATIONSHIP, **changes)
    return PlanObservation(observation_id=OBSERVATION_ID, relationship=relationship, programme=of, by=by, plan=plan)


def observation_planned(by: Side = "trainee", *, both_own: bool = False) -> ObservationPlanned:
    return ObservationPlanned(
        happened_on=MONDAY,
        observation_id=OBSERVATION_ID,
        relationship_id=RELATIONSHIP_ID,
        by=by,
        observed="trainee",
        both_own=both_own,
        planned_on=MONDAY + WEEK,
    )


def moving(by: Side, to: date) -> MoveObservation:
    return MoveObservation(relationship=RELATIONSHIP, by=by, plan=PlannedObservation(on=MONDAY, planned_on=to))


def observation_moved(by: Side, to: date) -> ObservationMoved:
    return ObservationMoved(happened_on=MONDAY, observation_id=OBSERVATION_ID, by=by, planned_on=to)


def accepting(by: Side) -> AcceptObservation:
    return AcceptObservation(relationship=RELATIONSHIP, by=by, on=MONDAY)


def observation_accepted(by: Side = "mentor") -> ObservationAccepted:
    return ObservationAccepted(happened_on=MONDAY, observation_id=OBSERVATION_ID, by=by)


def calling_off(by: Side = "mentor") -> CallOffObservation:
    return CallOffObservation(relationship=RELATIONSHIP, by=by, on=MONDAY)


CALLED_OFF = ObservationCalledOff(happened_on=MONDAY, observation_id=OBSERVATION_ID, by="mentor")


def writing(
    by: Side, on: date = MONDAY, of: Programme = RETURN, to: Relationship = RELATIONSHIP, **answers: Any
) -> Commands:
    text = ObservationText(on=on, answers=answers)
    return WriteObservation(relationship=to, programme=of, by=by, text=text)


def observation_written(by: Side, version: int = 1, **fields: Any) -> ObservationWritten:
    values = {
        "happened_on": MONDAY,
        "observation_id": OBSERVATION_ID,
        "by": by,
        "version_number": version,
        "mentor_id": MENTOR_ID,
        "trainee_id": TRAINEE_ID,
        "for_mentor": None,
        "for_trainee": '{"question": "Who spoke?"}',
    }
    return ObservationWritten.model_validate(values | fields)


def holding(by: Side = "mentor", on: date = MONDAY, *, need: bool = False) -> HoldObservation:
    return HoldObservation(relationship=RELATIONSHIP, by=by, held=HeldObservation(on=on, development_need=need))


def observation_held(on: date = MONDAY, *, need: bool = False) -> ObservationHeld:
    return ObservationHeld(happened_on=on, observation_id=OBSERVATION_ID, development_need=need)


def speaking(on: date) -> GiveFeedback:
    return GiveFeedback(relationship=RELATIONSHIP, feedback=Feedback(on=on))


def feedback_given(on: date) -> FeedbackGiven:
    return FeedbackGiven(happened_on=on, observation_id=OBSERVATION_ID)


def releasing(by: Side = "trainee", to: Audience = TUTORS) -> ReleaseObservation:
    return ReleaseObservation(relationship=RELATIONSHIP, by=by, release=Release(to=to, on=MONDAY))


RELEASED = ObservationReleased(happened_on=MONDAY, observation_id=OBSERVATION_ID, to=TUTORS)
REVOKED = ObservationReleaseRevoked(happened_on=MONDAY, observation_id=OBSERVATION_ID, to=TUTORS)
REVOKING = RevokeObservationRelease(relationship=RELATIONSHIP, by="trainee", release=Release(to=TUTORS, on=MONDAY))


def reading(side: Side | None = None, *roles: Any) -> ReadObservation:
    records = {TUTOR_ID} if side is None else {RELATIONSHIP.person_on(side)}
    reader = ItemReader(frozenset(records), frozenset(roles))
    return ReadObservation(relationship=RELATIONSHIP, side=side, reader=reader, reader_id=TUTOR_ID, on=MONDAY)


READ = ObservationRead(happened_on=MONDAY, observation_id=OBSERVATION_ID, reader_id=TUTOR_ID)
HELD = (observation_planned(), observation_accepted(), observation_held())


EVERY: tuple[Events, ...] = (
    observation_planned(),
    observation_moved("mentor", MONDAY),
    observation_accepted(),
    CALLED_OFF,
    observation_written("trainee"),
    observation_held(),
    feedback_given(MONDAY),
    RELEASED,
    REVOKED,
    READ,
    ObservationUsed(
        happened_on=MONDAY,
        observation_id=OBSERVATION_ID,
        assessment_id=ASSESSMENT_ID,
        assessor_id=TUTOR_ID,
        version_number=1,
    ),
)
"""An event of each kind."""


@pytest.mark.parametrize("by", OTHER)
def test_either_asks_and_the_programme_says_who_observes_and_whose_the_record_is(by: Side) -> None:
    given(OBSERVATION).when(planning(by)).then(observation_planned(by))
    given(OBSERVATION).when(planning(by, of=PLACEMENT)).then(observation_planned(by, both_own=True))


def test_it_is_planned_within_the_relationship_and_where_the_programme_has_observations() -> None:
    late = ENDS_ON + DAY
    given(OBSERVATION).when(planning(to=late)).refused(OutsideTheRelationship, pointer="/planned_on")
    given(OBSERVATION).when(planning(on=late)).refused(OutsideTheRelationship, pointer="/on")
    given(OBSERVATION).when(planning(ended=True, erased=True)).refused(Erased)
    none = programme(EVERY_TEMPLATE["pupil-mentoring"])
    assert (
        given(OBSERVATION).when(planning(of=none)).refused(NotFound).detail == "In this programme nobody is observed."
    )


@pytest.mark.parametrize("by", OTHER)
def test_the_other_accepts_the_day_once_or_asks_for_another_one(by: Side) -> None:
    other = OTHER[by]
    given(OBSERVATION, observation_planned(by)).when(accepting(other)).then(observation_accepted(other))
    given(OBSERVATION, observation_planned(by), observation_accepted(other)).when(accepting(other)).then()
    refusal = given(OBSERVATION, observation_planned(by)).when(accepting(by)).refused(Invalid)
    assert refusal.detail == (
        f"You asked for this day; your {'mentee' if by == 'mentor' else 'mentor'} accepts it, or asks for another one."
    )
    day = MONDAY + 2 * WEEK
    given(OBSERVATION, observation_planned(by), observation_accepted(other)).when(moving(other, day)).then(
        observation_moved(other, day)
    )
    given(OBSERVATION, observation_planned(by), observation_accepted(other), observation_moved(other, day)).when(
        accepting(by)
    ).then(observation_accepted(by))
    given(OBSERVATION, observation_planned(by)).when(moving(other, MONDAY + WEEK)).then()
    given(OBSERVATION, observation_planned(by)).when(moving(other, ENDS_ON + DAY)).refused(
        OutsideTheRelationship, pointer="/planned_on"
    )


def test_either_calls_it_off_until_it_has_taken_place_and_then_it_is_over() -> None:
    given(OBSERVATION, observation_planned()).when(calling_off()).then(CALLED_OFF)
    given(OBSERVATION, observation_planned(), CALLED_OFF).when(calling_off()).then()
    given(OBSERVATION, *HELD).when(calling_off()).refused(ObservationIsOver)
    too_late: list[Commands] = [
        accepting("mentor"),
        moving("mentor", MONDAY),
        holding(),
        writing("trainee", question="x"),
    ]
    for command in too_late:
        given(OBSERVATION, observation_planned(), CALLED_OFF).when(command).refused(ObservationIsOver)
    for command in too_late[:2]:
        given(OBSERVATION, *HELD).when(command).refused(ObservationIsOver)


def test_the_observer_records_that_it_took_place_once_the_day_is_accepted_and_corrects_it() -> None:
    given(OBSERVATION, observation_planned(), observation_accepted()).when(holding()).then(observation_held())
    given(OBSERVATION, *HELD).when(holding()).then()
    given(OBSERVATION, *HELD).when(holding(on=MONDAY + DAY, need=True)).then(observation_held(MONDAY + DAY, need=True))
    assert (
        "your mentee" in given(OBSERVATION, observation_planned("mentor")).when(holding()).refused(NotAccepted).detail
    )
    assert "First you have" in given(OBSERVATION, observation_planned()).when(holding()).refused(NotAccepted).detail
    given(OBSERVATION, observation_planned(), observation_accepted()).when(holding("trainee")).refused(NotTheirRecord)
    given(OBSERVATION, observation_planned(), observation_accepted()).when(holding(on=ENDS_ON + DAY)).refused(
        OutsideTheRelationship, pointer="/on"
    )
    given(OBSERVATION, *HELD, feedback_given(MONDAY)).when(holding(on=MONDAY + DAY)).refused(Invalid, pointer="/on")


def test_what_is_written_is_sealed_for_the_observed_alone_or_once_for_each() -> None:
    given(OBSERVATION, observation_planned()).when(writing("trainee", question="Who spoke?")).then(
        observation_written("trainee")
    )
    notes = '{"calm": 7, "seen": "All"}'
    given(OBSERVATION, *HELD).when(writing("mentor", calm=7, seen="All")).then(
        observation_written("mentor", for_trainee=notes)
    )
    both, text = observation_planned(both_own=True), '{"focus": "Questions"}'
    given(OBSERVATION, both).when(writing("trainee", of=PLACEMENT, focus="Questions")).then(
        observation_written("trainee", for_mentor=text, for_trainee=text)
    )
    assert personal_fields(ObservationWritten) == {"for_mentor": "mentor_id", "for_trainee": "trainee_id"}


def test_every_version_is_kept_and_counted() -> None:
    given(OBSERVATION, observation_planned(), observation_written("trainee")).when(
        writing("trainee", question="Who spoke?")
    ).then(observation_written("trainee", 2))


def test_each_fills_in_their_own_fields_at_their_time() -> None:
    given(OBSERVATION, observation_planned()).when(writing("mentor", calm=7)).refused(NotHeldYet)
    given(OBSERVATION, *HELD).when(writing("trainee", question="x")).refused(ObservationIsOver)
    given(OBSERVATION, observation_planned()).when(writing("trainee", calm=7)).refused(Invalid, pointer="/answers/calm")
    given(OBSERVATION, *HELD).when(writing("mentor", calm=11)).refused(Invalid, pointer="/answers/calm")
    given(OBSERVATION, observation_planned()).when(writing("trainee", on=ENDS_ON + DAY, question="x")).refused(
        OutsideTheRelationship, pointer="/on"
    )


def test_nothing_is_confided_before_an_agreement_where_there_is_one() -> None:
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(OBSERVATION, observation_planned()).when(writing("trainee", to=unsigned, question="x")).refused(
        AgreementFirst, pointer="/answers"
    )


def test_feedback_comes_after_it_and_hands_the_record_over_where_it_is_the_observed_s() -> None:
    given(OBSERVATION, *HELD).when(speaking(MONDAY + DAY)).then(feedback_given(MONDAY + DAY))
    given(OBSERVATION, *HELD, feedback_given(MONDAY)).when(speaking(MONDAY)).then()
    given(OBSERVATION, *HELD).when(speaking(MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(OBSERVATION, observation_planned()).when(speaking(MONDAY)).refused(NotHeldYet)
    given(OBSERVATION, *HELD, feedback_given(MONDAY)).when(writing("mentor", calm=7)).refused(ObservationIsOver)
    both = (observation_planned(both_own=True), observation_accepted(), observation_held(), feedback_given(MONDAY))
    assert given(OBSERVATION, *both).when(writing("mentor", of=PLACEMENT, strengths="x")).refusal is None


def test_the_observed_alone_releases_and_revokes() -> None:
    given(OBSERVATION, *HELD).when(releasing()).then(RELEASED)
    given(OBSERVATION, *HELD, RELEASED).when(releasing()).then()
    given(OBSERVATION, *HELD, RELEASED).when(REVOKING).then(REVOKED)
    given(OBSERVATION, *HELD).when(REVOKING).then()
    given(OBSERVATION, *HELD).when(releasing("mentor")).refused(NotTheirRecord)
    given(OBSERVATION, *HELD, RELEASED).when(REVOKING.model_copy(update={"by": "mentor"})).refused(NotTheirRecord)
    own = Audience(person_id=TRAINEE_ID)
    given(OBSERVATION, *HELD).when(releasing(to=own)).refused(Invalid, pointer="/to/person_id")


@pytest.mark.parametrize(
    ("both_own", "side", "before_feedback", "after_feedback"),
    [
        (False, "trainee", True, True),
        (False, "mentor", True, False),
        (True, "trainee", True, True),
        (True, "mentor", True, True),
        (True, None, False, False),
    ],
)
def test_who_reads_it(both_own: bool, side: Side | None, before_feedback: bool, after_feedback: bool) -> None:
    events = (observation_planned(both_own=both_own), observation_accepted(), observation_held())
    for may, more in ((before_feedback, ()), (after_feedback, (feedback_given(MONDAY),))):
        outcome = given(OBSERVATION, *events, *more).when(reading(side))
        if may:
            outcome.then()  # the two read what is theirs, and nobody counts
        else:
            outcome.refused(NotFound)


def test_somebody_in_an_audience_reads_it_and_the_observed_sees_it_once_a_day() -> None:
    given(OBSERVATION, *HELD, RELEASED).when(reading(None, "tutor")).then(READ)
    given(OBSERVATION, *HELD, RELEASED, READ).when(reading(None, "tutor")).then()
    given(OBSERVATION, *HELD, RELEASED).when(reading(None, "school_lead")).refused(NotFound)
    given(OBSERVATION, *HELD, RELEASED, REVOKED).when(reading(None, "tutor")).refused(NotFound)


def test_a_command_for_none_is_refused_and_to_plan_it_again_changes_nothing() -> None:
    for command in (accepting("mentor"), holding(), speaking(MONDAY), releasing(), REVOKING, reading("trainee")):
        given(OBSERVATION).when(command).refused(NotFound)
    given(OBSERVATION, observation_planned()).when(planning()).then()


def test_a_template_says_who_observes_whom_and_who_fills_in_what() -> None:
    with_step = {
        name: template
        for name, template in EVERY_TEMPLATE.items()
        if any(step.kind == "observation" for step in template.steps)
    }
    assert {"ite-placement", "ect-induction", "mentor-supervision", "peer-review", "return-to-teaching"} <= {*with_step}
    template = EVERY_TEMPLATE["return-to-teaching"].model_dump(mode="json")
    step = next(step for step in template["steps"] if step["kind"] == "observation")
    form = next(form for form in template["forms"] if form["id"] == step["form"])
    wrong: list[tuple[dict[str, Any], str, Any, str]] = [
        (step, "by", ["companion", "returner"], "one side observes the other"),
        (step, "by", ["head_of_staff"], "one side observes the other"),
        (step, "owned_by", ["head_of_staff"], "the record is theirs"),
        (step, "form", None, "say which form"),
        (form["fields"][0], "filled_by", ["returner", "companion"], "question is for one side"),
    ]
    for part, name, value, sentence in wrong:
        before, part[name] = part[name], value
        with pytest.raises(ValueError, match=sentence):
            type(EVERY_TEMPLATE["return-to-teaching"]).model_validate(template)
        part[name] = before


def using(*roles: Any, observes: bool = False) -> UseObservation:
    return UseObservation(
        reader=ItemReader(frozenset({TUTOR_ID}), frozenset(roles)),
        assessor_id=TUTOR_ID,
        assessment_id=ASSESSMENT_ID,
        assessed_id=TRAINEE_ID,
        on=MONDAY,
        relationship=RELATIONSHIP,
        observes=observes,
    )


USED = ObservationUsed(
    happened_on=MONDAY,
    observation_id=OBSERVATION_ID,
    assessment_id=ASSESSMENT_ID,
    assessor_id=TUTOR_ID,
    version_number=0,
)


def test_an_assessment_rests_on_what_was_released_to_its_assessor_and_keeps_it() -> None:
    given(OBSERVATION, *HELD).when(using("tutor")).refused(NotReleasedToYou, pointer="/evidence")
    given(OBSERVATION, *HELD, RELEASED).when(using("tutor")).then(USED)
    kept = given(OBSERVATION, *HELD, RELEASED, USED, REVOKED).state
    assert kept is not None
    assert kept.access.kept_by == {TUTOR_ID}


def test_an_assessment_rests_on_no_plan_and_on_what_its_assessor_observed_themselves() -> None:
    given(OBSERVATION, *HELD[:2], RELEASED).when(using("tutor")).refused(NotHeldYet)
    own = using(observes=True).model_copy(
        update={"reader": ItemReader(frozenset({MENTOR_ID})), "assessor_id": MENTOR_ID}
    )
    given(OBSERVATION, *HELD).when(own).then(USED.model_copy(update={"assessor_id": MENTOR_ID}))


def test_a_need_for_development_may_name_standards() -> None:
    need = HeldObservation(on=MONDAY, development_need=True, standards=("TS7",))
    hold = HoldObservation(relationship=RELATIONSHIP, by="mentor", held=need)
    held = observation_held(need=True).model_copy(update={"standards": ("TS7",)})
    given(OBSERVATION, *HELD[:2]).when(hold).then(held)
    given(OBSERVATION, *HELD[:2], held).when(hold).then()
    without = need.model_copy(update={"development_need": False})
    refused = HoldObservation(relationship=RELATIONSHIP, by="mentor", held=without)
    given(OBSERVATION, *HELD[:2]).when(refused).refused(Invalid, pointer="/standards")
