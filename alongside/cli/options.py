"""Options and arguments that several commands share."""

from datetime import UTC, datetime
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Tenant = Annotated[str, typer.Option(help="The partnership to act in.")]
ServiceOrAll = Annotated[str, typer.Argument(help="A service, or `all`.")]


def today() -> str:
    """Today's date (UTC) as `YYYY-MM-DD`."""
    return f"{datetime.now(UTC).date():%F}"
