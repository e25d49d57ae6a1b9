"""Rebuild read models."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from alongside.cli.console import exit_on_error, out, progress_bar
from alongside.cli.options import AsJson
from alongside.local.platform import find_addresses
from alongside.operations.rebuild import rebuild_read_model

app = typer.Typer()


@app.command()
def rebuild(
    read_model: Annotated[str, typer.Argument(help="NAME, or SERVICE.NAME if several services have one of this name.")],
    as_json: AsJson = False,
) -> None:
    """Rebuild a read model from its events. The live version answers until the new one replaces it, without a gap.

    Example: alongside rebuild reporting.meetings
    """
    with exit_on_error(), progress_bar(f"Rebuilding {escape(read_model)}") as progress:
        service, version = asyncio.run(rebuild_read_model(find_addresses(), read_model, progress))
    name = read_model.rpartition(".")[2]
    if as_json:
        out.print_json(data={"service": service, "read_model": name, "version": version})
    else:
        out.print(f"{service}: {name} is at version {version} now.")
