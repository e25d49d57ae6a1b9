"""Commands of calendar feeds: make, change, rotate and end one's own.

The secret of a feed's address stands in a table that is written with the command: its digest, by which the feed is
looked up, and the secret itself encrypted with the person's key, so that its owner can copy the address again.
"""

import secrets
from datetime import date
from uuid import UUID

from services.portal.domain.calendars import FEED, EndFeed, FeedMade, FeedOptions, MakeFeed, RotateFeed
from services.portal.signing_in.own_tables import change_tables
from services.portal.signing_in.sessions import digest_of_secret
from shared.kernel.answers import Answer
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.unit import Unit, UseCase


class FeedState(Answer):
    """A feed after a command."""

    account_id: UUID
    is_open: bool


def place_of_feed(account_id: UUID) -> str:
    """Return the place in which the secret of a feed can be decrypted."""
    return f"calendar feed {account_id}"


def make_feed(account_id: UUID, options: FeedOptions, on: date) -> UseCase[FeedState]:
    """Make a feed, or change what the present one shows, under the same address."""

    async def use_case(unit: Unit) -> FeedState:
        done = await unit.decide(FEED, account_id, MakeFeed(account_id=account_id, options=options, on=on))
        if any(isinstance(event, FeedMade) for event in done):
            _enter_secret(unit, account_id)
        if done:
            _enter_options(unit, account_id, options)
        return FeedState(account_id=account_id, is_open=True)

    return use_case


def rotate_feed(account_id: UUID, on: date) -> UseCase[FeedState]:
    """Give the feed another address; raises `NotFound` where there is none."""

    async def use_case(unit: Unit) -> FeedState:
        await unit.decide(FEED, account_id, RotateFeed(account_id=account_id, on=on))
        _enter_secret(unit, account_id)
        return FeedState(account_id=account_id, is_open=True)

    return use_case


def end_feed(account_id: UUID, on: date) -> UseCase[FeedState]:
    """End the feed. Idempotent."""

    async def use_case(unit: Unit) -> FeedState:
        await end_feed_of(unit, account_id, on)
        return FeedState(account_id=account_id, is_open=False)

    return use_case


async def end_feed_of(unit: Unit, account_id: UUID, on: date) -> None:
    """End somebody's feed, if they have one, with another command of theirs."""
    await unit.decide(FEED, account_id, EndFeed(account_id=account_id, on=on))
    remove_feed(unit, account_id)


def remove_feed(unit: Unit, account_id: UUID) -> None:
    """Remove a feed and what is kept of its entries, in the transaction of the append."""
    tenant = unit.tenant

    async def remove(connection: Connection, _: Keyring) -> None:
        for table in ("calendar_feeds", "calendar_entries"):
            await connection.execute(f"delete from {table} where tenant = $1 and account_id = $2", tenant, account_id)

    change_tables(unit, remove)


def _enter_secret(unit: Unit, account_id: UUID) -> None:
    tenant, secret = unit.tenant, secrets.token_urlsafe(32)

    async def enter(connection: Connection, keyring: Keyring) -> None:
        place = place_of_feed(account_id)
        sealed = await keyring.seal_content(connection, tenant, str(account_id), secret.encode(), place)
        await connection.execute(
            """insert into calendar_feeds (tenant, account_id, secret, sealed) values ($1, $2, $3, $4)
               on conflict (tenant, account_id) do update set secret = excluded.secret, sealed = excluded.sealed""",
            tenant,
            account_id,
            digest_of_secret(secret),
            sealed,
        )

    change_tables(unit, enter)


def _enter_options(unit: Unit, account_id: UUID, options: FeedOptions) -> None:
    tenant = unit.tenant

    async def enter(connection: Connection, _: Keyring) -> None:
        await connection.execute(
            "update calendar_feeds set names = $3, meetings_at = $4 where tenant = $1 and account_id = $2",
            tenant,
            account_id,
            options.names,
            options.meetings_at,
        )

    change_tables(unit, enter)
