"""Folds that pairs and supports share: both are proposed, answered by two sides, and then confirmed or closed."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.kernel.readmodel import Row, replace_fields, row_of

R = TypeVar("R", bound=Row)


def row_of_proposal(row: type[R], event: Any, part: BaseModel, **others: object) -> R:
    """Make the row of a new proposal from the fields of the event, of one part of it, and from `others`, which win."""
    names = {field.name for field in fields(row)}
    of_part = {name: value for name, value in part if name in names}
    on = event.happened_on
    return row_of(row, event, **{**of_part, "status": "proposed", "proposed_on": on, "changed_on": on, **others})


def accept(row: R, event: Any) -> R:
    """Add the side that accepted."""
    accepted_by: tuple[str, ...] = getattr(row, "accepted_by")  # noqa: B009  # a column of each of these rows
    return replace_fields(row, accepted_by=(*accepted_by, event.side), changed_on=event.happened_on)


def decline(row: R, event: Any) -> R:
    """Set the side that declined."""
    return replace_fields(row, status="declined", declined_by=event.side, changed_on=event.happened_on)


def take_back(row: R, event: Any) -> R:
    """Remove the side that accepted or declined."""
    accepted_by: tuple[str, ...] = getattr(row, "accepted_by")  # noqa: B009  # a column of each of these rows
    accepted_by = tuple(side for side in accepted_by if side != event.side)
    return replace_fields(row, accepted_by=accepted_by, declined_by=None, changed_on=event.happened_on)


def set_status(status: str) -> Callable[[R, Any], R]:
    """Make the fold that sets the status and the day of the change."""
    return lambda row, event: replace_fields(row, status=status, changed_on=event.happened_on)


def await_answers(row: R, event: Any) -> R:
    """Set the last day to answer."""
    return replace_fields(row, answer_by=event.answer_by)


def want_change(*, wanted: bool) -> Callable[[R | None, Any], R | None]:
    """Make the fold that sets whether the mentee wants another mentor; the other kind of proposal has no such row."""
    return lambda row, _: row and replace_fields(row, change_wanted=wanted)
