"""Print the report of the autumn run: on one screen, or in full with every placement, meeting and refusal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from alongside.demo.autumn import AutumnResult
from alongside.demo.others import OtherMentoring
from shared.wording import counted_noun

JUDGEMENTS = ("on_track", "needs_support", "not_on_track")


def print_autumn(result: AutumnResult, console: Console, *, in_full: bool = False) -> None:
    """Print the report with people's names, as a partnership lead may see it: on one screen, or `in_full`."""
    report, names = result.report, result.names
    placements = sorted(
        report["placements"], key=lambda placement: (names[placement["trainee_id"]], placement["trainee_id"])
    )
    placed = [placement for placement in placements if placement["standing"] == "placed"]
    programme, schools = report["programme"], report["meetings_by_school"]
    console.rule(f"{programme['title']}, {programme['academic_year']}, as of {report['as_of']}")
    for sentence in _sentences(result, placed):
        console.print(sentence, soft_wrap=True)
    if not in_full:
        console.print(_meetings_in_short(schools))
        console.print("Every pair, every reason and every refusal: `alongside demo --full`.")
        return
    console.print(_pairs(placed, names))
    console.print(_unplaced([placement for placement in placements if placement["standing"] != "placed"], names))
    console.print(_others(result.others, names))
    console.print(_meetings(schools))
    console.print(_progress(report["progress"]["standards"]))
    print_refused(result.refused, console)


def _sentences(result: AutumnResult, placed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What happened in the term, a sentence for each subject."""
    report, days, observations, assessed = result.report, result.days, result.observations, result.assessments
    due, held, missed, unknown = (
        sum(school[what] for school in report["meetings_by_school"])
        for what in ("due", "due_held", "missed", "not_recorded")
    )
    agreed = sum(each["agreed_on"] is not None for each in result.relationships)
    broken_off = sum(each["ended_because"] == "ended_by_them" for each in result.relationships)
    load, others = report["caseload"], ", ".join(other.title for other in result.others)
    trainees = counted_noun(len(report["placements"]), "trainee")
    yield f"{len(placed)} of {trainees} are placed; each of the others has a reason."
    yield (
        f"{counted_noun(agreed, 'pair has', 'pairs have')} signed an agreement; "
        f"{counted_noun(broken_off, 'mentee broke off, and has', 'mentees broke off, and have')} another mentor."
    )
    yield (
        f"{held} of {counted_noun(due, 'meeting')} due were held, {counted_noun(missed, 'was', 'were')} missed, "
        f"{counted_noun(unknown, 'is', 'are')} not recorded."
    )
    yield (
        f"{counted_noun(sum(observations.values()), 'lesson was', 'lessons were')} observed: "
        f"{counted_noun(observations['released'], 'trainee lets', 'trainees let')} their tutor read it, "
        f"{counted_noun(observations['kept'], 'keeps', 'keep')} it."
    )
    yield (
        f"{counted_noun(report['progress']['trainees_assessed'], 'trainee is', 'trainees are')} assessed by all eight "
        "Teachers' Standards."
    )
    yield (
        f"{counted_noun(assessed['returned'], 'assessment was', 'assessments were')} sent back and written anew, "
        f"{counted_noun(assessed['upheld'], 'was', 'were')} corrected after an appeal; "
        f"{counted_noun(assessed['achieved'], 'support plan was', 'support plans were')} achieved."
    )
    yield (
        f"Schools confirmed {counted_noun(days['confirmed'], 'day')} of {days['logged']:,}; "
        f"{counted_noun(days['accepted'], 'is', 'are')} accepted."
    )
    yield (
        f"{load['mentoring']} of {counted_noun(load['mentors'], 'mentor')} have "
        f"{counted_noun(load['relationships'], 'mentee')}, for {load['hours_a_week']:g} of "
        f"{counted_noun(load['capacity_hours'], 'hour')} a week; {load['over_capacity']} over capacity."
    )
    yield f"Other kinds of mentoring, one pair each: {others}."
    attempts = counted_noun(len(result.refused), "attempt was", "attempts were")
    yield f"{attempts} refused, each with a sentence that says why."


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


def _meetings_in_short(schools: Iterable[Mapping[str, Any]]) -> Table:
    table = report_table("Meetings by school", "school", "trainees", "due", "held", "missed", "not recorded")
    for school in sorted(schools, key=lambda school: str(school["school_name"])):
        figures = (school[what] for what in ("relationships", "due", "held", "missed", "not_recorded"))
        table.add_row(school["school_name"], *(f"{figure}" for figure in figures))
    return table


def _others(others: Iterable[OtherMentoring], names: Mapping[str, str]) -> Table:
    table = report_table("Other kinds of mentoring", "programme", "mentor", "what", "mentee")
    for other in others:
        people = other.relationship
        table.add_row(other.title, names[people["mentor_id"]], other.sentence, names[people["trainee_id"]])
    return table


def _progress(standards: Mapping[str, Mapping[str, int]]) -> Table:
    table = report_table(
        "Last assessment by Teachers' Standard", "standard", "on track", "needs support", "not on track"
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
