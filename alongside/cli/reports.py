"""Print the reports of the partnership, with people's names."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.exports import save_export
from alongside.cli.names import columns_with_names, find_programme_id, rows_with_names
from alongside.cli.options import AsJson, Tenant
from alongside.cli.tables import cell, print_columns, print_rows, when
from alongside.client import NotFound, PlatformClient, connect_to_platform
from alongside.demo import personas
from shared.sheets import sheet

app = typer.Typer()

PAGE = 1000
TRACED = ("position", "on", "type", "recorded_at", "data")
"""What is printed of each event behind a figure."""


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The report, such as caseloads; `--list` shows which there are.")] = "",
    list_all: Annotated[bool, typer.Option("--list", help="List the reports and what each answers.")] = False,
    school: Annotated[str | None, typer.Option(help="Only this school, by its URN.")] = None,
    programme: Annotated[str | None, typer.Option(help="Only this programme, by its title or id.")] = None,
    mentor: Annotated[str | None, typer.Option(help="Only this mentor, by the reference of their record.")] = None,
    trainee: Annotated[str | None, typer.Option(help="Only this trainee, by the reference of their record.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only rows with this value; may be repeated.")
    ] = None,
    sort: Annotated[str | None, typer.Option(help="The column to sort by, with - in front from last to first.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The last day that counts; by default today.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="What was known at this moment, or at the end of this day; by default now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only what differs from what was known at this moment, line by line.")
    ] = None,
    trace: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Only the events that this figure of the one row shown is made of."),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Answer with CSV.")] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Save a file with ids in place of names, and record it. It ends with .csv, .xlsx, .parquet or .pdf.",
        ),
    ] = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Print a report as the partnership lead sees it, with people's names.

    Example: alongside report caseloads --school 990001 --as-of 2026-10-23
    """
    if list_all == bool(name):
        raise typer.BadParameter("Name a report, or list them with --list.")
    if csv and as_json:
        raise typer.BadParameter("Choose one of --csv and --json.")
    if save is not None and (csv or as_json or since is not None or trace is not None):
        raise typer.BadParameter(
            "A file has the whole report: leave --csv, --json, --since and --trace out.", param_hint="--save"
        )
    with exit_on_error(), connect_to_platform(tenant) as client:
        if list_all:
            _print_list(client, as_json=as_json)
            return
        known = _describe(client, name)
        query = _filters(client, school, programme, mentor, trainee) | dict(map(_condition, where or []))
        moment = {"sort": sort, "as_of": as_of, "known_at": known_at}
        query |= {key: value for key, value in moment.items() if value is not None}
        if save is not None:
            save_export(client, known["name"], query, save)
            return
        heading = ""
        if trace is not None:
            if since is not None:
                raise typer.BadParameter("Trace a figure of one moment; leave --since out.", param_hint="--trace")
            rows, columns = _traced(client, known, query, trace), list(TRACED)
        elif since is None:
            pages = list(_pages(client, known["name"], query))
            rows, columns = [row for page in pages for row in page["rows"]], [each["name"] for each in known["columns"]]
            heading = when(pages[0])
        else:
            rows, columns = _differing(client, known, query | {"before_known_at": since})
        if as_json:
            out.print_json(data=rows)
            return
        shown = rows_with_names(client, rows)
    if csv:
        cells = ({name: cell(each) if isinstance(each, list) else each for name, each in row.items()} for row in shown)
        out.file.write(sheet(columns_with_names(columns), cells).decode("utf-8-sig"))
        return
    if not shown:
        out.print("There is nothing to show." if since is None else "Nothing differs.")
        if _are_of_groups(known):
            out.print(known["notes"][0])
        return
    if heading:
        out.print(heading, highlight=False)
    print_columns(columns_with_names(columns), shown)


def _print_list(client: PlatformClient, *, as_json: bool) -> None:
    found = client.get(personas.LEAD, "reporting", "/reports")
    if as_json:
        out.print_json(data=found)
        return
    print_rows(("report", "question"), [(each["name"], each["question"]) for each in found], texts={"question"})


def _describe(client: PlatformClient, name: str) -> Mapping[str, Any]:
    found: list[dict[str, Any]] = client.get(personas.LEAD, "reporting", "/reports")
    for each in found:
        if each["name"] == name:
            return each
    names = ", ".join(each["name"] for each in found)
    raise NotFound(f"There is no report called {name}. There is {names}.")


def _are_of_groups(known: Mapping[str, Any]) -> bool:
    """Whether the figures of a report are of groups, each of a period that has to be over."""
    return any(each["name"] == "settled" for each in known["columns"])


def _filters(
    client: PlatformClient, school: str | None, programme: str | None, mentor: str | None, trainee: str | None
) -> dict[str, str]:
    filters = {} if school is None else {"school_urn": school}
    if programme is not None:
        filters["programme_id"] = find_programme_id(client, programme)
    for kind, reference in (("mentor", mentor), ("trainee", trainee)):
        if reference is not None:
            filters[f"{kind}_id"] = client.find_person(kind, reference)
    return filters


def _condition(text: str) -> tuple[str, str]:
    column, is_there, value = text.partition("=")
    if not is_there:
        raise typer.BadParameter("Give a column and its value, such as standing=placed.", param_hint="--where")
    return column.strip().replace(" ", "_"), value.strip()


def _pages(client: PlatformClient, name: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield all pages of a report."""
    after: dict[str, str] = {}
    while True:
        page = client.get(personas.LEAD, "reporting", f"/reports/{name}", limit=PAGE, **query, **after)
        yield page
        if page["next"] is None:
            return
        after = {"after": page["next"]}


def _differing(
    client: PlatformClient, known: Mapping[str, Any], query: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows that differ: who or what they are about, and each changed column with its value before and after."""
    if "sort" in query:
        raise typer.BadParameter("What differs comes in the order of its rows; leave --sort out.", param_hint="--sort")
    found = client.get(personas.LEAD, "reporting", f"/reports/{known['name']}/difference", **query)
    about = [each["name"] for each in known["columns"] if each["name"].endswith(("_id", "_urn", "_name"))]
    rows = []
    for line in found["lines"]:
        row = line["after"] or line["before"]
        changes = [f"{column.replace('_', ' ')}: {_change(line, column)}" for column in line["changed"]]
        rows.append({column: row[column] for column in about} | {"change": "; ".join(changes) or line["change"]})
    return rows, [*about, "change"]


def _traced(
    client: PlatformClient, known: Mapping[str, Any], query: Mapping[str, str], column: str
) -> list[dict[str, Any]]:
    """The events behind a figure of the one row that the query names, in their order."""
    columns = [each["name"] for each in known["columns"]]
    if column not in columns:
        raise typer.BadParameter(f"There is no column {column}. There is {', '.join(columns)}.", param_hint="--trace")
    if _are_of_groups(known):
        raise typer.BadParameter(
            "Figures of groups have no trace: it would name the people in them.", param_hint="--trace"
        )
    rows = list(islice((row for page in _pages(client, known["name"], query) for row in page["rows"]), 2))
    if len(rows) != 1:
        there = "No row is" if not rows else "More than one row is"
        raise typer.BadParameter(f"{there} shown; name one with --where COLUMN=VALUE.", param_hint="--trace")
    asked = {each: rows[0][each] for each in known["key"]} | {"column": column}
    asked |= {name: query[name] for name in ("as_of", "known_at") if name in query}
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = client.get(
            personas.LEAD, "reporting", f"/reports/{known['name']}/trace", limit=PAGE, after=after, **asked
        )
        found += page["events"]
        after = page["next"]
    return [{name: _told(event, name) for name in TRACED} for event in found]


def _told(event: Mapping[str, Any], name: str) -> Any:
    """A part of an event as it is printed: its data as NAME: VALUE."""
    if name != "data":
        return event[name]
    told = {key: value for key, value in event["data"].items() if key != "happened_on" and value not in (None, [])}
    return "; ".join(f"{key.replace('_', ' ')}: {cell(value)}" for key, value in told.items())


def _change(line: Mapping[str, Any], column: str) -> str:
    before, after = (cell(line[when][column]) or "none" for when in ("before", "after"))
    return f"{before} to {after}"
