"""An assessment of a trainee against the eight Teachers' Standards of Part One.

Source: product.md S8. Who may assess a trainee is decided in `trainees.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, get_args
from uuid import UUID

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.inputs.days import AssessmentDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal, Value, build_from

STANDARDS: tuple[Standard, ...] = get_args(Standard)


class AssessmentDetails(Value):
    """A judgement on each of the eight Teachers' Standards, and the journal entries of the trainee that it rests on."""

    relationship_id: UUID
    kind: AssessmentKind
    judgements: dict[Standard, Judgement]
    evidence: tuple[UUID, ...] = ()


class NewAssessment(AssessmentDetails):
    """A judgement on each of the eight Teachers' Standards, with a comment on any of them."""

    on: AssessmentDay
    comments: Mapping[Standard, Text] = {}


class AssessmentEvent(Event):
    """The fields that all events of an assessment share."""

    assessment_id: UUID
    trainee_id: UUID


class AssessmentSubmitted(AssessmentDetails, AssessmentEvent):
    """An assessor judged the trainee against each standard."""

    type: ClassVar[str] = "sessions.assessment_submitted"

    assessor_id: UUID


class StandardCommented(AssessmentEvent):
    """The assessor commented on a standard. The comment is about the trainee, and encrypted with the trainee's key."""

    type: ClassVar[str] = "sessions.standard_commented"

    standard: Standard
    comment: Annotated[str, Personal("trainee_id")]


class SubmitAssessment(Command):
    """Submit an assessment."""

    relationship: Relationship
    assessment_id: UUID
    assessor_id: UUID
    assessment: NewAssessment


Events = AssessmentSubmitted | StandardCommented


class AlreadySubmitted(DomainError):
    """The assessment is submitted already."""


def decide(command: SubmitAssessment, submitted: bool, now: datetime) -> Sequence[Events]:
    """Submit an assessment once, with all eight standards judged, on a day of the relationship."""
    del now
    if submitted:
        raise AlreadySubmitted("This assessment is submitted already.")
    new, relationship = command.assessment, command.relationship
    missing = ", ".join(standard for standard in STANDARDS if standard not in new.judgements)
    if missing:
        raise Invalid(f"Judge every standard; these have no judgement yet: {missing}.", pointer="/judgements")
    relationship.must_cover(new.on)
    names = {
        "happened_on": new.on,
        "assessment_id": command.assessment_id,
        "trainee_id": relationship.trainee_id,
    }
    in_order = {standard: new.judgements[standard] for standard in STANDARDS}
    return [
        build_from(AssessmentSubmitted, new, **names, assessor_id=command.assessor_id, judgements=in_order),
        *(
            StandardCommented.model_validate({**names, "standard": standard, "comment": new.comments[standard]})
            for standard in STANDARDS
            if standard in new.comments
        ),
    ]


def evolve(submitted: bool, event: Events) -> bool:
    """Remember that the assessment is submitted."""
    del submitted, event
    return True


ASSESSMENT: Decider[bool, SubmitAssessment, Events] = Decider(
    "assessment", lambda: False, decide, evolve, (AssessmentSubmitted, StandardCommented)
)
