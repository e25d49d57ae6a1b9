"""Read model of what safe contacts were told: of break-offs, and of mentees who want another mentor."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.break_offs import ContactAsked, ContactAskedNoMore, ReasonRead
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class BreakOffRow:
    """A mentee's wish without its reason: the contact whom they chose, and who read the reason on which day."""

    relationship_id: UUID
    trainee_id: UUID
    asked_on: date
    contact: str
    has_reason: bool
    reads: tuple[Any, ...] = ()
    wish: str = "break_off"
    is_asked: bool = True


def _ask(row: BreakOffRow | None, event: ContactAsked) -> BreakOffRow:
    reads = row.reads if row is not None else ()
    asked = {"asked_on": event.happened_on, "has_reason": event.reason is not None}
    return row_of(BreakOffRow, event, reads=reads, **asked)


def _read(row: BreakOffRow, event: ReasonRead) -> BreakOffRow:
    return replace(row, reads=(*row.reads, {"reader_id": f"{event.reader_id}", "on": f"{event.happened_on}"}))


def _ask_no_more(row: BreakOffRow, _: ContactAskedNoMore) -> BreakOffRow:
    return replace(row, is_asked=False)


BREAK_OFFS = ReadModel(
    name="break_offs",
    edition=2,
    row=BreakOffRow,
    key=("relationship_id",),
    on={
        ContactAsked: Step(key_from("relationship_id"), _ask),
        ContactAskedNoMore: Step(key_from("relationship_id"), _ask_no_more),
        ReasonRead: Step(key_from("relationship_id"), _read),
    },
)
