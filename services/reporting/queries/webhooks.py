"""Show a partnership's webhooks, how far each is, and the events that its receiver did not take."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.reporting.feed.positions import format_position, parse_position, resume_after
from services.reporting.policy import webhooks as may_use_webhooks
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres import Connection, events
from shared.kernel.reader import Reader

MISSING = "There is no such webhook."

_WEBHOOKS = """
    select w.*, (select count(*) from webhook_dead_letters d
                 where (d.tenant, d.webhook_id) = (w.tenant, w.webhook_id)) as dead_letters
    from webhooks w where tenant = $1 and ($2::uuid is null or webhook_id = $2) order by made_at, webhook_id"""
_DEAD_LETTERS = """
    select event_id, position, stream, type, state, reason, put_at from webhook_dead_letters
    where tenant = $1 and webhook_id = $2 and position > $3 order by position limit $4"""


class WebhookView(Answer):
    """A webhook: where it sends which events, how far it is, and what keeps it from going on."""

    webhook_id: UUID
    address: str
    types: list[str] | None = Field(description="The types of events that it sends; null: all.")
    state: Literal["active", "paused", "disabled"]
    reason: str | None = Field(description="Why it is disabled.")
    position: str = Field(description="Where it stands in the feed: up to here each event was delivered or put aside.")
    delivered_at: datetime | None = Field(description="When an event was last delivered.")
    failures: int = Field(description="Deliveries that failed since then.")
    failing_since: datetime | None
    failure: str | None = Field(description="Why the last one failed.")
    next_attempt_at: datetime | None = Field(description="When the next is due, where one failed.")
    dead_letters: int = Field(description="Events that are put aside.")
    version: int
    made_at: datetime
    made_by: str


class DeadLetter(Answer):
    """An event that a receiver did not take, or that comes behind one in its subject."""

    event_id: UUID
    position: str
    source: str
    subject: str
    type: str
    state: Literal["dead", "waiting"] = Field(description="It is `waiting` while it is to be sent again.")
    reason: str
    put_at: datetime


class DeadLetterPage(Answer):
    """Dead letters of a webhook in the order of their positions; `next` is the position to ask `after`, or null."""

    dead_letters: list[DeadLetter]
    next: str | None


async def list_webhooks(reader: Reader) -> list[WebhookView]:
    """Return the webhooks of the partnership, the oldest first."""
    may_use_webhooks(reader.who)
    return await read_webhooks(reader.connection, reader.who.tenant)


async def show_webhook(reader: Reader, webhook_id: UUID) -> WebhookView:
    """Return a webhook; raises `NotFound`."""
    may_use_webhooks(reader.who)
    return await read_webhook(reader.connection, reader.who.tenant, webhook_id)


async def list_dead_letters(reader: Reader, webhook_id: UUID, after: str, limit: int) -> DeadLetterPage:
    """Return dead letters of a webhook behind a position of the feed; raises `NotFound`."""
    await show_webhook(reader, webhook_id)
    incarnations = await events.incarnations(reader.connection)
    begin = resume_after(parse_position(after), incarnations)
    rows = await reader.connection.fetch(_DEAD_LETTERS, reader.who.tenant, webhook_id, begin, limit + 1)
    found = [
        DeadLetter(
            event_id=row["event_id"],
            position=format_position(row["position"], incarnations),
            source=f"urn:alongside:{row['stream'].partition('/')[0]}",
            subject=row["stream"].partition("/")[2],
            type=row["type"],
            state=row["state"],
            reason=row["reason"],
            put_at=row["put_at"],
        )
        for row in rows[:limit]
    ]
    return DeadLetterPage(dead_letters=found, next=found[-1].position if len(rows) > limit else None)


async def read_webhook(connection: Connection, tenant: str, webhook_id: UUID) -> WebhookView:
    """Read a webhook; raises `NotFound`."""
    found = await read_webhooks(connection, tenant, webhook_id)
    if not found:
        raise NotFound(MISSING)
    return found[0]


async def read_webhooks(connection: Connection, tenant: str, webhook_id: UUID | None = None) -> list[WebhookView]:
    """Read the webhooks of a partnership, or one of them."""
    incarnations = await events.incarnations(connection)
    return [
        WebhookView(
            **{name: row[name] for name in WebhookView.model_fields if name not in ("position", "next_attempt_at")},
            position=format_position(row["position"], incarnations),
            next_attempt_at=row["due_at"] if row["failing_since"] and row["state"] == "active" else None,
        )
        for row in await connection.fetch(_WEBHOOKS, tenant, webhook_id)
    ]
