"""Calls for pages of observations: a lesson with its form, who fills in what, and what somebody can do next."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.portal.calls.answers import Relationship, Side
from services.portal.calls.assessment_answers import FeedbackForTrainee, Form, FormField, ObservationOfLesson, Practice
from services.portal.calls.assessments import read_practice
from services.portal.calls.observation_answers import ObservationWithText
from services.portal.calls.services import Refused, ServicesAsPerson


def side_of(relationship: Relationship, person_id: UUID) -> Side | None:
    """Return on which side of a relationship somebody is; None for everybody else."""
    sides: dict[UUID, Side] = {relationship.trainee_id: "trainee", relationship.mentor_id: "mentor"}
    return sides.get(person_id)


def roles_of(practice: Practice, side: Side | None) -> set[str]:
    """Return the roles of a programme that a side of the relationship has."""
    asked = "mentee" if side == "trainee" else side
    return {role.id for role in practice.roles if role.side is not None and role.side == asked}


def steps_for(observation: ObservationOfLesson, side: Side | None, today: date) -> frozenset[str]:
    """Return what a page offers somebody on a side to do next with an observation; the service decides."""
    if side is None or observation.called_off:
        return frozenset()
    is_ahead = observation.held_on is None
    observes = side != observation.observed
    can = {
        "accept": is_ahead and not observation.accepted and side != observation.asked_by,
        "move": is_ahead,
        "call_off": is_ahead,
        "focus": is_ahead and not observes,
        "note": observes and (not is_ahead or (observation.accepted and observation.planned_on <= today)),
        "talk": not is_ahead and observation.feedback_on is None,
    }
    return frozenset(step for step, is_possible in can.items() if is_possible)


@dataclass(frozen=True)
class ObservationView:
    """An observation as one of the two sees it: what is written, and the form by which it is written."""

    observation: ObservationWithText
    relationship: Relationship
    practice: Practice
    side: Side | None

    @property
    def form(self) -> Form | None:
        """The form of the programme's step of observation."""
        step = next((step for step in self.practice.steps if step.kind == "observation"), None)
        return next((form for form in self.practice.forms if step is not None and form.id == step.form), None)

    def fields_of(self, side: Side | None) -> list[FormField]:
        """Return the fields that a side fills in."""
        roles = roles_of(self.practice, side)
        fields = self.form.fields if self.form else ()
        return [field for field in fields if not field.filled_by or not roles.isdisjoint(field.filled_by)]

    @property
    def written(self) -> list[tuple[str, str]]:
        """What is written, by the text of each field."""
        fields = self.form.fields if self.form else ()
        answers = self.observation.answers
        return [(field.text, f"{answers[field.id]}") for field in fields if answers.get(field.id) not in (None, "")]


async def read_observation(services: ServicesAsPerson, observation_id: UUID, person_id: UUID) -> ObservationView:
    """Return an observation with its relationship and form; raises `Refused`, also for whom it is not released to."""
    observation = await services.get("sessions", f"/observations/{observation_id}", ObservationWithText)
    relationship, practice = await read_practice(services, observation.relationship_id)
    return ObservationView(observation, relationship, practice, side_of(relationship, person_id))


async def read_lessons_and_feedback(
    services: ServicesAsPerson, relationship_id: UUID
) -> tuple[Sequence[ObservationOfLesson], Sequence[FeedbackForTrainee]]:
    """Return the observations and the feedback of a relationship that the person may know of, the latest first."""
    path = f"/relationships/{relationship_id}"
    observations, feedback = await gather(
        services.get("sessions", f"{path}/observations", list[ObservationOfLesson]), _feedback(services, path)
    )
    lessons = sorted(observations, key=lambda each: (each.planned_on, each.observation_id), reverse=True)
    return lessons, sorted(feedback, key=lambda each: (each.on, each.feedback_id), reverse=True)


async def _feedback(services: ServicesAsPerson, path: str) -> list[FeedbackForTrainee]:
    try:
        return await services.get("sessions", f"{path}/feedback", list[FeedbackForTrainee])
    except Refused:  # the programme gives no feedback in writing, or none to this person
        return []
