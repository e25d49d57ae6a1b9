"""What others rely on: routes, event types, topics, read models, migrations; and how it was once.

    python -m tests.contract.surface

writes `surface.json` anew. Things are found by what they say of themselves and by where files lie, not by the names
that they have in the code, so that these may change.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from functools import cache
from importlib import import_module
from inspect import isclass
from io import StringIO
from pathlib import Path
from pkgutil import walk_packages
from runpy import run_module
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
import yaml

from shared.kernel.decider import Event

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).with_name("surface.json")
METHODS = {"get", "put", "post", "patch", "delete"}

Surface = dict[str, list[str]]


def read_surface() -> Surface:
    """Read the committed surface."""
    surface: Surface = json.loads(STORED.read_text(encoding="utf-8"))
    return surface


def surface() -> Surface:
    """The surface of today.

    An event stands with its version, a private one also with its fields (those that may be missing with a question
    mark), since stores keep it for ever; a migration with the SHA-256 of its text.
    """
    published = set(_read_promises())
    private = list(_private())
    return {
        "routes": sorted(_routes()),
        "topics": sorted(_topics()),
        "public events": sorted(f"{type_} {version}" for type_, version in published),
        "private events": sorted({f"{event_class.type} {event_class.version}" for event_class in private}),
        "fields": sorted({line for event_class in private for line in _fields(event_class)}),
        "read models": sorted(_read_models()),
        "migrations": sorted(_migrations()),
    }


def _routes() -> Iterator[str]:
    """By the OpenAPI documents, which another test holds against the code."""
    for file in (ROOT / "docs" / "reference" / "openapi").glob("*.json"):
        for path, methods in json.loads(file.read_text(encoding="utf-8"))["paths"].items():
            yield from (f"{file.stem} {method.upper()} {path}" for method in METHODS & methods.keys())


def _topics() -> Iterator[str]:
    """With what decides where a message goes and how long it stays."""
    wanted = yaml.safe_load((ROOT / "deploy" / "topics.yaml").read_text(encoding="utf-8"))
    for name, topic in wanted["topics"].items():
        yield f"{name} partitions={topic['partitions']} cleanup.policy={topic['settings']['cleanup.policy']}"


def _read_promises() -> Iterator[tuple[str, int]]:
    """Yield the types and versions of events for which a schema is committed."""
    for file in _files("schemas/*.v*.json"):
        type_, _, version = file.stem.rpartition(".v")
        yield type_, int(version)


def _private() -> Iterator[type[Event]]:
    """Every event class that a service stores."""
    for module in _modules():
        for value in vars(module).values():
            if isclass(value) and issubclass(value, Event) and hasattr(value, "type"):
                yield value


def _fields(event: type[Event]) -> Iterator[str]:
    for name, field in event.model_fields.items():
        yield f"{event.type} {event.version} {name}{'' if field.is_required() else '?'}"


def _read_models() -> Iterator[str]:
    """By the command that names all there are when it is asked for one that is not there."""
    said = StringIO()
    with (
        TemporaryDirectory() as state,
        pytest.MonkeyPatch.context() as patch,
        redirect_stderr(said),
        suppress(SystemExit),
    ):
        patch.setattr(sys, "argv", ["alongside", "rebuild", "nothing"])
        patch.setenv("ALONGSIDE_STATE", state)
        run_module("alongside", run_name="__main__")
    names = re.findall(r"[a-z_]+\.[a-z_]+", said.getvalue())
    assert names, said.getvalue()
    yield from names


def _migrations() -> Iterator[str]:
    for file in _files("migrations/*.sql"):
        yield f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"


@cache
def _packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return found


def _files(pattern: str) -> Iterator[Path]:
    for package in _packages():
        yield from (ROOT / package).rglob(pattern)


def _modules() -> Iterator[ModuleType]:
    for package in _packages():
        for found in walk_packages([str(ROOT / package)], f"{package}."):
            if not found.name.endswith(".__main__"):  # it would run
                yield import_module(found.name)


if __name__ == "__main__":
    STORED.write_text(json.dumps(surface(), indent=2) + "\n", encoding="utf-8")
