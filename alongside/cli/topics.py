"""Send events to topics again."""

import asyncio

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson, ServiceOrAll
from alongside.local.platform import SERVICES, find_addresses
from alongside.operations.republish import republish_events
from shared.wording import counted_noun

app = typer.Typer()


@app.command()
def republish(service: ServiceOrAll, as_json: AsJson = False) -> None:
    """Send every event of a service to its topics again, after a broker has lost its log.

    Consumers recognise events that they have already processed and skip them.
    Example: alongside republish all
    """
    events = {}
    with exit_on_error():
        for name in SERVICES if service == "all" else (service,):
            events[name] = asyncio.run(republish_events(find_addresses(), name))
            if not as_json:
                out.print(f"{name}: the relay starts again at the first of {counted_noun(events[name], 'event')}.")
    if as_json:
        out.print_json(data=events)
