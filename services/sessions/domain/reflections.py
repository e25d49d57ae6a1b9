"""What somebody writes alone on a form of the programme: an evaluation, a look back, a review of oneself.

Source: product.md S10, S14; George (at the end "the student also evaluates the intervention"); Berry (what is written
belongs to somebody). Each of those who take the step answers by themselves. The author owns the answers, and releases
them or not; who else reads them is recorded once a day, for the author to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from services.sessions.domain.access import (
    PRIVATE,
    Access,
    Item,
    ItemRead,
    ItemReleased,
    ItemReleaseRevoked,
    ReadItem,
    ReleaseItem,
    RevokeRelease,
    read,
    release,
    revoke,
)
from services.sessions.domain.forms import FormAnswers, check_answers, fillable, missing, write_answers
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import Step
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotAllowed, NotFound, Personal, Value

MISSING = "There is no such reflection."


class ReflectionText(Value):
    """All answers that somebody gives to the form; a field that is left out is empty."""

    on: StepDay
    answers: FormAnswers


class ReflectionEvent(Event):
    """The fields that all events of a reflection share."""

    reflection_id: UUID
    owner_id: UUID


class ReflectionWritten(ReflectionEvent):
    """The author filled in the form of a step, or replaced what they had written; the first version is 1."""

    type: ClassVar[str] = "sessions.reflection_written"

    relationship_id: UUID
    step: str
    by: Side
    version_number: int
    answers: Annotated[str, Personal("owner_id")]


class ReflectionReleased(ItemReleased, ReflectionEvent):
    """The author released the reflection."""

    type: ClassVar[str] = "sessions.reflection_released"


class ReflectionReleaseRevoked(ItemReleaseRevoked, ReflectionEvent):
    """The author took a release back."""

    type: ClassVar[str] = "sessions.reflection_release_revoked"


class ReflectionRead(ItemRead, ReflectionEvent):
    """Somebody other than the author read the reflection, for the first time on this day."""

    type: ClassVar[str] = "sessions.reflection_read"


class WriteReflection(Command):
    """Fill in the form of a step; `on_record` are the answers given before, decrypted by the use case."""

    reflection_id: UUID
    relationship: Relationship
    programme: Programme
    step: str
    by: Side
    text: ReflectionText
    on_record: str | None = None


Commands = WriteReflection | ReadItem | ReleaseItem | RevokeRelease
Events = ReflectionWritten | ReflectionReleased | ReflectionReleaseRevoked | ReflectionRead


class ReflectionNotComplete(DomainError):
    """A field that has to be filled in is empty."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """A reflection with its encrypted answers, and who reads it."""

    reflection_id: UUID
    owner_id: UUID
    relationship_id: UUID
    step: str
    by: Side
    version: int
    written_on: date
    answers: str
    access: Access = PRIVATE

    @property
    def item(self) -> Item:
        """What decides who reads the reflection."""
        return Item(self.owner_id, self.access)


def reflection_id_of(relationship_id: UUID, step: str, side: Side) -> UUID:
    """Return the id of a side's reflection at a step: each writes one, which can be replaced."""
    return uuid5(relationship_id, f"reflection {step} {side}")


def steps_of(programme: Programme, side: Side | None = None) -> tuple[Step, ...]:
    """Return the steps at which somebody reflects: those of one side, or all."""
    steps = (step for step in programme.practice.steps if step.kind == "reflection")
    return tuple(step for step in steps if side is None or side in programme.sides_of(step.by))


def decide(command: Commands, reflection: Reflection | None, now: datetime) -> Sequence[Events]:
    """Write a reflection; let its author release it, and record who reads it.

    A command that changes nothing emits no event.
    """
    del now
    match command:
        case WriteReflection():
            return _write(command, reflection)
        case _ if reflection is None:
            raise NotFound(MISSING)
        case ReadItem():
            return read(ReflectionRead, command, reflection.item, _names(reflection), missing=MISSING)
        case _ if command.owner_id != reflection.owner_id:
            raise NotFound(MISSING)
        case ReleaseItem():
            return release(ReflectionReleased, command, reflection.item, _names(reflection))
        case RevokeRelease():
            return revoke(ReflectionReleaseRevoked, command, reflection.item, _names(reflection))


def _write(command: WriteReflection, reflection: Reflection | None) -> Sequence[ReflectionWritten]:
    relationship, by, text = command.relationship, command.by, command.text
    relationship.must_be_kept()
    if text.on < relationship.starts_on:
        raise Invalid("Look back on it once it has begun.", pointer="/on")
    step = next((each for each in steps_of(command.programme) if each.id == command.step), None)
    if step is None:
        raise NotFound("This programme has no such form to look back on.")
    if by not in command.programme.sides_of(step.by):
        raise NotAllowed("In this programme the other of you fills in this form.")
    answers = check_answers(command.programme, step, by, text.answers)
    given = {**answers.own, **answers.joint}
    own = fillable(command.programme, step, by)
    if empty := [field for field in missing(command.programme, step, frozenset(given)) if field.id in own]:
        raise ReflectionNotComplete(f"Fill in: {', '.join(field.text for field in empty)}.", pointer="/answers")
    written = write_answers(given)
    if reflection is not None and written == command.on_record:
        return []
    return [
        ReflectionWritten(
            happened_on=text.on,
            reflection_id=command.reflection_id,
            owner_id=reflection.owner_id if reflection else relationship.person_on(by),
            relationship_id=relationship.relationship_id,
            step=step.id,
            by=by,
            version_number=1 if reflection is None else reflection.version + 1,
            answers=written,
        )
    ]


def _names(reflection: Reflection) -> dict[str, UUID]:
    return {"reflection_id": reflection.reflection_id, "owner_id": reflection.owner_id}


def evolve(reflection: Reflection | None, event: Events) -> Reflection | None:
    """Apply an event to the reflection."""
    match event:
        case ReflectionWritten():
            return Reflection(
                reflection_id=event.reflection_id,
                owner_id=event.owner_id,
                relationship_id=event.relationship_id,
                step=event.step,
                by=event.by,
                version=event.version_number,
                written_on=event.happened_on,
                answers=event.answers,
                access=reflection.access if reflection else PRIVATE,
            )
        case ReflectionReleased() | ReflectionReleaseRevoked() | ReflectionRead():
            return reflection and replace(reflection, access=reflection.access.after(event))


REFLECTION: Decider[Reflection | None, Commands, Events] = Decider(
    "reflection",
    lambda: None,
    decide,
    evolve,
    (ReflectionWritten, ReflectionReleased, ReflectionReleaseRevoked, ReflectionRead),
)
