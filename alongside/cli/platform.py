"""Run the platform on this machine, print its addresses, and print tokens for it."""

import shlex
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.options import Tenant
from alongside.cli.persona_names import PERSONAS, find_persona
from alongside.cli.tables import print_rows
from alongside.client import PlatformClient, local_issuer
from alongside.demo import personas
from alongside.local.platform import (
    ADMIN,
    PORTAL,
    PORTAL_URL,
    SERVICES,
    Addresses,
    find_addresses,
    needs_postgres,
    run_services,
    running_demo,
)
from alongside.local.postgres import administration, program
from alongside.local.stack import LAST_DAY_OF_THE_DEMO, Stack, name_directory, state_directory
from alongside.operations.services import check_service
from shared.wording import counted_noun

app = typer.Typer()


@app.command()
def up(
    without: Annotated[
        list[str] | None, typer.Option(metavar="SERVICE", help="Do not start this service; may be given several times.")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            "--today",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help=f"Let this day be today: {LAST_DAY_OF_THE_DEMO} for the tutorial and the demo in a later year.",
        ),
    ] = None,
) -> None:
    """Run PostgreSQL, Kafka and every service until Ctrl-C. Data is kept for the next start.

    Example: alongside up
    """
    stopped = without or []
    with exit_on_error():
        for service in stopped:
            check_service(service)
    today = day.date() if day else _day_to_begin_on()
    say_that_it_starts(state_directory(), today, len(SERVICES) - len(set(stopped)))
    with (
        exit_on_error(),
        Stack(postgres=needs_postgres(), today=today) as stack,
        run_services(stack, stopped) as addresses,
    ):
        print_addresses(stack, addresses, stopped)
        wait_for_interrupt(stack)
    out.print(
        f"Stopped. The next `alongside up` continues with the data in {stack.state}.", soft_wrap=True, highlight=False
    )


def _day_to_begin_on() -> date | None:
    """The last day of the demo while it is still to come, so that the tutorial can be followed; None after it."""
    return LAST_DAY_OF_THE_DEMO if datetime.now(UTC).date() < LAST_DAY_OF_THE_DEMO else None


def say_that_it_starts(state: Path, today: date | None, services: int = len(SERVICES)) -> None:
    """Say what is being started, before anything else: the first time takes longest. `today` as `Stack` takes it."""
    started = counted_noun(services, "service")
    err.print(f"Starting PostgreSQL, Kafka and {started}. Logs: {state / 'logs'}", soft_wrap=True, highlight=False)
    if today is not None:
        err.print(f"Today is {today.day} {today:%B %Y} in this platform.", soft_wrap=True, highlight=False)


def wait_for_interrupt(stack: Stack) -> None:
    """Wait until Ctrl-C, which is the usual way to stop; raises `ChildFailed` if a process dies."""
    with suppress(KeyboardInterrupt):
        stack.wait()


def print_addresses(stack: Stack, addresses: Addresses, stopped: Collection[str] = ()) -> None:
    """Print where the services answer, tokens to try them with, and where their logs are."""
    out.print("Alongside is up.")
    if PORTAL not in stopped:
        out.print(f"Open {addresses[PORTAL_URL]} in a browser, and be anybody of a partnership.", soft_wrap=True)
    services = [(name, "not started" if name in stopped else addresses.http(name)) for name in SERVICES]
    print_rows(("service", "address"), [*services, ("Kafka", addresses["KAFKA_BOOTSTRAP_SERVERS"])])
    out.print(f"Tokens for the partnership {personas.TENANT}, valid for a day:", highlight=False)
    for name, persona in (("lead", personas.LEAD), ("tutor", personas.TUTOR)):
        out.print(f"  {name}: {persona.token(stack.issuer)}", soft_wrap=True, highlight=False)
    if stack.state != state_directory():
        out.out(f"In another terminal, first: {name_directory(stack.state)}", highlight=False)
    out.print(
        "More: `alongside token --as school-lead:990001`; `alongside token --help` names the others. "
        f"Logs: {stack.state / 'logs'}",
        soft_wrap=True,
        highlight=False,
    )
    out.print("Stop with Ctrl-C.")


@app.command("addresses")
def show_addresses(
    admin: Annotated[
        bool,
        typer.Option("--admin", help="The variables of PostgreSQL's own programs for the databases' server instead."),
    ] = False,
) -> None:
    """Print the addresses of the running services as shell variables, one for each service.

    Example: eval "$(alongside addresses)"
    """
    with exit_on_error():
        addresses = find_addresses()
        if admin:
            for name, value in administration(addresses[ADMIN], state_directory()).items():
                out.out(f"export {name}={shlex.quote(value)}", highlight=False)
            out.out(f'export PATH={shlex.quote(str(program("psql").parent))}:"$PATH"', highlight=False)
        else:
            for service in SERVICES:
                out.out(f"export {service.upper()}={shlex.quote(addresses.http(service))}", highlight=False)
    if demo := running_demo():
        err.out(f"A demo runs too. To use it instead, send first: {name_directory(demo)}", highlight=False)


@app.command()
def token(
    persona: Annotated[str, typer.Option("--as", metavar="PERSONA", help=f"{PERSONAS}.")],
    tenant: Tenant = personas.TENANT,
    subject: Annotated[bool, typer.Option("--id", help="Print the id of the person instead of a token.")] = False,
) -> None:
    """Print a token of the local issuer, to use as a bearer token with the running platform.

    Example: curl -H "Authorization: Bearer $(alongside token --as lead)" ...
    """
    with exit_on_error():
        addresses = find_addresses()
        issuer = local_issuer(addresses)

        def find_person(kind: str, reference: str) -> str:
            with PlatformClient(addresses, issuer, tenant) as client:
                return client.find_person(kind, reference)

        person = find_persona(persona, find_person)
        out.out(person.subject if subject else person.token(issuer, tenant), highlight=False)
