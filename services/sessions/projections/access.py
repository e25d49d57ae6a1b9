"""Read models of whatever belongs to a person: to whom each item is released, and who has read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.access import ItemReleased, ItemReleaseRevoked, ItemUsed, OwnKind
from services.sessions.domain.feedback import (
    FeedbackRead,
    FeedbackReleased,
    FeedbackReleaseRevoked,
    FeedbackWritten,
)
from services.sessions.domain.journal import (
    EntryRead,
    EntryReleased,
    EntryRemoved,
    EntryWritten,
    EvidenceUsed,
    ReleaseRevoked,
)
from services.sessions.domain.measures import (
    MeasuresRead,
    MeasuresReleased,
    MeasuresReleaseRevoked,
    MeasuresTaken,
)
from services.sessions.domain.observation_access import (
    ObservationRead,
    ObservationReleased,
    ObservationReleaseRevoked,
    ObservationUsed,
)
from services.sessions.domain.observation_plans import ObservationPlanned
from services.sessions.domain.observations import FeedbackGiven, ObservationHeld
from services.sessions.domain.reflections import (
    ReflectionRead,
    ReflectionReleased,
    ReflectionReleaseRevoked,
    ReflectionWritten,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item: whose it is, to whom it is released, and the assessors who keep it.

    It belongs to `owner_id`, or else to the person on the `owner_side` of its relationship. The other of the two reads
    it too while `both_read`, and so does whoever else wrote it, `author_id`.
    """

    item_id: UUID
    kind: OwnKind
    happened_on: date
    owner_id: UUID | None = None
    relationship_id: UUID | None = None
    owner_side: str | None = None
    author_id: UUID | None = None
    both_own: bool = False
    both_read: bool = False
    released_to: tuple[Any, ...] = ()
    kept_by: tuple[str, ...] = ()


def _write_entry(before: ItemRow | None, event: EntryWritten) -> ItemRow:
    row = before or ItemRow(event.entry_id, "journal_entry", event.happened_on, owner_id=event.owner_id)
    return replace(row, happened_on=event.happened_on)


def _plan_observation(_: ItemRow | None, event: ObservationPlanned) -> ItemRow:
    return ItemRow(
        event.observation_id,
        "observation",
        event.planned_on,
        relationship_id=event.relationship_id,
        owner_side=event.observed,
        both_own=event.both_own,
        both_read=True,
    )


def _hold_observation(row: ItemRow, event: ObservationHeld) -> ItemRow:
    return replace(row, happened_on=event.happened_on)


def _give_feedback(row: ItemRow, _: FeedbackGiven) -> ItemRow:
    return replace(row, both_read=row.both_own)


def _write_feedback(before: ItemRow | None, event: FeedbackWritten) -> ItemRow:
    return before or ItemRow(
        event.feedback_id,
        "feedback",
        event.happened_on,
        owner_id=event.owner_id,
        relationship_id=event.relationship_id,
        author_id=event.author_id,
    )


def _take_measures(before: ItemRow | None, event: MeasuresTaken) -> ItemRow:
    return before or ItemRow(
        event.measure_id,
        "measures",
        event.happened_on,
        owner_id=event.owner_id,
        relationship_id=event.relationship_id,
        author_id=None if event.author_id == event.owner_id else event.author_id,
        both_read=event.mentor_reads,
    )


def _write_reflection(before: ItemRow | None, event: ReflectionWritten) -> ItemRow:
    row = before or ItemRow(
        event.reflection_id,
        "reflection",
        event.happened_on,
        owner_id=event.owner_id,
        relationship_id=event.relationship_id,
    )
    return replace(row, happened_on=event.happened_on)


def _release(row: ItemRow, event: ItemReleased) -> ItemRow:
    return replace(row, released_to=(*row.released_to, event.to.model_dump(mode="json")))


def _revoke(row: ItemRow, event: ItemReleaseRevoked) -> ItemRow:
    revoked = event.to.model_dump(mode="json")
    return replace(row, released_to=tuple(to for to in row.released_to if to != revoked))


def _keep(row: ItemRow, event: ItemUsed) -> ItemRow:
    return replace(row, kept_by=(*row.kept_by, str(event.assessor_id)))


_ENTRY, _OBSERVATION, _FEEDBACK = key_from("entry_id"), key_from("observation_id"), key_from("feedback_id")
_MEASURES, _REFLECTION = key_from("measure_id"), key_from("reflection_id")
ITEMS = ReadModel(
    name="items",
    row=ItemRow,
    key=("item_id",),
    on={
        EntryWritten: Step(_ENTRY, _write_entry),
        EntryRemoved: Step(_ENTRY, remove_row),
        EntryReleased: Step(_ENTRY, _release),
        ReleaseRevoked: Step(_ENTRY, _revoke),
        EvidenceUsed: Step(_ENTRY, _keep),
        ObservationPlanned: Step(_OBSERVATION, _plan_observation),
        ObservationHeld: Step(_OBSERVATION, _hold_observation),
        FeedbackGiven: Step(_OBSERVATION, _give_feedback),
        ObservationReleased: Step(_OBSERVATION, _release),
        ObservationReleaseRevoked: Step(_OBSERVATION, _revoke),
        ObservationUsed: Step(_OBSERVATION, _keep),
        FeedbackWritten: Step(_FEEDBACK, _write_feedback),
        FeedbackReleased: Step(_FEEDBACK, _release),
        FeedbackReleaseRevoked: Step(_FEEDBACK, _revoke),
        MeasuresTaken: Step(_MEASURES, _take_measures),
        MeasuresReleased: Step(_MEASURES, _release),
        MeasuresReleaseRevoked: Step(_MEASURES, _revoke),
        ReflectionWritten: Step(_REFLECTION, _write_reflection),
        ReflectionReleased: Step(_REFLECTION, _release),
        ReflectionReleaseRevoked: Step(_REFLECTION, _revoke),
    },
    indexes=("owner_id", "relationship_id"),
    edition=6,
)


@dataclass(frozen=True, slots=True)
class ItemReadRow:
    """Somebody read an item that is not theirs, on a day; under an opening, if it was not released to them."""

    item_id: UUID
    reader_id: UUID
    read_on: date
    grant_id: UUID | None = None


def _read_of(item: str) -> Step:
    item_id: Callable[[Any], tuple[UUID]] = key_from(item)  # type: ignore[assignment]  # a key of one id
    return Step(
        key_from(item, "reader_id", "happened_on"),
        lambda _, event: ItemReadRow(*item_id(event), event.reader_id, event.happened_on, event.grant_id),
    )


ITEM_READS = ReadModel(
    name="item_reads",
    row=ItemReadRow,
    key=("item_id", "reader_id", "read_on"),
    on={
        EntryRead: _read_of("entry_id"),
        ObservationRead: _read_of("observation_id"),
        FeedbackRead: _read_of("feedback_id"),
        MeasuresRead: _read_of("measure_id"),
        ReflectionRead: _read_of("reflection_id"),
    },
    indexes=("item_id",),
    edition=5,
)
