"""`alongside`: run the platform on this machine, walk the demo partnership, import files, operate the services."""

import asyncio
import shlex
import shutil
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from alongside.cli import imports as importing
from alongside.cli import operations as operating
from alongside.cli import rounds
from alongside.cli.console import err, out, speaking
from alongside.cli.operations import AsJson
from alongside.client import Services, local_issuer
from alongside.demo import personas, season
from alongside.demo.autumn import walk
from alongside.demo.autumn_report import print_report
from alongside.demo.season_report import print_season
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, Addresses, addresses, needs_postgres, platform, prepare, prepare_topics
from alongside.local.stack import Stack, state_directory
from alongside.operations import maintenance as operate
from alongside.operations.provision import make_secrets, provision_services

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(operating.app)
app.add_typer(importing.app)
app.add_typer(rounds.app)


@app.command()
def up() -> None:
    """Run PostgreSQL, Kafka and the four services until Ctrl-C; data stays, and the next start goes on from it.

    Example: alongside up
    """
    with speaking(), Stack(postgres=needs_postgres()) as stack, platform(stack) as known:
        _announce(stack, known)
        _until_told_to_stop(stack)
    out.print(f"Stopped. The next `alongside up` goes on from {stack.state}.", soft_wrap=True, highlight=False)


def _until_told_to_stop(stack: Stack) -> None:
    """Ctrl-C is how this ends, not a failure."""
    with suppress(KeyboardInterrupt):
        stack.wait()


def _announce(stack: Stack, known: Addresses) -> None:
    table = Table("service", "address", title="Alongside is up", title_justify="left")
    for service in SERVICES:
        table.add_row(service, known.http(service))
    table.add_row("Kafka", known["KAFKA_BOOTSTRAP_SERVERS"])
    out.print(table)
    out.print("Tokens for the demo partnership, good for a day:")
    for name, persona in (("lead", personas.LEAD), ("tutor", personas.TUTOR)):
        out.print(f"  {name}: {persona.token(stack.issuer)}", soft_wrap=True, highlight=False)
    if stack.state != state_directory():
        where = f"export ALONGSIDE_STATE={shlex.quote(str(stack.state))}"
        out.print(f"In another terminal, first: {where}", soft_wrap=True, highlight=False, markup=False)
    out.print(
        f"More: `alongside token --as mentor:M-001`. Logs: {stack.state / 'logs'}", soft_wrap=True, highlight=False
    )
    out.print("Stop with Ctrl-C.")


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the platform up afterwards, until Ctrl-C.")] = False,
    running: Annotated[bool, typer.Option("--running", help="Use the platform that is already up.")] = False,
    of_a_season: Annotated[
        bool, typer.Option("--season", help="Walk a placement season: scenarios, repair, second placement.")
    ] = False,
) -> None:
    """Walk the demo partnership from referral to report, on real PostgreSQL and Apache Kafka of its own.

    Example: alongside demo --keep
    """
    tell = _tell_season if of_a_season else _tell
    if running:
        with speaking():
            known = addresses()
            tell(known, local_issuer(known))
        return
    state = state_directory() / "demo"
    with speaking():
        # it begins with nothing: what a killed demo left would be in the way
        with Stack(state, fresh=True, postgres=needs_postgres()) as stack, platform(stack) as known:
            tell(known, stack.issuer)
            if keep:
                _announce(stack, known)
                _until_told_to_stop(stack)
        shutil.rmtree(state, ignore_errors=True)


def _tell(known: Addresses, issuer: Issuer) -> None:
    with Services(known, issuer, _unused_tenant(known, issuer)) as services:
        print_report(walk(services, err), out)


def _tell_season(known: Addresses, issuer: Issuer) -> None:
    with Services(known, issuer, _unused_tenant(known, issuer)) as services:
        print_season(season.walk(services, err), out)


def _unused_tenant(known: Addresses, issuer: Issuer) -> str:
    """The demo partnership's tenant, or one beside it where the story was told already."""
    for number in count(1):
        tenant = personas.TENANT if number == 1 else f"{personas.TENANT}-{number}"
        with Services(known, issuer, tenant) as services:
            if not services.get(personas.LEAD, "referral", "/programmes"):
                return tenant
    raise AssertionError


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring every service's tables up to date and create missing topics, on the servers that the environment names.

    Example: alongside migrate
    """
    with speaking():
        applied = asyncio.run(prepare(addresses()))
    if as_json:
        out.print_json(
            data={service: [f"{m.component}/{m.number:04d}" for m in done] for service, done in applied.items()}
        )
        return
    for service, done in applied.items():
        out.print(f"{service}: {len(done)} applied" if done else f"{service}: up to date")


@app.command()
def topics() -> None:
    """Create missing topics on the broker that the environment names. Example: alongside topics"""
    with speaking():
        asyncio.run(prepare_topics(addresses()))


@app.command()
def secrets(folder: Path) -> None:
    """Generate the secrets of a development deployment into a folder. Example: alongside secrets /secrets"""
    with speaking():
        make_secrets(folder)


@app.command()
def provision(
    folder: Annotated[Path, typer.Argument(help="Where `alongside secrets` has put the secrets.")],
    server: Annotated[str, typer.Option(help="host:port of PostgreSQL.")] = "127.0.0.1:5432",
) -> None:
    """Make every service's database and roles on a server. Example: alongside provision /secrets --server db:5432"""
    with speaking():
        asyncio.run(provision_services(folder, server))


@app.command("addresses")
def show_addresses() -> None:
    """Print where the services of the running platform answer, as shell variables named after them.

    Example: eval "$(alongside addresses)"
    """
    with speaking():
        known = addresses()
        for service in SERVICES:
            sys.stdout.write(f"export {service.upper()}={shlex.quote(known.http(service))}\n")


@app.command()
def token(
    persona: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PERSONA",
            help="lead, tutor, operator, school-lead:URN, mentor:REFERENCE or trainee:REFERENCE.",
        ),
    ],
    tenant: importing.Tenant = personas.TENANT,
) -> None:
    """Print a token of the local issuer, to use as a bearer token with the running platform.

    Example: curl -H "Authorization: Bearer $(alongside token --as lead)" ...
    """
    with speaking():
        known = addresses()
        issuer = local_issuer(known)
        sys.stdout.write(_persona(persona, known, issuer, tenant).token(issuer, tenant) + "\n")


def _persona(wanted: str, known: Addresses, issuer: Issuer, tenant: str) -> personas.Persona:
    kind, _, which = wanted.partition(":")
    match kind, which:
        case "lead", "":
            return personas.LEAD
        case "tutor", "":
            return personas.TUTOR
        case "operator", "":
            return personas.OPERATOR
        case "school-lead", urn if urn:
            return personas.school_lead(urn)
        case (("mentor" | "trainee"), reference) if reference:
            with Services(known, issuer, tenant) as services:
                person = services.person(kind, reference)
            return personas.mentor(person) if kind == "mentor" else personas.trainee(person)
        case _:
            raise operate.Unknown(
                "Say lead, tutor, operator, school-lead:URN, mentor:REFERENCE or trainee:REFERENCE, "
                "for example --as mentor:M-001."
            )


if __name__ == "__main__":
    app()
