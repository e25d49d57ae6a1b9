"""Mails are sent from the outbox, tried again while the server takes none, and go with the person."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from uuid import UUID, uuid4

import pytest

from services.portal.mail.carriers import NotTaken, PerhapsTaken, SmtpCarrier, parse_mail_server
from services.portal.mail.digests import DigestItem, NewDigest, StoredDigest, begin_to_hand_over, queue_digests
from services.portal.mail.letters import write_letter
from services.portal.mail.outbox import CLAIMED_FOR, MailContent, claim_mails, queue_code, queue_invitation
from services.portal.mail.sending import FIRST_PAUSE, Postman
from services.portal.mail.watching import read_mail_figures
from services.portal.signing_in.clearing import delete_what_is_over
from services.portal.signing_in.sessions import Limits
from shared.events.referral import PersonErased
from shared.kernel.postgres import Connection, open_pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.unit import utc_now
from tests.integration.portal.visitors import DAY, Portal
from tests.support.mail_server import MailServer
from tests.support.services import eventually, publish_events

pytestmark = pytest.mark.covers("U1", "U8", "U11")


def some_email() -> str:
    return f"{uuid4().hex}@example.org"


async def test_an_invitation_is_a_link_to_the_sign_in_page_without_names(
    pages: Portal, mail_server: MailServer
) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    secret = await pages.invitation_to(email)
    (letter,) = mail_server.letters_to(email)
    text = letter.get_content()
    assert f"https://portal.example/sign-in?invitation={secret}" in text
    assert letter["From"] == "alongside@example.org"
    for personal in ("Haddad", "Amal", "North Star", "lead", tenant, email):
        assert personal not in text
        assert personal not in str(letter["Subject"])


async def test_a_repeated_invitation_sends_no_second_mail(pages: Portal, mail_server: MailServer) -> None:
    tenant, email, account_id = await pages.partnership(), some_email(), uuid4()
    role = {"role": "tutor", "on": f"{DAY}", "why": "Joins us."}
    headers = pages.platform.bearer("partnership_lead", tenant=tenant)
    for _ in range(2):
        body = {"name": "Amal", "email": email, "role": role}
        (
            await pages.platform["portal"].put(f"/api/accounts/{account_id}", json=body, headers=headers)
        ).raise_for_status()
    await pages.invitation_to(email)
    assert await pages.change_rows("select from mails where account_id = $1", account_id) == []
    assert len(mail_server.letters_to(email)) == 1


class Outbox:
    """An outbox at a moment of a test's own, far from what the worker of the tests sends, and who empties it."""

    def __init__(self, store: PostgresStore, mail_server: MailServer) -> None:
        self.now = utc_now() + timedelta(days=1000 + uuid4().int % 10_000)
        self.store = store
        self.is_known = True
        self.done: set[str] = set()
        sender = "alongside@example.org"
        self.postman = Postman(
            store,
            SmtpCarrier(parse_mail_server(mail_server.url), sender),
            self._knows,
            sender,
            "https://portal.example",
            self._still_due,
            now=lambda: self.now,
            uniform=lambda _, most: most,
        )

    async def _knows(self, _connection: Connection, _email: str) -> bool:
        return self.is_known

    async def _still_due(self, _connection: Connection, digest: StoredDigest, _now: datetime) -> tuple[DigestItem, ...]:
        return tuple(item for item in digest.items if item.key not in self.done)

    async def remind(self, email: str, *keys: str) -> UUID:
        """Queue a digest of today, and return the account's id."""
        tenant, account_id = f"t{uuid4().hex}", uuid4()
        items = tuple(DigestItem(key=key, kind="target", about=uuid4(), due_on=self.now.date()) for key in keys)
        digest = NewDigest(account_id, email, items)
        until = self.now + timedelta(hours=10)
        async with tenant_transaction(self.store.pool, [tenant]) as connection:
            for queued in (1, 0):
                assert queued == await queue_digests(
                    connection, self.store.keyring, tenant, [digest], self.now, until, self.now.date()
                )
        return account_id

    async def is_finished(self, account_id: UUID) -> bool:
        """Whether nothing of the digest of an account stands in its next one."""
        found = await self.store.pool.fetchval("select done_at from digests where account_id = $1", account_id)
        return found is not None

    async def invite(self, email: str) -> UUID:
        """Queue an invitation, and return the account's id."""
        tenant, account_id = f"t{uuid4().hex}", uuid4()
        content = MailContent(to=email, secret="secret")
        async with tenant_transaction(self.store.pool, [tenant]) as connection:
            await queue_invitation(connection, self.store.keyring, tenant, account_id, content, self.now)
        return account_id

    async def rows(self, account_id: UUID) -> list[dict[str, object]]:
        """Return the mails of an account that are in the outbox."""
        found = await self.store.pool.fetch("select * from mails where account_id = $1", account_id)
        return [dict(row) for row in found]


@pytest.fixture
async def outbox(pages: Portal, mail_server: MailServer) -> AsyncIterator[Outbox]:
    """An outbox of the test's own moment."""
    async with await open_pool(pages.platform.urls["portal"]["worker"], size=4) as pool:
        yield Outbox(PostgresStore(pool, Keyring(pages.platform.settings.master_key())), mail_server)
    mail_server.answers.clear()


async def test_a_mail_that_is_not_taken_is_tried_again_after_growing_pauses(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    account_id = await outbox.invite(email)
    began = outbox.now
    mail_server.answers += ["451 Later", "451 Later"]
    for tries in (1, 2):
        assert await outbox.postman.step() == 1
        (row,) = await outbox.rows(account_id)
        assert (row["tries"], row["dead_because"]) == (tries, None)
        assert row["due_at"] == outbox.now + FIRST_PAUSE * 2 ** (tries - 1)
        assert await outbox.postman.step() == 0, "it is not due"
        outbox.now += FIRST_PAUSE * 2 ** (tries - 1)
    await outbox.postman.step()
    assert await outbox.rows(account_id) == []
    (letter,) = mail_server.letters_to(email)
    assert parsedate_to_datetime(letter["Date"]) == began.replace(microsecond=0), "the day on which it was written"


async def test_a_mail_that_is_refused_for_good_becomes_a_dead_letter(outbox: Outbox, mail_server: MailServer) -> None:
    account_id = await outbox.invite(some_email())
    mail_server.answers.append("550 No such user")
    await outbox.postman.step()
    (row,) = await outbox.rows(account_id)
    assert row["dead_because"] == "the mail server answered 550", "and not what the server says of whom"
    outbox.now += timedelta(days=1)
    assert await outbox.postman.step() == 0
    async with outbox.store.pool.acquire() as connection:
        figures = {figure.name: figure.value for figure in await read_mail_figures(connection)}
    assert figures["mail_dead_letters"] >= 1


async def test_mails_that_were_never_tried_are_no_trouble(outbox: Outbox, mail_server: MailServer) -> None:
    async def waiting() -> float:
        async with outbox.store.pool.acquire() as connection:
            return next(each.value for each in await read_mail_figures(connection) if each.name == "mails_waiting")

    before = await waiting()
    await outbox.invite(some_email())
    assert await waiting() == before
    mail_server.answers.append("451 Later")
    await outbox.postman.step()
    assert await waiting() == before + 1


@pytest.mark.parametrize(
    "address", ["amal,@example.org", "amal@school..example", "amal@[x", "amal@", "@example.org", "amal@example.org\n"]
)
async def test_an_address_that_no_mail_can_go_to_becomes_a_dead_letter(outbox: Outbox, address: str) -> None:
    invited, reminded = await outbox.invite(address), await outbox.remind(address, "target:1")
    await outbox.postman.step()
    for account_id in (invited, reminded):
        (row,) = await outbox.rows(account_id)
        assert row["dead_because"] == "no mail can go to this address"


async def test_an_unexpected_error_with_a_mail_lets_only_this_mail_wait(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    other, waiting = await outbox.invite(email), await outbox.remind(some_email(), "target:1")

    async def fail(*_: object) -> tuple[DigestItem, ...]:
        raise LookupError

    outbox.postman.still_due = fail
    await outbox.postman.step()
    assert len(mail_server.letters_to(email)) == 1
    assert await outbox.rows(other) == []
    (row,) = await outbox.rows(waiting)
    assert (row["due_at"], row["dead_because"]) == (outbox.now + FIRST_PAUSE, None)


async def test_an_invitation_that_could_not_be_sent_in_time_becomes_a_dead_letter(
    outbox: Outbox, mail_server: MailServer
) -> None:
    account_id = await outbox.invite(some_email())
    outbox.now += timedelta(days=3) - timedelta(seconds=1)
    mail_server.answers.append("451 Later")
    await outbox.postman.step()
    (row,) = await outbox.rows(account_id)
    assert row["dead_because"] == "the mail server answered 451"


async def test_a_mail_whose_worker_died_is_sent_by_another_one(outbox: Outbox, mail_server: MailServer) -> None:
    email = some_email()
    account_id = await outbox.invite(email)
    async with outbox.store.pool.acquire() as connection, connection.transaction():
        assert len(await claim_mails(connection, outbox.store.keyring, outbox.now, 10)) == 1
    assert await outbox.postman.step() == 0
    outbox.now += CLAIMED_FOR
    assert await outbox.postman.step() == 1
    assert len(mail_server.letters_to(email)) == 1
    assert await outbox.rows(account_id) == []


async def test_a_code_goes_to_nobody_who_is_not_known(outbox: Outbox, mail_server: MailServer) -> None:
    known, unknown = some_email(), some_email()
    for email, outbox.is_known in ((known, True), (unknown, False)):
        async with outbox.store.pool.acquire() as connection:
            await queue_code(
                connection, outbox.store.keyring, email, "123456", outbox.now, outbox.now + timedelta(minutes=10)
            )
        assert await outbox.postman.step() == 1
    assert mail_server.codes_to(known) == ["123456"]
    assert mail_server.letters_to(unknown) == []
    assert await outbox.postman.step() == 0


async def test_the_mail_of_somebody_who_was_erased_is_sent_to_nobody(outbox: Outbox, mail_server: MailServer) -> None:
    email = some_email()
    account_id = await outbox.invite(email)
    ((tenant,),) = [(row["tenant"],) for row in await outbox.rows(account_id)]
    async with tenant_transaction(outbox.store.pool, [str(tenant)]) as connection:
        await outbox.store.keyring.destroy(connection, str(tenant), str(account_id))
    assert await outbox.postman.step() == 1
    assert mail_server.letters_to(email) == []
    assert await outbox.rows(account_id) == []


async def test_erasure_removes_what_waits_for_a_person(pages: Portal) -> None:
    tenant, person_id = await pages.partnership(), uuid4()
    await pages.mentor(tenant, some_email(), person_id)
    await pages.change_rows(
        """insert into mails (mail_id, kind, tenant, account_id, content, created_at, due_at, expires_at)
           select gen_random_uuid(), 'invitation', $1, $2, '', now(), tomorrow, tomorrow
           from (select now() + interval '1 day' as tomorrow) days""",
        tenant,
        person_id,
    )
    erased = PersonErased(person_id=person_id, happened_on=DAY)
    await publish_events(pages.platform, "referral", tenant, f"person-{person_id}", erased)
    await eventually(lambda: pages.platform.has_consumed("portal"))
    assert await pages.change_rows("select from mails where account_id = $1", person_id) == []


async def test_what_is_over_is_deleted(outbox: Outbox) -> None:
    account_id = await outbox.invite(some_email())
    limits = Limits(timedelta(minutes=1), timedelta(hours=1))
    async with outbox.store.pool.acquire() as connection, connection.transaction():
        for days, left in ((2, 1), (4, 0)):
            await delete_what_is_over(connection, limits, outbox.now + timedelta(days=days))
            assert len(await connection.fetch("select from mails where account_id = $1", account_id)) == left


async def test_a_server_that_is_away_is_tried_again_and_a_password_needs_tls() -> None:
    letter = write_letter(
        "invitation", MailContent(to=some_email(), secret="x"), "a@example.org", "https://x.example", uuid4(), utc_now()
    )
    with pytest.raises(NotTaken, match="does not answer"):
        await SmtpCarrier(parse_mail_server("smtp://127.0.0.1:9"), "a@example.org").send(letter, "b@example.org")
    assert parse_mail_server("smtp://relay.example").must_upgrade is None
    assert parse_mail_server("smtp://us%40er:p%3Aw@mail.example").must_upgrade is True
    server = parse_mail_server("smtps://us%40er:p%3Aw@mail.example")
    assert (server.user, server.password, server.port, server.tls) == ("us@er", "p:w", 465, True)
    assert "p:w" not in repr(server)


async def test_a_digest_names_nobody_and_leads_to_pages_that_ask_to_sign_in(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    account_id = await outbox.remind(email, "target:1", "target:2")
    await outbox.postman.step()
    (letter,) = mail_server.letters_to(email)
    text = letter.get_content()
    assert letter["Subject"] == "2 things to do in Alongside"
    assert letter["List-Unsubscribe"] == "<https://portal.example/reminders>"
    assert text.count("A target is due on") == 2
    links = re.findall(r"https://\S+", text)
    assert [re.sub("[0-9a-f-]{36}", "ID", link) for link in links] == [
        "https://portal.example/mentoring/ID",
        "https://portal.example/mentoring/ID",
        "https://portal.example/reminders",
    ]
    assert str(account_id) not in text
    assert await outbox.is_finished(account_id)
    assert await outbox.rows(account_id) == []


async def test_two_workers_send_a_digest_once(outbox: Outbox, mail_server: MailServer) -> None:
    emails = [some_email() for _ in range(8)]
    accounts = [await outbox.remind(email, "target:1") for email in emails]
    await asyncio.gather(*(outbox.postman.step() for _ in range(3)))
    assert [len(mail_server.letters_to(email)) for email in emails] == [1] * 8
    assert all([await outbox.is_finished(account_id) for account_id in accounts])


async def test_a_digest_whose_worker_died_while_it_was_handed_over_is_not_sent_again_and_not_finished(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    account_id = await outbox.remind(email, "target:1")
    async with outbox.store.pool.acquire() as connection, connection.transaction():
        (mail,) = await claim_mails(connection, outbox.store.keyring, outbox.now, 10)
    assert await begin_to_hand_over(outbox.store.pool, mail.mail_id, outbox.now)
    assert not await begin_to_hand_over(outbox.store.pool, mail.mail_id, outbox.now)
    outbox.now += CLAIMED_FOR
    assert await outbox.postman.step() == 1
    assert mail_server.letters_to(email) == []
    assert await outbox.rows(account_id) == []
    assert not await outbox.is_finished(account_id), "what was in it stands in the next one"


async def test_a_digest_whose_worker_died_before_is_sent_by_another_one(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    await outbox.remind(email, "target:1")
    async with outbox.store.pool.acquire() as connection, connection.transaction():
        assert len(await claim_mails(connection, outbox.store.keyring, outbox.now, 10)) == 1
    outbox.now += CLAIMED_FOR
    await outbox.postman.step()
    assert len(mail_server.letters_to(email)) == 1


async def test_a_digest_that_is_not_taken_is_tried_again_until_the_evening(
    outbox: Outbox, mail_server: MailServer
) -> None:
    email = some_email()
    taken, late = await outbox.remind(email, "target:1"), await outbox.remind(some_email(), "target:1")
    mail_server.answers += ["451 Later", "451 Later"]
    await outbox.postman.step()
    outbox.now += FIRST_PAUSE
    await change_row(outbox, late, "due_at = due_at + interval '1 day'")
    await outbox.postman.step()
    assert len(mail_server.letters_to(email)) == 1
    assert await outbox.is_finished(taken)
    outbox.now += timedelta(hours=10)
    await change_row(outbox, late, "due_at = created_at")
    assert await outbox.postman.step() == 0, "phones are quiet"
    assert not await outbox.is_finished(late)


async def change_row(outbox: Outbox, account_id: UUID, change: str) -> None:
    """Change the mail of an account, as time would."""
    await outbox.store.pool.execute(f"update mails set {change} where account_id = $1", account_id)


async def test_a_digest_whose_connection_broke_off_is_not_sent_again(outbox: Outbox) -> None:
    account_id = await outbox.remind(some_email(), "target:1")
    outbox.postman.carrier = BrokenCarrier()
    await outbox.postman.step()
    assert await outbox.rows(account_id) == []
    assert not await outbox.is_finished(account_id)


class BrokenCarrier:
    """A carrier whose connection breaks off while it hands a mail over."""

    async def send(self, letter: EmailMessage, to: str) -> None:
        """Hand a mail over, in vain."""
        raise PerhapsTaken("the mail server does not answer")


async def test_a_digest_that_is_refused_for_good_is_no_mail_of_the_next_day(
    outbox: Outbox, mail_server: MailServer
) -> None:
    account_id = await outbox.remind(some_email(), "target:1")
    mail_server.answers.append("550 No such user")
    await outbox.postman.step()
    (row,) = await outbox.rows(account_id)
    assert row["dead_because"] == "the mail server answered 550"
    assert await outbox.is_finished(account_id)


async def test_what_is_done_before_its_mail_is_sent_is_not_in_it(outbox: Outbox, mail_server: MailServer) -> None:
    some, nothing = some_email(), some_email()
    await outbox.remind(some, "target:1", "target:2")
    account_id = await outbox.remind(nothing, "target:1")
    outbox.done = {"target:1"}
    await outbox.postman.step()
    (letter,) = mail_server.letters_to(some)
    assert letter["Subject"] == "1 thing to do in Alongside"
    assert mail_server.letters_to(nothing) == []
    assert await outbox.rows(account_id) == []
