"""What a partnership's lead reads of rounds at the terminal, with names: ids alone leave referral."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from alongside import personas
from alongside.client import Services, local_issuer
from alongside.importing import Tenant
from alongside.operating import AsJson
from alongside.platform import addresses
from alongside.speaking import out, speaking
from shared.sheets import sheet

app = typer.Typer()
rounds_app = typer.Typer(no_args_is_help=True, help="Rounds of matching: who was placed where, and why.")
app.add_typer(rounds_app, name="rounds")

AT_ONCE = 200
"""Names that referral tells at once."""
COLUMNS = ("trainee", "mentor", "school", "subject", "minutes", "standing", "why", "next_best", "would_help")


@rounds_app.command("list")
def rounds_list(as_json: AsJson = False, tenant: Tenant = personas.TENANT) -> None:
    """Rounds and what they came to. Example: alongside rounds list"""
    with speaking(), Services(known := addresses(), local_issuer(known), tenant) as services:
        found = services.get(personas.LEAD, "matching", "/rounds", limit=1000)
    if as_json:
        out.print_json(data=found)
        return
    table = Table("round", "kind", "state", "on", "placed", "not placed")
    for one in sorted(found, key=lambda one: one["asked_at"]):
        placed = (f"{one[what]}" if one[what] is not None else "" for what in ("placed", "unplaced"))
        table.add_row(one["round_id"], one["kind"], one["state"], one["asked_on"], *placed)
    out.print(table if found else "No round was asked for yet.")


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
    with speaking(), Services(known := addresses(), local_issuer(known), tenant) as services:
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
    pairs, unplaced = found["pairs"], found["unplaced_trainees"]
    people = [pair[who] for pair in pairs for who in ("trainee_id", "mentor_id")]
    names = _names(services, {*people, *(one["trainee_id"] for one in unplaced)})

    def name(person_id: str) -> str:
        return names.get(person_id, "[erased]")

    for pair in sorted(pairs, key=lambda pair: (name(pair["trainee_id"]), pair["trainee_id"])):
        why = pair["why"] or {}
        next_best = why.get("others_stay") or why.get("others_move")
        yield {
            "trainee": name(pair["trainee_id"]),
            "mentor": name(pair["mentor_id"]),
            "school": pair["school_name"],
            "subject": pair["subject"],
            "minutes": pair["travel_minutes"],
            "standing": pair.get("status", "would be proposed"),
            "why": " ".join(f"{term['title']} +{term['cost']}: {term['words']}" for term in why.get("terms", ())),
            "next_best": next_best["words"] if next_best else "",
            "would_help": "",
        }
    for one in sorted(unplaced, key=lambda one: (name(one["trainee_id"]), one["trainee_id"])):
        yield dict.fromkeys(COLUMNS, "") | {
            "trainee": name(one["trainee_id"]),
            "standing": "not placed",
            "why": one["explanation"],
            "would_help": " ".join(remedy["words"] for remedy in one["remedies"]),
        }


def _names(services: Services, ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _by(AT_ONCE, sorted(ids)):
        found |= services.get(personas.LEAD, "referral", "/names", ids=",".join(some))
    return found


def _by(many: int, items: list[str]) -> Iterator[list[str]]:
    return (items[first : first + many] for first in range(0, len(items), many))
