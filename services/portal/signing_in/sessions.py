"""Sessions of browsers: who is signed in, by a secret in a cookie, and in which role they look at pages.

Source: product.md U1. The cookie holds a random secret, the table its digest. A session ends when nobody has looked at
a page for some time, after some hours in any case, when the person signs out, and when their account is closed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.kernel.postgres import Connection

SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is still used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without a page, and in all."""

    idle: timedelta
    longest: timedelta


class Choice(NamedTuple):
    """The partnership (tenant), the account and the role in which somebody looks at pages."""

    tenant: str
    account_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class WebSession:
    """A session: the identity that was shown, and as whom its pages are shown; None where nobody has chosen yet."""

    session: bytes
    identity: bytes
    provider: str
    choice: Choice | None


async def begin_session(
    connection: Connection, identity: bytes, provider: str, now: datetime, choice: Choice | None = None
) -> str:
    """Begin a session and return the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        """insert into web_sessions (session, identity, provider, signed_in_at, seen_at, tenant, account_id, role)
           values ($1, $2, $3, $4, $4, $5, $6, $7)""",
        digest_of_secret(secret),
        identity,
        provider,
        now,
        *(choice or (None, None, None)),
    )
    return secret


async def find_session(connection: Connection, secret: str, limits: Limits, now: datetime) -> WebSession | None:
    """Return the session of a cookie, and keep it alive; None where there is none, or where it has ended."""
    row = await connection.fetchrow(
        """select session, identity, provider, tenant, account_id, role, seen_at from web_sessions
           where session = $1 and seen_at > $2 and signed_in_at > $3""",
        digest_of_secret(secret),
        now - limits.idle,
        now - limits.longest,
    )
    if row is None:
        return None
    if row["seen_at"] < now - SEEN_EVERY:
        await connection.execute("update web_sessions set seen_at = $2 where session = $1", row["session"], now)
    choice = None if row["tenant"] is None else Choice(row["tenant"], row["account_id"], row["role"])
    return WebSession(row["session"], row["identity"], row["provider"], choice)


async def choose_role(connection: Connection, session: bytes, choice: Choice) -> str:
    """Let a session go on in this partnership and role; returns a new secret, so that the earlier one is of no use."""
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        "update web_sessions set session = $2, tenant = $3, account_id = $4, role = $5 where session = $1",
        session,
        digest_of_secret(secret),
        *choice,
    )
    return secret


async def end_session(connection: Connection, session: bytes) -> None:
    """End a session."""
    await connection.execute("delete from web_sessions where session = $1", session)


async def end_session_of_cookie(connection: Connection, secret: str) -> None:
    """End the session whose secret is in a cookie, if there is one: whoever signs in anew leaves none behind."""
    await end_session(connection, digest_of_secret(secret))


async def end_sessions_of(connection: Connection, identity: bytes) -> None:
    """End every session of an identity, on whatever device."""
    await connection.execute("delete from web_sessions where identity = $1", identity)


async def end_sessions_of_account(connection: Connection, tenant: str, account_id: UUID) -> None:
    """End every session of an account, on whatever device, in a transaction that has named its tenant.

    These are sessions in which somebody looks at pages as the account, and those of every identity that it is linked
    to, or whose e-mail address it has: their holder signs in again for their other partnerships.
    """
    await connection.execute(
        """delete from web_sessions
           where tenant = $1 and account_id = $2
              or identity in (select identity from identities where tenant = $1 and account_id = $2)
              or identity in (select digest from addresses where tenant = $1 and person_id = $2)""",
        tenant,
        account_id,
    )


@dataclass(frozen=True, slots=True)
class Device:
    """A device on which somebody is signed in: since when, and when they last looked at a page there."""

    signed_in_at: datetime
    seen_at: datetime
    provider: str
    is_this: bool


async def list_devices(connection: Connection, session: WebSession, limits: Limits, now: datetime) -> list[Device]:
    """List where the holder of a session is signed in, the latest first."""
    rows = await connection.fetch(
        """select signed_in_at, seen_at, provider, session = $2 as is_this from web_sessions
           where identity = $1 and seen_at > $3 and signed_in_at > $4 order by seen_at desc, signed_in_at desc""",
        session.identity,
        session.session,
        now - limits.idle,
        now - limits.longest,
    )
    return [Device(**row) for row in rows]


async def delete_ended_sessions(connection: Connection, limits: Limits, now: datetime) -> None:
    """Delete the sessions that are past their limits."""
    await connection.execute(
        "delete from web_sessions where seen_at <= $1 or signed_in_at <= $2", now - limits.idle, now - limits.longest
    )


def digest_of_secret(secret: str) -> bytes:
    """Return the digest under which a secret of a cookie or a link is stored: whoever reads the table has no secret."""
    return hashlib.sha256(secret.encode()).digest()
