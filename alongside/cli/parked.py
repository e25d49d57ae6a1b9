"""Show parked messages, process them again, or discard them."""

import asyncio
from dataclasses import asdict
from typing import Any

import typer

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.options import AsJson, Yes
from alongside.cli.tables import print_rows
from alongside.local.platform import find_addresses
from alongside.operations.parked import discard_parked, get_parked, list_parked, replay_parked
from shared.kernel.records import ParkedMessage

app = typer.Typer()
parked_app = typer.Typer(
    no_args_is_help=True, help="Messages that could not be processed, and those waiting behind them."
)
app.add_typer(parked_app, name="parked")


@parked_app.command("list")
def parked_list(as_json: AsJson = False) -> None:
    """List the parked messages, oldest first. Example: alongside parked list"""
    with exit_on_error():
        found = asyncio.run(list_parked(find_addresses()))
    if as_json:
        out.print_json(data=[{"service": service} | _fields(parked) for service, parked in found])
        return
    if not found:
        out.print("No message is parked.")
        return
    rows = [
        (service, f"{one.id}", one.type or "?", one.stream, one.reason, f"{one.parked_at:%F %T}")
        for service, one in found
    ]
    print_rows(("service", "number", "type", "stream", "reason", "since"), rows, texts={"reason"})


@parked_app.command("show")
def parked_show(service: str, number: int) -> None:
    """Show a parked message with its headers and value, as JSON. Example: alongside parked show matching 3"""
    with exit_on_error():
        found = asyncio.run(get_parked(find_addresses(), service, number))
    headers = {name: value.decode(errors="replace") for name, value in found.headers}
    value = None if found.value is None else found.value.decode(errors="replace")
    out.print_json(data=_fields(found) | {"headers": headers, "value": value})


@parked_app.command("replay")
def parked_replay(service: str, number: int, as_json: AsJson = False) -> None:
    """Process a parked message again, then those waiting behind it. Example: alongside parked replay matching 3"""
    with exit_on_error():
        processed = asyncio.run(replay_parked(find_addresses(), service, number))
    if as_json:
        out.print_json(data={"service": service, "processed": processed})
    elif processed:
        out.print(f"Messages processed: {processed}.")
    else:
        err.print("It failed again and stays parked. `alongside parked show` gives the reason.")
    raise typer.Exit(0 if processed else 1)


@parked_app.command("discard")
def parked_discard(service: str, number: int, yes: Yes = False, as_json: AsJson = False) -> None:
    """Discard a parked message for good, then process those waiting behind it.

    Example: alongside parked discard matching 3
    """
    if not yes:
        typer.confirm("This message will never be processed here. Discard it?", abort=True, err=as_json)
    with exit_on_error():
        processed = asyncio.run(discard_parked(find_addresses(), service, number))
    if as_json:
        out.print_json(data={"service": service, "processed": processed})
    else:
        out.print(f"Discarded. Messages processed that waited behind it: {processed}.")


def _fields(parked: ParkedMessage) -> dict[str, Any]:
    values = asdict(parked)
    names = ("id", "type", "stream", "sequence", "topic", "partition", "offset", "reason")
    return {name: values[name] for name in names} | {"parked_at": str(parked.parked_at)}
