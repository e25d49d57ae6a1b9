"""Show the story of a relationship, as one of those who may see it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson, Tenant
from alongside.cli.tables import print_rows
from alongside.client import PlatformClient, connect_to_platform
from alongside.demo import personas
from alongside.demo.personas import Persona

app = typer.Typer()
relationships_app = typer.Typer(no_args_is_help=True, help="Mentoring relationships.")
app.add_typer(relationships_app, name="relationships")


class SeenAs(StrEnum):
    """As whom a relationship is shown."""

    LEAD = "lead"
    MENTOR = "mentor"
    MENTEE = "mentee"


@relationships_app.command("show")
def relationships_show(
    relationship_id: UUID,
    seen_as: Annotated[SeenAs, typer.Option("--as", help="As whom: each sees other lines.")] = SeenAs.LEAD,
    as_json: AsJson = False,
    tenant: Tenant = personas.TENANT,
) -> None:
    """Show what happened in a relationship, day by day, and who can see each line.

    Example: alongside relationships show 0b0f5d0e-5c4e-5a51-9a57-1f0f4c1d2a77 --as mentee
    """
    with exit_on_error(), connect_to_platform(tenant) as client:
        lines = _lines(client, _persona(client, relationship_id, seen_as), relationship_id)
    if as_json:
        out.print_json(data=lines)
        return
    print_rows(
        ("day", "what happened", "seen by"),
        [(line["on"], line["what"], line["seen_by"]) for line in lines],
        texts={"what happened", "seen by"},
    )


def _persona(client: PlatformClient, relationship_id: UUID, seen_as: SeenAs) -> Persona:
    if seen_as is SeenAs.LEAD:
        return personas.LEAD
    relationship = client.get(personas.LEAD, "sessions", f"/relationships/{relationship_id}")
    if seen_as is SeenAs.MENTOR:
        return personas.mentor(relationship["mentor_id"])
    return personas.trainee(relationship["trainee_id"])


def _lines(client: PlatformClient, who: Persona, relationship_id: UUID) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    more = True
    while more:
        after = {"after": lines[-1]["position"]} if lines else {}
        page = client.get(who, "sessions", f"/relationships/{relationship_id}/story", **after)
        lines += page["lines"]
        more = page["more"]
    return lines
