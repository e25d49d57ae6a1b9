"""Options and arguments that several commands share."""

from typing import Annotated

import typer

from alongside.demo.personas import TENANT
from shared.kernel.principal import is_tenant
from shared.kernel.unit import utc_now

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def _tenant(name: str) -> str:
    if not is_tenant(name):
        raise typer.BadParameter(
            f"A partnership's name consists of letters without accents, digits and hyphens, such as {TENANT}."
        )
    return name


Tenant = Annotated[str, typer.Option(help="The partnership to act in.", callback=_tenant)]
On = Annotated[str | None, typer.Option(help="The day on which it takes effect, as YYYY-MM-DD; by default today.")]
ServiceOrAll = Annotated[str, typer.Argument(help="A service, or `all`.")]


def today() -> str:
    """Today's date (UTC) as `YYYY-MM-DD`: that of the platform that runs here, if one does."""
    return f"{utc_now().date():%F}"
