"""Match trainees with mentors in rounds, as the partnership lead, and show rounds with people's names.

Matching knows people by id only; their names come from referral.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.names import ERASED, find_programme_id, names_of_people, school_names
from alongside.cli.options import AsJson, On, Tenant, today
from alongside.cli.tables import print_rows
from alongside.client import PlatformClient, connect_to_platform
from alongside.demo import personas
from shared.sheets import sheet

app = typer.Typer()
rounds_app = typer.Typer(no_args_is_help=True, help="Rounds of matching: who was placed where, and why.")
app.add_typer(rounds_app, name="rounds")

Programme = Annotated[str, typer.Argument(help="The programme's title or id.")]

PAGE = 1000
COLUMNS = ("trainee", "mentor", "school", "subject", "minutes", "standing", "why", "next_best", "would_help")


@rounds_app.command("list")
def rounds_list(as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """List rounds and scenarios, and how many trainees each has placed. Example: alongside rounds list"""
    with exit_on_error(), connect_to_platform(tenant) as client:
        found = list(_pages(client, "/rounds", "round_id"))
        found += (
            scenario | {"round_id": scenario["scenario_id"], "kind": "scenario"}
            for scenario in _pages(client, "/scenarios", "scenario_id")
        )
    if as_json:
        out.print_json(data=found)
        return
    if not found:
        out.print("There is no round yet.")
        return
    rows = []
    for round_ in sorted(found, key=lambda round_: round_["asked_at"]):
        counts = ("" if round_[count] is None else f"{round_[count]}" for count in ("placed", "unplaced"))
        of = (round_["round_id"], round_["kind"], round_.get("name") or "", round_["state"], round_["asked_on"])
        rows.append((*of, *counts))
    print_rows(("round", "kind", "name", "state", "on", "placed", "not placed"), rows, texts={"name"})


@rounds_app.command("solve")
def rounds_solve(programme: Programme, on: On = None, tenant: Tenant = personas.TENANT) -> None:
    """Match all waiting trainees of a programme and propose the pairs.

    Example: alongside rounds solve "Autumn placement" --on 2026-07-01
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        body = {"programme_id": find_programme_id(client, programme), "on": on or today()}
        _print_outcome(client.post(personas.LEAD, "matching", "/rounds", body))


@rounds_app.command("try")
def rounds_try(
    programme: Programme,
    name: Annotated[str, typer.Argument(help="What to call the scenario.")],
    variant: Annotated[str, typer.Option(help="The weights, rules and offers to change, as JSON.")] = "{}",
    on: On = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Solve a scenario: a round with other weights, rules or offers, which proposes nothing to anybody.

    Example: alongside rounds try "Autumn placement" "Shorter journeys" --variant '{"weights": {"travel": 3}}'
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        body = {"programme_id": find_programme_id(client, programme), "on": on or today(), "name": name}
        _print_outcome(client.post(personas.LEAD, "matching", "/scenarios", body | {"variant": _json(variant)}))


@rounds_app.command("compare")
def rounds_compare(scenarios: list[str], as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """Compare scenarios, given by their ids, in one table.

    Example: alongside rounds compare 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11 0d8f7a2e-5a0c-5f0c-9d5e-3f1f5a6b7c8d
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        found = client.get(personas.LEAD, "matching", "/scenarios/comparison", ids=",".join(scenarios))
    if as_json:
        out.print_json(data=found)
        return
    columns = ("scenario", "placed", "not placed", "minutes, mean", "longest", "cost", "trainees placed differently")
    changes = ["", *(f"{len(change['trainees'])}" for change in found["changes"])]
    figures = ("placed", "unplaced", "travel_mean_minutes", "travel_longest_minutes", "total_cost")
    rows = [
        (scenario["name"], *(f"{scenario[figure]}" for figure in figures), changed)
        for scenario, changed in zip(found["scenarios"], changes, strict=True)
    ]
    print_rows(columns, rows, texts={"scenario"})


@rounds_app.command("departures")
def rounds_departures(
    programme: Programme, on: On = None, as_json: AsJson = False, tenant: Tenant = personas.TENANT
) -> None:
    """Show for every school which pairs would break if it left the programme. Stores nothing.

    Example: alongside rounds departures "Autumn placement"
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        query = {"programme_id": find_programme_id(client, programme), "on": on or today()}
        found = client.get(personas.LEAD, "matching", "/departures", **query)["departures"]
        schools = school_names(client, {school["school_urn"] for school in found})
    if as_json:
        out.print_json(data=found)
        return
    figures = ("broken", "placed_elsewhere", "lost", "moved_too")
    print_rows(
        ("school", "pairs broken", "placed elsewhere", "left without a place", "others who move"),
        [[schools[school["school_urn"]], *(f"{school[figure]}" for figure in figures)] for school in found],
        texts={"school"},
    )


@rounds_app.command("repair")
def rounds_repair(
    programme: Programme,
    school: Annotated[str | None, typer.Option(help="URN of the school that leaves.")] = None,
    offer: Annotated[str | None, typer.Option(help="Id of the offer that was withdrawn.")] = None,
    mentor: Annotated[str | None, typer.Option(help="Id of the mentor who leaves.")] = None,
    do: Annotated[bool, typer.Option("--do", help="Carry the repair out; by default it is only shown.")] = False,
    on: On = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Replace the pairs that cannot stay after a departure, changing as few others as possible.

    Example: alongside rounds repair "Autumn placement" --school 990007 --on 2026-09-12
    """
    options = {"school_urn": school, "offer_id": offer, "mentor_id": mentor}
    leaving = {name: value for name, value in options.items() if value is not None} or None
    with exit_on_error(), connect_to_platform(tenant) as client:
        body = {"programme_id": find_programme_id(client, programme), "on": on or today(), "leaving": leaving}
        found = client.post(personas.LEAD, "matching", "/repairs", body | {"preview": not do})
        changes = found["changes"]
        places = [place for change in changes for place in (change["before"], change["after"]) if place]
        names = names_of_people(
            client, {change["trainee_id"] for change in changes} | {place["mentor_id"] for place in places}
        )
        schools = school_names(client, {place["school_urn"] for place in places})
    if as_json:
        out.print_json(data=found)
        return
    rows = [
        (
            names.get(change["trainee_id"], ERASED),
            *(_place(change[when], names, schools) for when in ("before", "after")),
            change["words"],
        )
        for change in changes
    ]
    print_rows(("trainee", "from", "to", "why"), rows, texts={"from", "to", "why"})
    out.print(f"Pairs that {'were' if do else 'would be'} ended: {found['moved']}.")


@rounds_app.command("lock")
def rounds_lock(
    pair_id: str,
    off: Annotated[bool, typer.Option("--off", help="Unlock the pair.")] = False,
    on: On = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Lock a pair, so that no repair changes it. Example: alongside rounds lock 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11"""
    with exit_on_error(), connect_to_platform(tenant) as client:
        path = f"/pairs/{pair_id}/lock"
        if off:
            client.delete(personas.LEAD, "matching", path, on=on or today())
        else:
            client.put(personas.LEAD, "matching", path, {"on": on or today()})
    out.print("The pair is unlocked: a repair may change it." if off else "The pair is locked: no repair changes it.")


@rounds_app.command("show")
def rounds_show(
    round_id: str,
    csv: Annotated[Path | None, typer.Option(help="Where to save the round as CSV.")] = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Show a round or scenario by name: each pair and why, each trainee without a place and what would help.

    Example: alongside rounds show 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11 --csv round.csv
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        lines = _lines(client, client.get(personas.LEAD, "matching", f"/rounds/{round_id}"))
    if csv is not None:
        csv.write_bytes(sheet(COLUMNS, lines))
    elif as_json:
        out.print_json(data=lines)
    else:
        rows = [[f"{line[column]}" for column in COLUMNS] for line in lines]
        print_rows([column.replace("_", " ") for column in COLUMNS], rows, texts={"why", "next best", "would help"})


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise typer.BadParameter('Give JSON, such as \'{"weights": {"travel": 3}}\'.', param_hint="--variant") from None


def _print_outcome(answer: Mapping[str, Any]) -> None:
    if answer["placed"] is None:
        out.print(f"Round {answer['round_id']} is {answer['state']}. `alongside rounds list` shows its progress.")
    else:
        out.print(f"Round {answer['round_id']}: {answer['placed']} placed, {answer['unplaced']} not placed.")


def _place(place: Mapping[str, Any] | None, names: Mapping[str, str], schools: Mapping[str, str]) -> str:
    return f"{names.get(place['mentor_id'], ERASED)}, {schools[place['school_urn']]}" if place else "none"


def _lines(client: PlatformClient, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each trainee of a round: those with a pair, then those without, each sorted by name."""
    pairs, unplaced = found["pairs"], found["unplaced_trainees"]
    names = names_of_people(
        client, {line["trainee_id"] for line in (*pairs, *unplaced)} | {pair["mentor_id"] for pair in pairs}
    )

    def by_name(line: Mapping[str, Any]) -> tuple[str, str]:
        return names.get(line["trainee_id"], ERASED), line["trainee_id"]

    return [
        *(_pair_line(pair, names) for pair in sorted(pairs, key=by_name)),
        *(_unplaced_line(trainee, names) for trainee in sorted(unplaced, key=by_name)),
    ]


def _pair_line(pair: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    explanation = pair["why"] or {}
    terms = [f"{term['title']} +{term['cost']}: {term['words']}" for term in explanation.get("terms", ())]
    next_best = explanation.get("others_stay") or explanation.get("others_move")
    return {
        "trainee": names.get(pair["trainee_id"], ERASED),
        "mentor": names.get(pair["mentor_id"], ERASED),
        "school": pair["school_name"],
        "subject": pair["subject"],
        "minutes": pair["travel_minutes"],
        "standing": pair.get("status", "would be proposed"),
        "why": " ".join(terms),
        "next_best": next_best["words"] if next_best else "",
        "would_help": "",
    }


def _unplaced_line(trainee: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS, "") | {
        "trainee": names.get(trainee["trainee_id"], ERASED),
        "standing": "not placed",
        "why": trainee["explanation"],
        "would_help": " ".join(remedy["words"] for remedy in trainee["remedies"]),
    }


def _pages(client: PlatformClient, path: str, key: str) -> Iterator[dict[str, Any]]:
    """Yield everything that a list of matching holds, page by page."""
    page = client.get(personas.LEAD, "matching", path, limit=PAGE)
    while page:
        yield from page
        page = client.get(personas.LEAD, "matching", path, limit=PAGE, after=page[-1][key])
