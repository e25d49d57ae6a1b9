"""Digests: the one mail with reminders that somebody gets on a day, from its decision to the server that takes it.

A digest is decided once for a person and a day; the primary key of its table sees to that. Its mail goes to the server
at most once: whoever hands it over writes that down before. Where it is not known then whether the server took it, it
is not sent again, and what was in it stands in the next digest, because this one does not count as sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, TypeAdapter

from services.portal.mail.outbox import MailContent, place_of_mail
from shared.kernel.postgres import Connection, Pool, name_tenants
from shared.kernel.postgres.personal import Keyring

Kind = Literal["meeting", "target", "proposal", "days", "assessment"]
CARRIED_FOR = timedelta(days=14)
"""How far back a digest that was not sent is looked for."""
KEPT_FOR = timedelta(days=60)
"""How long it is kept what somebody was reminded of."""


class DigestItem(BaseModel):
    """Something that somebody is reminded of: its kind, its day, and the opaque id of what it is about.

    Of an assessment, `mentoring_ends_on` is the last day of the relationship as it was known when this was decided.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Kind
    about: UUID
    due_on: date
    mentoring_ends_on: date | None = None


_ITEMS = TypeAdapter(tuple[DigestItem, ...])


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A digest to be sent: who gets it, at which address, and what is in it."""

    account_id: UUID
    email: str
    items: tuple[DigestItem, ...]


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A digest that was decided, whose mail is about to be sent."""

    tenant: str
    account_id: UUID
    items: tuple[DigestItem, ...]


async def queue_digests(
    connection: Connection,
    keyring: Keyring,
    tenant: str,
    digests: Sequence[NewDigest],
    now: datetime,
    until: datetime,
    day: date,
) -> int:
    """Queue the digests of a day, in a transaction that has named the tenant; return how many are new.

    Whoever has got one of this day already gets no other, also where another worker queues at the same time.
    """
    queued = 0
    for digest in sorted(digests, key=lambda each: each.account_id):
        mail_id = uuid4()
        is_new = await connection.fetchval(
            """insert into digests (tenant, account_id, day, mail_id, items) values ($1, $2, $3, $4, $5)
               on conflict do nothing returning true""",
            tenant,
            digest.account_id,
            day,
            mail_id,
            _ITEMS.dump_python(digest.items, mode="json"),
        )
        if not is_new:
            continue
        plain = MailContent(to=digest.email, secret="").model_dump_json().encode()
        sealed = await keyring.seal_content(connection, tenant, str(digest.account_id), plain, place_of_mail(mail_id))
        await connection.execute(
            """insert into mails (mail_id, kind, tenant, account_id, content, created_at, due_at, expires_at)
               values ($1, 'digest', $2, $3, $4, $5, $5, $6)""",
            mail_id,
            tenant,
            digest.account_id,
            sealed,
            now,
            until,
        )
        queued += 1
    return queued


async def find_digest(connection: Connection, mail_id: UUID) -> StoredDigest | None:
    """Return the digest of a mail, in a transaction of the worker; None once it is gone, as with an erasure."""
    row = await connection.fetchrow("select tenant, account_id, items from digests where mail_id = $1", mail_id)
    if row is None:
        return None
    await name_tenants(connection, [row["tenant"]])
    return StoredDigest(row["tenant"], row["account_id"], _ITEMS.validate_python(row["items"]))


async def begin_to_hand_over(pool: Pool, mail_id: UUID, now: datetime) -> bool:
    """Write down that a mail is handed over now; whether it is this worker that may do it."""
    begun = await pool.fetchval(
        "update mails set handed_at = $2 where mail_id = $1 and handed_at is null returning true", mail_id, now
    )
    return bool(begun)


async def note_refusal(pool: Pool, mail_id: UUID) -> None:
    """Note that the server has surely not taken a mail, so that it may be handed over again."""
    await pool.execute("update mails set handed_at = null where mail_id = $1", mail_id)


async def finish_mail(pool: Pool, mail_id: UUID, now: datetime) -> None:
    """Remove a mail that was sent or is of no use; nothing of a digest stands in the next one then."""
    async with pool.acquire() as connection, connection.transaction():
        await finish_digest(connection, mail_id, now)
        await connection.execute("delete from mails where mail_id = $1", mail_id)


async def finish_digest(connection: Connection | Pool, mail_id: UUID, now: datetime) -> None:
    """Note that nothing of a digest stands in the next one: it was sent, refused for good, or is of no use."""
    await connection.execute("update digests set done_at = $2 where mail_id = $1", mail_id, now)


async def last_days(connection: Connection, tenant: str, today: date) -> tuple[date, Mapping[UUID, date]]:
    """Return the last day before today of which everybody's digest was decided, and other days of single people.

    A person's own day is that of their last finished digest, where it is later; or, where it is earlier, the day before
    the first digest after it, of which nobody knows whether it was sent.
    """
    first = today - CARRIED_FOR
    decided = await connection.fetchval(
        "select max(day) from reminder_days where tenant = $1 and day < $2", tenant, today
    )
    since = max(decided or today - timedelta(days=1), first)
    rows = await connection.fetch(
        """select account_id, coalesce(finished, $2) as finished, min(day) filter (where day > coalesce(finished, $2))
             as first_open
           from (select account_id, day, max(day) filter (where done_at is not null)
                     over (partition by account_id) as finished
                 from digests where tenant = $1 and day > $2 and day < $3) recent
           group by account_id, finished""",
        tenant,
        first,
        today,
    )
    return since, {row["account_id"]: _own_day(since, row["finished"], row["first_open"]) for row in rows}


def _own_day(since: date, finished: date, first_open: date | None) -> date:
    return max(finished, since if first_open is None else min(since, first_open - timedelta(days=1)))


async def delete_old_digests(connection: Connection, today: date) -> None:
    """Delete what is no longer needed of digests."""
    for table in ("digests", "reminder_days"):
        await connection.execute(f"delete from {table} where day < $1", today - KEPT_FOR)
