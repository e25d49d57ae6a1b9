"""A person of the partnership as the portal knows them: name, address, and whether they are a mentor or a mentee.

Source: product.md, *Portal*. Everything comes from referral; a person who was erased, merged or undone is gone for
good, whatever else arrives about them later: names come on a topic of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, Personal, build_from

Kind = Literal["mentor", "trainee"]
"""Which side of a mentoring relationship a record is for; everybody who is mentored is on the trainee's side."""


class PersonNamed(Event):
    """The name and the address of a person became known, or changed."""

    type: ClassVar[str] = "portal.person_named"

    person_id: UUID
    given_name: Annotated[str, Personal("person_id")]
    family_name: Annotated[str, Personal("person_id")]
    email: Annotated[str, Personal("person_id")]


class PersonRecorded(Event):
    """It became known which side of a mentoring relationship the person's record is for."""

    type: ClassVar[str] = "portal.person_recorded"

    person_id: UUID
    kind: Kind


class PersonGone(Event):
    """The record is no longer there: the person was erased or undone, or the record was merged with `kept_id`."""

    type: ClassVar[str] = "portal.person_gone"

    person_id: UUID
    kept_id: UUID | None = None


Events = PersonNamed | PersonRecorded | PersonGone


class NamePerson(Command):
    """Take over the name and the address of a person."""

    person_id: UUID
    given_name: str
    family_name: str
    email: str
    on: date


class RecordPerson(Command):
    """Take over which side the person's record is for."""

    person_id: UUID
    kind: Kind
    on: date


class RemovePerson(Command):
    """Take over that the record is no longer there."""

    person_id: UUID
    kept_id: UUID | None = None
    on: date


Commands = NamePerson | RecordPerson | RemovePerson


@dataclass(frozen=True, slots=True)
class Person:
    """What the portal knows of a person for its next decision."""

    kind: Kind | None = None
    is_gone: bool = False


def decide(command: Commands, person: Person, now: datetime) -> Sequence[Events]:
    """Take over what referral says. Idempotent: what is known, and what comes after the end, emits no event."""
    del now
    if person.is_gone:
        return []
    match command:
        case NamePerson():
            return [build_from(PersonNamed, command, happened_on=command.on)]
        case RecordPerson(kind=kind):
            return [] if kind == person.kind else [build_from(PersonRecorded, command, happened_on=command.on)]
        case RemovePerson():
            return [build_from(PersonGone, command, happened_on=command.on)]


def evolve(person: Person, event: Events) -> Person:
    """Apply an event."""
    match event:
        case PersonNamed():
            return person
        case PersonRecorded(kind=kind):
            return replace(person, kind=kind)
        case PersonGone():
            return replace(person, is_gone=True)


PERSON: Decider[Person, Commands, Events] = Decider(
    "person", Person, decide, evolve, (PersonNamed, PersonRecorded, PersonGone)
)
