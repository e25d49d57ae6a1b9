"""Read model of those with whom targets are shared, and who of them acknowledged it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.target_sharing import TargetAcknowledged, TargetShared, TargetShareRevoked
from shared.kernel.readmodel import ReadModel, Step, remove_row, row_of


@dataclass(frozen=True, slots=True)
class TargetShareRow:
    """A person or a role with whom a target is shared (`audience` is either), and who acknowledged it when."""

    target_id: UUID
    audience: str
    relationship_id: UUID
    person_id: UUID | None
    role: str | None
    shared_by: str
    shared_on: date
    acknowledged: tuple[Any, ...] = ()


def _key(event: TargetShared | TargetShareRevoked | TargetAcknowledged) -> tuple[object, ...]:
    return event.target_id, event.to.role or str(event.to.person_id)


def _share(_: TargetShareRow | None, event: TargetShared) -> TargetShareRow:
    to = {"audience": event.to.role or str(event.to.person_id), "person_id": event.to.person_id, "role": event.to.role}
    return row_of(TargetShareRow, event, **to, shared_by=event.by, shared_on=event.happened_on)


def _acknowledge(row: TargetShareRow, event: TargetAcknowledged) -> TargetShareRow:
    person_id = None if event.person_id is None else str(event.person_id)
    receipt = {"person_id": person_id, "on": event.happened_on.isoformat(), "recorded_by": event.by}
    return replace(row, acknowledged=(*row.acknowledged, receipt))


TARGET_SHARES = ReadModel(
    name="target_shares",
    row=TargetShareRow,
    key=("target_id", "audience"),
    on={
        TargetShared: Step(_key, _share),
        TargetShareRevoked: Step(_key, remove_row),
        TargetAcknowledged: Step(_key, _acknowledge),
    },
    indexes=("person_id", "relationship_id"),
)
