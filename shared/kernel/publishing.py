"""Make public events from stored events, by a whitelist: the fields that the public class declares, and no others."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.events import PublicEvent
from shared.kernel.decider import Personal

P = TypeVar("P", bound=PublicEvent)
Publish = Callable[[Any], PublicEvent | None]


def publish_as(public: type[P], event: BaseModel, **others: object) -> P:
    """Make a public event of the stored event's fields that the public class declares, and of `others`, which win.

    A field of the stored event that the public class does not declare never leaves the service. Raises TypeError where
    the class declares a field that the stored event marks as personal, ValidationError where it lacks a field.
    """
    names = _fields_in_common(public, type(event))
    return public.model_validate({name: getattr(event, name) for name in names} | others)


@cache
def _fields_in_common(public: type[PublicEvent], private: type[BaseModel]) -> tuple[str, ...]:
    names = tuple(name for name in public.model_fields if name in private.model_fields)
    for name in names:
        if any(isinstance(mark, Personal) for mark in private.model_fields[name].metadata):
            raise TypeError(f"{public.__name__}.{name} is personal in {private.__name__}: it may not be published")
    return names


def publisher(table: Mapping[type[BaseModel], type[PublicEvent] | Publish]) -> Publish:
    """Return the `publish` of a service: for each type of stored event the public class, or the function that makes it.

    Events of other types stay in the service.
    """

    def publish(event: BaseModel) -> PublicEvent | None:
        made = table.get(type(event))
        if made is None:
            return None
        return publish_as(made, event) if isinstance(made, type) else made(event)

    return publish
