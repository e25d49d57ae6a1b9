"""Somebody signs in at a provider: once linked, an account is theirs alone, and no wrong answer signs anybody in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integration.portal.visitors import Portal, heading_of, text_of
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider

pytestmark = pytest.mark.covers("U1")

NOBODY = "You cannot sign in with this here"
ANEW = "Sign in once more"
NOT_SIGNED_IN = "You are not signed in"


@pytest.fixture(autouse=True)
def right_again(school_provider: IdentityProvider) -> Iterator[None]:
    """Let the provider tell the truth again after a test."""
    yield
    school_provider.change, school_provider.sign, school_provider.is_away = dict, None, False


def some_email() -> str:
    return f"{uuid4().hex}@example.org"


async def test_a_visitor_is_led_to_the_provider_with_pkce_state_and_nonce(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    async with pages.visitor() as visitor:
        shown = await visitor.get("/sign-in?next=/access")
        assert "Sign in with your school account" in text_of(shown)
        assert 'href="/sign-in/with/school?next=%2Faccess&amp;invitation="' in shown.text
        led = await visitor.get("/sign-in/with/school")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(led.headers["Location"]).query).items()}
    assert led.headers["Location"].startswith(f"{school_provider.issuer}/authorize?")
    assert asked["redirect_uri"] == "https://portal.example/sign-in/with/school/back"
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid email")
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    cookie = led.headers["Set-Cookie"]
    assert cookie.startswith("__Host-alongside-attempt=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert asked["state"] not in cookie
    assert SECRET not in led.headers["Location"]


async def test_a_verified_address_links_an_account_in_each_partnership_once(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    first, second, email = await pages.partnership(), await pages.partnership(), some_email()
    await pages.account(first, email)
    await pages.mentor(second, email.upper())
    async with pages.visitor() as visitor:
        came = await visitor.sign_in_at(school_provider, "school", "amal", email, asked={"next": "/access"})
        assert (came.status_code, came.headers["Location"]) == (303, "/access")
        chosen = text_of(await visitor.get("/switch"))
    assert "partnership lead" in chosen
    assert "mentor" in chosen

    async with pages.visitor() as again:
        await again.sign_in_at(school_provider, "school", "amal", some_email())
        assert await again.is_signed_in(), "the identity counts, whatever the address is now"


async def test_whoever_has_only_one_role_comes_in_it(pages: Portal, school_provider: IdentityProvider) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as visitor:
        await visitor.sign_in_at(school_provider, "school", some_email(), email)
        assert heading_of(await visitor.get("/access")) == "Who may sign in"


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
async def test_an_address_that_is_not_verified_or_not_known_links_nothing(
    pages: Portal, school_provider: IdentityProvider, known: bool
) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as visitor:
        asked = email if known else some_email()
        came = await visitor.sign_in_at(school_provider, "school", some_email(), asked, verified=not known)
        assert (came.status_code, heading_of(came)) == (403, NOBODY)
        assert "Ask whoever leads your partnership" in text_of(came)
        assert not await visitor.is_signed_in()


async def test_nobody_else_with_the_address_gets_in_later(
    pages: Portal, school_provider: IdentityProvider, trust_provider: IdentityProvider
) -> None:
    tenant, email = await pages.partnership(), some_email()
    account_id = await pages.account(tenant, email)
    async with pages.visitor() as owner, pages.visitor() as successor, pages.visitor() as elsewhere:
        await owner.sign_in_at(school_provider, "school", some_email(), email)
        assert await owner.is_signed_in()
        for visitor, provider, name in (
            (successor, school_provider, "school"),
            (elsewhere, trust_provider, "trust"),
        ):
            came = await visitor.sign_in_at(provider, name, some_email(), email)
            assert heading_of(came) == NOBODY
            assert not await visitor.is_signed_in()
    linked = await pages.platform["portal"].get(
        f"/api/accounts/{account_id}", headers=pages.platform.bearer("partnership_lead", tenant=tenant)
    )
    assert linked.is_success


async def test_the_same_subject_at_another_provider_is_somebody_else(
    pages: Portal, school_provider: IdentityProvider, trust_provider: IdentityProvider
) -> None:
    tenant, email, subject = await pages.partnership(), some_email(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as owner, pages.visitor() as other:
        await owner.sign_in_at(school_provider, "school", subject, email)
        assert heading_of(await other.sign_in_at(trust_provider, "trust", subject)) == NOBODY


async def test_a_lead_lets_somebody_begin_anew_with_another_account(
    pages: Portal, school_provider: IdentityProvider, trust_provider: IdentityProvider
) -> None:
    tenant, email, lead_email = await pages.partnership(), some_email(), some_email()
    account_id = await pages.account(tenant, email)
    await pages.account(tenant, lead_email)
    async with pages.visitor() as before, pages.visitor() as lead, pages.visitor() as after:
        await before.sign_in_at(school_provider, "school", "before" + email, email)
        await lead.sign_in_at(school_provider, "school", some_email(), lead_email)
        ended = await lead.send_form(f"/access/{account_id}/sign-ins/end", unlink="true")
        assert ended.status_code == 303
        assert not await before.is_signed_in()
        await after.sign_in_at(trust_provider, "trust", some_email(), email)
        assert await after.is_signed_in()
        came = await before.sign_in_at(school_provider, "school", "before" + email, email)
        assert heading_of(came) == NOBODY


async def test_an_invitation_links_an_account_whatever_the_provider_says_of_addresses(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    invitation = await pages.invitation_to(email)
    async with pages.visitor() as visitor, pages.visitor() as thief:
        shown = await visitor.get(f"/sign-in?invitation={invitation}")
        assert "You have been invited" in text_of(shown)
        await visitor.sign_in_at(school_provider, "school", some_email(), asked={"invitation": invitation})
        assert await visitor.is_signed_in()
        came = await thief.sign_in_at(school_provider, "school", some_email(), asked={"invitation": invitation})
        assert heading_of(came) == NOBODY, "an invitation is of use once"


# What is wrong with an answer


async def test_an_answer_counts_once(pages: Portal, school_provider: IdentityProvider) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as visitor:
        led = await visitor.get("/sign-in/with/school")
        attempt = visitor.cookies["__Host-alongside-attempt"]
        back = school_provider.answer(led.headers["Location"], some_email(), email)
        assert (await visitor.get(back)).status_code == 303
        again = await visitor.get(back)
        assert (again.status_code, heading_of(again)) == (400, ANEW), "the cookie is gone"
    async with pages.visitor() as other:
        other.cookies.set("__Host-alongside-attempt", attempt, domain="portal.example")
        again = await other.get(school_provider.answer(led.headers["Location"], some_email(), email))
        assert heading_of(again) == ANEW, "the state was used, even with its cookie"
        assert not await other.is_signed_in()


async def test_an_answer_is_of_use_only_where_it_was_asked_for(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as attacker, pages.visitor() as victim:
        led = await attacker.get("/sign-in/with/school")
        back = school_provider.answer(led.headers["Location"], some_email(), email)
        assert heading_of(await victim.get(back)) == ANEW, "no cookie"
        await victim.get("/sign-in/with/school")
        assert heading_of(await victim.get(back)) == ANEW, "another state"
        assert not await victim.is_signed_in()
        await attacker.get("/sign-in/with/trust")
        other_way = back.replace("/with/school/", "/with/trust/")
        assert heading_of(await attacker.get(other_way)) == ANEW, "begun with another provider"


async def test_an_attempt_is_over_after_ten_minutes(pages: Portal, school_provider: IdentityProvider) -> None:
    async with pages.visitor() as visitor:
        led = await visitor.get("/sign-in/with/school")
        clock = pages.platform.apps["portal"].state.context.commands
        now, clock.now = clock.now, lambda: datetime.now(UTC) + timedelta(minutes=11)
        try:
            assert heading_of(await visitor.get(school_provider.answer(led.headers["Location"], "amal"))) == ANEW
        finally:
            clock.now = now


STRANGER = rsa.generate_private_key(65537, 2048)


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def with_claims(**changed: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: claims | changed


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WRONG = {
    "another audience": with_claims(aud="somebody-else"),
    "several audiences without a party": with_claims(aud=[CLIENT, "somebody-else"]),
    "another party": with_claims(azp="somebody-else"),
    "another issuer": with_claims(iss="https://elsewhere.example"),
    "another nonce": with_claims(nonce="of another attempt"),
    "no nonce": without("nonce"),
    "no subject": without("sub"),
    "an empty subject": with_claims(sub=""),
    "no end": without("exp"),
    "an end that has passed": with_claims(exp=LONG_AGO),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
async def test_an_id_token_that_is_not_for_this_attempt_signs_nobody_in(
    pages: Portal, school_provider: IdentityProvider, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    await refuses(pages, school_provider, change=change)


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "unsigned": lambda claims: jwt.encode(claims, "", algorithm="none", headers={"kid": "first"}),
    "signed by a stranger": lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "first"}),
    "signed with the client's secret": lambda claims: jwt.encode(
        claims, SECRET.ljust(32, "."), algorithm="HS256", headers={"kid": "first"}
    ),
    "signed with an unknown key": lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "?"}),
    "no token at all": lambda _: "no token",
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED)
async def test_a_forged_id_token_signs_nobody_in(
    pages: Portal, school_provider: IdentityProvider, sign: Callable[[dict[str, Any]], str]
) -> None:
    await refuses(pages, school_provider, sign=sign)


async def refuses(
    pages: Portal,
    provider: IdentityProvider,
    change: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    sign: Callable[[dict[str, Any]], str] | None = None,
) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as visitor:
        provider.change, provider.sign = change, sign
        came = await visitor.sign_in_at(provider, "school", some_email(), email)
        assert (came.status_code, heading_of(came)) == (403, NOT_SIGNED_IN)
        assert visitor.secret is None
        provider.change, provider.sign = dict, None
        await visitor.sign_in_at(provider, "school", some_email(), email)
        assert await visitor.is_signed_in(), "nothing was linked, and the right answer is taken"


async def test_an_answer_from_another_issuer_is_refused(pages: Portal, school_provider: IdentityProvider) -> None:
    async with pages.visitor() as visitor:
        led = await visitor.get("/sign-in/with/school")
        back = school_provider.answer(led.headers["Location"], some_email())
        assert heading_of(await visitor.get(f"{back}&iss=https://elsewhere.example")) == NOT_SIGNED_IN


@pytest.mark.parametrize(
    ("error", "heading", "sentence"),
    [
        ("access_denied", NOT_SIGNED_IN, "You said no there"),
        ("invalid_scope", NOT_SIGNED_IN, "not valid"),
        ("temporarily_unavailable", "You cannot sign in this way just now", "does not answer at the moment"),
    ],
)
async def test_an_error_of_the_provider_is_a_plain_sentence(
    pages: Portal, school_provider: IdentityProvider, error: str, heading: str, sentence: str
) -> None:
    async with pages.visitor() as visitor:
        await visitor.get("/sign-in/with/school")
        led = await visitor.get("/sign-in/with/school")
        state = parse_qs(urlsplit(led.headers["Location"]).query)["state"][0]
        came = await visitor.get("/sign-in/with/school/back", params={"error": error, "state": state})
        assert heading_of(came) == heading
        assert sentence in text_of(came)
        assert error not in came.text


async def test_a_provider_that_is_away_has_a_page_that_says_so(
    pages: Portal, school_provider: IdentityProvider
) -> None:
    async with pages.visitor() as visitor:
        led = await visitor.get("/sign-in/with/school")
        back = school_provider.answer(led.headers["Location"], some_email())
        school_provider.is_away = True
        came = await visitor.get(back)
        assert (came.status_code, heading_of(came)) == (503, "You cannot sign in this way just now")
    async with pages.with_settings() as fresh, pages.visitor_of(fresh) as visitor:
        assert (await visitor.get("/sign-in/with/school")).status_code == 503
        school_provider.is_away = False
        assert (await visitor.get("/sign-in/with/school")).status_code == 303, "it is asked again"
        assert (await visitor.get("/sign-in/with/nobody")).status_code == 404


@pytest.mark.parametrize(
    "outside",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "\\/elsewhere.example",
        "javascript:alert(1)",
    ],
)
async def test_sign_in_leads_to_no_other_site(pages: Portal, school_provider: IdentityProvider, outside: str) -> None:
    tenant, email = await pages.partnership(), some_email()
    await pages.account(tenant, email)
    async with pages.visitor() as visitor:
        assert "elsewhere" not in (await visitor.get("/sign-in", params={"next": outside})).text
        came = await visitor.sign_in_at(school_provider, "school", some_email(), email, asked={"next": outside})
        assert came.headers["Location"] == "/"
