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
from pydantic.fields import FieldInfo

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
        """Check the personal fields of a new event class; raises TypeError for one that could not be stored or read.

        `Personal` marks a whole field: a part of one would be stored in plain text. A personal field has no bound on
        its length: it is stored encrypted, which is longer.
        """
        for name, field in cls.model_fields.items():
            if _hides_personal(field.annotation):
                raise TypeError(f"{cls.__name__}.{name}: Personal marks a whole text field, not a part of one")
            if any(isinstance(mark, Personal) for mark in field.metadata) and _bounds_length(field):
                raise TypeError(f"{cls.__name__}.{name}: a personal text is encrypted, so its length has no bound here")


def _hides_personal(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        fields = hint.model_fields.values()
        return any(isinstance(mark, Personal) for field in fields for mark in field.metadata) or any(
            _hides_personal(field.annotation) for field in fields
        )
    return isinstance(hint, Personal) or any(_hides_personal(part) for part in get_args(hint))


def _bounds_length(field: FieldInfo) -> bool:
    marks = [
        *field.metadata,
        *(mark for part in get_args(field.annotation) for mark in getattr(part, "__metadata__", ())),
    ]
    marks += [inner for mark in marks if isinstance(mark, FieldInfo) for inner in mark.metadata]
    return any(hasattr(mark, "max_length") or hasattr(mark, "min_length") for mark in marks)


class Value(BaseModel):
    """Fields that commands, events and request bodies share: frozen, and unknown fields are refused.

    A value that a route takes as its body, a command carries and an event repeats is declared once, and each field of
    it reaches the event without being named on the way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(Value):
    """What somebody asks of an aggregate."""


M = TypeVar("M", bound=BaseModel)


def build_from(model: type[M], source: BaseModel, **others: object) -> M:
    """Build an event, or another model, from the fields that it has in common with `source`, and from `others`.

    A field in both is taken from `others`. Raises ValidationError where a field is missing.
    """
    shared = {name: getattr(source, name) for name in model.model_fields if name in type(source).model_fields}
    return model.model_validate(shared | others)


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
        """Return the stream of the aggregate with this id."""
        return f"{self.category}-{key}"


def deciders_in(package: ModuleType) -> Sequence[Decider[Any, Any, Any]]:
    """Return every decider that a module of the package defines, by category."""
    found: dict[str, Decider[Any, Any, Any]] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Decider) and found.setdefault(value.category, value) is not value:
                raise TypeError(f"{package.__name__} has two deciders of the category {value.category}")
    return [found[category] for category in sorted(found)]


def events_in(package: ModuleType) -> Catalogue[Event]:
    """Return every event that the deciders of the package know, with their upcasters: the private events of a
    service.
    """
    deciders = deciders_in(package)
    upcasters = {known: upcaster for decider in deciders for known, upcaster in decider.upcasters.items()}
    return Catalogue((event for decider in deciders for event in decider.events), upcasters)


class DomainError(Exception):
    """A refusal, in a sentence that a teacher understands.

    Its HTTP status and problem type belong to the class. `pointer` is the JSON pointer of the wrong field, if there is
    one. A refusal that `denies` says that the person may not do this, or not any more: then no earlier answer to their
    command is repeated either.
    """

    status: ClassVar[int] = 409
    denies: ClassVar[bool] = False

    def __init__(self, detail: str, *, pointer: str | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.members = members


class NotAllowed(DomainError):
    """The person may know that the thing exists, but not do this with it."""

    status = 403
    denies = True


class NotFound(DomainError):
    """There is no such thing, or the person may not know that there is."""

    status = 404
    denies = True


class Invalid(DomainError):
    """The command is invalid in every state: one of its values is wrong."""

    status = 422
