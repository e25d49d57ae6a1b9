"""Print what somebody opens first: what calls for their attention, and where all that they may see stands."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.names import rows_with_names
from alongside.cli.options import AsJson, Tenant
from alongside.cli.persona_names import PERSONAS, find_persona
from alongside.cli.tables import print_columns, print_rows, when
from alongside.client import PlatformClient, connect_to_platform
from alongside.demo import personas
from shared.wording import counted_noun

app = typer.Typer()

PARTS = ("warnings", "placements", "mentoring", "targets_not_revisited")
"""The parts of an overview; a part that is not for the person is empty."""
LATEST = ("since", "trainee", "mentor", "programme", "school_name", "fact")
"""What is printed of the latest warnings."""


@app.command()
def overview(
    persona: Annotated[str, typer.Option("--as", metavar="PERSONA", help=f"As whom: {PERSONAS}.")] = "lead",
    as_of: Annotated[str | None, typer.Option(help="The last day that counts; by default today.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="What was known at this moment, or at the end of this day; by default now.")
    ] = None,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Print what calls for somebody's attention, and where all that they may see stands: early warnings, placements,
    meetings and targets, with people's names.

    Example: alongside overview --as school-lead:990001 --as-of 2026-10-23
    """
    moment = {"as_of": as_of, "known_at": known_at}
    with exit_on_error(), connect_to_platform(tenant) as client:
        who = find_persona(persona, client.find_person)
        asked = {key: value for key, value in moment.items() if value is not None}
        answer = client.get(who, "reporting", "/overview", **asked)
        if as_json:
            out.print_json(data=answer)
            return
        _print_overview(client, answer)


def _print_overview(client: PlatformClient, answer: Mapping[str, Any]) -> None:
    if all(answer[part] is None for part in PARTS):
        out.print("Nothing of the overview is for this person.")
        return
    out.print(when(answer), highlight=False)
    if answer["warnings"] is not None:
        _print_warnings(client, answer["warnings"])
    if answer["placements"] is not None:
        _print_placements(answer["placements"])
    if answer["mentoring"] is not None:
        totals = answer["mentoring"]
        out.print("\nMentoring that goes on, and its meetings (`alongside report mentoring`):", highlight=False)
        print_columns(list(totals), [totals])
    if answer["targets_not_revisited"] is not None:
        number = counted_noun(answer["targets_not_revisited"], "target")
        out.print(f"\n{number} not revisited (`alongside report targets-not-revisited`).", highlight=False)


def _print_warnings(client: PlatformClient, kinds: list[dict[str, Any]]) -> None:
    out.print("\nEarly warnings (`alongside report early-warnings` has all):", highlight=False)
    if not kinds:
        out.print("There are none.")
        return
    counts = [(each["kind"].replace("_", " "), f"{each['number']}", each["action"]) for each in kinds]
    print_rows(("warning", "number", "what can be done"), counts, texts={"warning", "what can be done"})
    out.print("\nThe latest of each kind:", highlight=False)
    print_columns(LATEST, rows_with_names(client, [warning for each in kinds for warning in each["latest"]]))


def _print_placements(programmes: list[dict[str, Any]]) -> None:
    out.print("\nTrainees by where their placement stands (`alongside report placements`):", highlight=False)
    if not programmes:
        out.print("There are none.")
        return
    rows = [
        {"programme": each["title"] or each["programme_id"], "year": each["academic_year"]}
        | {status: number or None for status, number in each["trainees"].items()}
        for each in programmes
    ]
    print_columns(list(rows[0]), rows)
