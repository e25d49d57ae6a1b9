"""What a partnership's lead does with files at the terminal: bring them in, see what became of them, take one back."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from alongside.cli.console import err, out, speaking
from alongside.cli.operations import AsJson
from alongside.client import confirm_file, import_file, services_of
from alongside.demo import personas

app = typer.Typer()
schools_app = typer.Typer(no_args_is_help=True, help="The schools of the partnership.")
people_app = typer.Typer(no_args_is_help=True, help="Mentors and trainees, and the schools' offers.")
imports_app = typer.Typer(no_args_is_help=True, help="Files that were brought in.")
app.add_typer(schools_app, name="schools")
app.add_typer(people_app, name="people")
app.add_typer(imports_app, name="imports")

Tenant = Annotated[str, typer.Option(help="The partnership to act in.")]
GoodRows = Annotated[bool, typer.Option("--good-rows", help="Import the good rows although others are bad.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong.")]
Marked = Annotated[
    Path | None, typer.Option(help="Where to put the file with its mistakes marked, in its own format, if it has any.")
]


class Kind(StrEnum):
    """What a file about people holds."""

    MENTORS = "mentors"
    TRAINEES = "trainees"
    OFFERS = "offers"
    PLACEMENTS = "placements"


@schools_app.command("import")
def schools_import(
    file: Path, good_rows: GoodRows = False, dry_run: DryRun = False, tenant: Tenant = personas.TENANT
) -> None:
    """Import schools from a GIAS extract, or a newer one. Example: alongside schools import edubasealldata.csv"""
    _import("schools", file, tenant, good_rows=good_rows, dry_run=dry_run)


@schools_app.command("links")
def schools_links(
    file: Path, good_rows: GoodRows = False, dry_run: DryRun = False, tenant: Tenant = personas.TENANT
) -> None:
    """Let successors take over from closed schools. Example: alongside schools links links_edubasealldata.csv"""
    _import("school_links", file, tenant, good_rows=good_rows, dry_run=dry_run)


@people_app.command("import")
def people_import(
    file: Path,
    kind: Annotated[Kind, typer.Option(help="What the file holds.")],
    marked: Marked = None,
    dry_run: DryRun = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Import mentors, trainees, offers or earlier placements from CSV or XLSX.

    Example: alongside people import mentors.csv --kind mentors
    """
    _import(kind.value, file, tenant, good_rows=False, dry_run=dry_run, marked=marked)


@imports_app.command("list")
def imports_list(as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """The files that were brought, the latest first. Example: alongside imports list"""
    with speaking(), services_of(tenant) as services:
        found = services.get(personas.LEAD, "referral", "/imports")
    if as_json:
        out.print_json(data=found)
        return
    table = Table("import", "kind", "status", "rows in", "brought at")
    for one in found:
        rows = f"{one['rows_done']} of {one['rows']}"
        table.add_row(one["import_id"], one["kind"], one["status"], rows, one["brought_at"][:16])
    out.print(table if found else "No file was brought yet.")


@imports_app.command("confirm")
def imports_confirm(import_id: str, good_rows: GoodRows = False, tenant: Tenant = personas.TENANT) -> None:
    """Let a file in that waits, or go on with one that was broken off.

    Example: alongside imports confirm 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11
    """
    with speaking(), services_of(tenant) as services, _bar() as moved:
        done = confirm_file(services, import_id, _today(), good_rows=good_rows, progress=moved)
    out.print(f"{done['new']} new, {done['changed']} changed, {done['unchanged']} unchanged.")


@imports_app.command("undo")
def imports_undo(
    import_id: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Take back what an import did; refused where something was built on it.

    Example: alongside imports undo 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11
    """
    if not yes:
        typer.confirm("Everything that this file said is taken back. Undo it?", abort=True)
    with speaking(), services_of(tenant) as services:
        services.post(personas.LEAD, "referral", f"/imports/{import_id}/undo", {"on": f"{_today()}"})
    out.print("Undone.")


def _import(kind: str, file: Path, tenant: str, *, good_rows: bool, dry_run: bool, marked: Path | None = None) -> None:
    with speaking():
        content = file.read_bytes()
        with services_of(tenant) as services:
            with _bar() as moved:
                done = import_file(
                    services, kind, content, _today(), good_rows=good_rows, dry_run=dry_run, progress=moved
                )
            if marked is not None and done["errors"]:
                path = f"/imports/{done['import_id']}/marked-copy"
                marked.write_bytes(services.get_file(personas.LEAD, "referral", path))
    for error in done["errors"]:
        sys.stdout.write(f"line {error['line']}, {error['column'] or 'row'}: {error['message']}\n")
    effect = done["will_change"]
    ready = effect["new"] + effect["changed"] + effect["unchanged"]
    skipped = "".join(f", {number} {reason.replace('_', ' ')}" for reason, number in done["skipped"].items())
    out.print(f"Rows: {ready} ready, {effect['left_out']} to fix{skipped}; {done['outcome']}.", soft_wrap=True)
    _tell_schools(done["report"])
    raise typer.Exit(1 if done["errors"] and not good_rows else 0)


def _tell_schools(report: dict[str, Any]) -> None:
    if told := ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in report["counts"].items()):
        out.print(f"Schools: {told}.", soft_wrap=True)
    for school in report["schools"]:
        what = school["what"].replace("_", " ")
        by = f" by {school['successor_urn']}" if "successor_urn" in school else ""
        fields = "; ".join(f"{name} {was} -> {now}" for name, (was, now) in school.get("fields", {}).items())
        sys.stdout.write(f"  {school['urn']} {school['name']}: {what}{by}{f' ({fields})' if fields else ''}\n")


def _today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of the rows that are in; without a total it only shows that something goes on."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Reading", total=None)
        yield lambda done, rows: progress.update(task, description="Importing", completed=done, total=rows)
