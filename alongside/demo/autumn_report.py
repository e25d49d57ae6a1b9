"""The partnership's report on a terminal: a sentence first, then what needs somebody, then the tables."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from alongside.demo.autumn import Walked

JUDGEMENTS = ("on_track", "needs_support", "not_on_track")


def print_report(walked: Walked, console: Console) -> None:
    """Everything the partnership can answer for, with names for those who may see them."""
    report, names = walked.report, walked.names
    placements = sorted(report["placements"], key=lambda one: (names[one["trainee_id"]], one["trainee_id"]))
    placed = [one for one in placements if one["standing"] == "placed"]
    programme = report["programme"]
    console.rule(f"{programme['title']}, {programme['academic_year']}, as of {report['as_of']}")
    schools = report["meetings_by_school"]
    due, held = (sum(school[what] for school in schools) for what in ("due", "held"))
    console.print(
        f"{len(placed)} of {len(placements)} trainees are placed; {held} of {due} meetings due were held; "
        f"{report['progress']['trainees_assessed']} trainees have an interim assessment."
    )
    console.print(_pairs(placed, names))
    console.print(_unplaced([one for one in placements if one["standing"] != "placed"], names))
    console.print(_meetings(schools))
    console.print(_progress(report["progress"]["standards"]))
    load = report["caseload"]
    console.print(
        f"Mentoring: {load['relationships']} relationships, {load['mentoring']} of {load['mentors']} mentors, "
        f"{load['hours_a_week']:g} of {load['capacity_hours']:g} hours a week; {load['over_capacity']} over capacity."
    )
    print_refused(walked.refused, console)


def a_table(title: str, *columns: str) -> Table:
    """An empty table."""
    return Table(*columns, title=title, title_justify="left", title_style="bold", highlight=False)


def _pairs(placed: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    table = a_table("Placed", "trainee", "subject", "mentor", "school", "minutes")
    for one in placed:
        table.add_row(
            names[one["trainee_id"]],
            one["subject"].replace("-", " "),
            names[one["mentor_id"]],
            one["school_name"],
            f"{one['travel_minutes']}",
        )
    return table


def _unplaced(rest: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    table = a_table("Not placed, and why", "trainee", "subject", "why")
    for one in rest:
        table.add_row(names[one["trainee_id"]], one["subject"].replace("-", " "), one["explanation"] or one["standing"])
    return table


def _meetings(schools: Iterable[Mapping[str, Any]]) -> Table:
    table = a_table("Meetings by school", "school", "trainees", "due", "held", "missed", "not recorded")
    for school in sorted(schools, key=lambda one: str(one["school_name"])):
        figures = (school[what] for what in ("relationships", "due", "held", "missed", "not_recorded"))
        table.add_row(school["school_name"], *(f"{figure}" for figure in figures))
    return table


def _progress(standards: Mapping[str, Mapping[str, int]]) -> Table:
    table = a_table("Interim assessment by Teachers' Standard", "standard", "on track", "needs support", "not on track")
    for standard, counts in sorted(standards.items()):
        table.add_row(standard, *(f"{counts[judgement]}" for judgement in JUDGEMENTS))
    return table


def print_refused(refused: Iterable[tuple[str, str]], console: Console) -> None:
    """What was tried and must not be done, and what was said to it."""
    table = a_table("What the platform refused on the way", "what was tried", "what it said")
    for what, said in refused:
        table.add_row(what, said)
    console.print(table)
