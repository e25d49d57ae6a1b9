"""What is to be delivered to each webhook: claims, positions and dead letters, in the database.

A worker claims a webhook for a while (a lease) and holds no connection while it sends. A worker that is killed loses
its lease: another one goes on at the webhook's position, so that at most the last delivery is repeated. Whatever a
worker records counts only while the lease is its own; a change over HTTP takes the lease away.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.reporting.feed.cloud_events import CloudEvent, cloud_event
from services.reporting.feed.positions import parse_position
from services.reporting.feed.reading import OFFERED, read_stretch
from shared.kernel.postgres import Connection, Pool, events
from shared.kernel.postgres.personal import Keyring

LEASE = timedelta(seconds=45)
"""How long a worker may be silent about a webhook that it has claimed; far longer than a delivery."""
AT_ONCE = 50
"""Events that are read for a webhook at once."""
CONNECTIONS = 3
"""Connections of the worker's pool that deliveries use at one time: the other loops have the rest."""

_CLAIM = """
    with due as (
        select tenant, webhook_id from webhooks w
        where state = 'active' and due_at <= clock_timestamp()
              and (leased_until is null or leased_until < clock_timestamp())
              and (exists (select from events e where e.tenant = w.tenant and e.position > w.position)
                   or exists (select from webhook_dead_letters d
                              where (d.tenant, d.webhook_id) = (w.tenant, w.webhook_id) and d.state = 'waiting'))
        order by due_at limit $1 for update skip locked
    )
    update webhooks w set lease = $2, leased_until = clock_timestamp() + $3 from due
    where (w.tenant, w.webhook_id) = (due.tenant, due.webhook_id)
    returning w.tenant, w.webhook_id, w.lease, w.address, w.types, w.position, w.failures, w.refusals,
              w.failing_since"""
_IS_OURS = "tenant = $1 and webhook_id = $2 and lease = $3"
_SECRETS = """
    select secret_id, sealed from webhook_secrets
    where tenant = $1 and webhook_id = $2 and (until is null or until > clock_timestamp()) order by made_at desc"""
_WAITING = """
    select e.position, e.id, e.tenant, e.stream, e.type, e.schema_version, e.body, e.recorded_at, e.correlation_id,
           e.causation_id
    from webhook_dead_letters d join events e on e.tenant = d.tenant and e.position = d.position
    where d.tenant = $1 and d.webhook_id = $2 and d.state = 'waiting' order by d.position limit $3"""


@dataclass(frozen=True, slots=True)
class ClaimedWebhook:
    """A webhook that this worker delivers to: how far it is, and its failures since the last delivery."""

    tenant: str
    webhook_id: UUID
    lease: UUID
    address: str
    types: Sequence[str] | None
    position: int
    failures: int
    refusals: int
    failing_since: datetime | None

    @property
    def key(self) -> tuple[str, UUID, UUID]:
        """What names the webhook and the lease in a statement."""
        return self.tenant, self.webhook_id, self.lease


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event to deliver, its position in the store, and its stream there."""

    event: CloudEvent
    position: int
    stream: str


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done for a webhook: the secrets to sign with, the dead letters to send again, the next events.

    `end` is the position that the webhook has reached after the events, `aside` the streams with a dead letter. `more`
    says that there are later events, `waits` that the next one is of a type that only a later version may send.
    """

    secrets: Sequence[bytes]
    waiting: Sequence[QueuedEvent]
    events: Sequence[QueuedEvent]
    end: int
    aside: frozenset[str]
    more: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class DeliveryQueue:
    """The queue of all webhooks of a service's database; for the worker role."""

    pool: Pool
    keyring: Keyring
    lease: timedelta = LEASE
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))

    async def claim(self, limit: int) -> list[ClaimedWebhook]:
        """Claim webhooks that have something to deliver, those first that have waited longest."""
        async with self._transaction() as connection:
            rows = await connection.fetch(_CLAIM, limit, uuid4(), self.lease)
        return [ClaimedWebhook(**dict(row)) for row in rows]

    async def read_work(self, webhook: ClaimedWebhook, position: int) -> Work:
        """Read what is to be delivered to a webhook behind a position."""
        async with self._transaction() as connection:
            key = webhook.tenant, webhook.webhook_id
            incarnations = await events.incarnations(connection)
            secrets = await connection.fetch(_SECRETS, *key)
            waiting = await connection.fetch(_WAITING, *key, AT_ONCE)
            aside = await connection.fetch(
                "select distinct stream from webhook_dead_letters where tenant = $1 and webhook_id = $2", *key
            )
            types = [each for each in OFFERED if webhook.types is None or each in webhook.types]
            stretch = await read_stretch(connection, webhook.tenant, position, types, AT_ONCE, incarnations)
        return Work(
            [
                self.keyring.open_secret(webhook.tenant, place_of(webhook.webhook_id, row["secret_id"]), row["sealed"])
                for row in secrets
            ],
            [QueuedEvent(cloud_event(dict(row), incarnations), row["position"], row["stream"]) for row in waiting],
            [queued_event(event) for event in stretch.events],
            stretch.end,
            frozenset(row["stream"] for row in aside),
            stretch.more,
            stretch.waits,
        )

    async def record_delivery(self, webhook: ClaimedWebhook, position: int) -> bool:
        """Record that a webhook has everything up to a position; return False where the lease is not ours any more."""
        return await self._changes_a_row(
            f"""update webhooks set position = $4, failures = 0, refusals = 0, failing_since = null, failure = null,
                       delivered_at = clock_timestamp(), leased_until = clock_timestamp() + $5 where {_IS_OURS}""",
            *webhook.key,
            position,
            self.lease,
        )

    async def pass_over(self, webhook: ClaimedWebhook, position: int) -> bool:
        """Move a webhook over events that are not for it; return False where the lease is not ours any more."""
        return await self._changes_a_row(
            f"update webhooks set position = $4, leased_until = clock_timestamp() + $5 where {_IS_OURS}",
            *webhook.key,
            position,
            self.lease,
        )

    async def record_failure(
        self, webhook: ClaimedWebhook, *, refusals: int, reason: str, pause: timedelta, disabled_because: str | None
    ) -> None:
        """Record that a delivery failed, when the next is due, and whether the webhook is disabled; end the lease."""
        await self._changes_a_row(
            f"""update webhooks set failures = failures + 1, refusals = $4, failure = $5, failed_at = clock_timestamp(),
                       failing_since = coalesce(failing_since, clock_timestamp()), due_at = clock_timestamp() + $6,
                       state = case when $7::text is null then state else 'disabled' end,
                       reason = coalesce($7::text, reason), lease = null, leased_until = null where {_IS_OURS}""",
            *webhook.key,
            refusals,
            reason,
            pause,
            disabled_because,
        )

    async def put_aside(self, webhook: ClaimedWebhook, queued: QueuedEvent, reason: str) -> bool:
        """Put an event aside as a dead letter, and move the webhook past it; False where the lease is not ours.

        It waits to be sent again if the dead letters of its stream do.
        """
        async with self._transaction() as connection:
            moved = await connection.execute(
                f"""update webhooks set position = $4, failures = 0, refusals = 0,
                           leased_until = clock_timestamp() + $5 where {_IS_OURS}""",
                *webhook.key,
                queued.position,
                self.lease,
            )
            if moved.endswith(" 0"):
                return False
            await connection.execute(
                """insert into webhook_dead_letters
                       (tenant, webhook_id, position, event_id, stream, type, state, reason)
                   values ($1, $2, $3, $4, $5, $6, coalesce((
                       select max(d.state) from webhook_dead_letters d
                       where d.tenant = $1 and d.webhook_id = $2 and d.stream = $5), 'dead'), $7)
                   on conflict do nothing""",
                webhook.tenant,
                webhook.webhook_id,
                queued.position,
                queued.event.id,
                queued.stream,
                queued.event.type,
                reason,
            )
            return True

    async def close_dead_letter(self, webhook: ClaimedWebhook, position: int) -> bool:
        """Remove a dead letter that was delivered after all; return False where the lease is not ours any more."""
        async with self._transaction() as connection:
            if not await self._is_ours(connection, webhook):
                return False
            await connection.execute(
                "delete from webhook_dead_letters where tenant = $1 and webhook_id = $2 and position = $3",
                webhook.tenant,
                webhook.webhook_id,
                position,
            )
            return True

    async def return_dead_letters(self, webhook: ClaimedWebhook, queued: QueuedEvent, reason: str) -> bool:
        """Let the dead letters of a stream wait no longer, since one was not taken again; False: not our lease."""
        async with self._transaction() as connection:
            if not await self._is_ours(connection, webhook):
                return False
            await connection.execute(
                """update webhook_dead_letters
                   set state = 'dead', reason = case when position = $4 then $5 else reason end
                   where tenant = $1 and webhook_id = $2 and stream = $3""",
                webhook.tenant,
                webhook.webhook_id,
                queued.stream,
                queued.position,
                reason,
            )
            return True

    async def release(self, webhook: ClaimedWebhook, pause: timedelta) -> None:
        """End the lease; the webhook is due again after a pause, behind those that have waited longer."""
        await self._changes_a_row(
            f"""update webhooks set lease = null, leased_until = null, due_at = clock_timestamp() + $4
                where {_IS_OURS}""",
            *webhook.key,
            pause,
        )

    async def _is_ours(self, connection: Connection, webhook: ClaimedWebhook) -> bool:
        """Whether the lease is ours, which holds until the end of the transaction; the lease is renewed."""
        done = await connection.execute(
            f"update webhooks set leased_until = clock_timestamp() + $4 where {_IS_OURS}", *webhook.key, self.lease
        )
        return not done.endswith(" 0")

    async def _changes_a_row(self, sql: str, *values: object) -> bool:
        async with self._transaction() as connection:
            done: str = await connection.execute(sql, *values)
        return not done.endswith(" 0")

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self.turns, self.pool.acquire() as connection, connection.transaction():
            yield connection


def queued_event(event: CloudEvent) -> QueuedEvent:
    """Return an event of the feed with its place in the store."""
    source = event.source.rpartition(":")[2]
    return QueuedEvent(event, parse_position(event.position).position, f"{source}/{event.subject}")


def place_of(webhook_id: UUID, secret_id: UUID) -> str:
    """Return what a sealed secret is bound to."""
    return f"webhook {webhook_id} {secret_id}"
