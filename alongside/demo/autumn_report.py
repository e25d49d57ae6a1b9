"""Print the report of the autumn run: on one screen, or in full with every placement, meeting and refusal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import mean
from typing import Any

from rich.box import HEAVY_HEAD, SIMPLE_HEAD, Box
from rich.console import Console
from rich.table import Column, Table

from alongside.demo.autumn import AutumnResult
from alongside.demo.others import OtherMentoring
from alongside.demo.term import Term
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
    console.print(_summary(result, placed))
    if not in_full:
        console.print(_meetings_in_short(schools))
        refused = f"{counted_noun(len(result.refused), 'attempt was', 'attempts were')} refused, each with a reason."
        console.print(f"{refused} Every pair, story and refusal: `alongside demo --full`.", soft_wrap=True)
        return
    console.print(_pairs(placed, names))
    console.print(_unplaced([placement for placement in placements if placement["standing"] != "placed"], names))
    console.print(_meetings(schools))
    console.print(_progress(report["progress"]["standards"]))
    console.print(_others(result.others, names))
    for other in result.others:
        console.print(_story(other))
    print_refused(result.refused, console)


def _summary(result: AutumnResult, placed: Sequence[Mapping[str, Any]]) -> Table:
    """What happened in the term, a sentence or two for each subject."""
    table = Table.grid(padding=(0, 2))
    sentences = {
        "Placed": _placed(result, placed),
        "Mentors": _mentors(result),
        "Meetings": _planned_and_held(result),
        "Trainees' own": _items(result.term),
        "Confidence": _confidence(result.term),
        "Reviews": _reviews(result.term),
        "Assessments": _assessments(result),
        "Days": _days(result.term),
        **{other.title: f"{other.how_it_went}." for other in result.others},
    }
    for subject, sentence in sentences.items():
        table.add_row(subject, sentence)
    return table


def _placed(result: AutumnResult, placed: Sequence[Mapping[str, Any]]) -> str:
    report = result.report
    reasons = sorted(report["unplaced_by_reason"].items(), key=lambda each: (-each[1], each[0]))
    why = ", ".join(f"{many} ({reason.replace('_', ' ')})" for reason, many in reasons)
    broken_off = [each for each in result.relationships if each["ended_because"] == "ended_by_them"]
    again = sum(
        each["trainee_id"] == ended["trainee_id"] and each["mentor_id"] != ended["mentor_id"]
        for ended in broken_off
        for each in result.relationships
        if not each["ended_because"]
    )
    trainees = counted_noun(len(report["placements"]), "trainee")
    return (
        f"{len(placed)} of {trainees}; not placed: {why}. {len(broken_off)} broke off with their mentor; a new round "
        f"found another one for {again}."
    )


def _mentors(result: AutumnResult) -> str:
    load = result.report["caseload"]
    agreed = sum(each["agreed_on"] is not None for each in result.relationships)
    hours = f"{load['hours_a_week']:g} of {counted_noun(load['capacity_hours'], 'hour')} a week"
    return (
        f"{load['mentoring']} of {load['mentors']} have {counted_noun(load['relationships'], 'trainee')}, for {hours}, "
        f"{load['over_capacity'] or 'none'} over capacity; both have signed {counted_noun(agreed, 'agreement')}."
    )


def _planned_and_held(result: AutumnResult) -> str:
    due, held, missed, unknown = (
        sum(school[what] for school in result.report["meetings_by_school"])
        for what in ("due", "due_held", "missed", "not_recorded")
    )
    planned = result.term.planned
    return (
        f"{held} of {due} due were held, {missed} missed, {unknown} not recorded. "
        f"{counted_noun(planned['moved'], 'was', 'were')} moved to another day, {planned['paused']} more fell into a "
        "pause."
    )


def _items(term: Term) -> str:
    kinds = {
        "observation": ("observed lesson", "observed lessons"),
        "feedback": ("piece of feedback", "pieces of feedback"),
        "journal_entry": ("entry of a journal", "entries of a journal"),
    }
    parts = (
        f"{term.released[kind, 'tutor']} of {counted_noun(term.items[kind], *nouns)}" for kind, nouns in kinds.items()
    )
    return f"{', '.join(parts)} are released to the tutor; the others stay with the trainee."


def _confidence(term: Term) -> str:
    first, last = (mean(each[nth] for each in term.confidence) for nth in (0, 1))
    return (
        f"{counted_noun(term.measures['end'], 'trainee')} said at the beginning and at the end how sure they feel. "
        f"The {len(term.confidence)} who let the lead read it went from {first:.1f} to {last:.1f} of 10."
    )


def _reviews(term: Term) -> str:
    reviewed = term.reviewed.total() - term.reviewed[0]
    decided = ", ".join(f"{decision} {many}" for decision, many in sorted(term.last_reviews.items()))
    return (
        f"{counted_noun(reviewed, 'relationship')}, {reviewed - term.reviewed[1]} of them twice; in the end: {decided}."
    )


def _assessments(result: AutumnResult) -> str:
    counts, plans = result.term.assessments, result.term.support_plans
    trainees = counted_noun(result.report["progress"]["trainees_assessed"], "trainee")
    returned = counted_noun(counts["returned"], "was", "were")
    return (
        f"{counts['submitted']}, of {trainees}; {returned} sent back, {counts['corrected']} corrected after an appeal. "
        f"{counted_noun(plans.total(), 'support plan')}, for those not on track: {', '.join(plans)}."
    )


def _days(term: Term) -> str:
    logged, confirmed, accepted = (term.half_days[state] // 2 for state in ("logged", "confirmed", "accepted"))
    return (
        f"{logged + confirmed + accepted:,} in all: {accepted:,} accepted by the tutor, {confirmed:,} confirmed by "
        f"the school, {logged or 'none'} waiting for it."
    )


def report_table(title: str, *columns: str, frame: Box = HEAVY_HEAD) -> Table:
    """Make an empty table in the style of the reports."""
    whole = (Column(name, overflow="fold") for name in columns)  # a name is broken rather than cut
    return Table(*whole, title=title, title_justify="left", title_style="bold", highlight=False, box=frame)


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
    columns = ("school", "trainees", "due", "held", "missed", "not recorded")
    table = report_table("Meetings by school", *columns, frame=SIMPLE_HEAD)
    for school in sorted(schools, key=lambda school: str(school["school_name"])):
        figures = (school[what] for what in ("relationships", "due", "held", "missed", "not_recorded"))
        table.add_row(school["school_name"], *(f"{figure}" for figure in figures))
    return table


def _others(others: Iterable[OtherMentoring], names: Mapping[str, str]) -> Table:
    table = report_table("Other kinds of mentoring", "programme", "mentor", "mentee", "how it went")
    for other in others:
        people = other.relationship
        table.add_row(other.title, names[people["mentor_id"]], names[people["trainee_id"]], other.how_it_went)
    return table


def _story(other: OtherMentoring) -> Table:
    table = report_table(f"{other.title}, as the mentee sees it", "day", "what happened", "seen by")
    for line in other.story:
        table.add_row(line["on"], line["what"], line["seen_by"])
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
