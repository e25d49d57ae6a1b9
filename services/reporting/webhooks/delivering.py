"""Deliver events to webhooks: each webhook in order and by itself, many at once, none for long.

A receiver that lets a delivery wait takes no place from the others: while it does, its turn counts for no more than a
connection, of which there are far more than places.

Error policy: an event that its receiver does not take keeps its place and is tried again after a growing pause
(`schedule.py`); refused too often, it becomes a dead letter, and so does every later event of its stream. A receiver
that cannot be reached keeps all its events. A webhook that answers 410, or has taken nothing for days, is disabled.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog

from services.reporting.webhooks.queue import ClaimedWebhook, DeliveryQueue, QueuedEvent, Work
from services.reporting.webhooks.schedule import Schedule
from services.reporting.webhooks.sending import DELIVERED, Outcome, Sender
from services.reporting.webhooks.signing import signed_headers
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import TRANSIENT_ERRORS
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.settings import Settings

CONCURRENT = 20
"""Webhooks that a worker delivers to at one time, without those whose receivers let a delivery wait."""
MOST_TURNS = 200
"""Webhooks that a worker delivers to at one time, with these."""
PROMPT = 1.0
"""Seconds after which a delivery that goes on is one that waits for its receiver."""
TURN = 5.0
"""Seconds after which a webhook with more events to come lets another one go first."""
NOTHING_NEW = timedelta(seconds=5)
"""How long a webhook waits whose next event only a later version may send."""
AFTER_ERROR = timedelta(seconds=30)
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
BEHIND = "an earlier event of the same subject was put aside"

log = structlog.get_logger()


async def deliver_webhooks(store: PostgresStore, notifier: Notifier, settings: Settings) -> None:
    """Deliver events to webhooks until cancelled: the loop of reporting's worker."""
    certificates = httpx.create_ssl_context()  # public authorities, or those in SSL_CERT_FILE
    sender = Sender(certificates, settings.webhook_networks())
    await Deliverer(DeliveryQueue(store.pool, store.keyring), sender).run(notifier)


class _TurnOver(Exception):
    """The lease has ended: a delivery failed, the webhook was changed, or another worker has it."""


@dataclass
class Deliverer:
    """Delivers what is due to all webhooks until it is cancelled; several workers may do so at one time."""

    queue: DeliveryQueue
    sender: Sender
    schedule: Schedule = field(default_factory=Schedule)
    now: Callable[[], float] = time.time
    """Seconds since 1970, by which receivers judge the age of a delivery."""
    _sent_at: dict[asyncio.Task[Any] | None, float] = field(default_factory=dict)
    """When the delivery that goes on in a turn began, by the clock of the event loop."""

    async def run(self, notifier: Notifier) -> None:
        """Claim webhooks and give each a turn; an error of one turn ends that turn alone."""
        listener = notifier.listener()
        turns: set[asyncio.Task[None]] = set()
        waiting = asyncio.ensure_future(listener.wait())
        try:
            while True:
                claimed = await self._claim(self._free_places(turns))
                turns |= {asyncio.create_task(self.take_turn(each)) for each in claimed}
                done, _ = await asyncio.wait({waiting, *turns}, return_when=asyncio.FIRST_COMPLETED)
                turns -= done
                if waiting in done:
                    waiting = asyncio.ensure_future(listener.wait())
        finally:
            for task in (waiting, *turns):
                task.cancel()
            await asyncio.gather(waiting, *turns, return_exceptions=True)
            listener.close()

    async def step(self) -> int:
        """Claim the webhooks that are due, give each a turn, and return how many there were."""
        claimed = await self.queue.claim(CONCURRENT)
        await asyncio.gather(*map(self.take_turn, claimed))
        return len(claimed)

    def _free_places(self, turns: Collection[asyncio.Task[None]]) -> int:
        """Return how many more webhooks may have a turn: asked at least once a second, as the listener looks then."""
        since = asyncio.get_running_loop().time() - PROMPT
        waiting = sum(self._sent_at.get(turn, since) < since for turn in turns)
        return min(CONCURRENT - (len(turns) - waiting), MOST_TURNS - len(turns))

    async def _claim(self, limit: int) -> list[ClaimedWebhook]:
        if limit <= 0:
            return []
        try:
            return await self.queue.claim(limit)
        except TRANSIENT_ERRORS as error:
            log.warning("webhooks wait", error=type(error).__name__)
            await asyncio.sleep(1)
            return []

    async def take_turn(self, webhook: ClaimedWebhook) -> None:
        """Deliver to a claimed webhook until nothing is left, a delivery fails or its turn is over; end the lease."""
        pause = timedelta(0)
        try:
            pause = await self._deliver(webhook)
        except _TurnOver:
            return
        except TRANSIENT_ERRORS as error:
            log.warning("webhook waits", webhook=str(webhook.webhook_id), error=type(error).__name__)
            pause = self.schedule.first_pause
        except Exception as error:
            log.exception("webhook stands still", webhook=str(webhook.webhook_id), error=type(error).__name__)
            pause = AFTER_ERROR
        finally:
            try:
                await self.queue.release(webhook, pause)
            except TRANSIENT_ERRORS:
                log.warning("a lease runs out by itself", webhook=str(webhook.webhook_id))

    async def _deliver(self, webhook: ClaimedWebhook) -> timedelta:
        """Deliver until nothing is left or the turn is over; return how long the webhook waits before its next turn."""
        ends_at = asyncio.get_running_loop().time() + TURN
        reached = webhook.position
        while asyncio.get_running_loop().time() < ends_at:
            work = await self.queue.read_work(webhook, reached)
            if work.waiting:
                await self._send_again(webhook, work)
                continue  # which streams have dead letters is another question now
            aside = set(work.aside)
            for queued in work.events:
                if asyncio.get_running_loop().time() >= ends_at:
                    return timedelta(0)
                if queued.stream in aside:
                    await _keep(self.queue.put_aside(webhook, queued, BEHIND))
                elif await self._take(webhook, work.secrets, queued):
                    webhook = replace(webhook, failures=0, refusals=0, failing_since=None)
                else:
                    aside.add(queued.stream)
                    webhook = replace(webhook, failures=0, refusals=0)
                reached = queued.position
            if work.end > reached:
                await _keep(self.queue.pass_over(webhook, work.end))
                reached = work.end
            if not work.more:
                return NOTHING_NEW if work.waits else timedelta(0)
        return timedelta(0)

    async def _take(self, webhook: ClaimedWebhook, secrets: Sequence[bytes], queued: QueuedEvent) -> bool:
        """Deliver the next event, or put it aside; return whether it was delivered.

        Raises `_TurnOver` where it keeps its place, to be tried again after a pause.
        """
        outcome = await self._send(webhook, secrets, queued)
        if outcome == DELIVERED:
            await _keep(self.queue.record_delivery(webhook, queued.position))
            return True
        refusals = webhook.refusals + (outcome.kind == "refused")
        disabled_because = self._disables(webhook, outcome)
        if disabled_because is None and outcome.kind == "refused" and self.schedule.puts_aside(refusals):
            log.warning("event put aside", webhook=str(webhook.webhook_id), event_id=str(queued.event.id))
            await _keep(self.queue.put_aside(webhook, queued, outcome.reason))
            return False
        if disabled_because is not None:
            log.warning("webhook disabled", webhook=str(webhook.webhook_id), reason=disabled_because)
        await self.queue.record_failure(
            webhook,
            refusals=refusals,
            reason=outcome.reason,
            pause=self.schedule.pause(webhook.failures + 1),
            disabled_because=disabled_because,
        )
        raise _TurnOver

    def _disables(self, webhook: ClaimedWebhook, outcome: Outcome) -> str | None:
        """Return why a webhook is disabled after this failure; None where it is not."""
        if outcome.kind == "gone":
            return f"{outcome.reason[0].upper()}{outcome.reason[1:]}."
        since = webhook.failing_since
        if since is None or not self.schedule.disables(since, datetime.fromtimestamp(self.now(), UTC)):
            return None
        return f"Nothing could be delivered since {since:%d %B %Y, %H:%M} UTC. The last time: {outcome.reason}."

    async def _send_again(self, webhook: ClaimedWebhook, work: Work) -> None:
        """Send dead letters that wait, each stream in order up to the first that is not taken again."""
        failed: set[str] = set()
        for queued in work.waiting:
            if queued.stream in failed:
                continue
            outcome = await self._send(webhook, work.secrets, queued)
            if outcome == DELIVERED:
                await _keep(self.queue.close_dead_letter(webhook, queued.position))
            else:
                failed.add(queued.stream)
                await _keep(self.queue.return_dead_letters(webhook, queued, outcome.reason))

    async def _send(self, webhook: ClaimedWebhook, secrets: Sequence[bytes], queued: QueuedEvent) -> Outcome:
        content = queued.event.model_dump_json(exclude_unset=True).encode()
        signed = signed_headers(f"{queued.event.id}", int(self.now()), content, secrets)
        turn = asyncio.current_task()
        self._sent_at[turn] = asyncio.get_running_loop().time()
        try:
            return await self.sender.send(webhook.address, {"Content-Type": CONTENT_TYPE, **signed}, content)
        finally:
            del self._sent_at[turn]


async def _keep(recording: Awaitable[bool]) -> None:
    """Record something in the queue; raises `_TurnOver` where the lease is not ours any more."""
    if not await recording:
        raise _TurnOver
