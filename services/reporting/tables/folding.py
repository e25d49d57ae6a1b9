"""Declare a table: its row class, its key, and what each public event does to a row."""

from collections.abc import Mapping

from pydantic import BaseModel

from shared.events import PUBLISHED, PublicEvent
from shared.kernel.readmodel import Fold, ReadModel, Row, Step, key_from, row_of

Folds = Mapping[type[PublicEvent], Fold | Step]
"""By event type, the fold of the row that the event's own key fields name; a `Step` where other fields name the row."""


def table(
    name: str,
    row: type[Row],
    key: tuple[str, ...],
    folds: Folds,
    indexes: tuple[str, ...] = (),
    *,
    past_indexes: tuple[str, ...] = (),
    edition: int = 3,
) -> ReadModel:
    """Declare a read table whose rows are identified, within a tenant, by the columns in `key`.

    It keeps its past, so that a report can be asked for as it was known; the first editions did not. Replaced rows are
    looked up by key when a figure is traced, and by the columns in `past_indexes`.
    """
    steps: dict[type[BaseModel], Step] = {
        event: fold if isinstance(fold, Step) else Step(key_from(*key), fold) for event, fold in folds.items()
    }
    return ReadModel(
        name,
        row,
        key,
        steps,
        indexes,
        PUBLISHED.upcasters,
        edition=edition,
        keeps_past=True,
        past_indexes=(", ".join(key), *past_indexes),
    )


def whole_row(row: type[Row]) -> Fold:
    """Return the fold of an event that carries every column: the event's row replaces the one that was there."""
    return lambda _, event: row_of(row, event)
