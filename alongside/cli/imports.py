"""Import files as the partnership lead: check and confirm them, list imports, undo one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.options import AsJson, On, Tenant, Yes, today
from alongside.cli.tables import print_rows
from alongside.client import NotFound, confirm_file, connect_to_platform, import_file
from alongside.demo import personas
from shared.wording import counted_noun

app = typer.Typer()
schools_app = typer.Typer(no_args_is_help=True, help="The schools of the partnership.")
people_app = typer.Typer(no_args_is_help=True, help="Mentors, trainees, offers, earlier placements and referrals.")
imports_app = typer.Typer(no_args_is_help=True, help="Files that were sent before.")
app.add_typer(schools_app, name="schools")
app.add_typer(people_app, name="people")
app.add_typer(imports_app, name="imports")

GoodRows = Annotated[bool, typer.Option("--good-rows", help="Import the good rows even if others have errors.")]
OtherPeople = Annotated[
    bool, typer.Option("--other-people", help="Confirm that rows that share an e-mail address are other people.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check the file and store nothing.")]
Marked = Annotated[
    Path | None, typer.Option(help="Where to save a copy of the file with its errors marked, if it has any.")
]


class Kind(StrEnum):
    """What an import file about people holds."""

    MENTORS = "mentors"
    TEACHERS = "teachers"
    TRAINEES = "trainees"
    OFFERS = "offers"
    PLACEMENTS = "placements"
    REFERRALS = "referrals"


@schools_app.command("import")
def schools_import(
    file: Path, good_rows: GoodRows = False, dry_run: DryRun = False, tenant: Tenant = personas.TENANT
) -> None:
    """Import schools from a GIAS extract, the first or a newer one.

    Example: alongside schools import edubasealldata.csv
    """
    _import("schools", file, tenant, good_rows=good_rows, dry_run=dry_run)


@schools_app.command("calendars")
def schools_calendars(file: Path, dry_run: DryRun = False, tenant: Tenant = personas.TENANT) -> None:
    """Import terms, holidays and days for staff only of schools.

    Example: alongside schools calendars calendars.csv
    """
    _import("calendars", file, tenant, good_rows=False, dry_run=dry_run)


@schools_app.command("links")
def schools_links(
    file: Path, good_rows: GoodRows = False, dry_run: DryRun = False, tenant: Tenant = personas.TENANT
) -> None:
    """Import the GIAS links file: people and offers of a closed school move to its successor.

    Example: alongside schools links links_edubasealldata.csv
    """
    _import("school_links", file, tenant, good_rows=good_rows, dry_run=dry_run)


@people_app.command("import")
def people_import(
    file: Path,
    kind: Annotated[Kind, typer.Option(help="What the file holds.")],
    marked: Marked = None,
    other_people: OtherPeople = False,
    dry_run: DryRun = False,
    on: On = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Import mentors, teachers in induction, trainees, offers, earlier placements or referrals from CSV or XLSX.

    Example: alongside people import mentors.csv --kind mentors
    """
    _import(kind.value, file, tenant, good_rows=False, other_people=other_people, dry_run=dry_run, marked=marked, on=on)


@imports_app.command("list")
def imports_list(as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """List the files that were sent, the latest first. Example: alongside imports list"""
    with exit_on_error(), connect_to_platform(tenant) as client:
        found = client.get(personas.LEAD, "referral", "/imports")
    if as_json:
        out.print_json(data=found)
        return
    if not found:
        out.print("No file has been sent yet.")
        return
    listed = []
    for file in found:
        rows = _count_rows(file)
        if file["status"] in ("going_in", "going_back"):
            rows += f" ({file['rows_done']} of {file['rows']} recorded)"
        listed.append((file["import_id"], file["kind"], file["status"], rows, file["brought_at"][:16]))
    print_rows(("import", "kind", "status", "rows", "sent at"), listed, texts={"rows"})


@imports_app.command("show")
def imports_show(import_id: str, as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """Show what was found in a file that was sent, line by line, and how far its import is.

    Example: alongside imports show 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        found = client.get(personas.LEAD, "referral", f"/imports/{_id_of(import_id)}")
    if as_json:
        out.print_json(data=found)
        return
    _print_errors(found["errors"])
    _print_table(found["table"])
    out.print(f"{found['kind'].replace('_', ' ')}, {found['status']}: {_count_rows(found)}.", soft_wrap=True)


@imports_app.command("confirm")
def imports_confirm(
    import_id: str,
    good_rows: GoodRows = False,
    other_people: OtherPeople = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Import a file that was checked and waits for confirmation, or continue an import that was interrupted.

    Example: alongside imports confirm 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11
    """
    with exit_on_error(), connect_to_platform(tenant) as client, _row_counter() as progress:
        done = confirm_file(
            client, f"{_id_of(import_id)}", _today(), good_rows=good_rows, other_people=other_people, progress=progress
        )
    out.print(f"{done['new']} new, {done['changed']} changed, {done['unchanged']} unchanged.")


@imports_app.command("undo")
def imports_undo(import_id: str, yes: Yes = False, tenant: Tenant = personas.TENANT) -> None:
    """Undo an import. Refused if later work depends on the imported records.

    Example: alongside imports undo 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        found = client.get(personas.LEAD, "referral", f"/imports/{_id_of(import_id)}")
        if found["status"] in ("waiting", "abandoned"):
            raise NotFound("No row of this file was imported, so there is nothing to undo.")
        if not yes:
            sent = f"{found['kind'].replace('_', ' ')} sent at {found['brought_at'][:16]} ({_count_rows(found)})"
            typer.confirm(f"This takes back every change that the file of {sent} made. Undo the import?", abort=True)
        done = client.post(personas.LEAD, "referral", f"/imports/{import_id}/undo", {"on": today()})
    out.print(f"The import is undone: {_count_records(done['records'])}.", soft_wrap=True)


def _id_of(import_id: str) -> UUID:
    try:
        return UUID(import_id)
    except ValueError:
        raise NotFound("This is no id of an import. `alongside imports list` shows the ids.") from None


def _count_rows(file: dict[str, Any]) -> str:
    """Count the rows of a file as its import did: those that are ready, those to fix, those that are left out."""
    effect = file["will_change"]
    ready = effect["new"] + effect["changed"] + effect["unchanged"]
    skipped = "".join(f", {number} {reason.replace('_', ' ')}" for reason, number in file["skipped"].items())
    return f"{ready} ready, {effect['left_out']} to fix{skipped}"


_RECORDS = {
    "school": "schools",
    "person": "people",
    "offer": "offers",
    "earlier": "trainees' earlier placements",
    "referral": "referrals",
    "calendar": "calendars of schools",
}


def _count_records(records: dict[str, int]) -> str:
    counts = ", ".join(f"{_RECORDS[category]} {number}" for category, number in sorted(records.items()))
    return f"what it recorded or changed is as before ({counts})" if counts else "there was nothing left to take back"


def _import(
    kind: str,
    file: Path,
    tenant: str,
    *,
    good_rows: bool,
    other_people: bool = False,
    dry_run: bool,
    marked: Path | None = None,
    on: str | None = None,
) -> None:
    with exit_on_error(), file.open("rb") as content, connect_to_platform(tenant) as client:
        with _row_counter() as progress:
            done = import_file(
                client,
                kind,
                content,
                _today() if on is None else _day(on),
                good_rows=good_rows,
                other_people=other_people,
                dry_run=dry_run,
                progress=progress,
            )
        if marked is not None and done["errors"]:
            path = f"/imports/{done['import_id']}/marked-copy"
            client.save_file(personas.LEAD, "referral", path, marked)
    _print_errors([*done["errors"], *done["warnings"]])
    _print_table(done["table"])
    out.print(f"Rows: {_count_rows(done)}; {done['outcome']}.", soft_wrap=True)
    if done["stored"] or dry_run:
        _print_schools(done["report"], "Schools" if done["stored"] else "Schools, once it is imported")
    unconfirmed = done["warnings"] and not other_people
    raise typer.Exit(1 if unconfirmed or (done["errors"] and not good_rows) else 0)


def _print_errors(errors: list[dict[str, Any]]) -> None:
    for error in errors:
        out.out(f"line {error['line']}, {error['column'] or 'row'}: {error['message']}", highlight=False)


NAMES_SHOWN = 10


def _print_table(table: dict[str, Any]) -> None:
    """Print which table of the file was read where that is not plain, and which sheets and columns were not."""
    if table["sheet"] is not None or table["heading_line"] > 1:
        sheet = f"sheet “{table['sheet']}”, " if table["sheet"] is not None else ""
        out.out(f"Read: {sheet}headings on line {table['heading_line']}.", highlight=False)
    for what, names in (("sheet", table["other_sheets"]), ("column", table["columns_not_read"])):
        if names:
            more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
            shown = ", ".join(names[:NAMES_SHOWN])
            out.out(f"Not read: {counted_noun(len(names), what)}: {shown}{more}.", highlight=False)


def _print_schools(report: dict[str, Any], title: str) -> None:
    """Print what a schools file changes: counts, then each school that is not simply new."""
    if counts := ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in report["counts"].items()):
        out.print(f"{title}: {counts}.", soft_wrap=True)
    for school in report["schools"]:
        what = school["what"].replace("_", " ")
        successor = f" by {school['successor_urn']}" if "successor_urn" in school else ""
        changes = "; ".join(f"{name} {was} -> {now}" for name, (was, now) in school.get("fields", {}).items())
        fields = f" ({changes})" if changes else ""
        out.out(f"  {school['urn']} {school['name']}: {what}{successor}{fields}", highlight=False)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Give the day as YYYY-MM-DD, such as 2026-07-01.", param_hint="--on") from None


def _today() -> date:
    return date.fromisoformat(today())


@contextmanager
def _row_counter() -> Iterator[Callable[[int, int], None]]:
    """Show how many rows are imported; while the file is only read and checked, no total is known."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Reading", total=None)
        yield lambda rows, done: progress.update(task, description="Importing", completed=done, total=rows)
