"""Print the result of the season run: scenarios, pairs and why, the repair after a departure, second placements."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from alongside.demo.autumn_report import print_refused, report_table
from alongside.demo.season import DROPS_OUT_ON, Answer, SeasonResult
from alongside.demo.steps import FIRST_MONDAY
from shared.wording import counted_noun

EXPLAINED = 3
"""Number of pairs that are explained rule by rule: those with the highest cost."""


def print_season(season: SeasonResult, console: Console) -> None:
    """Print the whole result with people's names, as a partnership lead may see it."""
    first, last = season.rounds[0], season.rounds[-1]
    console.rule("A placement season of the demo partnership")
    console.print(
        "Schools changed their offers:", *(f"\n  {change}" for change in season.offers_changed), highlight=False
    )
    console.print(_scenarios(season.scenarios))
    console.print(
        f"Round 1 placed {first['placed']} of {counted_noun(first['placed'] + first['unplaced'], 'trainee')}: "
        f"a proven optimum ({first['solver'].replace('_', ' ')}). One mentor refused. Round 2 placed "
        f"{last['placed']} of the {counted_noun(last['placed'] + last['unplaced'], 'trainee')} left.",
        highlight=False,
    )
    console.print(_explained(first["pairs"], season))
    console.print(_unplaced(last["unplaced_trainees"], season))
    leaver, *_ = season.departures
    leaves = season.schools[leaver["school_urn"]]["name"]
    console.rule(f"{DROPS_OUT_ON:%A %d %B}: {leaves} drops out, lessons begin on {FIRST_MONDAY:%A}")
    console.print(_departures(season.departures, season))
    console.print(_moves(season.preview["changes"], season))
    console.print(
        f"{counted_noun(season.preview['moved'], 'pair ends', 'pairs end')}, the fewest possible. Afterwards "
        f"{counted_noun(season.open_relationships, 'mentoring relationship is', 'mentoring relationships are')} open.",
        highlight=False,
    )
    console.rule("Spring: a second placement that contrasts with the first")
    console.print(_second(season.spring["pairs"], season))
    console.print(_summary(season.spring), highlight=False)
    print_refused(season.refused, console)


def _scenarios(compared: Answer) -> Table:
    table = report_table(
        "Scenarios, before anything was proposed",
        "scenario",
        "placed",
        "unplaced",
        "minutes, mean",
        "longest",
        "change",
    )
    changed = [None, *(len(change["trainees"]) for change in compared["changes"])]
    for one, changes in zip(compared["scenarios"], changed, strict=True):
        travel = (f"{one['travel_mean_minutes']}", f"{one['travel_longest_minutes']}")
        table.add_row(
            one["name"],
            f"{one['placed']}",
            f"{one['unplaced']}",
            *travel,
            "" if changes is None else f"{counted_noun(changes, 'trainee has', 'trainees have')} another pair",
        )
    return table


def _explained(pairs: Iterable[Answer], season: SeasonResult) -> Table:
    table = report_table("Why these pairs", "trainee", "mentor, school", "what counts against it", "next best")
    costliest = sorted(pairs, key=lambda pair: (-pair["cost"], pair["trainee_id"]))[:EXPLAINED]
    for pair in costliest:
        why = pair["why"]
        terms = [f"{term['title']} +{term['cost']}: {term['words']}" for term in why["terms"] if term["cost"]]
        next_best = why.get("others_stay") or why.get("others_move")
        table.add_row(
            season.names[pair["trainee_id"]],
            f"{season.names[pair['mentor_id']]}, {pair['school_name']}",
            "\n".join(terms) or "nothing",
            next_best["words"] if next_best else "there is none",
        )
    return table


def _unplaced(trainees: Iterable[Answer], season: SeasonResult) -> Table:
    table = report_table("Not placed: why, and the smallest change that would help", "trainee", "why", "would help")
    for one in sorted(trainees, key=lambda one: season.names[one["trainee_id"]]):
        table.add_row(
            season.names[one["trainee_id"]],
            one["explanation"],
            "\n".join(remedy["words"] for remedy in one["remedies"]) or "no single change",
        )
    return table


def _departures(departures: Iterable[Answer], season: SeasonResult) -> Table:
    columns = ("school", "pairs broken", "placed elsewhere", "left without a place", "others who move")
    table = report_table("What breaks if a school leaves", *columns)
    leaver, *others = departures
    for one in (leaver, *sorted(others, key=lambda one: (-one["broken"], season.schools[one["school_urn"]]["name"]))):
        figures = (one["broken"], one["placed_elsewhere"], one["lost"], one["moved_too"])
        table.add_row(season.schools[one["school_urn"]]["name"], *(f"{figure}" for figure in figures))
    return table


def _moves(changes: Iterable[Answer], season: SeasonResult) -> Table:
    table = report_table("Who moves, and why", "trainee", "from", "to", "why")
    for one in sorted(changes, key=lambda one: season.names[one["trainee_id"]]):
        table.add_row(
            season.names[one["trainee_id"]], _place(one["before"], season), _place(one["after"], season), one["words"]
        )
    return table


def _place(at: Mapping[str, str] | None, season: SeasonResult) -> str:
    return f"{season.names[at['mentor_id']]}, {season.schools[at['school_urn']]['name']}" if at else "none"


def _second(pairs: Iterable[Answer], season: SeasonResult) -> Table:
    table = report_table("First and second placement", "trainee", "autumn", "spring", "how alike")
    for pair in pairs:
        first = season.schools[season.autumn_pairs[pair["trainee_id"]]["school_urn"]]
        second = season.schools[pair["school_urn"]]
        like = next((term["words"] for term in pair["why"]["terms"] if term["rule"] == "contrast"), "")
        like = like.partition(" like ")[0]  # what follows lists the factors
        table.add_row(season.names[pair["trainee_id"]], _kind(first), _kind(second), like)
    return table


def _summary(spring: Answer) -> str:
    reasons = Counter(one["reason"].replace("_", " ") for one in spring["unplaced_trainees"])
    why = ", ".join(f"{many} ({reason})" for reason, many in reasons.most_common())
    return (
        f"{spring['placed']} of {spring['placed'] + spring['unplaced']} are placed at a second school, none at the "
        f"first; not placed: {why or 'nobody'}."
    )


def _kind(school: Answer) -> str:
    pupils = counted_noun(school["pupils"], "pupil")
    return f"{school['name']}: {school['phase']}, {pupils}, {school['percentage_fsm']:g} % free meals"
