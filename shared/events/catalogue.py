"""A catalogue of event classes by type and version, which reads older versions as the newest."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]


class Versioned(Protocol):
    """An event class with a stable type and a version."""

    type: ClassVar[str]
    version: ClassVar[int]


E = TypeVar("E", bound=BaseModel)


class Undecodable(ValueError):
    """A body does not fit its declared type and version. The message names fields, never their values."""


class Catalogue(Generic[E]):
    """The events that a service can read: decodes type, version and JSON into the newest class of the type.

    `upcasters` maps (type, version) to the function that turns a body of that version into the next one.
    """

    def __init__(self, classes: Iterable[type[E]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None) -> None:
        self.classes: dict[str, type[E]] = {}
        for cls in classes:
            name = type_of(cls)
            if name in self.classes and self.classes[name] is not cls:
                raise ValueError(f"{name} is declared twice")
            self.classes[name] = cls
        self.upcasters = dict(upcasters or {})
        self._newest = {
            name: (cls, version_of(cls), cls.__pydantic_validator__.validate_json) for name, cls in self.classes.items()
        }

    def knows(self, type_: str) -> bool:
        """Whether the catalogue has this type of event."""
        return type_ in self.classes

    def decode(self, type_: str, version: int, body: bytes | str, readable_as: int | None = None) -> E:
        """Decode an event; raises `Undecodable` for broken JSON, missing fields, or a version that is too new.

        `readable_as` comes from the producer of a newer version: the oldest version whose readers can read this event
        as theirs.
        """
        try:
            cls, newest, read = self._newest[type_]
        except KeyError:
            raise Undecodable(f"{type_} is not known here") from None
        if version > newest and (readable_as is None or readable_as > newest):
            raise Undecodable(f"{type_} version {version} is newer than {newest}, the newest known here")
        try:
            if version >= newest:
                event: E = read(body)  # the validator's own way: a million events in a row feel each call
                return event
            return cls.model_validate(self.upcast(type_, version, newest, from_json(body)))
        except Undecodable:
            raise
        except ValidationError as error:
            raise Undecodable(f"{type_} version {version}: {_places(cls, error)}") from None
        except ValueError as error:
            raise Undecodable(f"{type_} version {version}: {error}") from None

    def reader(self, type_: str, version: int) -> Callable[[bytes | str], E]:
        """Return a fast decoder for many bodies of one type and version.

        For the newest version it raises pydantic's own error.
        """
        _, newest, read = self._newest[type_]
        return read if version == newest else partial(self.decode, type_, version)

    def upcast(self, type_: str, version: int, newest: int, body: Body) -> Body:
        """Upcast a body from `version` to `newest`, one version after the other."""
        for step in range(version, newest):
            try:
                upcaster = self.upcasters[type_, step]
            except KeyError:
                raise Undecodable(f"{type_} has no upcaster from version {step}") from None
            try:
                body = upcaster(body)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                # its own words may repeat what was written
                said = f"{type_} version {version}: the upcaster from version {step}: {type(error).__name__}"
                raise Undecodable(said) from None
        return body


def _places(cls: type[BaseModel], error: ValidationError) -> str:
    # pydantic's sentences quote what was written, and a place may hold a key that somebody wrote: neither is repeated
    names = _names(cls.model_json_schema())
    return "; ".join(
        f"{'/'.join(str(part) if part in names or isinstance(part, int) else '*' for part in fault['loc']) or 'body'}: "
        f"{fault['type']}"
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _names(schema: object) -> set[object]:
    """The names of all fields in a schema."""
    match schema:
        case dict():
            return set(schema.get("properties", ())).union(*map(_names, schema.values()))
        case list():
            return set[object]().union(*map(_names, schema))
        case _:
            return set()


def type_of(event: Any) -> str:
    """Return the stable dotted type of an event or event class."""
    return str(event.type)


def version_of(event: Any) -> int:
    """Return the version of an event or event class."""
    return int(event.version)
