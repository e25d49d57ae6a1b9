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
        _digest(secret),
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
        _digest(secret),
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
        _digest(secret),
        *choice,
    )
    return secret


async def end_session(connection: Connection, session: bytes) -> None:
    """End a session."""
    await connection.execute("delete from web_sessions where session = $1", session)


async def end_sessions_of(connection: Connection, identity: bytes) -> None:
    """End every session of an identity, on whatever device."""
    await connection.execute("delete from web_sessions where identity = $1", identity)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
