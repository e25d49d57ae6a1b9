"""Who reads an item of somebody's record, to whom it is released, and who has read it.

Source: product.md S11 and "The mentee owns the record"; Berry ("All data gathered become the property of the teacher
observed"). Journal entries, observations and whatever else belongs to a person share these rules: each keeps an
`Access`, and `reason_to_read` alone decides who reads it. A release names a person or a role, and can be revoked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from services.sessions.domain.audiences import PersonOrRole
from shared.events.words import ItemKind
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, DomainError, Event, Invalid, NotFound, Value

AudienceRole = Literal["tutor", "assessor", "school_lead", "partnership_lead"]
"""A role to which an item can be released.

A tutor or an assessor is one who is assigned to its owner, a school's lead one of a school where its owner is or was.
"""
OwnKind = Literal[ItemKind, "reflection"]
"""The kinds of items in somebody's record; nobody opens a reflection to keep somebody safe."""
ReadingReason = Literal[
    "owner",
    "works_with_owner",
    "released_to_person",
    "released_to_role",
    "assessment_rests_on_it",
    "safeguarding",
]
"""Why somebody reads an item: it is theirs; they wrote it with or for its owner; it was released to them or to their
role; an assessment of theirs rests on it; they opened it to keep somebody safe.
"""


class Audience(PersonOrRole):
    """To whom an item is released: a person, or everybody in a role."""

    role: AudienceRole | None = None


class Release(Value):
    """To whom an item is released, and on which day."""

    to: Audience
    on: StepDay


class ItemReleased(Event):
    """The owner released an item."""

    to: Audience


class ItemReleaseRevoked(Event):
    """The owner took a release back."""

    to: Audience


class TextRead(Event):
    """Somebody other than those whose it is read a text, for the first time on this day."""

    reader_id: UUID


class ItemRead(TextRead):
    """Somebody other than the owner read an item, for the first time on this day.

    `grant_id` is the opening under which they read it without a release, to keep somebody safe.
    """

    grant_id: UUID | None = None


class ItemUsed(Event):
    """An assessment rests on an item: its assessor goes on reading it, whatever is revoked."""

    assessment_id: UUID
    assessor_id: UUID
    version_number: int


AccessEvent = ItemReleased | ItemReleaseRevoked | ItemRead | ItemUsed
Reads = frozenset[tuple[UUID, date]]
"""Who read a text on which day."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Items of an owner that somebody opened to keep somebody safe: those of a relationship of these kinds.

    What belongs to no relationship counts, if its day is one of the relationship's, from `first` to `last`.
    """

    grant_id: UUID
    relationship_id: UUID
    kinds: frozenset[ItemKind]
    first: date
    last: date

    def covers(self, item: "Item") -> bool:
        """Whether the opening is for an item."""
        if item.kind not in self.kinds:
            return False
        if item.relationship_id is not None:
            return item.relationship_id == self.relationship_id
        return item.on is not None and self.first <= item.on <= self.last


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Somebody who wants to read items of an owner: the ids of all their records, their roles for this owner, and what
    of the owner's they opened to keep somebody safe.
    """

    records: frozenset[UUID]
    roles: frozenset[AudienceRole] = frozenset()
    opened: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """To whom an item is released, the assessors who keep it and their assessments, and who read it on which day."""

    released_to: frozenset[Audience] = frozenset()
    kept_by: frozenset[UUID] = frozenset()
    used_in: frozenset[UUID] = frozenset()
    reads: Reads = frozenset()

    @property
    def people(self) -> frozenset[UUID]:
        """The people who are named in it: those to whom the item is released, and the assessors who keep it."""
        return self.kept_by | {to.person_id for to in self.released_to if to.person_id is not None}

    def after(self, event: AccessEvent) -> "Access":
        """Return the access after an event."""
        match event:
            case ItemReleased(to=to):
                return replace(self, released_to=self.released_to | {to})
            case ItemReleaseRevoked(to=to):
                return replace(self, released_to=self.released_to - {to})
            case ItemRead():
                return replace(self, reads=reads_after(self.reads, event))
            case ItemUsed(assessor_id=assessor_id, assessment_id=assessment_id):
                return replace(self, kept_by=self.kept_by | {assessor_id}, used_in=self.used_in | {assessment_id})


PRIVATE = Access()
"""Released to nobody."""


@dataclass(frozen=True, slots=True)
class Item:
    """Everything that decides who reads an item; `shared_with` are those who wrote it with or for its owner.

    `on` is its day, and `relationship_id` the relationship in which it was recorded.
    """

    owner_id: UUID
    access: Access
    shared_with: frozenset[UUID] = frozenset()
    kind: ItemKind | None = None
    relationship_id: UUID | None = None
    on: date | None = None

    @property
    def people(self) -> frozenset[UUID]:
        """The people other than its owner who are named in it."""
        return self.shared_with | self.access.people


def reason_to_read(reader: ItemReader, item: Item) -> ReadingReason | None:
    """Return why somebody may read an item; None for somebody who may not.

    What an assessment rests on stays readable to its assessor after the release is revoked.
    """
    access = item.access
    if item.owner_id in reader.records:
        return "owner"
    if reader.records & item.shared_with:
        return "works_with_owner"
    if any(to.person_id in reader.records for to in access.released_to if to.person_id is not None):
        return "released_to_person"
    if any(to.role in reader.roles for to in access.released_to if to.role is not None):
        return "released_to_role"
    if reader.records & access.kept_by:
        return "assessment_rests_on_it"
    return "safeguarding" if opening_of(reader, item) is not None else None


def opening_of(reader: ItemReader, item: Item) -> Opening | None:
    """Return the opening by which somebody may read an item without a release; None without one."""
    return next((opening for opening in reader.opened if opening.covers(item)), None)


class ReleaseItem(Command):
    """Release an item to a person or a role, as the person `owner_id`."""

    owner_id: UUID
    release: Release


class RevokeRelease(Command):
    """Take a release back, as the person `owner_id`."""

    owner_id: UUID
    release: Release


class ReadItem(Command):
    """Read an item as the person `reader_id`; None for somebody who has no record."""

    reader: ItemReader
    reader_id: UUID | None
    on: date


class UseItem(Command):
    """Let an assessment of a person rest on an item that was released to its assessor."""

    reader: ItemReader
    assessor_id: UUID
    assessment_id: UUID
    assessed_id: UUID
    on: date


class NotReleasedToYou(DomainError):
    """An assessment is to rest on something that its owner has not released to the assessor."""

    status = 403
    denies = True


R = TypeVar("R", bound=ItemReleased)
V = TypeVar("V", bound=ItemReleaseRevoked)
T = TypeVar("T", bound=TextRead)
D = TypeVar("D", bound=ItemRead)
U = TypeVar("U", bound=ItemUsed)
Names = Mapping[str, UUID]
"""The ids that every event of an item has, by the names of their fields."""


def release(event: type[R], command: ReleaseItem, item: Item, names: Names) -> list[R]:
    """Release an item; idempotent. Raises `Invalid` for its owner as the audience."""
    to, on = command.release.to, command.release.on
    if to.person_id == item.owner_id:
        raise Invalid("You read what is yours without a release.", pointer="/to/person_id")
    if to in item.access.released_to:
        return []
    return [event.model_validate({**names, "happened_on": on, "to": to})]


def revoke(event: type[V], command: RevokeRelease, item: Item, names: Names) -> list[V]:
    """Take a release back; idempotent."""
    to, on = command.release.to, command.release.on
    if to not in item.access.released_to:
        return []
    return [event.model_validate({**names, "happened_on": on, "to": to})]


def read(event: type[D], command: ReadItem, item: Item | None, names: Names, *, missing: str) -> list[D]:
    """Record who reads an item, once a day, but not its owner and those with whom it is shared.

    Raises `NotFound` with the sentence `missing` for those who may not read it, and where there is none.
    """
    reason = None if item is None else reason_to_read(command.reader, item)
    if item is None or reason is None:
        raise NotFound(missing)
    if reason in ("owner", "works_with_owner"):
        return []
    opening = opening_of(command.reader, item) if reason == "safeguarding" else None
    grant = {} if opening is None else {"grant_id": opening.grant_id}
    return read_on_day(event, command.reader_id, command.on, item.access.reads, {**names, **grant})


def read_on_day(event: type[T], reader_id: UUID | None, on: date, reads: Reads, names: Names) -> list[T]:
    """Record that somebody read a text, once a day; not for somebody who has no record."""
    if reader_id is None or (reader_id, on) in reads:
        return []
    return [event.model_validate({**names, "happened_on": on, "reader_id": reader_id})]


def reads_after(reads: Reads, event: TextRead) -> Reads:
    """Return who read a text on which day, after it was read once more."""
    return reads | {(event.reader_id, event.happened_on)}


def use(event: type[U], command: UseItem, item: Item | None, names: Names, *, version: int) -> list[U]:
    """Let an assessment rest on an item, but not on one that was opened to keep somebody safe.

    Raises `NotReleasedToYou`, with one sentence for an item of somebody else, one not released, and none at all.
    """
    reason = None if item is None else reason_to_read(command.reader, item)
    if item is None or item.owner_id != command.assessed_id or reason in (None, "safeguarding"):
        raise NotReleasedToYou("An assessment rests only on what the trainee has released to you.", pointer="/evidence")
    fields = {
        "happened_on": command.on,
        "assessment_id": command.assessment_id,
        "assessor_id": command.assessor_id,
        "version_number": version,
    }
    return [event.model_validate({**names, **fields})]
