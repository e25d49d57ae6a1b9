"""Send the mails of the outbox: the loop of the portal's worker.

Error policy: a mail that is not taken is tried again after a growing pause until it is of no use any more. An
invitation becomes a dead letter then, or at once where it is refused for good; a code is simply over. If a worker dies
between handing a mail over and noting that, the mail is sent twice, which does no harm. A digest is never sent twice:
where a worker died, or the connection broke off, before it was known whether the server has taken it, it is let go, and
what was in it stands in the digest of the next working day; so it does where it was not taken before the day is over.
An unexpected error with a mail lets this mail wait, and no other.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog

from services.portal.mail.carriers import Carrier, NeverTaken, NotTaken, PerhapsTaken
from services.portal.mail.digests import (
    DigestItem,
    StoredDigest,
    begin_to_hand_over,
    find_digest,
    finish_digest,
    finish_mail,
    note_refusal,
)
from services.portal.mail.letters import NoAddress, write_digest, write_letter
from services.portal.mail.outbox import MailContent, QueuedMail, bury_mail, claim_mails, remove_mail, try_later
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import TRANSIENT_ERRORS, Connection
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import Clock, utc_now

BATCH = 10
"""Mails that a worker sends at one time."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)

IsKnown = Callable[[Connection, str], Awaitable[bool]]
"""Whether anybody may sign in by an e-mail address."""
StillDue = Callable[[Connection, StoredDigest, datetime], Awaitable[Sequence[DigestItem]]]
"""What of a digest is still due when its mail is about to be sent."""

log = structlog.get_logger()


@dataclass
class Postman:
    """Sends what is due until it is cancelled; several workers may do so at one time."""

    store: PostgresStore
    carrier: Carrier
    is_known: IsKnown
    sender: str
    url: str
    still_due: StillDue
    now: Clock = utc_now
    uniform: Callable[[float, float], float] = field(default=random.uniform)

    async def run(self, notifier: Notifier) -> None:
        """Send what is due, then wait for more."""
        listener = notifier.listener()
        try:
            while True:
                try:
                    sent = await self.step()
                except TRANSIENT_ERRORS as error:
                    log.warning("mails wait", error=type(error).__name__)
                    sent = 0
                if sent < BATCH:
                    await listener.wait()
        finally:
            listener.close()

    async def step(self) -> int:
        """Claim mails that are due and send each; return how many there were."""
        async with self.store.pool.acquire() as connection, connection.transaction():
            claimed = await claim_mails(connection, self.store.keyring, self.now(), BATCH)
        await asyncio.gather(*map(self._send, claimed))
        return len(claimed)

    async def _send(self, mail: QueuedMail) -> None:
        try:
            await self._hand_over(mail)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the other mails go on
            log.warning("a mail waits", mail=str(mail.mail_id), kind=mail.kind, because=type(error).__name__)
            await self._wait(mail, "an unexpected error")

    async def _hand_over(self, mail: QueuedMail) -> None:
        pool = self.store.pool
        if mail.content is None or not await self._has_reader(mail):
            await remove_mail(pool, mail.mail_id)
            return
        try:
            if (letter := await self._write(mail, mail.content)) is None:
                return
            await self.carrier.send(letter, mail.content.to)
        except (NeverTaken, NoAddress) as error:
            because = str(error)
            log.warning("a mail is refused", mail=str(mail.mail_id), kind=mail.kind, because=because)
            await bury_mail(pool, mail.mail_id, because)
            await finish_digest(pool, mail.mail_id, self.now())
        except PerhapsTaken as error:
            log.warning("a mail may have been taken", mail=str(mail.mail_id), kind=mail.kind, because=str(error))
            if mail.kind == "digest":
                await remove_mail(pool, mail.mail_id)
            else:
                await self._wait(mail, str(error))
        except NotTaken as error:
            log.warning("a mail waits", mail=str(mail.mail_id), kind=mail.kind, because=str(error))
            await note_refusal(pool, mail.mail_id)
            await self._wait(mail, str(error))
        else:
            await finish_mail(pool, mail.mail_id, self.now())

    async def _write(self, mail: QueuedMail, content: MailContent) -> EmailMessage | None:
        """Write a mail; None for a digest that is not sent, or that another worker hands over."""
        about = (self.sender, self.url, mail.mail_id, mail.created_at)
        if mail.kind != "digest":
            return write_letter(mail.kind, content, *about)
        if mail.handed_at is not None:
            log.warning("a mail may have been taken", mail=str(mail.mail_id), kind=mail.kind, because="a worker died")
            await remove_mail(self.store.pool, mail.mail_id)
            return None
        async with self.store.pool.acquire() as connection, connection.transaction():
            digest = await find_digest(connection, mail.mail_id)
            items = await self.still_due(connection, digest, self.now()) if digest is not None else ()
        if not items:
            await finish_mail(self.store.pool, mail.mail_id, self.now())
            return None
        letter = write_digest(content.to, items, *about)
        return letter if await begin_to_hand_over(self.store.pool, mail.mail_id, self.now()) else None

    async def _has_reader(self, mail: QueuedMail) -> bool:
        """Whether a mail is for somebody: a code goes only to an address by which somebody may sign in."""
        if mail.kind != "code" or mail.content is None:
            return True
        async with self.store.pool.acquire() as connection:
            return await self.is_known(connection, mail.content.to)

    async def _wait(self, mail: QueuedMail, because: str) -> None:
        pause = min(FIRST_PAUSE * 2.0 ** min(mail.tries - 1, 20), LONGEST_PAUSE) * self.uniform(0.5, 1)
        due_at: datetime = self.now() + pause
        if due_at < mail.expires_at:
            await try_later(self.store.pool, mail.mail_id, due_at)
        elif mail.kind in ("code", "digest"):
            await remove_mail(self.store.pool, mail.mail_id)
        else:
            await bury_mail(self.store.pool, mail.mail_id, because)
