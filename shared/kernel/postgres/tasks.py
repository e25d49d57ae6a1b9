"""The SQL of the tasks that processes ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from shared.kernel.postgres import Connection, Pool
from shared.kernel.records import Cause, Task, TaskOutcome
from shared.kernel.unit import utc_now


async def add(connection: Connection, new: Sequence[Task]) -> None:
    """Add tasks, except those with the id of a task that is there."""
    if not new:
        return
    await connection.execute(
        """insert into tasks (id, tenant, stream, name, body, due_at, actor, correlation_id, causation_id, traceparent)
           select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[],
                                $7::text[], $8::uuid[], $9::uuid[], $10::text[])
           on conflict do nothing""",
        [task.id for task in new],
        [task.tenant for task in new],
        [task.stream for task in new],
        [task.name for task in new],
        [dict(task.body) for task in new],
        [task.due_at for task in new],
        [task.cause.actor for task in new],
        [task.cause.correlation_id for task in new],
        [task.cause.causation_id for task in new],
        [task.cause.traceparent for task in new],
    )


async def withdraw(connection: Connection, tenant: str, stream: str, name: str) -> None:
    """Withdraw the waiting tasks of this name."""
    await connection.execute(
        """update tasks set status = 'withdrawn', closed_at = clock_timestamp()
           where tenant = $1 and stream = $2 and name = $3 and status = 'waiting'""",
        tenant,
        stream,
        name,
    )


async def lock_due(connection: Connection, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
    """Lock the tasks that are due."""
    rows = await connection.fetch(
        """select id, tenant, stream, name, body, due_at, attempts, actor, correlation_id, causation_id, traceparent
           from tasks where status = 'waiting' and due_at <= $2 and name = any ($1)
           order by due_at, id limit $3 for update skip locked""",
        list(names),
        now,
        limit,
    )
    return [_task(row) for row in rows]


def _task(row: asyncpg.Record) -> Task:
    columns = dict(row)
    cause = Cause(*(columns.pop(name) for name in ("actor", "correlation_id", "causation_id", "traceparent")))
    return Task(cause=cause, **columns)


async def record_outcomes(connection: Connection, settled: Sequence[TaskOutcome]) -> None:
    """Record the outcome of each task."""
    await connection.execute(
        """update tasks t set status = s.status, reason = s.reason, due_at = coalesce(s.due_at, t.due_at),
                  attempts = t.attempts + (s.status in ('waiting', 'failed'))::int,
                  closed_at = case when s.status <> 'waiting' then clock_timestamp() end
           from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) s (id, status, reason, due_at)
           where t.id = s.id""",
        [task.id for task in settled],
        [task.status for task in settled],
        [task.reason for task in settled],
        [task.due_at for task in settled],
    )


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as an operator sees it; `body` has opaque ids only, `attempts` counts failures."""

    id: UUID
    tenant: str
    stream: str
    name: str
    body: Mapping[str, Any]
    due_at: datetime
    status: str
    attempts: int
    reason: str | None


async def list_open(pool: Pool) -> list[OpenTask]:
    """List the failed tasks, then the waiting ones, each by when they are due; for the worker role."""
    rows = await pool.fetch(
        """select id, tenant, stream, name, body, due_at, status, attempts, reason from tasks
           where status in ('failed', 'waiting') order by status, due_at, id"""
    )
    return [OpenTask(**dict(row)) for row in rows]


async def retry(pool: Pool, id_: UUID) -> bool:
    """Let a failed task be tried again at once, as often as a new one; return False if it has not failed."""
    done = await pool.execute(
        """update tasks set status = 'waiting', attempts = 0, due_at = $2, closed_at = null
           where id = $1 and status = 'failed'""",
        id_,
        utc_now(),
    )
    return done.endswith(" 1")
