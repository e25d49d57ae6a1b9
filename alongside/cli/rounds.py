"""What a partnership's lead does with rounds at the terminal, and reads of them by name: ids alone leave referral."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from alongside.cli.console import out, speaking
from alongside.cli.imports import Tenant
from alongside.cli.operations import AsJson
from alongside.client import Nobody, Services, services_of
from alongside.demo import personas
from services.matching.queries.sheets import round_lines
from shared.sheets import sheet

app = typer.Typer()
rounds_app = typer.Typer(no_args_is_help=True, help="Rounds of matching: who was placed where, and why.")
app.add_typer(rounds_app, name="rounds")

Programme = Annotated[str, typer.Argument(help="The programme's title or id.")]
On = Annotated[str | None, typer.Option(help="The day on which it counts; today if not said.")]

AT_ONCE = 200
"""Names that referral tells at once."""
COLUMNS = ("trainee", "mentor", "school", "subject", "minutes", "standing", "why", "next_best", "would_help")


@rounds_app.command("list")
def rounds_list(as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """Rounds and what they came to. Example: alongside rounds list"""
    with speaking(), services_of(tenant) as services:
        found = services.get(personas.LEAD, "matching", "/rounds", limit=1000)
    if as_json:
        out.print_json(data=found)
        return
    table = Table("round", "kind", "state", "on", "placed", "not placed")
    for one in sorted(found, key=lambda one: one["asked_at"]):
        placed = (f"{one[what]}" if one[what] is not None else "" for what in ("placed", "unplaced"))
        table.add_row(one["round_id"], one["kind"], one["state"], one["asked_on"], *placed)
    out.print(table if found else "No round was asked for yet.")


@rounds_app.command("solve")
def rounds_solve(programme: Programme, on: On = None, tenant: Tenant = personas.TENANT) -> None:
    """Match everybody who waits in a programme and propose the pairs.

    Example: alongside rounds solve "Autumn placement" --on 2026-07-01
    """
    with speaking(), services_of(tenant) as services:
        body = {"programme_id": _programme(services, programme), "on": _day(on)}
        _tell(services.post(personas.LEAD, "matching", "/rounds", body))


@rounds_app.command("try")
def rounds_try(
    programme: Programme,
    name: Annotated[str, typer.Argument(help="What to call the scenario.")],
    variant: Annotated[str, typer.Option(help="What it does differently, as JSON.")] = "{}",
    on: On = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Solve a scenario: nothing is proposed by it.

    Example: alongside rounds try "Autumn placement" "Shorter journeys" --variant '{"weights": {"travel": 3}}'
    """
    with speaking(), services_of(tenant) as services:
        body = {"programme_id": _programme(services, programme), "on": _day(on), "name": name}
        _tell(services.post(personas.LEAD, "matching", "/scenarios", body | {"variant": _json(variant)}))


@rounds_app.command("compare")
def rounds_compare(scenarios: list[str], as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """Scenarios side by side, by their ids.

    Example: alongside rounds compare 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11 0d8f7a2e-5a0c-5f0c-9d5e-3f1f5a6b7c8d
    """
    with speaking(), services_of(tenant) as services:
        found = services.get(personas.LEAD, "matching", "/scenarios/comparison", ids=",".join(scenarios))
    if as_json:
        out.print_json(data=found)
        return
    table = Table("scenario", "placed", "not placed", "minutes, mean", "longest", "cost", "another pair than before")
    changed = ["", *(f"{len(change['trainees'])}" for change in found["changes"])]
    for one, changes in zip(found["scenarios"], changed, strict=True):
        figures = ("placed", "unplaced", "travel_mean_minutes", "travel_longest_minutes", "total_cost")
        table.add_row(one["name"], *(f"{one[figure]}" for figure in figures), changes)
    out.print(table)


@rounds_app.command("departures")
def rounds_departures(
    programme: Programme, on: On = None, as_json: AsJson = False, tenant: Tenant = personas.TENANT
) -> None:
    """What breaks if a school leaves, for every school at once. Example: alongside rounds departures "Autumn placement"

    Nothing is stored.
    """
    with speaking(), services_of(tenant) as services:
        about = {"programme_id": _programme(services, programme), "on": _day(on)}
        found = services.get(personas.LEAD, "matching", "/departures", **about)["departures"]
    if as_json:
        out.print_json(data=found)
        return
    table = Table("school", "pairs broken", "placed elsewhere", "left without", "others move")
    for one in found:
        table.add_row(*(f"{one[name]}" for name in ("school_urn", "broken", "placed_elsewhere", "lost", "moved_too")))
    out.print(table)


@rounds_app.command("repair")
def rounds_repair(
    programme: Programme,
    school: Annotated[str | None, typer.Option(help="URN of the school that leaves.")] = None,
    offer: Annotated[str | None, typer.Option(help="Id of the offer that is gone.")] = None,
    mentor: Annotated[str | None, typer.Option(help="Id of the mentor who leaves.")] = None,
    do: Annotated[bool, typer.Option("--do", help="Do it; without this only say who would move.")] = False,
    on: On = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Part the pairs that cannot stand and propose others, changing as few as can be; first only say which.

    Example: alongside rounds repair "Autumn placement" --school 990007 --on 2026-09-12
    """
    named = {"school_urn": school, "offer_id": offer, "mentor_id": mentor}
    leaving = {name: said for name, said in named.items() if said is not None} or None
    with speaking(), services_of(tenant) as services:
        body = {"programme_id": _programme(services, programme), "on": _day(on), "leaving": leaving, "preview": not do}
        found = services.post(personas.LEAD, "matching", "/repairs", body)
        sides = [side for one in found["changes"] for side in (one["before"], one["after"]) if side]
        names = _names(services, {one["trainee_id"] for one in found["changes"]} | {one["mentor_id"] for one in sides})
    if as_json:
        out.print_json(data=found)
        return
    table = Table("trainee", "from", "to", "why")
    for one in found["changes"]:
        places = (_place(one[when], names) for when in ("before", "after"))
        table.add_row(names.get(one["trainee_id"], "[erased]"), *places, one["words"])
    out.print(table)
    out.print(f"{found['moved']} pairs {'are' if do else 'would be'} parted.")


@rounds_app.command("lock")
def rounds_lock(
    pair_id: str,
    off: Annotated[bool, typer.Option("--off", help="Let it be moved again.")] = False,
    on: On = None,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Keep a pair, whatever a repair would do. Example: alongside rounds lock 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11"""
    with speaking(), services_of(tenant) as services:
        path = f"/pairs/{pair_id}/lock"
        if off:
            services.delete(personas.LEAD, "matching", path, on=_day(on))
        else:
            services.put(personas.LEAD, "matching", path, {"on": _day(on)})
    out.print("It may be moved again." if off else "It stays.")


def _programme(services: Services, said: str) -> str:
    """The id of a programme by its title or id; raises `Nobody`."""
    programmes = services.get(personas.LEAD, "referral", "/programmes")
    found = [one["programme_id"] for one in programmes if said in (one["programme_id"], one["title"])]
    if len(found) != 1:
        titles = ", ".join(sorted(one["title"] for one in programmes)) or "none yet"
        raise Nobody(f"There is not one programme called {said}; there are: {titles}.")
    return str(found[0])


def _day(said: str | None) -> str:
    return said or f"{datetime.now(UTC).date():%F}"


def _json(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        raise typer.BadParameter('Give JSON, such as \'{"weights": {"travel": 3}}\'.', param_hint="--variant") from None


def _tell(answer: Mapping[str, Any]) -> None:
    if answer["placed"] is None:
        out.print(f"Round {answer['round_id']} is {answer['state']}; `alongside rounds list` says how far it is.")
    else:
        out.print(f"Round {answer['round_id']}: {answer['placed']} placed, {answer['unplaced']} not.")


def _place(at: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    return f"{names.get(at['mentor_id'], '[erased]')}, school {at['school_urn']}" if at else "none"


@rounds_app.command("show")
def rounds_show(
    round_id: str,
    csv: Annotated[Path | None, typer.Option(help="Where to put the round as CSV.")] = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """A round or scenario by name: each pair and why, each trainee without a place and what would help.

    Example: alongside rounds show 6f1c1c0e-7d0f-4a6e-9a39-0c5a6b0a8f11 --csv round.csv
    """
    with speaking(), services_of(tenant) as services:
        lines = list(_lines(services, services.get(personas.LEAD, "matching", f"/rounds/{round_id}")))
    if csv is not None:
        csv.write_bytes(sheet(COLUMNS, lines))
    elif as_json:
        out.print_json(data=lines)
    else:
        table = Table(*(column.replace("_", " ") for column in COLUMNS))
        for line in lines:
            table.add_row(*(f"{line[column]}" for column in COLUMNS))
        out.print(table)


def _lines(services: Services, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A line a trainee: those with a pair, then those without, each by name."""
    lines = list(round_lines(found))
    names = _names(services, {line[who] for line in lines for who in ("trainee_id", "mentor_id") if line[who]})

    def name(person_id: str | None) -> str:
        return names.get(person_id, "[erased]") if person_id else ""

    def order(line: Mapping[str, Any]) -> tuple[bool, str, str]:
        return line["mentor_id"] is None, name(line["trainee_id"]), line["trainee_id"]

    for line in sorted(lines, key=order):
        placed = line["mentor_id"] is not None
        yield {
            "trainee": name(line["trainee_id"]),
            "mentor": name(line["mentor_id"]),
            "school": line["school_name"] if placed else "",
            "subject": line["subject"] if placed else "",
            "minutes": line["travel_minutes"] if placed else "",
            "standing": line["standing"] if placed else "not placed",
            "why": line["why"] if placed else line["explanation"],
            "next_best": line["next_best"] or "",
            "would_help": line["would_help"] or "",
        }


def _names(services: Services, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _by(AT_ONCE, sorted(ids)):
        found |= services.get(personas.LEAD, "referral", "/names", ids=",".join(some))
    return found


def _by(many: int, items: list[str]) -> Iterator[list[str]]:
    return (items[first : first + many] for first in range(0, len(items), many))
