"""Queries of hand-overs: the items for the two who agree on them, and what was passed on for the two who go on."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.forms import read_answers
from services.sessions.queries.relationships import find_to_see
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class HandOverItem(Answer):
    """An item: an answer to a field of the hand-over form, or a target with its words; who agreed to pass it on."""

    item_id: UUID
    proposed_by: Side
    proposed_on: date
    field: str | None
    target_id: UUID | None
    answer: str | float | None
    agreed_by: tuple[Side, ...]


class HandOverOfRelationship(Answer):
    """The items of a relationship, and the relationships to which the mentee passed on what both agreed to."""

    relationship_id: UUID
    items: tuple[HandOverItem, ...]
    passed_on_to: tuple[UUID, ...]


class HandedOn(Answer):
    """What came along from an earlier relationship: exactly the items to which its two agreed."""

    from_relationship_id: UUID
    on: date
    items: tuple[HandOverItem, ...]


async def show_hand_over(reader: Reader, relationship_id: UUID) -> HandOverOfRelationship:
    """Return the items of a relationship for its two; raises `NotFound`, or `NotAllowed` for those who oversee it."""
    await _must_read(reader, relationship_id)
    passed_on_to = await reader.connection.fetch(
        "select to_relationship_id from hand_overs where relationship_id = $1 order by handed_over_on", relationship_id
    )
    return HandOverOfRelationship(
        relationship_id=relationship_id,
        items=await _items(reader, relationship_id),
        passed_on_to=tuple(row["to_relationship_id"] for row in passed_on_to),
    )


async def list_handed_on(reader: Reader, relationship_id: UUID) -> list[HandedOn]:
    """Return what came along to a relationship, for its two; raises `NotFound`, or `NotAllowed` for overseers."""
    await _must_read(reader, relationship_id)
    rows = await reader.connection.fetch(
        """select relationship_id, item_ids, handed_over_on from hand_overs
           where to_relationship_id = $1 order by handed_over_on, relationship_id""",
        relationship_id,
    )
    return [
        HandedOn(
            from_relationship_id=row["relationship_id"],
            on=row["handed_over_on"],
            items=await _items(reader, row["relationship_id"], {UUID(item_id) for item_id in row["item_ids"]}),
        )
        for row in rows
    ]


async def _must_read(reader: Reader, relationship_id: UUID) -> None:
    seen = await find_to_see(reader, relationship_id)
    policy.may_read_form(seen.who, seen.relationship, (), utc_now().date(), seen.assigned)


async def _items(reader: Reader, relationship_id: UUID, only: set[UUID] | None = None) -> tuple[HandOverItem, ...]:
    """Return items with their words. The caller authorises."""
    found = await reader.connection.fetch(_ITEMS, relationship_id)
    rows = await reader.unseal([dict(row) for row in found if only is None or row["item_id"] in only])
    return tuple(HandOverItem(answer=_words(row), **row) for row in rows)


def _words(row: dict[str, Any]) -> str | float | None:
    words, text = row.pop("for_trainee"), row.pop("text")
    if row["target_id"] is not None:
        return text  # type: ignore[no-any-return]  # a column of text
    return words if words in (None, ERASED) else read_answers(words)[row["field"]]


_ITEMS = """
    select i.item_id, i.proposed_by, i.proposed_on, i.field, i.target_id, i.for_trainee, i.agreed_by, t.text
    from hand_over_items i left join targets t on t.target_id = i.target_id
    where i.relationship_id = $1 order by i.proposed_on, i.item_id"""
