"""Routes of webhooks: where the events of the partnership are sent."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.reporting.api.events import AfterPosition
from services.reporting.commands import webhooks as commands
from services.reporting.commands.webhooks import (
    DeletedWebhook,
    NewWebhook,
    Replay,
    SentAgain,
    WebhookTerms,
    WebhookWithSecret,
)
from services.reporting.queries import webhooks as queries
from services.reporting.queries.webhooks import DeadLetterPage, WebhookView
from shared.kernel.decider import Invalid
from shared.kernel.http.context import Caller, CallerDep, ReaderDep, set_location
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("reporting")

DeadLetterLimit = Annotated[int, Query(ge=1, le=1000, description="The most dead letters on the page.")]


def _without_key(caller: Caller) -> Caller:
    """Return the caller without the Idempotency-Key: these commands have the same effect when they are repeated."""
    return replace(caller, request=replace(caller.request, key=None))


def _must_have_no_key(caller: Caller) -> None:
    """Raise `Invalid` for an Idempotency-Key: an answer with a secret is not kept, so that it cannot be repeated."""
    if caller.request.key is not None:
        raise Invalid(
            "The answer has a secret, which is shown once and never kept. Leave Idempotency-Key out.",
            pointer="header:idempotency-key",
        )


@router.post("/webhooks", status_code=201)
async def register_webhook(body: NewWebhook, caller: CallerDep, response: Response) -> WebhookWithSecret:
    """Register an address that events are sent to; the answer has the secret that they are signed with."""
    _must_have_no_key(caller)
    made = await caller.run(commands.register_webhook(caller.who, body), WebhookWithSecret)
    set_location(response, f"/webhooks/{made.webhook.webhook_id}")
    return made


@router.get("/webhooks")
async def list_webhooks(reader: ReaderDep) -> list[WebhookView]:
    """List the webhooks of the partnership: how far each is, and what keeps it from going on."""
    return await queries.list_webhooks(reader)


@router.get("/webhooks/{webhook_id}")
@has_version(key="webhook_id")
async def show_webhook(webhook_id: UUID, reader: ReaderDep) -> WebhookView:
    """Show a webhook."""
    return await queries.show_webhook(reader, webhook_id)


@router.put("/webhooks/{webhook_id}")
@has_version(key="webhook_id")
async def change_webhook(webhook_id: UUID, body: WebhookTerms, caller: CallerDep) -> WebhookView:
    """Change where a webhook sends which events, from the next one on."""
    return await _without_key(caller).run(commands.change_webhook(caller.who, webhook_id, body), WebhookView)


@router.delete("/webhooks/{webhook_id}")
@has_version(key="webhook_id")
async def delete_webhook(webhook_id: UUID, caller: CallerDep) -> DeletedWebhook:
    """Delete a webhook with its dead letters."""
    return await _without_key(caller).run(commands.delete_webhook(caller.who, webhook_id), DeletedWebhook)


@router.post("/webhooks/{webhook_id}/pause")
async def pause_webhook(webhook_id: UUID, caller: CallerDep) -> WebhookView:
    """Pause a webhook: it keeps its place, and nothing is sent until it is resumed."""
    return await _without_key(caller).run(commands.pause_webhook(caller.who, webhook_id), WebhookView)


@router.post("/webhooks/{webhook_id}/resumption")
async def resume_webhook(webhook_id: UUID, caller: CallerDep) -> WebhookView:
    """Resume a webhook that was paused or disabled, from where it stopped."""
    return await _without_key(caller).run(commands.resume_webhook(caller.who, webhook_id), WebhookView)


@router.post("/webhooks/{webhook_id}/secret")
async def replace_secret(webhook_id: UUID, caller: CallerDep) -> WebhookWithSecret:
    """Replace the secret of a webhook; for a day the one before it signs as well."""
    _must_have_no_key(caller)
    return await caller.run(commands.replace_secret(caller.who, webhook_id), WebhookWithSecret)


@router.post("/webhooks/{webhook_id}/replay")
async def replay_webhook(webhook_id: UUID, body: Replay, caller: CallerDep) -> WebhookView:
    """Send everything after a position again."""
    return await _without_key(caller).run(commands.replay_webhook(caller.who, webhook_id, body), WebhookView)


@router.get("/webhooks/{webhook_id}/dead-letters")
async def list_dead_letters(
    webhook_id: UUID, reader: ReaderDep, after: AfterPosition = "0", limit: DeadLetterLimit = 100
) -> DeadLetterPage:
    """List the events that the receiver of a webhook did not take, and those behind them in their subjects."""
    return await queries.list_dead_letters(reader, webhook_id, after, limit)


@router.post("/webhooks/{webhook_id}/dead-letters/{event_id}/retry")
async def retry_dead_letter(webhook_id: UUID, event_id: UUID, caller: CallerDep) -> SentAgain:
    """Send a dead letter again, with all others of its subject, in their order."""
    return await _without_key(caller).run(commands.retry_dead_letter(caller.who, webhook_id, event_id), SentAgain)


@router.delete("/webhooks/{webhook_id}/dead-letters/{event_id}")
async def discard_dead_letter(webhook_id: UUID, event_id: UUID, caller: CallerDep) -> DeletedWebhook:
    """Discard a dead letter: its receiver never gets it. Those behind it in its subject stay."""
    return await _without_key(caller).run(
        commands.discard_dead_letter(caller.who, webhook_id, event_id), DeletedWebhook
    )
