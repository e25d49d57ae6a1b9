"""The layout of the code: no import goes in a circle, and every service has the same rooms and no loose module."""

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from alongside.local.platform import SERVICES
from shared.kernel.postgres.migrate import service_schema

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "alongside")
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in PACKAGES
    for file in sorted((ROOT / package).rglob("*.py"))
}

AT_THE_ROOT = {"__init__.py", "main.py", "policy.py", "publish.py"}
PACKAGED = {"policy"}  # what a large service has as a package in the place of a module at its root
ROOMS = {"domain", "commands", "queries", "projections", "reactions", "processes", "api", "migrations"}
ENGINES = {
    "referral": {"imports", "programmes"},
    "matching": {"rounds", "solver"},
    "sessions": {"story", "exports"},
    "portal": {"signing_in", "mail", "reminders", "calls", "pages"},
    "reporting": {"tables", "views", "groups", "reports", "exports", "feed", "webhooks"},
}


def imports_of(name: str, file: Path) -> Iterator[str]:
    """The modules of this project that a module imports, wherever in it and for whatever purpose."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            whole = node.module or ""
            wanted = [f"{whole}.{a.name}" if f"{whole}.{a.name}" in MODULES else whole for a in node.names]
        else:
            continue
        yield from (module for module in wanted if module in MODULES and module != name)


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The modules of a circle, in the order in which each is imported by the next; none where there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(module) for module in error.args[1]]
    return []


def test_no_import_goes_in_a_circle() -> None:
    circle = circle_in({name: set(imports_of(name, file)) for name, file in MODULES.items()})
    assert not circle, " is imported by ".join(circle)


def test_a_circle_is_found() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not circle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_module_at_its_root_but_main_policy_and_publish(service: str) -> None:
    files = {path.name for path in (ROOT / "services" / service).iterdir() if path.is_file()}
    assert files <= AT_THE_ROOT, f"give {files - AT_THE_ROOT} a room"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rooms_of_every_service_and_its_engines(service: str) -> None:
    root = ROOT / "services" / service
    rooms = {path.name for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms <= ROOMS | PACKAGED | ENGINES.get(service, set())
    assert {"api", "reactions", "migrations"} <= rooms


def test_routes_authorise_nothing() -> None:
    at_fault = [
        name
        for name, file in MODULES.items()
        if name.startswith("services.") and name.split(".")[2:3] == ["api"]
        for imported in imports_of(name, file)
        if imported.split(".")[2:3] == ["policy"]
    ]
    assert not at_fault, "a route calls a command or query, which asks the policy"


@pytest.mark.parametrize("service", SERVICES)
def test_no_two_migrations_have_one_number(service: str) -> None:
    """Two branches may each have added one; only a database that applies both would notice."""
    numbers = Counter((migration.component, migration.number) for migration in service_schema(service).migrations)
    assert [number for number, times in numbers.items() if times > 1] == []
