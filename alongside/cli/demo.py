"""Run the demo partnership."""

import shlex
import sys
from itertools import count
from typing import Annotated

import typer

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.platform import print_addresses, say_that_it_starts, wait_for_interrupt
from alongside.client import PlatformClient, local_issuer
from alongside.demo import autumn, personas, season
from alongside.demo.autumn_report import print_autumn
from alongside.demo.season_report import print_season
from alongside.local.issuer import Issuer
from alongside.local.platform import Addresses, find_addresses, needs_postgres, run_services
from alongside.local.stack import LAST_DAY_OF_THE_DEMO, Stack, demo_directory

app = typer.Typer()


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Keep the platform running afterwards, until Ctrl-C.")] = False,
    running: Annotated[bool, typer.Option("--running", help="Use the platform that is already running.")] = False,
    whole_season: Annotated[
        bool, typer.Option("--season", help="Run a placement season: scenarios, repair, second placement.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Print every pair, reason and refusal.")] = False,
) -> None:
    """Take a fictional partnership from referral to report, on its own PostgreSQL and Apache Kafka.

    Example: alongside demo --keep
    """
    if running:
        with exit_on_error():
            addresses = find_addresses()
            _run(addresses, local_issuer(addresses), whole_season=whole_season, in_full=full)
        return
    state = demo_directory()
    say_that_it_starts(state, LAST_DAY_OF_THE_DEMO)
    with (
        exit_on_error(),
        Stack(state, fresh=True, postgres=needs_postgres()) as stack,
        run_services(stack) as addresses,
    ):
        _run(addresses, stack.issuer, whole_season=whole_season, in_full=full)
        if keep:
            print_addresses(stack, addresses)
            wait_for_interrupt(stack)
        else:
            command = shlex.join((sys.argv[0], "demo", "--keep"))
            out.print(f"To look around in this partnership afterwards, run `{command}`.", soft_wrap=True)


def _run(addresses: Addresses, issuer: Issuer, *, whole_season: bool, in_full: bool) -> None:
    with PlatformClient(addresses, issuer, _unused_tenant(addresses, issuer)) as client:
        if whole_season:
            print_season(season.run_season(client, err), out)
        else:
            print_autumn(autumn.run_autumn(client, err), out, in_full=in_full)


def _unused_tenant(addresses: Addresses, issuer: Issuer) -> str:
    """The demo partnership's tenant; if the demo has run in it before, the next with a number."""
    for number in count(1):
        tenant = personas.TENANT if number == 1 else f"{personas.TENANT}-{number}"
        with PlatformClient(addresses, issuer, tenant) as client:
            if not client.get(personas.LEAD, "referral", "/programmes"):
                return tenant
    raise AssertionError
