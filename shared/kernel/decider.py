"""Aggregates as three pure functions over frozen models.

This is the one module of the kernel that a service's `domain` may import: it is stdlib, pydantic and the
catalogue only.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from shared.events.catalogue import Catalogue, Upcaster


@dataclass(frozen=True)
class Personal:
    """Marks a text field of an event as personal: `Annotated[str, Personal("person_id")]`.

    `subject` names the field of the same event that holds the id of the person whose key encrypts the text.
    """

    subject: str


class Event(BaseModel):
    """A fact of one service, past tense, frozen, with a stable dotted `type` and a `version`; never published as it is.

    `happened_on` is the effective date, which may lie in the past; the store adds the recorded time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    version: ClassVar[int] = 1

    happened_on: date

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Raises TypeError where `Personal` marks a part of a field: it would be stored as it is."""
        for name, field in cls.model_fields.items():
            if _hides_personal(field.annotation):
                raise TypeError(f"{cls.__name__}.{name}: Personal marks a whole text field, not a part of one")


def _hides_personal(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        fields = hint.model_fields.values()
        return any(isinstance(mark, Personal) for field in fields for mark in field.metadata) or any(
            _hides_personal(field.annotation) for field in fields
        )
    return isinstance(hint, Personal) or any(_hides_personal(part) for part in get_args(hint))


class Value(BaseModel):
    """Fields that commands, events and request bodies share: frozen, and unknown fields are refused.

    A value that a route takes as its body, a command carries and an event repeats is declared once, and each field of
    it reaches the event without being named on the way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(Value):
    """What somebody asks of an aggregate."""


S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
"""A command, or the event that a process hears."""
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Decider(Generic[S, C, E]):
    """One kind of aggregate: its streams are `category-id`, its state is what the next decision needs.

    `decide(command, state, now)` answers the new events or raises a `DomainError`; `evolve(state, event)` never fails.
    `upcasters` is the catalogue's: (type, version) to what brings an older stored event one version on.
    """

    category: str
    initial: Callable[[], S]
    decide: Callable[[C, S, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]
    events: tuple[type[E], ...]
    upcasters: Mapping[tuple[str, int], Upcaster] = dataclasses.field(default_factory=dict, hash=False)

    @cached_property
    def catalogue(self) -> Catalogue[E]:
        """The events of the aggregate."""
        return Catalogue(self.events, self.upcasters)

    def stream(self, key: object) -> str:
        """The stream of the aggregate with this id."""
        return f"{self.category}-{key}"


def deciders_in(package: ModuleType) -> Sequence[Decider[Any, Any, Any]]:
    """Every decider that a module of the package defines, by category."""
    found: dict[str, Decider[Any, Any, Any]] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Decider) and found.setdefault(value.category, value) is not value:
                raise TypeError(f"{package.__name__} has two deciders of the category {value.category}")
    return [found[category] for category in sorted(found)]


def events_in(package: ModuleType) -> Catalogue[Event]:
    """Every event that the deciders of the package know, with their upcasters: the private events of a service."""
    deciders = deciders_in(package)
    upcasters = {known: upcaster for decider in deciders for known, upcaster in decider.upcasters.items()}
    return Catalogue((event for decider in deciders for event in decider.events), upcasters)


class DomainError(Exception):
    """A refusal, in a sentence that a teacher understands. Its HTTP status and problem type belong to the class.

    `pointer` is the JSON pointer of the field that is to blame, where one is.
    """

    status: ClassVar[int] = 409

    def __init__(self, detail: str, *, pointer: str | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.members = members


class NotAllowed(DomainError):
    """The person may know that the thing exists, but not do this with it."""

    status = 403


class NotFound(DomainError):
    """There is no such thing, or the person may not know that there is."""

    status = 404


class Invalid(DomainError):
    """The command cannot be meant: a value is wrong whatever the state."""

    status = 422
