"""The import of a file that was confirmed after its dry run: which rows are recorded, and with which effect.

Source: product.md R3. All rows of a file are recorded or none is. A file is checked as a whole before its first row is
recorded. A large file is then recorded in batches, so that an import that breaks off continues where it was. An import
can be undone as long as nothing was built on it: new events take back what it did to each stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound

Kind = Literal[
    "schools", "school_links", "mentors", "teachers", "trainees", "offers", "placements", "referrals", "calendars"
]


class Effect(BaseModel):
    """How many rows of a file are new, change something, change nothing, or are left out as bad."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new: NonNegativeInt = 0
    changed: NonNegativeInt = 0
    unchanged: NonNegativeInt = 0
    left_out: NonNegativeInt = 0

    def __add__(self, other: "Effect") -> "Effect":
        """Add two effects up."""
        return Effect(**{name: getattr(self, name) + getattr(other, name) for name in Effect.model_fields})


class RowsTakenIn(Event):
    """The rows up to this line are recorded, in these streams; the rest of the file follows."""

    type: ClassVar[str] = "referral.rows_taken_in"

    import_id: UUID
    kind: Kind
    effect: Effect
    through_line: int
    streams: tuple[str, ...]


class ImportConfirmed(Event):
    """The last rows are recorded, in these streams; `effect` is that of the whole file."""

    type: ClassVar[str] = "referral.import_confirmed"

    import_id: UUID
    kind: Kind
    effect: Effect
    streams: tuple[str, ...] = ()


class RowsTakenBack(Event):
    """What the import did to these streams was undone; other streams follow."""

    type: ClassVar[str] = "referral.rows_taken_back"

    import_id: UUID
    streams: tuple[str, ...]


class ImportUndone(Event):
    """Everything that the import did was undone."""

    type: ClassVar[str] = "referral.import_undone"

    import_id: UUID


class TakeIn(Command):
    """Record rows of a file up to a line; `last` says that these are the last of the file."""

    import_id: UUID
    kind: Kind
    effect: Effect
    through_line: int
    streams: tuple[str, ...]
    last: bool
    on: date


class TakeBack(Command):
    """Undo what the import did to these streams; `last` says that these are the last."""

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
    """How far an import is; `streams` are those in which there is something to undo."""

    kind: Kind | None = None
    effect: Effect = Effect()  # noqa: RUF009  # it is frozen
    through_line: int = 0
    streams: tuple[str, ...] = ()
    status: Literal["new", "going_in", "confirmed", "going_back", "undone"] = "new"


def decide(command: Commands, found: Import, now: datetime) -> Sequence[Events]:
    """Record each row once and undo it once. Repeating a command emits no event."""
    del now
    match command:
        case TakeIn():
            if found.status in ("going_back", "undone"):
                raise Undone("This import was undone. Send the file again.")
            return (
                []
                if found.status == "confirmed" or command.through_line <= found.through_line
                else [_recorded(command, found)]
            )
        case TakeBack(import_id=import_id, streams=streams, on=on):
            if found.status == "new":
                raise NotFound("No row of this file was recorded.")
            if found.status == "undone":
                return []
            if command.last:
                return [ImportUndone(happened_on=on, import_id=import_id)]
            return [RowsTakenBack(happened_on=on, import_id=import_id, streams=streams)]


def _recorded(command: TakeIn, found: Import) -> RowsTakenIn | ImportConfirmed:
    about = command.model_dump(include={"import_id", "kind", "streams"}) | {"happened_on": command.on}
    if command.last:
        return ImportConfirmed(effect=found.effect + command.effect, **about)
    return RowsTakenIn(effect=command.effect, through_line=command.through_line, **about)


def evolve(found: Import, event: Events) -> Import:
    """Return the import after the event."""
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
