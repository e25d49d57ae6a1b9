"""Read models of hand-overs: the items, and to which relationships they were passed on."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.hand_overs import HandedOver, HandOverRevoked, ItemAgreed, ItemProposed, ItemWithdrawn
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class HandOverItemRow:
    """An item: a field of the form with its words, encrypted for the mentee, or a target."""

    relationship_id: UUID
    item_id: UUID
    proposed_by: str
    proposed_on: date
    field: str | None = None
    target_id: UUID | None = None
    for_trainee: str | None = None
    agreed_by: tuple[str, ...] = ()


def _propose(_: HandOverItemRow | None, event: ItemProposed) -> HandOverItemRow:
    return row_of(HandOverItemRow, event, proposed_by=event.by, proposed_on=event.happened_on, agreed_by=(event.by,))


def _agree(row: HandOverItemRow, event: ItemAgreed) -> HandOverItemRow:
    return replace(row, agreed_by=(*row.agreed_by, event.by))


HAND_OVER_ITEMS = ReadModel(
    name="hand_over_items",
    edition=2,
    row=HandOverItemRow,
    key=("relationship_id", "item_id"),
    on={
        ItemProposed: Step(key_from("relationship_id", "item_id"), _propose),
        ItemAgreed: Step(key_from("relationship_id", "item_id"), _agree),
        ItemWithdrawn: Step(key_from("relationship_id", "item_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """Items of a relationship that the mentee passed on to another one; a later hand-over has the earlier items too."""

    to_relationship_id: UUID
    relationship_id: UUID
    item_ids: tuple[str, ...]
    handed_over_on: date


def _hand_over(_: HandOverRow | None, event: HandedOver) -> HandOverRow:
    item_ids = tuple(f"{item_id}" for item_id in event.item_ids)
    return row_of(HandOverRow, event, item_ids=item_ids, handed_over_on=event.happened_on)


HAND_OVERS = ReadModel(
    name="hand_overs",
    edition=2,
    row=HandOverRow,
    key=("to_relationship_id", "relationship_id"),
    on={
        HandedOver: Step(key_from("to_relationship_id", "relationship_id"), _hand_over),
        HandOverRevoked: Step(key_from("to_relationship_id", "relationship_id"), remove_row),
    },
    indexes=("relationship_id",),
)
