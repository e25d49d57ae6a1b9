"""A file that somebody brought and, after its dry run, confirmed: which rows went in with which effect.

Source: product.md R3. All rows of a file go in or none does. A file is judged as a whole before its first row goes in;
a large one then goes in by stretches of rows, so that what is broken off goes on from where it was. An import can be
undone as long as nothing was built on it: what it did to each stream is taken back by new events.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound

Kind = Literal["schools", "school_links", "mentors", "trainees", "offers", "placements"]


class Effect(BaseModel):
    """How many rows of a file say something new, change something, change nothing, or are left out as bad."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new: NonNegativeInt = 0
    changed: NonNegativeInt = 0
    unchanged: NonNegativeInt = 0
    left_out: NonNegativeInt = 0

    def __add__(self, other: "Effect") -> "Effect":
        """The effect of both."""
        return Effect(**{name: getattr(self, name) + getattr(other, name) for name in Effect.model_fields})


class RowsTakenIn(Event):
    """The rows up to this line went in, to these streams; the rest of the file follows."""

    type: ClassVar[str] = "referral.rows_taken_in"

    import_id: UUID
    kind: Kind
    effect: Effect
    through_line: int
    streams: tuple[str, ...]


class ImportConfirmed(Event):
    """The last rows went in, to these streams; `effect` is that of the whole file."""

    type: ClassVar[str] = "referral.import_confirmed"

    import_id: UUID
    kind: Kind
    effect: Effect
    streams: tuple[str, ...] = ()


class RowsTakenBack(Event):
    """What the import did to these streams is taken back; the rest follows."""

    type: ClassVar[str] = "referral.rows_taken_back"

    import_id: UUID
    streams: tuple[str, ...]


class ImportUndone(Event):
    """The last of what the import did is taken back."""

    type: ClassVar[str] = "referral.import_undone"

    import_id: UUID


class TakeIn(Command):
    """Let rows of a file in, up to a line; `last` are the last of the file."""

    import_id: UUID
    kind: Kind
    effect: Effect
    through_line: int
    streams: tuple[str, ...]
    last: bool
    on: date


class TakeBack(Command):
    """Take back what the import did to these streams; `last` are the last of it."""

    import_id: UUID
    streams: tuple[str, ...]
    last: bool
    on: date


class Undone(DomainError):
    """The import was undone, or is being undone."""


Commands = TakeIn | TakeBack
Events = RowsTakenIn | ImportConfirmed | RowsTakenBack | ImportUndone


@dataclass(frozen=True, slots=True)
class Import:
    """How far an import is: in up to a line, or back; `streams` are those with something to take back."""

    kind: Kind | None = None
    effect: Effect = Effect()  # noqa: RUF009  # it is frozen
    through_line: int = 0
    streams: tuple[str, ...] = ()
    status: Literal["new", "going_in", "confirmed", "going_back", "undone"] = "new"


def decide(command: Commands, found: Import, now: datetime) -> Sequence[Events]:
    """Each row goes in once and back once; what is said twice is said once."""
    del now
    match command:
        case TakeIn():
            if found.status in ("going_back", "undone"):
                raise Undone("This import was undone. Send the file again.")
            return (
                []
                if found.status == "confirmed" or command.through_line <= found.through_line
                else [_in(command, found)]
            )
        case TakeBack(import_id=import_id, streams=streams, on=on):
            if found.status == "new":
                raise NotFound("Nothing of this file went in.")
            if found.status == "undone":
                return []
            if command.last:
                return [ImportUndone(happened_on=on, import_id=import_id)]
            return [RowsTakenBack(happened_on=on, import_id=import_id, streams=streams)]


def _in(command: TakeIn, found: Import) -> RowsTakenIn | ImportConfirmed:
    said = command.model_dump(include={"import_id", "kind", "streams"}) | {"happened_on": command.on}
    if command.last:
        return ImportConfirmed(effect=found.effect + command.effect, **said)
    return RowsTakenIn(effect=command.effect, through_line=command.through_line, **said)


def evolve(found: Import, event: Events) -> Import:
    """The import after the event."""
    match event:
        case RowsTakenIn():
            streams = (*found.streams, *event.streams)
            return Import(event.kind, found.effect + event.effect, event.through_line, streams, "going_in")
        case ImportConfirmed():
            streams = (*found.streams, *event.streams)
            return Import(event.kind, event.effect, found.through_line, streams, "confirmed")
        case RowsTakenBack(streams=back):
            gone = set(back)
            left = tuple(stream for stream in found.streams if stream not in gone)
            return replace(found, streams=left, status="going_back")
        case ImportUndone():
            return replace(found, streams=(), status="undone")


IMPORT: Decider[Import, Commands, Events] = Decider(
    "import", Import, decide, evolve, (RowsTakenIn, ImportConfirmed, RowsTakenBack, ImportUndone)
)
