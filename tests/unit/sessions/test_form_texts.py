"""No word in any field of any form of any programme is stored plainly or leaves the service."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.templates import Template
from services.sessions.domain.agreements import AGREEMENT, AgreementText, WriteAgreement
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import AssessmentText
from services.sessions.domain.assessments import ASSESSMENT, WriteAssessment
from services.sessions.domain.forms import fillable
from services.sessions.domain.hand_overs import HAND_OVER, HandOverProposal, ProposeItems
from services.sessions.domain.instruments import fields_for, find_instrument
from services.sessions.domain.measures import MEASURES, NewMeasures, TakeMeasures
from services.sessions.domain.observation_plans import AcceptObservation, PlannedObservation, PlanObservation
from services.sessions.domain.observations import (
    OBSERVATION,
    Commands,
    HeldObservation,
    HoldObservation,
    ObservationText,
    WriteObservation,
)
from services.sessions.domain.programmes import Programme
from services.sessions.domain.reflections import REFLECTION, ReflectionText, WriteReflection, reflection_id_of
from services.sessions.domain.summaries import SUMMARY, SummaryText, WriteSummary
from services.sessions.domain.targets import TARGET, NewTargetDetails, SetTarget
from services.sessions.publish import publish
from shared.events.practices import Form, FormField, Step
from shared.events.words import Side
from shared.kernel.decider import Event
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TARGET_ID,
    TRAINEE_ID,
    TUTOR_ID,
    WEEK,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

pytestmark = pytest.mark.covers("S1", "S8", "S11")
OBSERVATION_ID = UUID("00000000-0000-4000-8000-00000000000d")
BOTH: tuple[Side, ...] = ("mentor", "trainee")
FIELDS_OF_MEETINGS = {("ite-placement", "meeting")}
"""Forms that nobody fills in: what they ask for is recorded with each meeting."""
FORMS = [(template, form) for template in EVERY_TEMPLATE.values() for form in programme(template).practice.forms]


def answers_to(fields: Sequence[FormField]) -> dict[str, Any]:
    """Answer fields as they are answered, each that takes text with a word of its own."""
    answers: dict[str, Any] = {"one_to_ten": 5, "number": 1, "date": "2026-09-14"}
    return {
        field.id: f"canary {field.id}" if field.kind == "text" else answers.get(field.kind) or next(iter(field.choices))
        for field in fields
        if field.kind != "signature"
    }


def write_at(of: Programme, step: Step, by: Side) -> Sequence[Event]:
    """Fill in the form of a step as one of the two, and return what is stored."""
    own = fillable(of, step, by)
    answers = answers_to([field for field in of.form_of(step).fields if field.id in own])
    names: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": of, "by": by}
    match step.kind:
        case "agreement":
            text = AgreementText(on=MONDAY, answers=answers)
            return given(AGREEMENT).when(WriteAgreement(**names, text=text)).events
        case "summary":
            return given(SUMMARY).when(WriteSummary(**names, text=SummaryText(on=MONDAY, answers=answers))).events
        case "hand_over":
            proposal = HandOverProposal(on=MONDAY, answers=answers)
            proposing = ProposeItems(**names, proposal=proposal, known_targets=frozenset())
            return given(HAND_OVER).when(proposing).events
        case "reflection" if by in of.sides_of(step.by):
            of_step = {"step": step.id, "reflection_id": reflection_id_of(RELATIONSHIP_ID, step.id, by)}
            text_of_step = ReflectionText(on=MONDAY, answers=answers)
            return given(REFLECTION).when(WriteReflection(**names, **of_step, text=text_of_step)).events
        case "observation":
            observed: dict[str, Any] = {"relationship": RELATIONSHIP, "by": "trainee"}
            plan = PlannedObservation(on=MONDAY, planned_on=MONDAY)
            held = HeldObservation(on=MONDAY, development_need=False)
            before: Sequence[Commands] = (
                PlanObservation(observation_id=OBSERVATION_ID, programme=of, plan=plan, **observed),
                AcceptObservation(**observed | {"by": "mentor"}, on=MONDAY),
                HoldObservation(**observed | {"by": "mentor"}, held=held),
            )
            events: list[Any] = []
            for command in before if by == "mentor" else before[:-1]:  # the observed says beforehand what to look at
                events += given(OBSERVATION, *events).when(command).events
            writing = WriteObservation(**names, text=ObservationText(on=MONDAY, answers=answers))
            return given(OBSERVATION, *events).when(writing).events
    return ()


def assess_at(of: Programme, step: Step) -> Sequence[Event]:
    """Write an assessment with the form of a step."""
    if step.assesses is None:
        return ()
    text = AssessmentText(on=MONDAY, answers=answers_to(of.form_of(step).fields))
    writing = WriteAssessment(
        assessment_id=ASSESSMENT_ID,
        relationship=RELATIONSHIP,
        rules=rules_of(of, step.assesses.kind),
        assessor_id=TUTOR_ID,
        excepted=False,
        kind=step.assesses.kind,
        text=text,
    )
    return given(ASSESSMENT).when(writing).events


def set_target(of: Programme) -> Sequence[Event]:
    """Set a target with the programme's form."""
    answers = answers_to(of.target_form().fields)
    target = NewTargetDetails(text="Wait.", due_on=MONDAY + WEEK, answers=answers)
    names: dict[str, Any] = {"relationship": RELATIONSHIP, "target_id": TARGET_ID, "by": "mentor", "on": MONDAY}
    return given(TARGET).when(SetTarget(**names, form=of.target_form(), target=target)).events


def take_measures(of: Programme, code: str, role: str) -> Sequence[Event]:
    """Answer an instrument in a role."""
    answers = answers_to(fields_for(of, find_instrument(of, code), role))
    taking = TakeMeasures(
        series_id=OBSERVATION_ID,
        relationship=RELATIONSHIP,
        programme=of,
        author_id=TRAINEE_ID,
        role=role,
        measures=NewMeasures(instrument=code, on=MONDAY, answers=answers),
    )
    return given(MEASURES).when(taking).events


def events_of(of: Programme, form: Form) -> Iterator[Event]:
    """Return what is stored when the form is filled in by everybody who does so, wherever the programme uses it."""
    for step in of.practice.steps:
        if step.form == form.id:
            yield from assess_at(of, step)
            for by in BOTH:
                yield from write_at(of, step, by)
    if of.target_form() == form:
        yield from set_target(of)
    for instrument in of.practice.instruments:
        if instrument.form == form.id:
            for role in instrument.by:
                yield from take_measures(of, instrument.id, role)


@pytest.mark.parametrize(("template", "form"), FORMS, ids=lambda each: each.id)
def test_no_word_in_any_field_of_any_form_is_stored_plainly_or_leaves(template: Template, form: Form) -> None:
    asked = {f"canary {field.id}" for field in form.fields if field.kind == "text"}
    found: set[str] = set()
    for event in events_of(programme(template), form):
        sealed = personal_fields(type(event))
        stored = event.model_dump(mode="json")
        assert "canary" not in f"{ {name: value for name, value in stored.items() if name not in sealed} }"
        published = publish(event)
        assert published is None or "canary" not in published.model_dump_json()
        found |= {word for word in asked if any(word in f"{stored[name]}" for name in sealed)}
    assert found == (set() if (template.id, form.id) in FIELDS_OF_MEETINGS else asked)
