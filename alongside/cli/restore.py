"""Continue with a database that was restored from an older backup."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson
from alongside.cli.tables import print_rows
from alongside.local.platform import find_addresses
from alongside.operations.restore import WAIT_FOR_MEMBERS, begin_incarnation
from shared.kernel.restore import LostEvent, ReopenedStore

app = typer.Typer()


@app.command("restored")
def reopen_restored(
    service: str,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait until Kafka gives up workers that were killed.")
    ] = WAIT_FOR_MEMBERS,
    as_json: AsJson = False,
) -> None:
    """Tell the platform that a service's database was restored from an older backup. Run it before its workers start.

    Opens the next incarnation of the store, so that consumers do not skip its new events as repeats; makes the
    service's own consumer read all topics again; and lists the events that others have seen and the store has lost.
    Said again, it lists them again.
    Example: alongside restored matching
    """
    with exit_on_error():
        reopened = asyncio.run(begin_incarnation(find_addresses(), service, wait_for_members=wait))
    if as_json:
        out.print_json(data=_fields(service, reopened))
        return
    number, after = reopened.incarnation
    out.print(f"{service}: incarnation {number} begins after position {after}.")
    if reopened.lost:
        _print_lost(reopened.lost)
    else:
        out.print("Its topics hold no event that the store has lost since it was last restored.", soft_wrap=True)
    if reopened.lost_before:
        out.print("Lost when it was restored before:")
        _print_lost(reopened.lost_before)


def _print_lost(events: Sequence[LostEvent]) -> None:
    lost = Counter((event.type, f"{event.tenant}/{event.stream}") for event in events)
    print_rows(("type", "stream", "lost"), [(type_, stream, f"{number}") for (type_, stream), number in lost.items()])


def _fields(service: str, reopened: ReopenedStore) -> dict[str, Any]:
    return {
        "service": service,
        "incarnation": reopened.incarnation.number,
        "after_position": reopened.incarnation.after,
        "lost": [_lost_fields(event) for event in reopened.lost],
        "lost_before": [_lost_fields(event) for event in reopened.lost_before],
    }


def _lost_fields(event: LostEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "tenant": event.tenant,
        "stream": event.stream,
        "topic": event.topic,
        "incarnation": event.mark.incarnation,
        "sequence": event.mark.position,
    }
