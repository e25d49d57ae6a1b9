"""Notes of progress towards a target, with evidence from the author's own journal.

Source: product.md S3. A note names entries and shows nothing of them: whoever may read an entry opens it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.target_states import Target, TargetEvent, TouchingEvent, days_to_tell
from services.sessions.domain.texts import Text, long_date
from shared.events.practices import TargetRules
from shared.events.words import Side
from shared.inputs.days import ReviewDay
from shared.kernel.decider import Command, Invalid, NotAllowed, NotFound, Personal, Value, build_from

Evidence = Annotated[
    tuple[UUID, ...], Field(max_length=20), AfterValidator(lambda entries: tuple(dict.fromkeys(entries)))
]
"""Entries of the author's own journal, each once."""


class ProgressDetails(Value):
    """What moved towards a target, and the journal entries that show it."""

    note: Text
    evidence: Evidence = ()


class NewProgress(ProgressDetails):
    """A note of progress on a day."""

    on: ReviewDay


class ProgressNoted(ProgressDetails, TouchingEvent):
    """One of the two noted progress towards a target."""

    type: ClassVar[str] = "sessions.target_progress_noted"

    note_id: UUID
    note: Annotated[str, Personal("trainee_id")]
    evidence: tuple[UUID, ...] = ()


class ProgressTakenBack(TargetEvent):
    """Whoever noted progress took the note back; it stays readable as such."""

    type: ClassVar[str] = "sessions.target_progress_taken_back"

    note_id: UUID


class NoteProgress(Command):
    """Note progress; `by` is the side that notes it."""

    relationship: Relationship
    rules: TargetRules
    target_id: UUID
    note_id: UUID
    by: Side
    progress: NewProgress


class TakeBackProgress(Command):
    """Take a note of progress back; `by` is the side that asks for it."""

    relationship: Relationship
    target_id: UUID
    note_id: UUID
    by: Side
    on: date


ProgressCommands = NoteProgress | TakeBackProgress
ProgressEvents = ProgressNoted | ProgressTakenBack


def change_progress(command: ProgressCommands, target: Target, today: date) -> Sequence[ProgressEvents]:
    """Note progress of a day on which the target was set already, on `today`; let its author take a note back."""
    names = {
        "target_id": command.target_id,
        "relationship_id": target.relationship_id,
        "trainee_id": target.trainee_id,
        "by": command.by,
        "note_id": command.note_id,
        "version_number": target.version + 1,
    }
    match command:
        case NoteProgress(relationship=relationship, progress=new):
            relationship.must_cover(new.on)
            relationship.must_be_confidential("/note")
            if new.on < target.set_on:
                raise Invalid(
                    f"This target was set on {long_date(target.set_on)}; give that day or a later one.", pointer="/on"
                )
            days = days_to_tell(command.rules, target, new.on, today, target.status)
            return [build_from(ProgressNoted, new, happened_on=new.on, **names, **days)]
        case TakeBackProgress(note_id=note_id, on=on):
            command.relationship.must_be_kept()
            author = target.progress.get(note_id)
            if author is None:
                raise NotFound("There is no such note of progress; it may have been taken back.")
            if author != command.by:
                raise NotAllowed("The other of you noted this, and can take it back.")
            return [ProgressTakenBack.model_validate({**names, "happened_on": on})]


def evolve_progress(target: Target, event: ProgressEvents) -> Target:
    """Apply a note of progress, or that it was taken back."""
    match event:
        case ProgressNoted():
            return replace(target, progress={**target.progress, event.note_id: event.by})
        case ProgressTakenBack():
            left = {note_id: by for note_id, by in target.progress.items() if note_id != event.note_id}
            return replace(target, progress=left)
