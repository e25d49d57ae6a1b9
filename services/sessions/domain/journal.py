"""An entry of somebody's journal: written, replaced and removed by its owner, released to others or not.

Source: product.md S5 (a tag says association only, never that a standard is met) and S11. The words are encrypted with
the owner's key. Who else reads an entry is recorded, once a day, for the owner to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.access import (
    PRIVATE,
    Access,
    Item,
    ItemRead,
    ItemReader,
    ItemReleased,
    ItemReleaseRevoked,
    ItemUsed,
    ReadItem,
    ReleaseItem,
    RevokeRelease,
    UseItem,
    read,
    reason_to_read,
    release,
    revoke,
    use,
)
from services.sessions.domain.curricula import Areas, Tags
from services.sessions.domain.files import FILES_AN_ENTRY, FileKind
from services.sessions.domain.texts import Text
from shared.events.words import Standard
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from

Link = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s]+$")]
"""An address of a video or of lesson material."""


class JournalEntry(Value):
    """An entry as its owner writes it on a day; the tags say what it is about, not what it proves.

    `tags` are Teachers' Standards, `areas` those of the curriculum of a programme in which its owner is.
    """

    on: StepDay
    text: Text
    link: Link | None = None
    tags: Tags = ()
    areas: Areas = ()


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
    areas: tuple[str, ...] = ()


class FileAttached(JournalEvent):
    """The owner attached a file to the entry; what is in it is kept encrypted outside of the event.

    `sha256` is the digest of the whole file as it was sent, in hexadecimal.
    """

    type: ClassVar[str] = "sessions.journal_file_attached"

    file_id: UUID
    name: Annotated[str, Personal("owner_id")]
    kind: FileKind
    size: int
    sha256: str


class FileRemoved(JournalEvent):
    """The owner removed a file from the entry, and nobody reads it any more."""

    type: ClassVar[str] = "sessions.journal_file_removed"

    file_id: UUID


class EntryRemoved(JournalEvent):
    """The owner removed the entry: nobody reads it any more."""

    type: ClassVar[str] = "sessions.journal_entry_removed"


class EntryReleased(ItemReleased, JournalEvent):
    """The owner released the entry."""

    type: ClassVar[str] = "sessions.journal_entry_released"


class ReleaseRevoked(ItemReleaseRevoked, JournalEvent):
    """The owner took a release back."""

    type: ClassVar[str] = "sessions.journal_release_revoked"


class EntryRead(ItemRead, JournalEvent):
    """Somebody other than the owner read the entry, for the first time on this day."""

    type: ClassVar[str] = "sessions.journal_entry_read"


class EvidenceUsed(ItemUsed, JournalEvent):
    """An assessment rests on the entry: its assessor goes on reading it, whatever is revoked."""

    type: ClassVar[str] = "sessions.journal_entry_used"


class WriteEntry(Command):
    """Write an entry, or replace it."""

    entry_id: UUID
    owner_id: UUID
    entry: JournalEntry


class RemoveEntry(Command):
    """Remove an entry."""

    owner_id: UUID
    on: date


class AttachFile(Command):
    """Attach a file that has arrived to an entry."""

    owner_id: UUID
    file_id: UUID
    name: str
    kind: FileKind
    size: int
    sha256: str
    on: date


class RemoveFile(Command):
    """Remove a file from an entry."""

    owner_id: UUID
    file_id: UUID
    on: date


Changes = WriteEntry | RemoveEntry | AttachFile | RemoveFile | ReleaseItem | RevokeRelease
Commands = Changes | ReadItem | UseItem
Events = (
    EntryWritten | FileAttached | FileRemoved | EntryRemoved | EntryReleased | ReleaseRevoked | EntryRead | EvidenceUsed
)


class Removed(DomainError):
    """The owner of the journal entry has removed it."""

    status = 404


class TooManyFiles(DomainError):
    """An entry has as many files as it can have."""


MISSING = "There is no such journal entry."
NO_FILE = "There is no such file."


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A file of an entry, with its encrypted name."""

    file_id: UUID
    name: str
    kind: FileKind
    size: int
    sha256: str
    attached_on: date


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its encrypted words, and who reads it."""

    entry_id: UUID
    owner_id: UUID
    version: int
    written_on: date
    text: str
    link: str | None
    tags: tuple[Standard, ...]
    areas: tuple[str, ...] = ()
    files: tuple[JournalFile, ...] = ()
    removed: bool = False
    access: Access = PRIVATE

    @property
    def item(self) -> Item:
        """What decides who reads the entry."""
        return Item(self.owner_id, self.access, kind="journal_entry", on=self.written_on)

    def file(self, file_id: UUID) -> JournalFile:
        """Return a file of the entry; raises `NotFound`."""
        for file in self.files:
            if file.file_id == file_id:
                return file
        raise NotFound(NO_FILE)

    def is_readable_by(self, reader: ItemReader) -> bool:
        """Whether somebody may read the entry."""
        return not self.removed and reason_to_read(reader, self.item) is not None


def decide(command: Commands, entry: Entry | None, now: datetime) -> Sequence[Events]:
    """Let the owner write, replace, remove, release and revoke; let those read who may, and record that they did.

    To everybody else, and after its removal, there is no such entry.
    """
    del now
    names = {} if entry is None else {"entry_id": entry.entry_id, "owner_id": entry.owner_id}
    item = None if entry is None or entry.removed else entry.item
    match command:
        case WriteEntry(entry=new) if entry is None:
            first = {"entry_id": command.entry_id, "owner_id": command.owner_id, "version_number": 1}
            return [build_from(EntryWritten, new, happened_on=new.on, **first)]
        case ReadItem():
            return read(EntryRead, command, item, names, missing=MISSING)
        case UseItem():
            return use(EvidenceUsed, command, item, names, version=0 if entry is None else entry.version)
        case _ if entry is None or entry.owner_id != command.owner_id:
            raise NotFound(MISSING)
        case _ if entry.removed:
            raise Removed("There is no such journal entry any more: you removed it.")
        case _:
            return _change(command, entry, names)


def _change(command: Changes, entry: Entry, names: dict[str, UUID]) -> Sequence[Events]:
    match command:
        case WriteEntry(entry=new):
            return [build_from(EntryWritten, new, happened_on=new.on, **names, version_number=entry.version + 1)]
        case RemoveEntry(on=on):
            if entry.access.used_in:
                raise Invalid("An assessment rests on this entry, so that it stays; you can revoke its releases.")
            return [EntryRemoved.model_validate({**names, "happened_on": on})]
        case AttachFile():
            return _attach(command, entry, names)
        case RemoveFile(file_id=file_id, on=on):
            entry.file(file_id)
            if entry.access.used_in:
                raise Invalid("An assessment rests on this entry, so that its files stay; you can revoke its releases.")
            return [FileRemoved.model_validate({**names, "happened_on": on, "file_id": file_id})]
        case ReleaseItem():
            return release(EntryReleased, command, entry.item, names)
        case RevokeRelease():
            return revoke(ReleaseRevoked, command, entry.item, names)


def _attach(command: AttachFile, entry: Entry, names: dict[str, UUID]) -> Sequence[FileAttached]:
    """Attach a file; a file that the entry has already emits no event."""
    if any(file.sha256 == command.sha256 for file in entry.files):
        return []
    if len(entry.files) >= FILES_AN_ENTRY:
        raise TooManyFiles(f"An entry has at most {FILES_AN_ENTRY} files; remove one, or write another entry.")
    return [build_from(FileAttached, command, happened_on=command.on, **names)]


def evolve(entry: Entry | None, event: Events) -> Entry | None:
    """Apply an event to the entry."""
    match event:
        case EntryWritten():
            return Entry(
                entry_id=event.entry_id,
                owner_id=event.owner_id,
                version=event.version_number,
                written_on=event.happened_on,
                text=event.text,
                link=event.link,
                tags=event.tags,
                areas=event.areas,
                files=() if entry is None else entry.files,
                access=PRIVATE if entry is None else entry.access,
            )
        case FileAttached():
            file = JournalFile(event.file_id, event.name, event.kind, event.size, event.sha256, event.happened_on)
            return entry and replace(entry, files=(*entry.files, file))
        case FileRemoved(file_id=file_id):
            return entry and replace(entry, files=tuple(file for file in entry.files if file.file_id != file_id))
        case EntryRemoved():
            return entry and replace(entry, removed=True)
        case EntryReleased() | ReleaseRevoked() | EntryRead() | EvidenceUsed():
            return entry and replace(entry, access=entry.access.after(event))


JOURNAL_ENTRY: Decider[Entry | None, Commands, Events] = Decider(
    "journal_entry",
    lambda: None,
    decide,
    evolve,
    (EntryWritten, FileAttached, FileRemoved, EntryRemoved, EntryReleased, ReleaseRevoked, EntryRead, EvidenceUsed),
)
