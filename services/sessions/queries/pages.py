"""Pages of lists that are made from several read models."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Placed(Protocol):
    """An item with its place in a list: lists are in the order of their cursors."""

    @property
    def cursor(self) -> str:
        """What sorts the list, and is unlike that of any other item."""


PlacedT = TypeVar("PlacedT", bound=Placed)


def page_of(items: Iterable[PlacedT], after: str | None, limit: int) -> list[PlacedT]:
    """Return the first items of a list behind a cursor, whether the item of that cursor is still there or not."""
    behind = (item for item in items if after is None or item.cursor > after)
    return sorted(behind, key=lambda item: item.cursor)[:limit]
