"""Which of today's fields a message lacks: it may have been sent before its event type got them.

Such a message means what the store would publish today if both agree in all fields that it has.
"""

from collections.abc import Hashable, Iterable
from typing import Any, TypeAlias

from pydantic import BaseModel

from shared.events import PUBLISHED, Envelope, PublicEvent, Undecodable

Fields: TypeAlias = dict[Any, Any]
"""Fields by name, as pydantic's `exclude` takes them: True for a whole field, otherwise the fields in its value."""

EVERY = "__all__"
"""What pydantic calls every item of a list."""


def missing_fields(event: BaseModel) -> Fields:
    """The fields that the JSON of an event did not have, in nested models also; empty where it had them all."""
    missing: Fields = {}
    for name in type(event).model_fields:
        if name not in event.model_fields_set:
            missing[name] = True
        elif inner := _missing_in(getattr(event, name)):
            missing[name] = inner
    return missing


def _missing_in(value: object) -> Fields:
    match value:
        case BaseModel():
            return missing_fields(value)
        case list() | tuple():
            return _missing_in_items(enumerate(value), len(value))
        case dict():
            return _missing_in_items(value.items())
        case _:
            return {}


def _missing_in_items(items: Iterable[tuple[Hashable, object]], length: int | None = None) -> Fields:
    missing = {place: inner for place, item in items if (inner := _missing_in(item))}
    first = next(iter(missing.values()), None)
    if first is not None and len(missing) == length and all(inner == first for inner in missing.values()):
        return {EVERY: first}  # alike for lists of every length, so that few different ones have to be remembered
    return missing


def read_event(event: Envelope, value: bytes) -> PublicEvent | None:
    """Read a value as the newest version of its event type; None where that is unknown, or it cannot be read."""
    try:
        if PUBLISHED.knows(event.type):
            return PUBLISHED.decode(event.type, event.version, value, event.readable_as)
    except Undecodable:
        pass
    return None


class MissingFields:
    """Numbers the different sets of missing fields that messages have: a message keeps a number, not its set."""

    def __init__(self) -> None:
        self._sets: list[Fields] = []
        self._numbers: dict[str, int] = {}

    def number(self, fields: Fields) -> int:
        """The number of a set of fields."""
        text = repr(fields)
        if text not in self._numbers:
            self._numbers[text] = len(self._sets)
            self._sets.append(fields)
        return self._numbers[text]

    def __getitem__(self, number: int) -> Fields:
        """The set of fields with this number."""
        return self._sets[number]

    def __bool__(self) -> bool:
        """Whether any message lacks a field."""
        return bool(self._sets)
