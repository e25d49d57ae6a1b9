"""`alongside`: run the platform on this machine, run the demo, import files, match trainees, operate the services."""

import logging

import stamina.instrumentation
import typer

from alongside.cli import (
    demo,
    deployment,
    dfe,
    imports,
    overview,
    parked,
    partnerships,
    platform,
    read_models,
    referrals,
    relationships,
    reports,
    restore,
    rounds,
    status,
    tasks,
    topics,
    verify,
)
from alongside.local.platform import find_addresses
from shared.kernel.unit import utc_now

# what libraries log is for no terminal: an error is a sentence
logging.getLogger().addHandler(logging.NullHandler())
stamina.instrumentation.set_on_retry_hooks([])

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for group in (
    platform,
    demo,
    partnerships,
    imports,
    rounds,
    status,
    parked,
    tasks,
    read_models,
    referrals,
    relationships,
    overview,
    reports,
    dfe,
    topics,
    restore,
    verify,
    deployment,
):
    app.add_typer(group.app)


@app.callback(help=__doc__)
def set_clock() -> None:
    """Go by the clock of the platform that runs here, so that what is due is the same for both."""
    utc_now.set_to(find_addresses().today)


if __name__ == "__main__":
    app()
