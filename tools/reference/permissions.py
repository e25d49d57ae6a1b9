"""Read the permission tables of the services, and write them as a page: who may do what with whose things.

A table stands in `tests/integration/<service>/permissions.yaml`. A test calls every route of the running service as
every one of its people, and compares the answers with it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from tools.reference.markdown import generated_page, table
from tools.reference.sources import ROOT

Outcome = Literal["reads", "sees", "does", "nothing", "refused", "absent"]
"""What somebody gets from a route.

A query is answered with what people wrote (`reads`), without it (`sees`), or with nothing of what the row is about
(`nothing`). A command reaches the domain (`does`), whatever that decides. Otherwise the answer is 403 (`refused`) or
404 (`absent`).
"""
_SHORT: Mapping[Outcome, str] = {
    "reads": "reads",
    "sees": "sees",
    "does": "does",
    "nothing": "nothing of it",
    "refused": "refused",
    "absent": "–",
}
_ABOUT = """\
Who may do what with whose things: every route of a service, called as every kind of person. A test calls the running
service as each of them and compares its answers with this table, so a route that lets somebody else pass, or that is
not in the table, fails. [HTTP](http.md) gives the rules in words.

| in the table | what it means | answer |
| --- | --- | --- |
| reads | sees it with what people wrote | 200 |
| sees | sees that it is there, its days and its state, without what people wrote | 200 |
| nothing of it | is answered, and what the row is about is not in the answer | 200 |
| does | may do it, if the rules of the domain allow it at that moment | 200, 201, 204, 409, 412 or 422 |
| refused | knows that it is there, and may not do this | 403 |
| – | cannot tell it from what does not exist | 404 |

Somebody who is not signed in is answered with 401, except where a row says *for anybody*. People with the same answers
in a whole section share a column.

Not for asking what you yourself may do: the service tells you, and `GET /record` shows who can read what is yours."""


@dataclass(frozen=True, slots=True)
class Row:
    """A route with what each person gets from it, the case of the item that it is called with, if it has cases, and
    whether it answers without signing in.
    """

    group: str
    route: str
    case: str | None
    outcomes: Mapping[str, Outcome]
    is_public: bool = False

    @property
    def key(self) -> str:
        """The row as the table names it, such as `GET /journal/{entry_id} (withheld)`."""
        return self.route if self.case is None else f"{self.route} ({self.case})"

    @property
    def path(self) -> str:
        """The path of the route."""
        return self.route.split()[1]

    @property
    def path_ids(self) -> tuple[str, ...]:
        """The names of the ids in the path."""
        return tuple(re.findall(r"{(\w+)}", self.route))

    @property
    def reads_only(self) -> bool:
        """Whether the route is a query."""
        return self.route.startswith("GET ")


@dataclass(frozen=True, slots=True)
class PermissionTable:
    """The permission table of a service: its people with who they are, the cases of items, the queries that show ids in
    lists, and the rows.
    """

    service: str
    about: str
    people: Mapping[str, str]
    cases: Mapping[str, str]
    known_by: Mapping[str, Sequence[str]]
    rows: Sequence[Row]

    def row(self, key: str) -> Row:
        """Return the row with this key; raises `KeyError`."""
        return {row.key: row for row in self.rows}[key]

    def may_know(self, row: Row, name: str, of: str) -> bool:
        """Whether somebody may know that there is what an id in a row's path names; `ids` are those in its body.

        Whoever gets something from a query that shows it may: one on the way to the row's path, one whose path ends
        with the id, or one that the table names in `known_by`.
        """
        ending = [other for other in self._queries(row) if other.route.endswith(f"{{{of}}}")]
        listing = [self.row(key) for key in self.known_by.get(of, ())]
        return self.is_on_the_way(row, name, of) or any(_gets(other, name) for other in [*ending, *listing])

    def is_on_the_way(self, row: Row, name: str, of: str) -> bool:
        """Whether somebody gets something from a query whose path the row's path begins with, and that has the id; from
        the longest one, where no query has the id.
        """
        path = f"{row.path}/"
        within = sorted(
            (other for other in self._queries(row) if path.startswith(f"{other.path}/")),
            key=lambda other: len(other.path),
        )
        return any(_gets(other, name) for other in [each for each in within if of in each.path_ids] or within[-1:])

    def _queries(self, row: Row) -> list[Row]:
        return [other for other in self.rows if other.reads_only and other.case == row.case]


def _gets(row: Row, name: str) -> bool:
    return row.outcomes[name] in ("reads", "sees")


def permission_file(service: str) -> Path:
    """The file with the permission table of a service."""
    return ROOT / "tests" / "integration" / service / "permissions.yaml"


def read_permission_table(service: str) -> PermissionTable:
    """Read the permission table of a service; raises what `parse_permission_table` raises."""
    return parse_permission_table(service, permission_file(service).read_text(encoding="utf-8"))


def parse_permission_table(service: str, text: str) -> PermissionTable:
    """Parse the permission table of a service.

    Raises `ValueError` for a row with somebody who is not among the people, with a person twice, or with a case that
    the table does not explain.
    """
    found = yaml.safe_load(text)
    people, groups, cases = found["people"], found.get("groups", {}), found.get("cases", {})
    rows = tuple(
        Row(group, *_route_and_case(key, cases), _outcomes(key, cells, people, groups), key in found.get("public", ()))
        for group, lines in found["rows"].items()
        for key, cells in lines.items()
    )
    return PermissionTable(service, found["about"], people, cases, found.get("known_by", {}), rows)


def _route_and_case(key: str, cases: Mapping[str, str]) -> tuple[str, str | None]:
    route, _, case = key.removesuffix(")").partition(" (")
    if case and case not in cases:
        raise ValueError(f"{key}: the table does not explain the case {case!r}")
    return route, case or None


def _outcomes(
    key: str, cells: Mapping[str, Sequence[str]], people: Mapping[str, str], groups: Mapping[str, Sequence[str]]
) -> dict[str, Outcome]:
    """Return what each person gets; whom the row does not name, what is the default for its route."""
    outcomes: dict[str, Outcome] = {}
    for outcome, names in cells.items():
        if outcome not in get_args(Outcome):
            raise ValueError(f"{key}: {outcome!r} is no outcome")
        for name in (person for each in names for person in groups.get(each, (each,))):
            if name not in people or name in outcomes:
                raise ValueError(f"{key}: {name!r} is nobody, or is there twice")
            outcomes[name] = outcome  # type: ignore[assignment]  # compared with the literal's values above
    lists = key.startswith("GET ") and "{" not in key
    others: Outcome = "nothing" if lists else "absent"
    return {name: outcomes.get(name, others) for name in people}


def page() -> str:
    """`docs/reference/permissions.md`."""
    services = sorted(path.parent.name for path in ROOT.glob("tests/integration/*/permissions.yaml"))
    return generated_page("Permissions", _ABOUT, *(part for each in services for part in _service(each)))


def _service(service: str) -> Iterator[str]:
    permissions = read_permission_table(service)
    yield f"## {permissions.service}"
    yield permissions.about.strip()
    yield table(("person", "who that is"), permissions.people.items())
    if permissions.cases:
        yield table(("case", "what is asked for"), permissions.cases.items())
    for group, rows in groupby(permissions.rows, key=lambda row: row.group):
        yield f"### {group.capitalize()}"
        yield _section(permissions, list(rows))


def _section(permissions: PermissionTable, rows: Sequence[Row]) -> str:
    """The table of an aggregate, with one column for all people who have the same cells in all its rows."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for name in permissions.people:
        columns.setdefault(tuple(_SHORT[row.outcomes[name]] for row in rows), []).append(name)
    largest = max(columns, key=lambda cells: len(columns[cells]))
    order = [cells for cells in columns if cells != largest] + [largest]
    heads = [", ".join(columns[cells]) for cells in order]
    if len(order) > 1 and len(columns[largest]) > 1:
        heads[-1] = "everybody else"
    lines = [
        [row.route.split()[0], f"`{row.path}`{_remark(row)}", *cells]
        for row, cells in zip(rows, zip(*order, strict=True), strict=True)
    ]
    return table(("method", "path", *heads), lines)


def _remark(row: Row) -> str:
    remarks = [*([row.case] if row.case else []), *(["for anybody"] if row.is_public else [])]
    return f" ({', '.join(remarks)})" if remarks else ""


def routes_of(openapi: Mapping[str, Any]) -> set[str]:
    """Return the routes of an OpenAPI document, such as `GET /journal/{entry_id}`."""
    return {f"{method.upper()} {path}" for path, methods in openapi["paths"].items() for method in methods}
