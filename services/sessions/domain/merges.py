"""The merge of two records of one person: one is kept and replaces the other. Source: product.md R7."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, build_from


class RecordMerged(Event):
    """A record was merged into another: from now on `kept_id` replaces `merged_id`."""

    type: ClassVar[str] = "sessions.record_merged"

    merged_id: UUID
    kept_id: UUID


class MergeRecord(Command):
    """Merge a record into another."""

    merged_id: UUID
    kept_id: UUID
    on: date


def decide(command: MergeRecord, kept_id: UUID | None, now: datetime) -> Sequence[RecordMerged]:
    """Merge the record. Idempotent: merging into the same record again emits no event."""
    del now
    return [] if command.kept_id == kept_id else [build_from(RecordMerged, command, happened_on=command.on)]


def evolve(kept_id: UUID | None, event: RecordMerged) -> UUID | None:
    """Return the id of the kept record."""
    del kept_id
    return event.kept_id


MERGE: Decider[UUID | None, MergeRecord, RecordMerged] = Decider("merge", lambda: None, decide, evolve, (RecordMerged,))
