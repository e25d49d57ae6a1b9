"""Save a report as a file, and record the export."""

from collections.abc import Mapping
from pathlib import Path

import typer

from alongside.cli.console import out
from alongside.client import PlatformClient
from alongside.demo import personas
from shared.wording import counted_noun

ENDINGS = (".csv", ".xlsx", ".parquet", ".pdf")


def save_export(client: PlatformClient, report: str, query: Mapping[str, str], file: Path) -> None:
    """Record an export of every row of a report, write its file, and print where it is and its SHA-256.

    The ending of the file says its format. Raises `Refused` for what the report cannot answer.
    """
    if file.suffix.lower() not in ENDINGS:
        raise typer.BadParameter(f"End the name of the file with {', '.join(ENDINGS)}.", param_hint="--save")
    format_ = file.suffix.lower().removeprefix(".")
    made = client.post(personas.LEAD, "reporting", f"/reports/{report}/exports", format=format_, **query)
    client.save_file(personas.LEAD, "reporting", f"/reports/{report}/exports/{made['export_id']}", file)
    out.print(f"{counted_noun(made['rows'], 'row')} in {file}.", soft_wrap=True)
    out.print(f"Export {made['export_id']}, SHA-256 {made['sha256']}", soft_wrap=True)
