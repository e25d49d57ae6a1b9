"""A season on a terminal: what was compared, who was placed and why, who moved when a school left, what came second."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from alongside.demo.autumn_report import a_table, print_refused
from alongside.demo.season import DROPS_OUT_ON, Answer, Season
from alongside.demo.steps import FIRST_MONDAY

EXPLAINED = 3
"""How many pairs are explained rule by rule: those that cost most."""


def print_season(season: Season, console: Console) -> None:
    """Everything that the season came to, with names for those who may see them."""
    first, last = season.rounds[0], season.rounds[-1]
    console.rule("A placement season of the demo partnership")
    console.print("Schools changed their minds:", *(f"\n  {said}" for said in season.minds), highlight=False)
    console.print(_scenarios(season.scenarios))
    console.print(
        f"Round 1 placed {first['placed']} of {first['placed'] + first['unplaced']} trainees: a proven optimum "
        f"({first['solver'].replace('_', ' ')}, {first['status']}). One mentor said no; round 2 placed "
        f"{last['placed']} of the {last['placed'] + last['unplaced']} who were left.",
        highlight=False,
    )
    console.print(_explained(first["pairs"], season))
    console.print(_left_over(last["unplaced_trainees"], season))
    console.rule(f"{DROPS_OUT_ON:%A %d %B}: a school drops out, lessons begin on {FIRST_MONDAY:%A}")
    console.print(_departures(season.departures, season))
    console.print(_moves(season.preview["changes"], season))
    console.print(
        f"{season.preview['moved']} pairs are parted and no other: the fewest that can be. "
        f"{season.kept} mentoring relationships go on.",
        highlight=False,
    )
    console.rule("Spring: a second placement that contrasts with the first")
    console.print(_second(season.second["pairs"], season))
    console.print(_in_spring(season.second), highlight=False)
    print_refused(season.refused, console)


def _scenarios(compared: Answer) -> Table:
    found = a_table(
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
        found.add_row(
            one["name"],
            f"{one['placed']}",
            f"{one['unplaced']}",
            *travel,
            "" if changes is None else f"{changes} trainees have another pair",
        )
    return found


def _explained(pairs: Iterable[Answer], season: Season) -> Table:
    found = a_table("Why these pairs", "trainee", "mentor, school", "what counts against it", "next best")
    dearest = sorted(pairs, key=lambda pair: (-pair["cost"], pair["trainee_id"]))[:EXPLAINED]
    for pair in dearest:
        why = pair["why"]
        terms = [f"{term['title']} +{term['cost']}: {term['words']}" for term in why["terms"] if term["cost"]]
        next_best = why.get("others_stay") or why.get("others_move")
        found.add_row(
            season.names[pair["trainee_id"]],
            f"{season.names[pair['mentor_id']]}, {pair['school_name']}",
            "\n".join(terms) or "nothing",
            next_best["words"] if next_best else "there is none",
        )
    return found


def _left_over(rest: Iterable[Answer], season: Season) -> Table:
    found = a_table("Not placed: what binds, and the smallest change that would help", "trainee", "why", "would help")
    for one in sorted(rest, key=lambda one: season.names[one["trainee_id"]]):
        found.add_row(
            season.names[one["trainee_id"]],
            one["explanation"],
            "\n".join(remedy["words"] for remedy in one["remedies"]) or "nothing that was looked for",
        )
    return found


def _departures(departures: Iterable[Answer], season: Season) -> Table:
    columns = ("school", "pairs broken", "placed elsewhere", "left without", "others move")
    found = a_table("What breaks if a school leaves", *columns)
    for one in departures:
        figures = (one["broken"], one["placed_elsewhere"], one["lost"], one["moved_too"])
        found.add_row(season.schools[one["school_urn"]]["name"], *(f"{figure}" for figure in figures))
    return found


def _moves(changes: Iterable[Answer], season: Season) -> Table:
    found = a_table("Who moves, and why", "trainee", "from", "to", "why")
    for one in sorted(changes, key=lambda one: season.names[one["trainee_id"]]):
        found.add_row(
            season.names[one["trainee_id"]], _place(one["before"], season), _place(one["after"], season), one["words"]
        )
    return found


def _place(at: Mapping[str, str] | None, season: Season) -> str:
    return f"{season.names[at['mentor_id']]}, {season.schools[at['school_urn']]['name']}" if at else "none"


def _second(pairs: Iterable[Answer], season: Season) -> Table:
    found = a_table("First and second placement", "trainee", "autumn", "spring", "how alike")
    for pair in pairs:
        first = season.schools[season.first[pair["trainee_id"]]["school_urn"]]
        second = season.schools[pair["school_urn"]]
        like = next((term["words"] for term in pair["why"]["terms"] if term["rule"] == "contrast"), "")
        like = like.partition(" like ")[0]  # the words go on, factor by factor
        found.add_row(season.names[pair["trainee_id"]], _kind(first), _kind(second), like)
    return found


def _in_spring(found: Answer) -> str:
    reasons = Counter(one["reason"].replace("_", " ") for one in found["unplaced_trainees"])
    why = ", ".join(f"{many} because of {reason}" for reason, many in reasons.most_common())
    return (
        f"{found['placed']} of {found['placed'] + found['unplaced']} are placed at a second school, none at the first; "
        f"not placed: {why or 'nobody'}."
    )


def _kind(school: Answer) -> str:
    return f"{school['name']}: {school['phase']}, {school['pupils']} pupils, {school['percentage_fsm']:g} % free meals"
