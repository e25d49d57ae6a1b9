"""Delete what is over of signing in: a loop of the portal's worker."""

import asyncio
from datetime import datetime, timedelta

import structlog

from services.portal.mail.digests import delete_old_digests
from services.portal.signing_in.providers import ATTEMPT_LASTS
from services.portal.signing_in.sessions import Limits, delete_ended_sessions
from shared.kernel.postgres import TRANSIENT_ERRORS, Connection
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import utc_now

EVERY = 60.0
"""Seconds."""
COUNTED_FOR = timedelta(days=1)
"""How long it counts that a code was asked for an address."""
DEAD_LETTERS_KEPT = timedelta(days=30)

log = structlog.get_logger()


async def clear_sign_ins(store: PostgresStore, limits: Limits) -> None:
    """Delete what is over, once a minute, until cancelled."""
    while True:
        try:
            async with store.pool.acquire() as connection:
                await delete_what_is_over(connection, limits, utc_now())
        except TRANSIENT_ERRORS as error:
            log.warning("what is over of signing in waits", error=type(error).__name__)
        await asyncio.sleep(EVERY)


async def delete_what_is_over(connection: Connection, limits: Limits, now: datetime) -> None:
    """Delete sessions past their limits, codes, invitations and mails of no use, and what was counted long enough."""
    await delete_ended_sessions(connection, limits, now)
    for sql, until in (
        ("delete from sign_in_codes where expires_at <= $1", now),
        ("delete from code_requests where asked_at <= $1", now - COUNTED_FOR),
        ("delete from spent_states where spent_at <= $1", now - 2 * ATTEMPT_LASTS),
        ("delete from invitations where expires_at <= $1", now),
        ("delete from mails where expires_at <= $1 and dead_because is null", now),
        ("delete from mails where created_at <= $1", now - DEAD_LETTERS_KEPT),
    ):
        await connection.execute(sql, until)
    await delete_old_digests(connection, now.date())
