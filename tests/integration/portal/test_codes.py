"""Somebody signs in by a code that is sent to their e-mail address: once, soon, and in the browser that asked."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from asyncpg.connection import LoggedQuery

from services.portal.mail.outbox import claim_mails
from services.portal.signing_in.codes import MOST_OF_ADDRESS, WRONG_TRIES, TooManyCodes, request_code
from services.portal.signing_in.identities import digest_of_email
from shared.kernel.postgres import connect
from shared.kernel.postgres.personal import Keyring
from shared.kernel.unit import utc_now
from tests.integration.portal.visitors import Portal, Visitor, heading_of, text_of
from tests.support.mail_server import MailServer
from tests.support.services import eventually

pytestmark = pytest.mark.covers("U1")

COOKIE = "__Host-alongside-code"
TYPE_IT = "Type the code"


def some_email() -> str:
    return f"{uuid4().hex}@example.org"


async def email_of_account(pages: Portal) -> str:
    email = some_email()
    await pages.account(await pages.partnership(), email)
    return email


async def code_for(pages: Portal, visitor: Visitor, email: str) -> str:
    """Ask for a code, and return it once the mail with it has come."""
    codes_before = len(pages.mail_server.codes_to(email))
    asked = await visitor.send_form("/sign-in/code", email=email)
    assert asked.status_code == 303, text_of(asked)

    async def has_come() -> bool:
        return len(pages.mail_server.codes_to(email)) > codes_before

    await eventually(has_come)
    return pages.mail_server.codes_to(email)[-1]


async def outbox_is_empty(pages: Portal) -> bool:
    """Whether every mail with a code that is due was sent, or went to nobody."""
    return not await pages.change_rows(
        "select from mails where kind = 'code' and created_at <= now() and expires_at > now()"
    )


def another_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_code_signs_in_and_leads_to_the_page_that_was_asked_for(pages: Portal, mail_server: MailServer) -> None:
    email = await email_of_account(pages)
    async with pages.visitor() as visitor:
        asked = await visitor.send_form("/sign-in/code", email=f" {email.upper()} ", next="/access")
        assert asked.headers["Location"] == "/sign-in/code?next=%2Faccess"
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(asked.headers["Set-Cookie"].split("; "))
        field = await visitor.get(asked.headers["Location"])
        assert heading_of(field) == TYPE_IT
        assert 'name="next" value="/access"' in field.text
        await eventually(lambda: has_codes(mail_server, email.upper()))
        code = mail_server.codes_to(email.upper())[0]
        entered = await visitor.send_form("/sign-in/code/entry", code=f"{code[:3]} {code[3:]}", next="/access")
        assert (entered.status_code, entered.headers["Location"]) == (303, "/access")
        assert heading_of(await visitor.get("/access")) == "Who may sign in"
    (letter,) = [each for each in mail_server.letters_to(email.upper()) if "code" in str(each["Subject"])]
    text = letter.get_content()
    assert "Haddad" not in text
    assert "North Star" not in text
    assert code not in str(letter["Subject"]), "nobody reads it on a locked screen"


async def has_codes(mail_server: MailServer, email: str) -> bool:
    return bool(mail_server.codes_to(email))


async def test_a_code_is_of_use_once(pages: Portal) -> None:
    email = await email_of_account(pages)
    async with pages.visitor() as visitor:
        code = await code_for(pages, visitor, email)
        cookie = visitor.cookies[COOKIE]
        assert (await visitor.send_form("/sign-in/code/entry", code=code)).status_code == 303
        async with pages.visitor() as other:
            other.cookies.set(COOKIE, cookie, domain="portal.example")
            again = await other.send_form("/sign-in/code/entry", code=code)
            assert "cannot be used any more" in text_of(again)
            assert not await other.is_signed_in()


async def test_a_code_is_of_no_use_in_another_browser(pages: Portal) -> None:
    email, own = await email_of_account(pages), await email_of_account(pages)
    async with pages.visitor() as asking, pages.visitor() as other:
        code = await code_for(pages, asking, email)
        assert heading_of(await other.send_form("/sign-in/code/entry", code=code)) == "Sign in"
        await code_for(pages, other, own)
        entered = await other.send_form("/sign-in/code/entry", code=code)
        assert "This is another code" in text_of(entered)
        assert not await other.is_signed_in()


async def test_after_five_wrong_tries_a_code_is_over(pages: Portal) -> None:
    email = await email_of_account(pages)
    async with pages.visitor() as visitor:
        code = await code_for(pages, visitor, email)
        left = []
        for _ in range(WRONG_TRIES - 1):
            tried = await visitor.send_form("/sign-in/code/entry", code=another_than(code))
            assert (tried.status_code, heading_of(tried)) == (422, TYPE_IT)
            left.append(text_of(tried).partition("You have ")[2][:5])
        assert left == ["4 mor", "3 mor", "2 mor", "1 mor"]
        for typed in (another_than(code), code):
            assert heading_of(await visitor.send_form("/sign-in/code/entry", code=typed)) == "Sign in"
        assert not await visitor.is_signed_in()


async def test_nothing_typed_is_no_try(pages: Portal) -> None:
    email = await email_of_account(pages)
    async with pages.visitor() as visitor:
        code = await code_for(pages, visitor, email)
        for _ in range(WRONG_TRIES + 1):
            tried = await visitor.send_form("/sign-in/code/entry", code=" ")
            assert "Type the six digits" in text_of(tried)
        assert (await visitor.send_form("/sign-in/code/entry", code=code)).status_code == 303


async def test_a_code_is_over_after_ten_minutes(pages: Portal) -> None:
    email = await email_of_account(pages)
    async with pages.visitor() as visitor:
        code = await code_for(pages, visitor, email)
        address = digest_of_email(Keyring(pages.platform.settings.master_key()), email)
        (row,) = await pages.change_rows("select expires_at from sign_in_codes where address = $1", address)
        assert timedelta(minutes=9) < row["expires_at"] - utc_now() <= timedelta(minutes=10)
        ago = "update sign_in_codes set expires_at = expires_at - interval '10 minutes' where address = $1"
        await pages.change_rows(ago, address)
        assert heading_of(await visitor.send_form("/sign-in/code/entry", code=code)) == "Sign in"


# The same for known and unknown addresses


async def test_answers_and_rows_are_the_same_for_known_and_unknown_addresses(
    pages: Portal, mail_server: MailServer
) -> None:
    known, unknown = await email_of_account(pages), some_email()
    keyring = Keyring(pages.platform.settings.master_key())
    answers, rows = [], []
    for email in (known, unknown):
        async with pages.visitor() as visitor:
            asked = await visitor.send_form("/sign-in/code", email=email)
            shown = await visitor.get("/sign-in/code")
            tried = await visitor.send_form("/sign-in/code/entry", code="abc123")
            answers.append([(answer.status_code, answer.text, names_of_headers(answer)) for answer in (asked, shown)])
            found = await pages.change_rows(
                "select tries, length(code) as code from sign_in_codes where address = $1",
                digest_of_email(keyring, email),
            )
            rows.append([dict(row) for row in found])
            assert tried.status_code == 422
    assert answers[0] == answers[1]
    assert rows[0] == rows[1] == [{"tries": 1, "code": 32}]
    await eventually(lambda: outbox_is_empty(pages))
    assert len(mail_server.codes_to(known)) == 1
    assert mail_server.letters_to(unknown) == []


def names_of_headers(answer: httpx.Response) -> list[str]:
    return sorted(answer.headers)


async def test_the_same_statements_are_run_for_known_and_unknown_addresses(pages: Portal) -> None:
    known, unknown = await email_of_account(pages), some_email()
    keyring, now = Keyring(pages.platform.settings.master_key()), utc_now()
    connection = await connect(pages.platform.urls["portal"]["app"])
    asked: list[list[str]] = [[], []]
    try:
        for email, statements in zip((known, unknown), asked, strict=True):

            def note(record: LoggedQuery, to: list[str] = statements) -> None:
                to.append(record.query)

            with connection.query_logger(note):
                async with connection.transaction():
                    await request_code(connection, keyring, email, now)
        asked = [[statement for statement in statements if "$1" in statement] for statements in asked]
        assert asked[0] == asked[1]
        assert any("sign_in_codes" in statement for statement in asked[0])
        assert not any("addresses" in statement for statement in asked[0]), "nobody is looked up while a page waits"
    finally:
        await connection.close()


async def test_the_right_code_for_an_address_that_nobody_has_signs_nobody_in(pages: Portal) -> None:
    email = some_email()
    keyring = Keyring(pages.platform.settings.master_key())
    connection = await connect(pages.platform.urls["portal"]["app"])
    reading = await connect(pages.platform.urls["portal"]["owner"])
    try:
        async with connection.transaction(), reading.transaction():
            secret = await request_code(connection, keyring, email, utc_now())
            code = "000000"
            digest = keyring.digest("", "code", f"{secret} {code}")
            await connection.execute(
                "update sign_in_codes set code = $1 where address = $2", digest, digest_of_email(keyring, email)
            )
    finally:
        await connection.close()
        await reading.close()
    async with pages.visitor() as visitor:
        visitor.cookies.set(COOKIE, secret, domain="portal.example")
        entered = await visitor.send_form("/sign-in/code/entry", code=code)
        assert (entered.status_code, heading_of(entered)) == (403, "You cannot sign in with this here")
        assert not await visitor.is_signed_in()


# Limits


async def test_codes_of_an_address_are_limited_for_known_and_unknown_alike(pages: Portal) -> None:
    most, _ = MOST_OF_ADDRESS[0]
    sentences = []
    for email in (await email_of_account(pages), some_email()):
        for attempt in range(most + 1):
            async with pages.visitor() as visitor:  # each in another network
                asked = await visitor.send_form("/sign-in/code", email=email)
                assert asked.status_code == (303 if attempt < most else 429), text_of(asked)
        sentences.append(text_of(asked).replace(email, "somebody"))
    assert "Several codes were asked for this address already" in sentences[0]
    assert sentences[0] == sentences[1]


async def test_a_day_has_a_limit_that_holds_in_every_process_and_used_codes_do_not_count(pages: Portal) -> None:
    email, now = some_email(), utc_now()
    keyring = Keyring(pages.platform.settings.master_key())
    most, _ = MOST_OF_ADDRESS[-1]
    for hour in range(most):
        connection = await connect(pages.platform.urls["portal"]["app"])
        try:
            await request_code(connection, keyring, email, now - timedelta(hours=most - hour))
        finally:
            await connection.close()
    async with pages.visitor() as visitor:
        assert (await visitor.send_form("/sign-in/code", email=email)).status_code == 429
        one_used = """delete from code_requests where request in
                      (select request from code_requests where address = $1 limit 1)"""
        await pages.change_rows(one_used, digest_of_email(keyring, email))
        assert (await visitor.send_form("/sign-in/code", email=email)).status_code == 303
    connection = await connect(pages.platform.urls["portal"]["app"])
    try:
        with pytest.raises(TooManyCodes):
            await request_code(connection, keyring, email, utc_now())
    finally:
        await connection.close()


async def test_a_network_is_limited_whatever_address_is_typed(pages: Portal) -> None:
    async with pages.with_settings() as fresh:
        statuses = []
        for host in ["2001:db8::1"] * 31 + ["2001:db8::2", "2001:db8:1::1"]:
            async with Visitor(fresh, host) as visitor:
                statuses.append((await visitor.send_form("/sign-in/code", email=some_email())).status_code)
    assert statuses == [303] * 30 + [429, 429, 303], "of IPv6 a line has the first 64 bits"


# Whose address it is


async def test_whoever_has_the_new_address_gets_in_and_whoever_has_the_old_one_does_not(
    pages: Portal, mail_server: MailServer
) -> None:
    tenant, old, new = await pages.partnership(), some_email(), some_email()
    person_id = await pages.mentor(tenant, old)
    async with pages.visitor() as before, pages.visitor() as late, pages.visitor() as after:
        await before.send_form("/sign-in/code/entry", code=await code_for(pages, before, old))
        assert await before.is_signed_in()
        code = await code_for(pages, late, old)
        await pages.mentor(tenant, new, person_id)
        for page in ("/switch", "/sessions"):
            assert "mentor" not in text_of(await before.get(page))
        assert heading_of(await late.send_form("/sign-in/code/entry", code=code)) == "You cannot sign in with this here"
        await after.send_form("/sign-in/code/entry", code=await code_for(pages, after, new))
        assert "This device" in (await after.get("/sessions")).text
        async with pages.visitor() as again:
            await again.send_form("/sign-in/code", email=old)
    await eventually(lambda: outbox_is_empty(pages))
    assert len(mail_server.codes_to(old)) == 2, "no further code goes to the old address"


async def test_a_code_opens_every_partnership_that_knows_the_address(pages: Portal) -> None:
    email = some_email()
    await pages.account(await pages.partnership(), email)
    await pages.mentor(await pages.partnership(), email)
    async with pages.visitor() as visitor:
        entered = await visitor.send_form("/sign-in/code/entry", code=await code_for(pages, visitor, email))
        assert entered.status_code == 303
        chosen = text_of(await visitor.get("/switch"))
    assert "partnership lead" in chosen
    assert "mentor" in chosen


@pytest.mark.parametrize(
    "typed", ["", "amal", "amal@", "a b@example.org", "a@b@example.org", "x" * 250 + "@example.org"]
)
async def test_what_is_no_address_is_asked_for_again(pages: Portal, typed: str) -> None:
    async with pages.visitor() as visitor:
        asked = await visitor.send_form("/sign-in/code", email=typed)
    assert asked.status_code == 422
    assert "Type your e-mail address" in text_of(asked)
    assert "<title>Error: " in asked.text


async def test_without_a_mail_server_the_way_is_not_offered(pages: Portal) -> None:
    for changed in ({"alongside_smtp_url": None}, {"alongside_sign_in_by_email": False}):
        async with pages.with_settings(**changed) as fresh, pages.visitor_of(fresh) as visitor:
            shown = await visitor.get("/sign-in")
            assert "By e-mail" not in text_of(shown)
            assert "Or by e-mail" not in text_of(shown)
            for sending in (
                visitor.send_form("/sign-in/code", email=some_email()),
                visitor.send_form("/sign-in/code/entry", code="123456"),
                visitor.get("/sign-in/code"),
            ):
                assert (await sending).status_code == 404


async def test_no_code_and_no_address_stands_in_a_table(pages: Portal) -> None:
    email, keyring = some_email(), Keyring(pages.platform.settings.master_key())
    connection = await connect(pages.platform.urls["portal"]["worker"])
    app = await connect(pages.platform.urls["portal"]["app"])
    try:
        now = utc_now() + timedelta(days=300)  # after what the worker of this test sends
        await request_code(app, keyring, email, now)
        async with connection.transaction():
            mails = await claim_mails(connection, keyring, now, 100)
            code = next(mail.content.secret for mail in mails if mail.content and mail.content.to == email)
            for table in ("mails", "sign_in_codes", "code_requests"):
                for row in await connection.fetch(f"select * from {table}"):
                    for value in row.values():
                        assert code.encode() not in as_bytes(value)
                        assert email.encode() not in as_bytes(value)
    finally:
        await connection.close()
        await app.close()


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b"" if isinstance(value, UUID) else str(value).encode()
