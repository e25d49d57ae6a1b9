"""The outbox of mails: what is to be sent is committed with what it is about, and sent by the worker afterwards.

A mail is a kind and a few values; its sentences are made when it is sent (`letters.py`). Address and values are
encrypted: with the key of the person where they have an account, so that they go when the person is erased.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from shared.kernel.postgres import Connection, Pool, name_tenants
from shared.kernel.postgres.personal import Keyring

Kind = Literal["code", "invitation", "digest"]
NOBODY = ""
"""The tenant under which the content of mails is encrypted that are no known person's."""
INVITATION_LASTS = timedelta(days=14)
"""How long the link in an invitation can be used."""
INVITATION_WAITS = timedelta(days=3)
"""How long it is tried to send an invitation; where no mail server is set, it goes unsent."""
CLAIMED_FOR = timedelta(minutes=2)
"""How long a mail is one worker's to send; if it dies, another one sends the mail then."""


class MailContent(BaseModel):
    """Whom a mail goes to, and the secret in it: a code, or the secret of an invitation; none in a digest."""

    model_config = ConfigDict(frozen=True)

    to: str
    secret: str


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail that a worker has claimed; `content` is None once the person is erased.

    `handed_at` is when a worker began to hand it over, and was not heard of any more.
    """

    mail_id: UUID
    kind: Kind
    content: MailContent | None
    tries: int
    created_at: datetime
    expires_at: datetime
    handed_at: datetime | None = None


async def queue_code(
    connection: Connection, keyring: Keyring, email: str, code: str, now: datetime, until: datetime
) -> None:
    """Queue the mail with a code; whether anybody has the address is looked up when it is sent."""
    mail_id = uuid4()
    content = MailContent(to=email, secret=code).model_dump_json().encode()
    sealed = keyring.seal_secret(NOBODY, place_of_mail(mail_id), content)
    await connection.execute(
        """insert into mails (mail_id, kind, content, created_at, due_at, expires_at)
           values ($1, 'code', $2, $3, $3, $4)""",
        mail_id,
        sealed,
        now,
        until,
    )


async def queue_invitation(
    connection: Connection, keyring: Keyring, tenant: str, account_id: UUID, content: MailContent, now: datetime
) -> None:
    """Queue an invitation, in a transaction that has named the tenant."""
    mail_id = uuid4()
    plain = content.model_dump_json().encode()
    sealed = await keyring.seal_content(connection, tenant, str(account_id), plain, place_of_mail(mail_id))
    await connection.execute(
        """insert into mails (mail_id, kind, tenant, account_id, content, created_at, due_at, expires_at)
           values ($1, 'invitation', $2, $3, $4, $5, $5, $6)""",
        mail_id,
        tenant,
        account_id,
        sealed,
        now,
        now + INVITATION_WAITS,
    )


async def claim_mails(connection: Connection, keyring: Keyring, now: datetime, limit: int) -> list[QueuedMail]:
    """Claim mails that are due, the one that has waited longest first; for the worker role, in a transaction."""
    rows = await connection.fetch(
        """update mails set tries = tries + 1, due_at = $1 + $2::interval
           where mail_id in (
               select mail_id from mails where due_at <= $1 and dead_because is null and expires_at > $1
               order by due_at limit $3 for update skip locked)
           returning mail_id, kind, tenant, account_id, content, tries, created_at, expires_at, handed_at""",
        now,
        CLAIMED_FOR,
        limit,
    )
    claimed = []
    for row in rows:
        place, sealed = place_of_mail(row["mail_id"]), row["content"]
        if row["tenant"] is None:
            plain: bytes | None = keyring.open_secret(NOBODY, place, sealed)
        else:
            await name_tenants(connection, [row["tenant"]])
            plain = await keyring.open_content(connection, row["tenant"], str(row["account_id"]), sealed, place)
        content = None if plain is None else MailContent.model_validate_json(plain)
        about = (row[name] for name in ("tries", "created_at", "expires_at", "handed_at"))
        claimed.append(QueuedMail(row["mail_id"], row["kind"], content, *about))
    return claimed


async def remove_mail(pool: Pool, mail_id: UUID) -> None:
    """Remove a mail that was sent, or that is of no use."""
    await pool.execute("delete from mails where mail_id = $1", mail_id)


async def try_later(pool: Pool, mail_id: UUID, due_at: datetime) -> None:
    """Let a mail wait until it is tried again."""
    await pool.execute("update mails set due_at = $2 where mail_id = $1", mail_id, due_at)


async def bury_mail(pool: Pool, mail_id: UUID, because: str) -> None:
    """Make a dead letter of a mail: it is not tried again, and is counted until it is deleted."""
    await pool.execute("update mails set dead_because = $2 where mail_id = $1", mail_id, because)


def place_of_mail(mail_id: UUID) -> str:
    """Return the place in which the content of a mail can be decrypted."""
    return f"mail {mail_id}"
