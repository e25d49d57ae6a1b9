"""A mentee wants another mentor; their mentoring goes on until there is one, and the mentor is not told.

Source: product.md S12 (a confidential request for another mentor). That they want one is published to matching; why
they do is told to the safe contact of their choice alone (`break_offs`).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.break_offs import NewContact
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.terms import NotPossibleNow
from services.sessions.domain.texts import long_date
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, Value


class NewMentorRequest(NewContact):
    """The safe contact who is to know that a mentee wants another mentor, and the reason as they like."""


class MentorRequestStep(Value):
    """The day on which a mentee withdraws their request."""

    on: StepDay


class MentorRequestEvent(Event):
    """The field that both events share."""

    relationship_id: UUID


class AnotherMentorRequested(MentorRequestEvent):
    """The mentee wants another mentor."""

    type: ClassVar[str] = "sessions.another_mentor_requested"


class MentorRequestWithdrawn(MentorRequestEvent):
    """The mentee wants to stay with their mentor after all."""

    type: ClassVar[str] = "sessions.mentor_request_withdrawn"


class RequestAnotherMentor(Command):
    """Request another mentor."""

    relationship: Relationship
    on: date


class WithdrawMentorRequest(Command):
    """Withdraw the request."""

    relationship: Relationship
    on: date


Commands = RequestAnotherMentor | WithdrawMentorRequest
Events = AnotherMentorRequested | MentorRequestWithdrawn


def decide(command: Commands, is_requested: bool, now: datetime) -> Sequence[Events]:
    """Request another mentor, or withdraw that. Idempotent where nothing changes."""
    del now
    relationship = command.relationship
    relationship.must_be_kept()
    names = {"happened_on": command.on, "relationship_id": relationship.relationship_id}
    match command:
        case RequestAnotherMentor(on=on):
            if on > relationship.ends_on:
                raise NotPossibleNow(f"The last day of this relationship was {long_date(relationship.ends_on)}.")
            return [] if is_requested else [AnotherMentorRequested.model_validate(names)]
        case WithdrawMentorRequest():
            return [MentorRequestWithdrawn.model_validate(names)] if is_requested else []


def evolve(_: bool, event: Events) -> bool:
    """Return whether another mentor is requested."""
    return isinstance(event, AnotherMentorRequested)


MENTOR_REQUEST: Decider[bool, Commands, Events] = Decider(
    "mentor_request", lambda: False, decide, evolve, (AnotherMentorRequested, MentorRequestWithdrawn)
)
