"""The state of one service for an operator: progress of its followers, tasks, parked messages, SQL functions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.kernel.postgres import Connection, Pool
from shared.kernel.postgres.events import head
from shared.kernel.postgres.migrate import Function, differing_functions, kernel_schema
from shared.kernel.postgres.read_models import editions
from shared.kernel.readmodel import ReadModel
from shared.kernel.unit import utc_now

STALLED_AFTER = 30.0
"""Seconds without progress, while events wait, after which a follower counts as stalled."""

TASKS_LATE_AFTER = 300.0
"""Seconds after which an overdue task counts as stalled; a task that solves a large round takes a while."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a follower is: its position, events behind the head, and seconds since the first of them was recorded.

    `obstacle` says what keeps it from going on until somebody removes it.
    """

    name: str
    position: int
    behind: int
    seconds: float
    stalled: bool
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks wait, are overdue and have failed; the first overdue task has been due for `seconds`."""

    waiting: int
    overdue: int
    seconds: float
    failed: int

    @property
    def stalled(self) -> bool:
        """Whether a task has been overdue for too long."""
        return self.seconds > TASKS_LATE_AFTER


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that only one service has. The metrics have it as `alongside_NAME`; `means` says in words what it is."""

    name: str
    means: str
    value: float


ReadFigures = Callable[[Connection], Awaitable[Sequence[Figure]]]
"""Reads the figures of a service in the transaction of its status, in the worker role."""


async def no_figures(_: Connection) -> Sequence[Figure]:
    """Return no figures: most services have none of their own."""
    return ()


@dataclass(frozen=True, slots=True)
class Status:
    """One service at one moment. `parked` counts messages, `oldest_parked` is the age of the oldest in seconds.

    `incarnation` is the number of the store's present incarnation: one more than how often an older backup was
    restored. `outdated_functions` are SQL functions that `alongside migrate` would apply, `newer_functions` those that
    a newer version has replaced. `outdated_read_models` are of an older edition than the asker's, who cannot read them;
    `newer_read_models` are of a newer edition, and the asker's version leaves them to workers of that edition.
    `unheard` has the types of events that the consumer has passed over and not caught up with yet, each with the number
    of partitions where that is so. `figures` are those that only this service has.
    """

    service: str
    head: int
    incarnation: int
    relay: Progress
    read_models: Sequence[Progress]
    processes: Sequence[Progress]
    tasks: TaskCounts
    parked: int
    oldest_parked: float
    outdated_functions: Sequence[str]
    newer_functions: Sequence[str]
    outdated_read_models: Sequence[str]
    newer_read_models: Sequence[str]
    unheard: Mapping[str, int]
    figures: Sequence[Figure]

    @property
    def followers(self) -> Sequence[Progress]:
        """Every follower of the store."""
        return (self.relay, *self.read_models, *self.processes)

    @property
    def obstacles(self) -> Mapping[str, str]:
        """What keeps followers from going on, by the follower's name."""
        return {follower.name: follower.obstacle for follower in self.followers if follower.obstacle is not None}

    @property
    def stalled(self) -> Sequence[str]:
        """The names of followers that make no progress although events wait, and `tasks` if tasks are overdue."""
        names = [follower.name for follower in self.followers if follower.stalled]
        return [*names, "tasks"] if self.tasks.stalled else names


async def status(
    service: str, pool: Pool, models: Sequence[ReadModel] = (), read_figures: ReadFigures = no_figures
) -> Status:
    """Read the status in one transaction; for the worker role. The editions of `models` are compared with the live
    ones.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        last = await head(connection)
        lives = await connection.fetchval("select max(number) from incarnations")
        names = [
            row["name"]
            for row in await connection.fetch(
                "select name || '@' || version as name from read_models where live order by 1"
            )
        ]
        relay = await _progress(connection, "relay")
        followed = [await _progress(connection, name) for name in names]
        hearing = await connection.fetch("select name from cursors where name like 'process %' order by 1")
        processes = [await _progress(connection, row["name"]) for row in hearing]
        tasks = await connection.fetchrow(
            """select count(*) as waiting, count(*) filter (where due_at <= $1) as overdue,
                      greatest(0, coalesce(extract(epoch from $1 - min(due_at)), 0))::float8 as seconds,
                      (select count(*) from tasks where status = 'failed') as failed
               from tasks where status = 'waiting'""",
            utc_now(),
        )
        parked = await connection.fetchrow(
            """select count(*) as number,
                      coalesce(extract(epoch from clock_timestamp() - min(parked_at)), 0)::float8 as age
               from parked where status = 'parked'"""
        )
        outdated, newer = await _functions(connection)
        live = await editions(connection, models)
        unheard = await _unheard(connection)
        figures = await read_figures(connection)
    assert parked is not None
    assert tasks is not None
    counts = TaskCounts(**dict(tasks))
    return Status(
        service,
        last,
        lives,
        relay,
        followed,
        processes,
        counts,
        parked["number"],
        parked["age"],
        [function.name for function in outdated],
        [function.name for function in newer],
        [model.name for model in models if live.get(model.name, model.edition) < model.edition],
        [model.name for model in models if live.get(model.name, 0) > model.edition],
        unheard,
        figures,
    )


async def _unheard(connection: Connection) -> dict[str, int]:
    if await connection.fetchval("select to_regclass('unheard')") is None:  # before `alongside migrate`
        return {}
    rows = await connection.fetch(
        """select type, count(*) as partitions
           from unheard u join high_water h using (consumer, source, topic, partition)
           where (u.incarnation, u.position) < (h.incarnation, h.position) group by type order by type"""
    )
    return {row["type"]: row["partitions"] for row in rows}


async def _functions(connection: Connection) -> tuple[Sequence[Function], Sequence[Function]]:
    functions = kernel_schema().functions
    if await connection.fetchval("select to_regclass('functions')") is None:  # no version that lists them has migrated
        return functions, []
    return await differing_functions(connection, functions)


async def _progress(connection: Connection, name: str) -> Progress:
    row = await connection.fetchrow(
        """select c.position,
                  (select count(*) from events e where e.position > c.position) as behind,
                  coalesce(extract(epoch from clock_timestamp() - (
                      select recorded_at from events e where e.position > c.position
                      order by position limit 1)), 0)::float8 as seconds,
                  extract(epoch from clock_timestamp() - c.moved_at)::float8 as still,
                  case when c.obstacle_at > c.moved_at then c.obstacle end as obstacle
           from cursors c where c.name = $1""",
        name,
    )
    if row is None:
        return Progress(name, 0, 0, 0.0, stalled=False)
    stalled = row["behind"] > 0 and row["seconds"] > STALLED_AFTER and row["still"] > STALLED_AFTER
    return Progress(name, row["position"], row["behind"], row["seconds"], stalled, row["obstacle"])
