"""An entry of somebody's journal: written, replaced and removed by its owner, released to others or not.

Source: product.md S5 (a tag says association only, never that a standard is met) and S11. The words are encrypted with
the owner's key. Who else reads an entry is recorded, once a day, for the owner to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from services.sessions.domain.access import Audience, ItemReader, may_read
from services.sessions.domain.texts import Text
from shared.events.words import Standard
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from

Link = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s]+$")]
"""An address of a video or of lesson material."""

Tags = Annotated[tuple[Standard, ...], AfterValidator(lambda tags: tuple(dict.fromkeys(tags)))]
"""What an entry is about, each standard once."""


class JournalEntry(Value):
    """An entry as its owner writes it on a day; the tags say what it is about, not what it proves."""

    on: StepDay
    text: Text
    link: Link | None = None
    tags: Tags = ()


class Release(Value):
    """To whom an entry is released, and on which day."""

    to: Audience
    on: StepDay


class JournalEvent(Event):
    """The fields that all events of an entry share."""

    entry_id: UUID
    owner_id: UUID


class EntryWritten(JournalEvent):
    """The owner wrote the entry, or replaced it: the latest version counts, and the first is 1."""

    type: ClassVar[str] = "sessions.journal_entry_written"

    version_number: int
    text: Annotated[str, Personal("owner_id")]
    link: Annotated[str | None, Personal("owner_id")] = None
    tags: tuple[Standard, ...] = ()


class EntryRemoved(JournalEvent):
    """The owner removed the entry: nobody reads it any more."""

    type: ClassVar[str] = "sessions.journal_entry_removed"


class EntryReleased(JournalEvent):
    """The owner released the entry."""

    type: ClassVar[str] = "sessions.journal_entry_released"

    to: Audience


class ReleaseRevoked(JournalEvent):
    """The owner took a release back."""

    type: ClassVar[str] = "sessions.journal_release_revoked"

    to: Audience


class EntryRead(JournalEvent):
    """Somebody other than the owner read the entry, for the first time on this day."""

    type: ClassVar[str] = "sessions.journal_entry_read"

    reader_id: UUID


class EvidenceUsed(JournalEvent):
    """An assessment rests on the entry: its assessor goes on reading it, whatever is revoked."""

    type: ClassVar[str] = "sessions.journal_entry_used"

    assessment_id: UUID
    assessor_id: UUID
    version_number: int


class WriteEntry(Command):
    """Write an entry, or replace it."""

    entry_id: UUID
    owner_id: UUID
    entry: JournalEntry


class RemoveEntry(Command):
    """Remove an entry."""

    owner_id: UUID
    on: date


class ReleaseEntry(Command):
    """Release an entry to a person or a role."""

    owner_id: UUID
    release: Release


class RevokeRelease(Command):
    """Take a release back."""

    owner_id: UUID
    release: Release


class ReadEntry(Command):
    """Read an entry as the person `reader_id`; None for somebody who has no record."""

    reader: ItemReader
    reader_id: UUID | None
    on: date


class UseAsEvidence(Command):
    """Let an assessment rest on an entry that was released to its assessor."""

    reader: ItemReader
    assessor_id: UUID
    assessment_id: UUID
    assessed_id: UUID
    on: date


Commands = WriteEntry | RemoveEntry | ReleaseEntry | RevokeRelease | ReadEntry | UseAsEvidence
Events = EntryWritten | EntryRemoved | EntryReleased | ReleaseRevoked | EntryRead | EvidenceUsed


class Removed(DomainError):
    """The owner of the journal entry has removed it."""

    status = 404


class NotReleasedToYou(DomainError):
    """An assessment is to rest on something that its owner has not released to the assessor."""

    status = 403
    denies = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its encrypted words: its audiences, the assessors who keep it, and who read it on which day."""

    entry_id: UUID
    owner_id: UUID
    version: int
    written_on: date
    text: str
    link: str | None
    tags: tuple[Standard, ...]
    removed: bool = False
    released_to: frozenset[Audience] = frozenset()
    kept_by: frozenset[UUID] = frozenset()
    used_in: frozenset[UUID] = frozenset()
    reads: frozenset[tuple[UUID, date]] = frozenset()

    def is_readable_by(self, reader: ItemReader) -> bool:
        """Whether somebody may read the entry."""
        return not self.removed and may_read(reader, self.owner_id, self.released_to, self.kept_by)


def decide(command: Commands, entry: Entry | None, now: datetime) -> Sequence[Events]:
    """Let the owner write, replace, remove, release and revoke; let those read who may, and record that they did.

    To everybody else, and after its removal, there is no such entry.
    """
    del now
    match command:
        case WriteEntry(entry=new) if entry is None:
            names = {"entry_id": command.entry_id, "owner_id": command.owner_id, "version_number": 1}
            return [build_from(EntryWritten, new, happened_on=new.on, **names)]
        case ReadEntry():
            return _read(command, entry)
        case UseAsEvidence():
            return _use(command, entry)
        case _ if entry is None or entry.owner_id != command.owner_id:
            raise NotFound("There is no such journal entry.")
        case _ if entry.removed:
            raise Removed("There is no such journal entry any more: you removed it.")
        case _:
            return _change(command, entry)


def _change(
    command: WriteEntry | RemoveEntry | ReleaseEntry | RevokeRelease, entry: Entry
) -> Sequence[EntryWritten | EntryRemoved | EntryReleased | ReleaseRevoked]:
    names = {"entry_id": entry.entry_id, "owner_id": entry.owner_id}
    match command:
        case WriteEntry(entry=new):
            return [build_from(EntryWritten, new, happened_on=new.on, **names, version_number=entry.version + 1)]
        case RemoveEntry(on=on):
            if entry.used_in:
                raise Invalid("An assessment rests on this entry, so that it stays; you can revoke its releases.")
            return [EntryRemoved.model_validate({**names, "happened_on": on})]
        case ReleaseEntry(release=release) if release.to.person_id == entry.owner_id:
            raise Invalid("You read your own entries without a release.", pointer="/to/person_id")
        case ReleaseEntry(release=release):
            released = EntryReleased.model_validate({**names, "happened_on": release.on, "to": release.to})
            return [] if release.to in entry.released_to else [released]
        case RevokeRelease(release=release):
            revoked = ReleaseRevoked.model_validate({**names, "happened_on": release.on, "to": release.to})
            return [revoked] if release.to in entry.released_to else []


def _read(command: ReadEntry, entry: Entry | None) -> Sequence[EntryRead]:
    if entry is None or not entry.is_readable_by(command.reader):
        raise NotFound("There is no such journal entry.")
    reader_id = command.reader_id
    if reader_id is None or entry.owner_id in command.reader.records or (reader_id, command.on) in entry.reads:
        return []
    return [EntryRead(happened_on=command.on, entry_id=entry.entry_id, owner_id=entry.owner_id, reader_id=reader_id)]


def _use(command: UseAsEvidence, entry: Entry | None) -> Sequence[EvidenceUsed]:
    """Raise `NotReleasedToYou`, with one sentence for an entry of somebody else, one not released, and none at all."""
    if entry is None or entry.owner_id != command.assessed_id or not entry.is_readable_by(command.reader):
        raise NotReleasedToYou("An assessment rests only on what the trainee has released to you.", pointer="/evidence")
    return [
        EvidenceUsed(
            happened_on=command.on,
            entry_id=entry.entry_id,
            owner_id=entry.owner_id,
            assessment_id=command.assessment_id,
            assessor_id=command.assessor_id,
            version_number=entry.version,
        )
    ]


def evolve(entry: Entry | None, event: Events) -> Entry | None:
    """Apply an event to the entry."""
    match event:
        case EntryWritten():
            written = Entry(
                entry_id=event.entry_id,
                owner_id=event.owner_id,
                version=event.version_number,
                written_on=event.happened_on,
                text=event.text,
                link=event.link,
                tags=event.tags,
            )
            return written if entry is None else _keep_releases(entry, written)
        case EntryRemoved():
            return entry and replace(entry, removed=True)
        case EntryReleased():
            return entry and replace(entry, released_to=entry.released_to | {event.to})
        case ReleaseRevoked():
            return entry and replace(entry, released_to=entry.released_to - {event.to})
        case EntryRead():
            return entry and replace(entry, reads=entry.reads | {(event.reader_id, event.happened_on)})
        case EvidenceUsed():
            return entry and replace(
                entry,
                kept_by=entry.kept_by | {event.assessor_id},
                used_in=entry.used_in | {event.assessment_id},
            )


def _keep_releases(entry: Entry, written: Entry) -> Entry:
    return replace(
        written,
        released_to=entry.released_to,
        kept_by=entry.kept_by,
        used_in=entry.used_in,
        reads=entry.reads,
    )


JOURNAL_ENTRY: Decider[Entry | None, Commands, Events] = Decider(
    "journal_entry",
    lambda: None,
    decide,
    evolve,
    (EntryWritten, EntryRemoved, EntryReleased, ReleaseRevoked, EntryRead, EvidenceUsed),
)
