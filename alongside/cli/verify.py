"""Check that each store agrees with its topics, its consumer and its read models."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import typer
from rich.markup import escape

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson, ServiceOrAll
from alongside.cli.tables import print_rows
from alongside.local.platform import SERVICES, find_addresses
from alongside.operations.verify import Check, verify_service

app = typer.Typer()


@app.command()
def verify(service: ServiceOrAll = "all", as_json: AsJson = False) -> None:
    """Compare each store with its topics, its consumer and its read models, event by event and row by row.

    Exits with 1 if something is wrong; harmless differences, such as repeated messages, are only counted. It reads and
    changes nothing, may run while the service works, and takes minutes where there are millions of events.
    Example: alongside verify matching
    """
    found = {}
    with exit_on_error():
        for name in SERVICES if service == "all" else (service,):
            found[name] = asyncio.run(verify_service(find_addresses(), name))
    if as_json:
        out.print_json(data={name: [asdict(check) for check in checks] for name, checks in found.items()})
    else:
        _print_checks(found)
    raise typer.Exit(1 if any(check.wrong for _, check in _each(found)) else 0)


def _print_checks(found: Mapping[str, list[Check]]) -> None:
    rows = [
        (name, check.subject, f"{check.examined}", _figures(check.harmless), _figures(check.wrong))
        for name, check in _each(found)
    ]
    print_rows(("service", "checked", "items", "harmless", "wrong"), rows, texts={"harmless", "wrong"})
    for name, check in _each(found):
        for kind, examples in check.examples.items():
            for example in examples:
                out.print(f"{name}, {check.subject}: {kind}: {escape(example)}", soft_wrap=True, highlight=False)


def _each(found: Mapping[str, list[Check]]) -> Iterator[tuple[str, Check]]:
    return ((name, check) for name, checks in found.items() for check in checks)


def _figures(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in numbers.items())
