"""Commands of webhooks: register, change, pause, resume, replace the secret, replay, and what becomes of dead letters.

Each is one transaction. It ends the lease of a worker that delivers at this moment, whose record of that delivery then
counts no more: an event may be sent once more, and none is passed over.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field

from services.reporting.feed.positions import PATTERN, parse_position, resume_after
from services.reporting.feed.reading import must_be_offered, must_be_reached, read_head
from services.reporting.policy import webhooks as may_use_webhooks
from services.reporting.queries.webhooks import MISSING, WebhookView, read_webhook
from services.reporting.webhooks.addresses import LONGEST, parse_address
from services.reporting.webhooks.queue import place_of
from services.reporting.webhooks.signing import make_secret, show_secret
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError, NotFound, Value
from shared.kernel.postgres import Connection, events, name_tenants
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.principal import Principal
from shared.kernel.unit import CHANGED, Changed, Unit, UseCase

AT_MOST = 10
"""Webhooks of a partnership."""
SECRETS_AT_MOST = 4
"""Secrets of a webhook that sign at one time."""
OVERLAP = timedelta(hours=24)
"""How long a secret that was replaced goes on signing beside its successor."""

_END_LEASE = "lease = null, leased_until = null, due_at = clock_timestamp()"
_FORGET_FAILURES = "failures = 0, refusals = 0, failing_since = null, failure = null, failed_at = null"


class AlreadyRegistered(DomainError):
    """The partnership has a webhook with this address."""


class TooMany(DomainError):
    """The partnership has as many webhooks as it may have, or a webhook as many secrets."""


def _sentence(text: str) -> str:
    parse_address(text)
    return text


Address = Annotated[str, Field(max_length=LONGEST), AfterValidator(_sentence)]
TypeName = Annotated[str, Field(max_length=100)]


class WebhookTerms(Value):
    """Where a webhook sends which events.

    `types` are the types of events; null: all that are offered, later ones too.
    """

    address: Address
    types: Annotated[tuple[TypeName, ...], Field(min_length=1, max_length=100)] | None = None


class NewWebhook(WebhookTerms):
    """A webhook to register: it sends the events after a position of the feed; null: those from now on."""

    after: Annotated[str, Field(max_length=30, pattern=PATTERN)] | None = None


class Replay(Value):
    """The position of the feed from which a webhook sends everything again."""

    after: Annotated[str, Field(max_length=30, pattern=PATTERN)]


class WebhookWithSecret(Answer):
    """A webhook with the secret that its deliveries are signed with, which is never shown again.

    `replaced_until` is until when the secrets before it go on signing as well; null where there is none.
    """

    webhook: WebhookView
    secret: str
    replaced_until: datetime | None


class SentAgain(Answer):
    """How many dead letters of an event's subject are sent again."""

    webhook_id: UUID
    dead_letters: int


class DeletedWebhook(Answer):
    """The id of a webhook that was deleted."""

    webhook_id: UUID


def register_webhook(who: Principal, terms: NewWebhook) -> UseCase[WebhookWithSecret]:
    """Register a webhook; raises `AlreadyRegistered`, `TooMany`, and `Invalid` for an unknown type or position."""
    may_use_webhooks(who)
    must_be_offered(terms.types or (), "/types")

    async def use_case(unit: Unit) -> WebhookWithSecret:
        webhook_id = uuid4()
        async with _changing(unit) as connection:
            await connection.execute(
                "select pg_advisory_xact_lock(hashtextextended('webhooks ' || $1, 0))", unit.tenant
            )
            await _must_be_free(connection, unit.tenant, terms.address, webhook_id)
            if await connection.fetchval("select count(*) from webhooks where tenant = $1", unit.tenant) >= AT_MOST:
                raise TooMany(f"There may be {AT_MOST} webhooks. Delete one that is not needed any more.")
            position = await _position(connection, unit.tenant, terms.after)
            await connection.execute(
                """insert into webhooks (tenant, webhook_id, address, types, position, made_by)
                   values ($1, $2, $3, $4, $5, $6)""",
                unit.tenant,
                webhook_id,
                terms.address,
                terms.types,
                position,
                who.subject,
            )
            secret = await _add_secret(unit, connection, webhook_id)
            webhook = await read_webhook(connection, unit.tenant, webhook_id)
            return WebhookWithSecret(webhook=webhook, secret=secret, replaced_until=None)

    return use_case


def change_webhook(who: Principal, webhook_id: UUID, terms: WebhookTerms) -> UseCase[WebhookView]:
    """Change where a webhook sends which events, from the next one on; raises as `register_webhook`."""
    may_use_webhooks(who)
    must_be_offered(terms.types or (), "/types")

    async def use_case(unit: Unit) -> WebhookView:
        async with _locked(unit, webhook_id) as connection:
            await _must_be_free(connection, unit.tenant, terms.address, webhook_id)
            await connection.execute(
                f"""update webhooks set address = $3, types = $4, version = version + 1, {_FORGET_FAILURES},
                           {_END_LEASE} where tenant = $1 and webhook_id = $2""",
                unit.tenant,
                webhook_id,
                terms.address,
                terms.types,
            )
            return await read_webhook(connection, unit.tenant, webhook_id)

    return use_case


def pause_webhook(who: Principal, webhook_id: UUID) -> UseCase[WebhookView]:
    """Send nothing to a webhook until it is resumed; it keeps its place."""
    return _set_state(who, webhook_id, "state = 'paused', reason = null")


def resume_webhook(who: Principal, webhook_id: UUID) -> UseCase[WebhookView]:
    """Go on sending to a webhook that was paused or disabled, from where it stopped."""
    return _set_state(who, webhook_id, f"state = 'active', reason = null, {_FORGET_FAILURES}")


def delete_webhook(who: Principal, webhook_id: UUID) -> UseCase[DeletedWebhook]:
    """Delete a webhook with its secrets and dead letters."""
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> DeletedWebhook:
        async with _locked(unit, webhook_id) as connection:
            await connection.execute(
                "delete from webhooks where tenant = $1 and webhook_id = $2", unit.tenant, webhook_id
            )
        return DeletedWebhook(webhook_id=webhook_id)

    return use_case


def replace_secret(who: Principal, webhook_id: UUID) -> UseCase[WebhookWithSecret]:
    """Make a new secret; those before it sign as well for `OVERLAP`, until the receiver has the new one."""
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> WebhookWithSecret:
        async with _locked(unit, webhook_id) as connection:
            valid = await connection.fetchval(
                """select count(*) from webhook_secrets
                   where tenant = $1 and webhook_id = $2 and (until is null or until > clock_timestamp())""",
                unit.tenant,
                webhook_id,
            )
            if valid >= SECRETS_AT_MOST:
                raise TooMany("The secret was replaced several times within a day. Use the last one, or wait a day.")
            await connection.execute(
                "delete from webhook_secrets where tenant = $1 and webhook_id = $2 and until <= clock_timestamp()",
                unit.tenant,
                webhook_id,
            )
            until = await connection.fetchval(
                """with replaced as (
                       update webhook_secrets set until = clock_timestamp() + $3
                       where tenant = $1 and webhook_id = $2 and until is null returning until)
                   select max(until) from replaced""",
                unit.tenant,
                webhook_id,
                OVERLAP,
            )
            secret = await _add_secret(unit, connection, webhook_id)
            webhook = await read_webhook(connection, unit.tenant, webhook_id)
            return WebhookWithSecret(webhook=webhook, secret=secret, replaced_until=until)

    return use_case


def replay_webhook(who: Principal, webhook_id: UUID, replay: Replay) -> UseCase[WebhookView]:
    """Send everything after a position again. Dead letters after it are among that, and no dead letters any more."""
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> WebhookView:
        async with _locked(unit, webhook_id) as connection:
            position = await _position(connection, unit.tenant, replay.after)
            await connection.execute(
                f"""update webhooks set position = $3, {_FORGET_FAILURES}, {_END_LEASE}
                    where tenant = $1 and webhook_id = $2""",
                unit.tenant,
                webhook_id,
                position,
            )
            await connection.execute(
                "delete from webhook_dead_letters where tenant = $1 and webhook_id = $2 and position > $3",
                unit.tenant,
                webhook_id,
                position,
            )
            return await read_webhook(connection, unit.tenant, webhook_id)

    return use_case


def retry_dead_letter(who: Principal, webhook_id: UUID, event_id: UUID) -> UseCase[SentAgain]:
    """Send a dead letter again, with all others of its subject, in their order; raises `NotFound`."""
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> SentAgain:
        async with _locked(unit, webhook_id) as connection:
            stream = await _stream_of(connection, unit.tenant, webhook_id, event_id)
            number = await connection.execute(
                """update webhook_dead_letters set state = 'waiting'
                   where tenant = $1 and webhook_id = $2 and stream = $3""",
                unit.tenant,
                webhook_id,
                stream,
            )
            await _end_lease(connection, unit.tenant, webhook_id)
        return SentAgain(webhook_id=webhook_id, dead_letters=int(number.rpartition(" ")[2]))

    return use_case


def discard_dead_letter(who: Principal, webhook_id: UUID, event_id: UUID) -> UseCase[DeletedWebhook]:
    """Give up a dead letter: its receiver never gets it. Those behind it in its subject stay; raises `NotFound`."""
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> DeletedWebhook:
        async with _locked(unit, webhook_id) as connection:
            await _stream_of(connection, unit.tenant, webhook_id, event_id)
            await connection.execute(
                "delete from webhook_dead_letters where tenant = $1 and webhook_id = $2 and event_id = $3",
                unit.tenant,
                webhook_id,
                event_id,
            )
            await _end_lease(connection, unit.tenant, webhook_id)
        return DeletedWebhook(webhook_id=webhook_id)

    return use_case


def _set_state(who: Principal, webhook_id: UUID, changes: str) -> UseCase[WebhookView]:
    may_use_webhooks(who)

    async def use_case(unit: Unit) -> WebhookView:
        async with _locked(unit, webhook_id) as connection:
            await connection.execute(
                f"update webhooks set {changes}, {_END_LEASE} where tenant = $1 and webhook_id = $2",
                unit.tenant,
                webhook_id,
            )
            return await read_webhook(connection, unit.tenant, webhook_id)

    return use_case


@asynccontextmanager
async def _changing(unit: Unit) -> AsyncIterator[Connection]:
    """A transaction of its own on the unit's connection."""
    connection, _ = connection_and_keyring(unit.reads)
    async with connection.transaction():
        await name_tenants(connection, [unit.tenant])
        yield connection


@asynccontextmanager
async def _locked(unit: Unit, webhook_id: UUID) -> AsyncIterator[Connection]:
    """A transaction that has locked a webhook.

    Raises `NotFound`, and `Changed` where the version in `If-Match` is not the present one.
    """
    async with _changing(unit) as connection:
        version = await connection.fetchval(
            "select version from webhooks where tenant = $1 and webhook_id = $2 for update", unit.tenant, webhook_id
        )
        if version is None:
            raise NotFound(MISSING)
        if unit.if_match is not None and unit.if_match.version != version:
            raise Changed(CHANGED, version=version)
        yield connection


async def _must_be_free(connection: Connection, tenant: str, address: str, webhook_id: UUID) -> None:
    other = await connection.fetchval(
        "select webhook_id from webhooks where tenant = $1 and address = $2 and webhook_id <> $3",
        tenant,
        address,
        webhook_id,
    )
    if other is not None:
        raise AlreadyRegistered(
            "There is a webhook with this address. Change that one, or replace its secret if you do not have it.",
            existing={"webhook_id": str(other)},
        )


async def _position(connection: Connection, tenant: str, after: str | None) -> int:
    """Return a position in the store: that of the text, or of the partnership's last event."""
    head = await read_head(connection, tenant)
    if after is None:
        return head
    incarnations = await events.incarnations(connection)
    reached = parse_position(after)
    must_be_reached(reached, incarnations, head, "/after")
    return resume_after(reached, incarnations)


async def _add_secret(unit: Unit, connection: Connection, webhook_id: UUID) -> str:
    """Make a secret, keep it encrypted, and return it as its receiver configures it."""
    _, keyring = connection_and_keyring(unit.reads)
    secret, secret_id = make_secret(), uuid4()
    await connection.execute(
        "insert into webhook_secrets (tenant, webhook_id, secret_id, sealed) values ($1, $2, $3, $4)",
        unit.tenant,
        webhook_id,
        secret_id,
        keyring.seal_secret(unit.tenant, place_of(webhook_id, secret_id), secret),
    )
    return show_secret(secret)


async def _stream_of(connection: Connection, tenant: str, webhook_id: UUID, event_id: UUID) -> str:
    stream: str | None = await connection.fetchval(
        "select stream from webhook_dead_letters where tenant = $1 and webhook_id = $2 and event_id = $3",
        tenant,
        webhook_id,
        event_id,
    )
    if stream is None:
        raise NotFound("This webhook has no such dead letter.")
    return stream


async def _end_lease(connection: Connection, tenant: str, webhook_id: UUID) -> None:
    await connection.execute(
        f"update webhooks set {_END_LEASE} where tenant = $1 and webhook_id = $2", tenant, webhook_id
    )
