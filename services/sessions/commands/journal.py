"""Commands of journal entries: write, remove, release, revoke, open."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.access import (
    current_audiences,
    load_item_reader,
    must_be_own,
    reading_of,
    release_own,
    revoke_own,
)
from services.sessions.commands.files import FileOfEntry, delete_files, open_files
from services.sessions.commands.merges import kept_record
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.relationships import relationships_naming
from services.sessions.domain.access import Audience, ItemReader, Release, UseItem
from services.sessions.domain.curricula import must_be_areas
from services.sessions.domain.journal import (
    JOURNAL_ENTRY,
    MISSING,
    Entry,
    JournalEntry,
    RemoveEntry,
    WriteEntry,
)
from services.sessions.domain.programmes import PROGRAMME
from services.sessions.domain.relationships import RELATIONSHIP
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class EntryState(Answer):
    """A journal entry after a command: its version, to whom it is released, and the assessments that rest on it.

    Whoever wrote such an assessment goes on reading the entry, also after a release was revoked.
    """

    entry_id: UUID
    version: int
    released_to: tuple[Audience, ...]
    used_in: tuple[UUID, ...]


class OpenedEntry(Answer):
    """A journal entry with its words, as its owner last wrote it."""

    entry_id: UUID
    owner_id: UUID
    on: date
    version: int
    text: str
    link: str | None
    tags: tuple[Standard, ...]
    areas: tuple[str, ...]
    files: tuple[FileOfEntry, ...]


def write_entry(who: Principal, entry: JournalEntry) -> UseCase[EntryState]:
    """Write an entry of the person's own journal."""

    async def use_case(unit: Unit) -> EntryState:
        owner_id = await kept_record(unit, policy.journal_owner(who))
        await must_not_be_erased(unit, owner_id)
        await _must_be_their_areas(unit, owner_id, entry)
        entry_id = uuid4()
        writing = WriteEntry(entry_id=entry_id, owner_id=owner_id, entry=entry)
        await unit.decide(JOURNAL_ENTRY, entry_id, writing)
        return await _state(unit, entry_id)

    return use_case


def replace_entry(who: Principal, entry_id: UUID, entry: JournalEntry) -> UseCase[EntryState]:
    """Replace the words of an entry; its releases and files stay, and show the new words."""

    async def use_case(unit: Unit) -> EntryState:
        owner_id = await _owner_of(unit, who, entry_id)
        await _must_be_their_areas(unit, owner_id, entry)
        await unit.decide(JOURNAL_ENTRY, entry_id, WriteEntry(entry_id=entry_id, owner_id=owner_id, entry=entry))
        return await _state(unit, entry_id)

    return use_case


def remove_entry(who: Principal, entry_id: UUID, on: date) -> UseCase[EntryState]:
    """Remove an entry and delete its files: nobody reads them any more."""

    async def use_case(unit: Unit) -> EntryState:
        owner_id = await _owner_of(unit, who, entry_id)
        files = [file.file_id for file in (await _load(unit, entry_id)).files]
        await unit.decide(JOURNAL_ENTRY, entry_id, RemoveEntry(owner_id=owner_id, on=on))
        delete_files(unit, files)
        return await _state(unit, entry_id)

    return use_case


def release_entry(who: Principal, entry_id: UUID, release: Release) -> UseCase[EntryState]:
    """Release an entry to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> EntryState:
        await release_own(unit, who, JOURNAL_ENTRY, entry_id, release, MISSING)
        return await _state(unit, entry_id)

    return use_case


def revoke_release(who: Principal, entry_id: UUID, release: Release) -> UseCase[EntryState]:
    """Take a release back; the answer names the assessments that rest on the entry all the same."""

    async def use_case(unit: Unit) -> EntryState:
        await revoke_own(unit, who, JOURNAL_ENTRY, entry_id, release, MISSING)
        return await _state(unit, entry_id)

    return use_case


def open_entry(who: Principal, entry_id: UUID) -> UseCase[OpenedEntry]:
    """Open an entry that the person may read, and record for its owner that they did."""

    async def use_case(unit: Unit) -> OpenedEntry:
        entry = await _load(unit, entry_id)
        await unit.decide(JOURNAL_ENTRY, entry_id, await reading_of(unit, who, entry.item))
        opened = await open_texts(unit.reads, unit.tenant, [entry.text, entry.link])
        return OpenedEntry(
            entry_id=entry_id,
            owner_id=await kept_record(unit, entry.owner_id),
            on=entry.written_on,
            version=entry.version,
            text=opened.get(entry.text, entry.text),
            link=entry.link and opened.get(entry.link, entry.link),
            tags=entry.tags,
            areas=entry.areas,
            files=await open_files(unit, entry_id, entry),
        )

    return use_case


async def use_as_evidence(
    unit: Unit, who: Principal, entry_ids: Iterable[UUID], assessment_id: UUID, assessed_id: UUID, on: date
) -> None:
    """Let an assessment rest on entries that the assessed person released to the assessor."""
    assessor_id = policy.item_reader(who)
    assert assessor_id is not None  # whoever may assess has a record
    for index, entry_id in enumerate(entry_ids):
        (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
        reader = ItemReader(frozenset())
        if entry is not None:
            reader = await load_item_reader(unit, who, entry.item)
        same_person = entry is not None and await kept_record(unit, entry.owner_id) == assessed_id
        using = UseItem(
            reader=reader,
            assessor_id=await kept_record(unit, assessor_id),
            assessment_id=assessment_id,
            assessed_id=entry.owner_id if entry is not None and same_person else assessed_id,
            on=on,
        )
        try:
            await unit.decide(JOURNAL_ENTRY, entry_id, using)
        except Invalid as error:
            error.pointer = f"/evidence/{index}"
            raise


async def _load(unit: Unit, entry_id: UUID) -> Entry:
    (entry,) = await unit.load(JOURNAL_ENTRY, entry_id)
    if entry is None:
        raise NotFound(MISSING)
    return entry


async def _must_be_their_areas(unit: Unit, owner_id: UUID, entry: JournalEntry) -> None:
    """Raise `Invalid` for areas that are in no curriculum of a programme in which the owner is or was."""
    if not entry.areas:
        return
    relationships = await unit.load(RELATIONSHIP, *await relationships_naming(unit, await kept_record(unit, owner_id)))
    programmes = await unit.load(PROGRAMME, *sorted({each.programme_id for each in relationships if each is not None}))
    must_be_areas(entry.areas, [area for each in programmes if each is not None for area in each.practice.curriculum])


async def _owner_of(unit: Unit, who: Principal, entry_id: UUID) -> UUID:
    """Return the id under which the entry was written if it is the person's own; raises `NotFound`."""
    return await must_be_own(unit, who, (await _load(unit, entry_id)).owner_id, MISSING)


async def _state(unit: Unit, entry_id: UUID) -> EntryState:
    entry = await _load(unit, entry_id)
    return EntryState(
        entry_id=entry_id,
        version=entry.version,
        released_to=await current_audiences(unit, entry.access),
        used_in=tuple(sorted(entry.access.used_in)),
    )
