"""Print the report of the autumn run: a summary first, then placements, meetings and progress as tables."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from alongside.demo.autumn import AutumnResult

JUDGEMENTS = ("on_track", "needs_support", "not_on_track")


def print_autumn(result: AutumnResult, console: Console) -> None:
    """Print the whole report with people's names, as a partnership lead may see it."""
    report, names = result.report, result.names
    placements = sorted(
        report["placements"], key=lambda placement: (names[placement["trainee_id"]], placement["trainee_id"])
    )
    placed = [placement for placement in placements if placement["standing"] == "placed"]
    programme = report["programme"]
    console.rule(f"{programme['title']}, {programme['academic_year']}, as of {report['as_of']}")
    schools = report["meetings_by_school"]
    due, held = (sum(school[what] for school in schools) for what in ("due", "due_held"))
    console.print(
        f"{len(placed)} of {len(placements)} trainees are placed; {held} of {due} meetings due were held; "
        f"{report['progress']['trainees_assessed']} trainees have an interim assessment."
    )
    agreed = sum(one["agreed_on"] is not None for one in result.relationships)
    broken_off = sum(one["ended_because"] == "ended_by_them" for one in result.relationships)
    console.print(f"{agreed} pairs have signed an agreement; {broken_off} mentee broke off, and has another mentor.")
    console.print(_pairs(placed, names))
    console.print(_unplaced([placement for placement in placements if placement["standing"] != "placed"], names))
    console.print(_meetings(schools))
    console.print(_progress(report["progress"]["standards"]))
    load = report["caseload"]
    console.print(
        f"Mentors: {load['mentoring']} of {load['mentors']} mentor {load['relationships']} trainees, for "
        f"{load['hours_a_week']:g} of {load['capacity_hours']:g} hours a week; {load['over_capacity']} over capacity."
    )
    print_refused(result.refused, console)


def report_table(title: str, *columns: str) -> Table:
    """Make an empty table in the style of the reports."""
    whole = (Column(name, overflow="fold") for name in columns)  # a name is broken rather than cut
    return Table(*whole, title=title, title_justify="left", title_style="bold", highlight=False)


def _pairs(placed: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    table = report_table("Placed", "trainee", "subject", "mentor", "school", "minutes")
    for placement in placed:
        table.add_row(
            names[placement["trainee_id"]],
            placement["subject"].replace("-", " "),
            names[placement["mentor_id"]],
            placement["school_name"],
            f"{placement['travel_minutes']}",
        )
    return table


def _unplaced(placements: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    table = report_table("Not placed, and why", "trainee", "subject", "why")
    for placement in placements:
        table.add_row(
            names[placement["trainee_id"]],
            placement["subject"].replace("-", " "),
            placement["explanation"] or placement["standing"],
        )
    return table


def _meetings(schools: Iterable[Mapping[str, Any]]) -> Table:
    columns = ("school", "trainees", "due", "held", "missed", "not recorded", "weeks with a meeting not recorded")
    table = report_table("Meetings by school", *columns)
    for school in sorted(schools, key=lambda school: str(school["school_name"])):
        figures = (school[what] for what in ("relationships", "due", "held", "missed", "not_recorded"))
        table.add_row(school["school_name"], *(f"{figure}" for figure in figures), weeks(school["missing_weeks"]))
    return table


def weeks(first_days: Iterable[str]) -> str:
    """Write the weeks that begin on these days: 14 Sep, 21 Sep."""
    return ", ".join(f"{day.day} {day:%b}" for day in map(date.fromisoformat, first_days))


def _progress(standards: Mapping[str, Mapping[str, int]]) -> Table:
    table = report_table(
        "Interim assessment by Teachers' Standard", "standard", "on track", "needs support", "not on track"
    )
    for standard, counts in sorted(standards.items()):
        table.add_row(standard, *(f"{counts[judgement]}" for judgement in JUDGEMENTS))
    return table


def print_refused(refused: Iterable[tuple[str, str]], console: Console) -> None:
    """Print what was tried and refused, with the sentence of each refusal."""
    table = report_table("What the platform refused on the way", "attempt", "refusal")
    for attempt, refusal in refused:
        table.add_row(attempt, refusal)
    console.print(table)
