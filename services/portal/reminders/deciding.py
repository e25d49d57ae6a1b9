"""Decide once a working day who is reminded of what, and queue their digests: a loop of the portal's worker.

Error policy: a partnership whose digests could not all be decided, because a service or the database did not answer or
because of an unexpected error, is looked at again a minute later; who has got a digest of this day gets no other. What
could not be decided until the evening stands in the digests of the next working day. Several workers may decide at one
time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import structlog

from services.portal.calls.services import open_clients
from services.portal.mail.digests import DigestItem, Kind, NewDigest, StoredDigest, last_days, queue_digests
from services.portal.reminders.asking import Asking
from services.portal.reminders.reading import read_addresses, read_asked, read_ends, read_known, read_pauses
from services.portal.reminders.rules import Due, dues_of_mentoring, items_of_digest
from services.portal.signing_in.memberships import memberships_of_accounts
from services.portal.signing_in.settings import PortalSettings
from services.portal.signing_in.tokens import TokenMint
from shared.calendar import ENGLAND, day_in_england, is_working_day
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import TRANSIENT_ERRORS, Connection, tenant_transaction
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import Clock, utc_now

EVERY = 60.0
"""Seconds."""
IN_ROLES: Mapping[Kind, frozenset[str]] = {
    "proposal": frozenset({"mentor", "trainee", "school_lead"}),
    "days": frozenset({"school_lead"}),
    "assessment": frozenset({"tutor"}),
}
"""In which roles somebody is reminded of what the services say waits for them."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Decider:
    """Decides who is reminded of what, between two hours of a working day in England."""

    store: PostgresStore
    asking: Asking
    first_hour: int
    last_hour: int
    now: Clock = utc_now

    async def step(self) -> int:
        """Decide for every partnership for which it was not done today; return how many digests were queued."""
        now = self.now()
        here = now.astimezone(ENGLAND)
        if not is_working_day(here.date()) or not self.first_hour <= here.hour < self.last_hour:
            return 0
        tenants = await self.store.pool.fetch(
            """select tenant from partnerships p
               where not exists (select from reminder_days d where d.tenant = p.tenant and d.day = $1)
               order by tenant""",
            here.date(),
        )
        return sum([await self._decide_or_wait(row["tenant"], now, here.date()) for row in tenants])

    async def _decide_or_wait(self, tenant: str, now: datetime, today: date) -> int:
        """Decide for a partnership; an unexpected error there lets no other partnership wait."""
        try:
            return await self._decide(tenant, now, today)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the other partnerships go on
            log.warning("reminders of a partnership wait", tenant=tenant, error=type(error).__name__)
            return 0

    async def _decide(self, tenant: str, now: datetime, today: date) -> int:
        store = self.store
        async with tenant_transaction(store.pool, [tenant]) as connection:
            dues, asked = await _read_dues(connection, tenant, today), await read_asked(connection, tenant, today)
        answers = await asyncio.gather(
            self.asking.proposals(asked.answers_proposals),
            self.asking.days(asked.leads_schools),
            self.asking.tasks(asked.assesses),
        )
        not_answered: set[UUID] = set()
        for found in answers:
            for account_id, waiting in found.items():
                if waiting is None:
                    not_answered.add(account_id)
                else:
                    dues.setdefault(account_id, []).extend(waiting)
        until = datetime.combine(today, time(self.last_hour), ENGLAND)
        async with tenant_transaction(store.pool, [tenant]) as connection:
            since, own_days = await last_days(connection, tenant, today)
            pauses = await read_pauses(connection, tenant)
            items = {
                account_id: items_of_digest(due, pauses.get(account_id), own_days.get(account_id, since), today)
                for account_id, due in dues.items()
                if account_id not in not_answered
            }
            items = await _with_ends(connection, tenant, items)
            reminded = [account_id for account_id, reached in items.items() if reached]
            addresses = await read_addresses(connection, store.keyring, tenant, reminded)
            digests = [NewDigest(each, addresses[each], items[each]) for each in reminded if each in addresses]
            queued = await queue_digests(connection, store.keyring, tenant, digests, now, until, today)
            if not not_answered:
                await connection.execute(
                    "insert into reminder_days values ($1, $2) on conflict do nothing", tenant, today
                )
        return queued


async def still_due(connection: Connection, digest: StoredDigest, now: datetime) -> Sequence[DigestItem]:
    """Return what of a digest is still due, in a transaction that has named its tenant; nothing in a pause.

    Proposals that have closed since are left out, what was done or has ended of a relationship, and what somebody does
    in a role that they have no more.
    """
    today = day_in_england(now)
    closed = await connection.fetchval(
        "select true from closures where tenant = $1 and account_id = $2", digest.tenant, digest.account_id
    )
    pause = (await read_pauses(connection, digest.tenant)).get(digest.account_id)
    if closed or (pause is not None and pause.covers(today)):
        return ()
    dues = (await _read_dues(connection, digest.tenant, today, digest.account_id)).get(digest.account_id, ())
    open_pairs = await connection.fetch(
        "select pair_id from open_proposals where tenant = $1 and pair_id = any ($2)",
        digest.tenant,
        [item.about for item in digest.items],
    )
    keys = {due.key for due in dues} | {f"proposal:{row['pair_id']}" for row in open_pairs}
    memberships = await memberships_of_accounts(connection, [(digest.tenant, digest.account_id)], today)
    roles = {each.role for each in memberships}
    ends = await read_ends(connection, digest.tenant, {item.about for item in digest.items})
    return tuple(
        item
        for item in digest.items
        if (item.kind not in IN_ROLES or roles & IN_ROLES[item.kind])
        and (item.key in keys or item.kind == "days" or (item.kind == "assessment" and not _has_ended(item, ends)))
    )


def _has_ended(item: DigestItem, ends: Mapping[UUID, date]) -> bool:
    """Whether the relationship of an assessment was ended since this was decided, or its trainee is gone.

    What is left to do about an assessment can be due after the last day of a relationship that has run its course.
    """
    if item.mentoring_ends_on is None:
        return False
    return item.about not in ends or ends[item.about] < item.mentoring_ends_on


async def _with_ends(
    connection: Connection, tenant: str, items: Mapping[UUID, Sequence[DigestItem]]
) -> dict[UUID, tuple[DigestItem, ...]]:
    about = {item.about for of_person in items.values() for item in of_person if item.kind == "assessment"}
    ends = await read_ends(connection, tenant, about)
    return {
        account_id: tuple(
            item.model_copy(update={"mentoring_ends_on": ends[item.about]})
            if item.kind == "assessment" and item.about in ends
            else item
            for item in of_person
        )
        for account_id, of_person in items.items()
    }


async def _read_dues(connection: Connection, tenant: str, today: date, of: UUID | None = None) -> dict[UUID, list[Due]]:
    dues: dict[UUID, list[Due]] = {}
    for account_id, due in dues_of_mentoring(await read_known(connection, tenant, today, of), today):
        dues.setdefault(account_id, []).append(due)
    return dues


async def decide_reminders(store: PostgresStore, notifier: Notifier, own: PortalSettings) -> None:
    """Decide until cancelled; only wait where no reminders are sent."""
    if not own.sends_reminders:
        await asyncio.Event().wait()
        return
    async with open_clients(own.urls()) as clients:
        asking = Asking(clients, TokenMint(own.alongside_portal_issuer, own.key()))
        decider = Decider(store, asking, own.alongside_reminders_from, own.alongside_reminders_until)
        while True:
            try:
                if await decider.step():
                    notifier.notify()
            except TRANSIENT_ERRORS as error:
                log.warning("reminders wait", error=type(error).__name__)
            await asyncio.sleep(EVERY)
