"""An assessment of a trainee against the eight Teachers' Standards of Part One.

Source: product.md S8. Who may write it is the trainee's rule (`trainee.py`); what is in it is this file's.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar, get_args
from uuid import UUID

from services.sessions.domain.relationships import Relationship, said
from shared.events.words import AssessmentKind, Judgement, Standard
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal

STANDARDS: tuple[Standard, ...] = get_args(Standard)


class AssessmentSubmitted(Event):
    """Each standard was judged."""

    type: ClassVar[str] = "sessions.assessment_submitted"

    assessment_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    judgements: dict[Standard, Judgement]


class StandardCommented(Event):
    """What the assessor says of one standard; the words are about the trainee, and theirs."""

    type: ClassVar[str] = "sessions.standard_commented"

    assessment_id: UUID
    trainee_id: UUID
    standard: Standard
    comment: Annotated[str, Personal("trainee_id")]


class Submit(Command):
    """Submit an assessment, with comments on as many standards as one likes."""

    relationship: Relationship
    assessment_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    judgements: Mapping[Standard, Judgement]
    comments: Mapping[Standard, str]
    on: date


Events = AssessmentSubmitted | StandardCommented


class AlreadySubmitted(DomainError):
    """The assessment was submitted before."""


def decide(command: Submit, submitted: bool, now: datetime) -> Sequence[Events]:
    """Submit once, with all eight standards judged, not before the relationship has begun."""
    del now
    if submitted:
        raise AlreadySubmitted("This assessment was submitted before.")
    missing = ", ".join(standard for standard in STANDARDS if standard not in command.judgements)
    if missing:
        raise Invalid(f"Every standard needs a judgement; still without one: {missing}.", pointer="/judgements")
    relationship = command.relationship
    if command.on < relationship.starts_on:
        raise Invalid(f"There is nothing to assess before {said(relationship.starts_on)}.", pointer="/on")
    return [
        AssessmentSubmitted(
            happened_on=command.on,
            assessment_id=command.assessment_id,
            relationship_id=relationship.relationship_id,
            trainee_id=relationship.trainee_id,
            assessor_id=command.assessor_id,
            kind=command.kind,
            judgements={standard: command.judgements[standard] for standard in STANDARDS},
        ),
        *(
            StandardCommented(
                happened_on=command.on,
                assessment_id=command.assessment_id,
                trainee_id=relationship.trainee_id,
                standard=standard,
                comment=command.comments[standard],
            )
            for standard in STANDARDS
            if standard in command.comments
        ),
    ]


def evolve(submitted: bool, event: Events) -> bool:
    """Whether it is submitted after the event."""
    del submitted, event
    return True


ASSESSMENT: Decider[bool, Submit, Events] = Decider(
    "assessment", lambda: False, decide, evolve, (AssessmentSubmitted, StandardCommented)
)
