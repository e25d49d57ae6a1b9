"""Prepare servers for the platform: tables and topics, and in development secrets, databases and roles too."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.options import AsJson
from alongside.local.platform import find_addresses, prepare_servers, prepare_topics
from alongside.local.stack import state_directory
from alongside.operations.provision import make_secrets, provision_platform, provision_services
from shared.wording import counted_noun

app = typer.Typer()


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the tables of every service up to date and create missing topics, on the servers of the environment.

    Example: alongside migrate
    """
    with exit_on_error():
        applied = asyncio.run(prepare_servers(find_addresses()))
    if as_json:
        out.print_json(
            data={
                service: [
                    *(f"{migration.component}/{migration.number:04d}" for migration in done.migrations),
                    *(f"function {function.name}" for function in done.functions),
                ]
                for service, done in applied.items()
            }
        )
        return
    for service, done in applied.items():
        counts = counted_noun(len(done.migrations), "migration"), counted_noun(len(done.functions), "function")
        changes = f"{' and '.join(counts)} applied"
        out.print(f"{service}: {changes}" if done.migrations or done.functions else f"{service}: up to date")
        for function in done.newer:
            err.print(f"{service}: a newer version has replaced the function {function.name}; it stays as it is")


@app.command()
def topics() -> None:
    """Create missing topics on the broker of the environment. Example: alongside topics"""
    with exit_on_error():
        asyncio.run(prepare_topics(find_addresses()))


@app.command()
def secrets(folder: Path) -> None:
    """Generate the secrets of a development deployment into a folder. Example: alongside secrets /secrets"""
    with exit_on_error():
        make_secrets(folder)


@app.command()
def provision(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="The folder that `alongside secrets` has filled; without it, the platform that runs on this machine."
        ),
    ] = None,
    server: Annotated[str, typer.Option(help="host:port of PostgreSQL.")] = "127.0.0.1:5432",
) -> None:
    """Create the database and roles of every service on a server, and give the roles their rights, also to a database
    that somebody else has made.

    Example: alongside provision /secrets --server db:5432
    """
    with exit_on_error():
        if folder is None:
            asyncio.run(provision_platform(find_addresses(), state_directory()))
        else:
            asyncio.run(provision_services(folder, server))
