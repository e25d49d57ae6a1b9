"""What operators type: how everything is, what is parked, and how to heal it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from alongside.cli.console import err, out, speaking
from alongside.local.platform import SERVICES, addresses
from alongside.operations import maintenance as operate
from alongside.operations.restore import GONE_WITHIN
from alongside.operations.verify import Check
from shared.kernel.incarnations import Reopened
from shared.kernel.parking import Parked
from shared.kernel.postgres.status import Status, Tasks

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
parked_app = typer.Typer(no_args_is_help=True, help="Messages that failed for good, and what waits behind them.")
app.add_typer(parked_app, name="parked")
tasks_app = typer.Typer(no_args_is_help=True, help="What is to be done on its day, and what could not be done.")
app.add_typer(tasks_app, name="tasks")

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]


@app.command()
def status(as_json: AsJson = False) -> None:
    """How far every service is: head of its store, relay, consumer, read models, tasks, parked messages, lives.

    Exits with 1 where something stands still, is parked or has failed, a store is older than its topic, or no broker
    answers.
    Example: alongside status --json
    """
    with speaking():
        known = addresses()
        found = asyncio.run(operate.statuses(known))
        topics = asyncio.run(operate.at_the_broker(known))
    if as_json:
        out.print_json(data=[asdict(one) | _told_of_topics(topics.get(one.service)) for one in found])
    else:
        _print_status(found, topics)
    troubled = any(one.parked or one.stalled or one.tasks.failed or one.service not in topics for one in found)
    raise typer.Exit(1 if troubled or any(told.older for told in topics.values()) else 0)


def _print_status(found: list[Status], topics: dict[str, operate.AtTheBroker]) -> None:
    table = Table(
        "service", "head", "relay behind", "consumer behind", "others behind", "tasks", "parked", "incarnation"
    )
    for one in found:
        others = [m for m in (*one.read_models, *one.processes) if m.behind]
        models = ", ".join(f"{m.name} {_behind(m.behind, m.seconds)}" for m in others) or "0"
        told = topics.get(one.service)
        waiting = "no broker" if told is None else _behind(told.behind, told.seconds)
        relay = _behind(one.relay.behind, one.relay.seconds)
        parked, lives = f"{one.parked}", f"{one.incarnation}"
        table.add_row(one.service, f"{one.head}", relay, waiting, models, _tasks(one.tasks), parked, lives)
    out.print(table)
    for name, told in topics.items():
        for topic in told.older:
            err.print(
                f"[red]{name}[/red]: the store is older than its topic {topic}: run `alongside restored {name}`.",
                soft_wrap=True,
            )


def _tasks(tasks: Tasks) -> str:
    told = {"waiting": tasks.waiting - tasks.overdue, "overdue": tasks.overdue, "failed": tasks.failed}
    return ", ".join(f"{number} {how}" for how, number in told.items() if number) or "0"


def _behind(events: int, seconds: float) -> str:
    return f"{events} ({seconds:.0f} s)" if events else "0"


def _told_of_topics(told: operate.AtTheBroker | None) -> dict[str, Any]:
    if told is None:
        return {"consumer_lag": None, "consumers": None, "older_than": None}
    return {"consumer_lag": told.behind, "consumers": [asdict(lag) for lag in told.lags], "older_than": told.older}


@parked_app.command("list")
def parked_list(as_json: AsJson = False) -> None:
    """What is parked, oldest first. Example: alongside parked list"""
    with speaking():
        found = asyncio.run(operate.list_parked(addresses()))
    if as_json:
        out.print_json(data=[{"service": service} | _told(parked) for service, parked in found])
        return
    table = Table("service", "number", "type", Column("stream", overflow="fold"), "reason", "since")
    for service, parked in found:
        # a key, and with it the stream, is whatever somebody sent
        told = (escape(text) for text in (parked.type or "?", parked.stream, parked.reason))
        table.add_row(service, f"{parked.id}", *told, f"{parked.parked_at:%F %T}")
    out.print(table if found else "Nothing is parked.")


@parked_app.command("show")
def parked_show(service: str, number: int) -> None:
    """One parked message, whole, as JSON. Example: alongside parked show matching 3"""
    with speaking():
        found = asyncio.run(operate.show_parked(addresses(), service, number))
    headers = {name: value.decode(errors="replace") for name, value in found.headers}
    value = None if found.value is None else found.value.decode(errors="replace")
    out.print_json(data=_told(found) | {"headers": headers, "value": value})


def _told(parked: Parked) -> dict[str, Any]:
    told = asdict(parked)
    return {
        name: told[name] for name in ("id", "type", "stream", "sequence", "topic", "partition", "offset", "reason")
    } | {"parked_at": str(parked.parked_at)}


@parked_app.command("replay")
def parked_replay(service: str, number: int, as_json: AsJson = False) -> None:
    """Take a parked message and what waits behind it again, in order. Example: alongside parked replay matching 3"""
    with speaking():
        taken = asyncio.run(operate.replay(addresses(), service, number))
    if as_json:
        out.print_json(data={"service": service, "taken": taken})
    elif taken:
        out.print(f"{taken} taken.")
    else:
        err.print("It failed again and stays parked; `alongside parked show` says why.")
    raise typer.Exit(0 if taken else 1)


@tasks_app.command("list")
def tasks_list(as_json: AsJson = False) -> None:
    """Tasks that failed, then those that wait, each in the order of their days. Example: alongside tasks list"""
    with speaking():
        found = asyncio.run(operate.list_tasks(addresses()))
    if as_json:
        out.print_json(data=[{"service": service} | asdict(task) for service, task in found], default=str)
        return
    table = Table("service", Column("id", overflow="fold"), "task", "status", "due", "failures", "reason")
    for service, task in found:
        told = (f"{task.due_at:%F %T}", f"{task.attempts}", escape(task.reason or ""))
        table.add_row(service, f"{task.id}", task.name, task.status, *told)
    out.print(table if found else "No task waits.")


@tasks_app.command("retry")
def tasks_retry(service: str, task_id: UUID, as_json: AsJson = False) -> None:
    """Let a task that failed be tried again, now.

    Example: alongside tasks retry matching 0d8f7a2e-5a0c-5f0c-9d5e-3f1f5a6b7c8d
    """
    with speaking():
        asyncio.run(operate.retry_task(addresses(), service, task_id))
    if as_json:
        out.print_json(data={"service": service, "id": str(task_id), "status": "waiting"})
    else:
        out.print("It will be tried again now; `alongside tasks list` says what came of it.")


@parked_app.command("discard")
def parked_discard(
    service: str,
    number: int,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a parked message up for good and take what waited behind it. Example: alongside parked discard matching 3"""
    if not yes:
        typer.confirm("Its effect will never happen here. Discard it?", abort=True, err=as_json)
    with speaking():
        taken = asyncio.run(operate.discard(addresses(), service, number))
    if as_json:
        out.print_json(data={"service": service, "taken": taken})
    else:
        out.print(f"Discarded; {taken} taken that waited behind it." if taken else "Discarded.")


@app.command()
def rebuild(
    read_model: Annotated[str, typer.Argument(help="NAME, or SERVICE.NAME where two services share it.")],
    as_json: AsJson = False,
) -> None:
    """Rebuild a read model from its events beside the running one, and swap it in without a gap.

    Example: alongside rebuild reporting.meetings
    """
    with speaking(), _bar(f"Rebuilding {escape(read_model)}") as moved:
        service, version = asyncio.run(operate.rebuild(addresses(), read_model, moved))
    name = read_model.rpartition(".")[2]
    if as_json:
        out.print_json(data={"service": service, "read_model": name, "version": version})
    else:
        out.print(f"{service}: {name} is at version {version} now.")


@app.command()
def republish(service: Annotated[str, typer.Argument(help="A service, or `all`.")], as_json: AsJson = False) -> None:
    """Send every event of a service to its topics again, after a broker was lost; repeats have no effect.

    Example: alongside republish all
    """
    sent = {}
    with speaking():
        for name in SERVICES if service == "all" else (service,):
            sent[name] = asyncio.run(operate.republish(addresses(), name))
            if not as_json:
                out.print(f"{name}: {sent[name]} events will be looked at and sent again.")
    if as_json:
        out.print_json(data=sent)


@app.command()
def restored(
    service: str,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for workers that were killed.")] = GONE_WITHIN,
    as_json: AsJson = False,
) -> None:
    """Say that a service's database was put back to an older backup, before its workers start again.

    Opens the store's next life, so that nobody takes its new events for repeats, lets its consumer read everything
    again, and names what others have seen and the store has lost. Example: alongside restored matching
    """
    with speaking():
        opened = asyncio.run(operate.restore(addresses(), service, gone_within=wait))
    if as_json:
        out.print_json(data=_told_of_life(service, opened))
        return
    number, after = opened.incarnation
    out.print(f"{service}: incarnation {number} begins after position {after}.")
    table = Table("type", Column("stream", overflow="fold"), "lost", title_justify="left")
    for (type_, stream), lost in _by_stream(opened).items():
        table.add_row(type_, stream, f"{lost}")
    out.print(table if opened.lost else "Its topics tell of nothing that it has lost.")


def _by_stream(opened: Reopened) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for event in opened.lost:
        where = (event.type, f"{event.tenant}/{event.stream}")
        found[where] = found.get(where, 0) + 1
    return found


def _told_of_life(service: str, opened: Reopened) -> dict[str, Any]:
    return {
        "service": service,
        "incarnation": opened.incarnation.number,
        "after_position": opened.incarnation.after,
        "lost": [
            {
                "id": str(event.id),
                "type": event.type,
                "tenant": event.tenant,
                "stream": event.stream,
                "topic": event.topic,
                "incarnation": event.mark.incarnation,
                "sequence": event.mark.position,
            }
            for event in opened.lost
        ],
    }


@app.command()
def verify(
    service: Annotated[str, typer.Argument(help="A service, or `all`.")] = "all", as_json: AsJson = False
) -> None:
    """Hold what is stored against what was published, heard and shown, event by event and row by row.

    Compares each store with itself, with its topics, with what its consumer has heard, and with its read models. Exits
    with 1 where something is wrong; harmless figures, such as repeats, are counted beside. It only reads, may run
    beside the service, and takes minutes where there are millions of events. Example: alongside verify matching
    """
    found = {}
    with speaking():
        for name in SERVICES if service == "all" else (service,):
            found[name] = asyncio.run(operate.verified(addresses(), name))
    if as_json:
        out.print_json(data={name: [asdict(check) for check in checks] for name, checks in found.items()})
    else:
        _print_checks(found)
    raise typer.Exit(1 if any(check.wrong for checks in found.values() for check in checks) else 0)


def _print_checks(found: Mapping[str, list[Check]]) -> None:
    table = Table("service", "of", "looked at", "harmless", "wrong")
    for name, checks in found.items():
        for check in checks:
            wrong = _figures(check.wrong)
            table.add_row(
                name, check.of, f"{check.looked_at}", _figures(check.figures), wrong and f"[red]{wrong}[/red]"
            )
    out.print(table)
    for name, checks in found.items():
        for check in checks:
            for kind, examples in check.examples.items():
                for example in examples:
                    out.print(f"{name}, {check.of}: {kind}: {escape(example)}", soft_wrap=True, highlight=False)


def _figures(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in numbers.items())


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda head, position: progress.update(task, completed=position, total=head)
