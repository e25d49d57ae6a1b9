"""A session is of its own secret, within its limits, and ends at once where somebody ends it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.portal.signing_in.clearing import delete_what_is_over
from services.portal.signing_in.sessions import Limits
from shared.kernel.postgres import connect
from shared.kernel.unit import utc_now
from tests.integration.portal.visitors import DAY, SESSION, Portal, Visitor, heading_of, text_of
from tests.support.identity_provider import IdentityProvider

pytestmark = pytest.mark.covers("U1")


def some_email() -> str:
    return f"{uuid4().hex}@example.org"


async def lead_of(pages: Portal, provider: IdentityProvider, visitor: Visitor, *, tenant: str | None = None) -> UUID:
    """Let a visitor sign in as the lead of a partnership, a new one if none is named; return their account."""
    tenant, email = tenant or await pages.partnership(), some_email()
    account_id = await pages.account(tenant, email)
    await visitor.sign_in_at(provider, "school", f"subject of {account_id}", email)
    assert await visitor.is_signed_in()
    return account_id


async def age(pages: Portal, account_id: UUID, column: str, by: timedelta) -> None:
    """Let time pass for the sessions of an account."""
    await pages.change_rows(
        f"update web_sessions set {column} = {column} - $2::interval where account_id = $1", account_id, by
    )


async def test_a_cookie_that_somebody_else_has_set_is_of_no_use_after_sign_in(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    async with pages.visitor() as attacker, pages.visitor() as victim:
        await lead_of(pages, school_provider, attacker)
        known = attacker.secret
        assert known is not None
        victim.cookies.set(SESSION, known, domain="portal.example")
        account_id = await lead_of(pages, school_provider, victim)
        assert victim.secret != known
        assert not await attacker.is_signed_in(), "and the session that was put there is over"
        (row,) = await pages.change_rows("select count(*) from web_sessions where account_id = $1", account_id)
        assert row[0] == 1


async def test_a_made_up_cookie_becomes_no_session(pages: Portal, school_provider: IdentityProvider) -> None:
    async with pages.visitor() as victim, pages.visitor() as attacker:
        victim.cookies.set(SESSION, "made-up", domain="portal.example")
        attacker.cookies.set(SESSION, "made-up", domain="portal.example")
        await lead_of(pages, school_provider, victim)
        assert victim.secret != "made-up"
        assert not await attacker.is_signed_in()


async def test_the_secret_changes_when_the_role_does(pages: Portal, school_provider: IdentityProvider) -> None:
    tenant, email = await pages.partnership(), some_email()
    account_id = await pages.account(tenant, email)
    person_id = await pages.mentor(tenant, email)
    async with pages.visitor() as visitor, pages.visitor() as other:
        await visitor.sign_in_at(school_provider, "school", some_email(), email)
        secrets = [visitor.secret]
        for account, role in ((account_id, "partnership_lead"), (person_id, "mentor")):
            chosen = await visitor.send_form("/switch", partnership=tenant, account=f"{account}", role=role)
            assert chosen.headers["Location"] == "/"
            secrets.append(visitor.secret)
        assert len({*secrets}) == 3
        other.cookies.set(SESSION, str(secrets[1]), domain="portal.example")
        assert not await other.is_signed_in(), "the secret before is of no use"
        before = visitor.secret
        not_theirs = await visitor.send_form("/switch", partnership=tenant, account=f"{uuid4()}", role="mentor")
        assert not_theirs.headers["Location"] == "/switch"
        assert visitor.secret == before


@pytest.mark.parametrize(
    ("column", "setting", "limit"),
    [
        ("seen_at", "alongside_session_idle_minutes", timedelta(minutes=120)),
        ("signed_in_at", "alongside_session_hours", timedelta(hours=12)),
    ],
    ids=["idle", "longest"],
)
async def test_a_session_ends_at_its_limits_which_settings_change(
    pages: Portal, school_provider: IdentityProvider, column: str, setting: str, limit: timedelta
) -> None:
    async with pages.visitor() as visitor:
        account_id = await lead_of(pages, school_provider, visitor)
        await age(pages, account_id, column, limit - timedelta(minutes=1))
        assert await visitor.is_signed_in(), "within its limits"
        await age(pages, account_id, column, limit)
        ended = await visitor.get("/access?all=1")
        assert ended.headers["Location"] == "/sign-in?next=%2Faccess%3Fall%3D1"
        longer: dict[str, object] = {setting: 100_000}
        async with pages.with_settings(**longer) as fresh, pages.visitor_of(fresh) as same:
            same.cookies.set(SESSION, str(visitor.secret), domain="portal.example")
            assert await same.is_signed_in()


async def test_sessions_past_their_limits_are_deleted(pages: Portal, school_provider: IdentityProvider) -> None:
    limits = Limits(timedelta(minutes=120), timedelta(hours=12))
    async with pages.visitor() as used, pages.visitor() as idle, pages.visitor() as old:
        accounts = [await lead_of(pages, school_provider, visitor) for visitor in (used, idle, old)]
        await age(pages, accounts[1], "seen_at", limits.idle)
        await age(pages, accounts[2], "signed_in_at", limits.longest)
        connection = await connect(pages.platform.urls["portal"]["worker"])
        try:
            await delete_what_is_over(connection, limits, utc_now())
        finally:
            await connection.close()
        left = await pages.change_rows(
            "select account_id from web_sessions where account_id = any ($1::uuid[])", accounts
        )
        assert [row["account_id"] for row in left] == accounts[:1]


async def test_a_closed_account_has_no_page_from_that_moment_on(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    tenant = await pages.partnership()
    async with pages.visitor() as visitor, pages.visitor() as elsewhere:
        account_id = await lead_of(pages, school_provider, visitor, tenant=tenant)
        subject = f"subject of {account_id}"
        await elsewhere.sign_in_at(school_provider, "school", subject)
        assert await elsewhere.is_signed_in()
        connection = await connect(pages.platform.urls["portal"]["worker"])
        try:
            async with connection.transaction():  # read models cannot follow meanwhile
                assert await connection.fetch("select from cursors for update")
                await pages.close(tenant, account_id)
                for each in (visitor, elsewhere):
                    assert (await each.get("/access")).headers["Location"] == "/sign-in?next=%2Faccess"
                async with pages.visitor() as again:
                    await again.sign_in_at(school_provider, "school", subject)
                    assert (await again.get("/access")).headers["Location"] == "/switch"
                    assert heading_of(await again.get("/switch")) == "You have no role here at the moment"
        finally:
            await connection.close()
        await pages.command(tenant, f"/api/accounts/{account_id}/reopening", {"on": f"{DAY}", "why": "A mistake."})
        await pages.give_role(tenant, account_id)
        async with pages.visitor() as again:
            await again.sign_in_at(school_provider, "school", subject)
            assert heading_of(await again.get("/access")) == "Who may sign in"


async def test_a_closed_account_is_linked_to_nobody_and_gets_no_code(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    tenant, email = await pages.partnership(), some_email()
    account_id = await pages.account(tenant, email)
    invitation = await pages.invitation_to(email)
    await pages.close(tenant, account_id)
    async with pages.visitor() as visitor:
        came = await visitor.sign_in_at(
            school_provider, "school", some_email(), email, asked={"invitation": invitation}
        )
        assert heading_of(came) == "You cannot sign in with this here"
        assert (await visitor.send_form("/sign-in/code", email=email)).status_code == 303
    letters = len(pages.mail_server.letters_to(email))
    assert letters == 1, "the invitation alone"


async def test_a_lead_signs_somebody_out_everywhere_and_nobody_else_does(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    tenant = await pages.partnership()
    async with pages.visitor() as lead, pages.visitor() as phone, pages.visitor() as stranger, pages.visitor() as same:
        await lead_of(pages, school_provider, lead, tenant=tenant)
        account_id = await lead_of(pages, school_provider, phone, tenant=tenant)
        await lead_of(pages, school_provider, stranger)
        path = f"/access/{account_id}/sign-ins/end"
        assert (await stranger.send_form(path)).status_code == 422, "an account of another partnership"
        assert await phone.is_signed_in()
        assert (await lead.send_form(path)).status_code == 303
        assert not await phone.is_signed_in()
        assert await lead.is_signed_in()
        await same.sign_in_at(school_provider, "school", f"subject of {account_id}")
        assert await same.is_signed_in(), "it is linked as before"


async def test_somebody_sees_their_devices_and_signs_out_everywhere(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    async with pages.visitor() as phone, pages.visitor() as desktop, pages.visitor() as other:
        account_id = await lead_of(pages, school_provider, phone)
        assert "on this device only" in text_of(await phone.get("/sessions"))
        await desktop.sign_in_at(school_provider, "school", f"subject of {account_id}")
        await lead_of(pages, school_provider, other)
        shown = text_of(await desktop.get("/sessions"))
        assert "You are signed in on 2 devices" in shown
        assert shown.count("by “Sign in with your school account”") == 2
        assert shown.count("This device") == shown.count("Another device") == 1
        out = await desktop.send_form("/sign-out", everywhere="true")
        assert out.headers["Location"] == "/sign-in"
        for visitor in (phone, desktop):
            assert not await visitor.is_signed_in()
        assert await other.is_signed_in()


async def test_a_secret_stands_in_no_table(pages: Portal, school_provider: IdentityProvider) -> None:
    async with pages.visitor() as visitor:
        account_id = await lead_of(pages, school_provider, visitor)
        (row,) = await pages.change_rows("select * from web_sessions where account_id = $1", account_id)
        assert all(str(visitor.secret) not in str(value) for value in row.values())
