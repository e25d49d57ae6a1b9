"""`alongside`: run the platform on this machine, run the demo, import files, match trainees, operate the services."""

import logging

import stamina.instrumentation
import typer

from alongside.cli import (
    demo,
    deployment,
    imports,
    parked,
    platform,
    read_models,
    referrals,
    relationships,
    restore,
    rounds,
    status,
    tasks,
    topics,
    verify,
)

# what libraries log is for no terminal: an error is a sentence
logging.getLogger().addHandler(logging.NullHandler())
stamina.instrumentation.set_on_retry_hooks([])

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for group in (
    platform,
    demo,
    imports,
    rounds,
    status,
    parked,
    tasks,
    read_models,
    referrals,
    relationships,
    topics,
    restore,
    verify,
    deployment,
):
    app.add_typer(group.app)

if __name__ == "__main__":
    app()
