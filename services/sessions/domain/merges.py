"""That two records were one person: whatever names the one means the other. Source: product.md R7."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event


class RecordMerged(Event):
    """Whatever names `merged_id` means `kept_id`."""

    type: ClassVar[str] = "sessions.record_merged"

    merged_id: UUID
    kept_id: UUID


class Merge(Command):
    """Let one record stand for another."""

    merged_id: UUID
    kept_id: UUID
    on: date


def decide(command: Merge, kept_id: UUID | None, now: datetime) -> Sequence[RecordMerged]:
    """What is as it was changes nothing."""
    del now
    if command.kept_id == kept_id:
        return []
    return [RecordMerged(happened_on=command.on, merged_id=command.merged_id, kept_id=command.kept_id)]


def evolve(kept_id: UUID | None, event: RecordMerged) -> UUID | None:
    """The id that stands for the record."""
    del kept_id
    return event.kept_id


MERGE: Decider[UUID | None, Merge, RecordMerged] = Decider("merge", lambda: None, decide, evolve, (RecordMerged,))
