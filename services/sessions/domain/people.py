"""People who were erased: no relationship with them opens, and nothing more is recorded in those that they had."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event, build_from


class PersonForgotten(Event):
    """A person was erased."""

    type: ClassVar[str] = "sessions.person_forgotten"

    person_id: UUID


class Erased(DomainError):
    """A person was erased, so that nothing more is recorded of them or by them."""

    status = 410
    denies = True


class ForgetPerson(Command):
    """Remember only that the person was erased."""

    person_id: UUID
    on: date


def decide(command: ForgetPerson, forgotten: bool, now: datetime) -> Sequence[PersonForgotten]:
    """Forget the person. Idempotent: a person who was erased already emits no event."""
    del now
    return [] if forgotten else [build_from(PersonForgotten, command, happened_on=command.on)]


def evolve(forgotten: bool, event: PersonForgotten) -> bool:
    """Remember that the person was erased."""
    del forgotten, event
    return True


PERSON: Decider[bool, ForgetPerson, PersonForgotten] = Decider(
    "person", lambda: False, decide, evolve, (PersonForgotten,)
)
