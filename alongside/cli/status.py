"""Show the position of every service."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.markup import escape

from alongside.cli.console import err, exit_on_error, out
from alongside.cli.options import AsJson
from alongside.cli.tables import print_rows
from alongside.local.platform import find_addresses
from alongside.operations.status import BrokerStatus, list_statuses, read_broker_statuses
from shared.kernel.postgres.status import Figure, Progress, Status, TaskCounts
from shared.wording import counted_noun

app = typer.Typer()

COLUMNS = ("service", "head", "relay behind", "consumer behind", "others behind", "tasks", "parked", "incarnation")
OTHERS_NAMED = 3
"""Read models and processes that are named for each service, of those that are behind."""


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the progress of each service: last position, relay, consumer, read models, tasks, parked messages,
    incarnation. Of many read models that are behind it names the three that are furthest; --json lists all. Under the
    table it counts the webhooks that are due or fail, and their dead letters, if there are any.

    Exits with 1 if a follower makes no progress or cannot go on, a message is parked, a task has failed, a store is
    older than its topic, a topic is missing, or no broker answers. Example: alongside status --json
    """
    with exit_on_error():
        addresses = find_addresses()
        statuses = asyncio.run(list_statuses(addresses))
        brokers = asyncio.run(read_broker_statuses(addresses))
    if as_json:
        out.print_json(data=[asdict(status) | _broker_fields(brokers.get(status.service)) for status in statuses])
    else:
        _print_status(statuses, brokers)
    in_stores = any(status.parked or status.stalled or status.obstacles or status.tasks.failed for status in statuses)
    at_broker = any(broker.topics_ahead_of_store or broker.missing_topics for broker in brokers.values())
    raise typer.Exit(1 if in_stores or at_broker or not brokers else 0)


def _print_status(statuses: list[Status], brokers: dict[str, BrokerStatus]) -> None:
    rows = []
    for status in statuses:
        broker = brokers.get(status.service)
        rows.append(
            (
                status.service,
                f"{status.head}",
                _delay(status.relay.behind, status.relay.seconds),
                "no broker" if broker is None else _delay(broker.events_behind, broker.seconds_behind),
                name_those_behind((*status.read_models, *status.processes)),
                _tasks(status.tasks),
                f"{status.parked}",
                f"{status.incarnation}",
            )
        )
    print_rows(COLUMNS, rows, texts={"others behind", "tasks"})
    for status in statuses:
        if figures := list_figures(status.figures):
            out.print(f"{status.service}: {figures}.", soft_wrap=True, highlight=False)
        if status.outdated_functions:
            functions = ", ".join(status.outdated_functions)
            err.print(f"{status.service}: functions to apply: {functions}. Run `alongside migrate`.", soft_wrap=True)
        if status.newer_functions:
            functions = ", ".join(status.newer_functions)
            err.print(f"{status.service}: functions of a newer version: {functions}. Upgrade.", soft_wrap=True)
        if status.newer_read_models:
            models = ", ".join(status.newer_read_models)
            err.print(f"{status.service}: read models of a newer version: {models}. Upgrade.", soft_wrap=True)
        if status.outdated_read_models:
            models = ", ".join(status.outdated_read_models)
            err.print(
                f"{status.service}: read models of an older version: {models}. Restart its worker.", soft_wrap=True
            )
        if status.unheard:
            types = ", ".join(
                f"{type_} ({counted_noun(number, 'partition')} left)" for type_, number in status.unheard.items()
            )
            err.print(f"{status.service}: hears events that an older version passed over: {types}.", soft_wrap=True)
        for follower, obstacle in status.obstacles.items():
            err.print(f"[red]{status.service}[/red]: {follower} cannot go on: {escape(obstacle)}", soft_wrap=True)
    if missing := sorted({topic for broker in brokers.values() for topic in broker.missing_topics}):
        topics = ", ".join(missing)
        err.print(
            f"[red]Kafka has no topic[/red] {topics}: `alongside topics` creates what is missing.", soft_wrap=True
        )
    for name, broker in brokers.items():
        for topic in broker.topics_ahead_of_store:
            err.print(
                f"[red]{name}[/red]: the store is older than its topic {topic}. "
                f"If its database was restored from a backup, run `alongside restored {name}`.",
                soft_wrap=True,
            )


def name_those_behind(followers: Iterable[Progress]) -> str:
    """Return a cell with those that are behind, the furthest first; few, as a cell that is piped is never broken."""
    behind = [each for each in followers if each.behind]
    furthest = sorted(behind, key=lambda each: each.behind, reverse=True)[:OTHERS_NAMED]
    names = [f"{each.name} {_delay(each.behind, each.seconds)}" for each in furthest]
    more = len(behind) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names) or "0"


def list_figures(figures: Sequence[Figure]) -> str:
    """Return what a service alone has to watch, in words: nothing where all is well."""
    if not any(figure.value for figure in figures):
        return ""
    return ", ".join(f"{figure.means[:1].lower()}{figure.means[1:]}: {figure.value:.0f}" for figure in figures)


def _tasks(tasks: TaskCounts) -> str:
    counts = {"waiting": tasks.waiting - tasks.overdue, "overdue": tasks.overdue, "failed": tasks.failed}
    return ", ".join(f"{number} {state}" for state, number in counts.items() if number) or "0"


def _delay(events: int, seconds: float) -> str:
    return f"{events} ({seconds:.0f} s)" if events else "0"


def _broker_fields(broker: BrokerStatus | None) -> dict[str, Any]:
    if broker is None:
        return {"consumer_lag": None, "consumers": None, "older_than": None, "missing_topics": None}
    return {
        "consumer_lag": broker.events_behind,
        "consumers": [asdict(lag) for lag in broker.lags],
        "older_than": broker.topics_ahead_of_store,
        "missing_topics": broker.missing_topics,
    }
