"""Documents of what mentors have done: from recorded facts, for their holder, verified without an account."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.sessions.api.recognitions import NAME_CHECKS
from services.sessions.domain.recognition_codes import make_code
from services.sessions.main import SERVICE
from shared.events.referral import PersonErased
from shared.kernel.service.api import open_api
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import MIN_POSITION, POSITION, TENANT, Pair, a_placed_pair, outsiders
from tests.integration.sessions.test_one_person import merge, until_theirs
from tests.support.declared import must_be_declared
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S14")
NAME = f"Ann Marker{uuid4().hex}"
ASKED = {"on": "2026-10-05", "name": NAME}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A placed pair with two meetings, of 50 and of 40 minutes."""
    return await a_pair_that_met(platform)


async def a_pair_that_met(platform: Platform) -> Pair:
    placed = await a_placed_pair(platform)
    await placed.record()
    await placed.record(on="2026-09-28", minutes=40)
    return placed


async def issue(pair: Pair, **more: Any) -> httpx.Response:
    answer = await pair.post("/recognitions", ASKED | more, pair.mentor)
    assert answer.status_code == 201, answer.text
    return answer


async def show(pair: Pair, issued: httpx.Response) -> Any:
    """Return a document as its holder sees it."""
    path = f"/recognitions/{issued.json()['recognition_id']}"
    wait = {MIN_POSITION: issued.headers[POSITION]} if POSITION in issued.headers else {}
    shown = await pair.get(path, pair.mentor | wait)
    assert shown.status_code == 200, shown.text
    return shown.json()


async def verify(platform: Platform, path: str) -> httpx.Response:
    """Verify a document as somebody who has no account."""
    return await platform["sessions"].get(path)


async def verify_after(pair: Pair, path: str, last: httpx.Response) -> Any:
    """Verify a document once the effect of the command that was answered with `last` is visible."""
    await pair.get("/recognitions", pair.mentor, last)
    answer = await verify(pair.platform, path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_mentor_gets_a_document_and_anybody_verifies_it(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    figures = {"minutes": 90, "meetings": 2, "mentees": 1, "first_on": "2026-09-21", "last_on": "2026-09-28"}
    assert shown["mentoring"].items() >= (figures | {"academic_years": ["2026/27"]}).items()
    (role,) = shown["mentoring"]["roles"]
    assert role.items() >= figures.items()
    assert (role["programme"] != "", role["role"] != "") == (True, True)
    assert (shown["status"], shown["name"], shown["as_of"]) == ("stands", NAME, "2026-10-05")

    verified = (await verify(platform, shown["verify"])).json()

    assert verified["mentoring"] == shown["mentoring"]
    assert (verified["status"], verified["partnership"], verified["as_of"]) == ("stands", TENANT, "2026-10-05")
    assert (verified["name"], verified["name_shown"]) == ("A. M.", "initials")
    assert str(pair.mentor_id) not in str(verified)
    assert str(pair.trainee_id) not in str(verified)
    typed = shown["verify"].replace("-", "").lower().replace("northstar", TENANT)
    assert (await verify(platform, typed)).json() == verified


async def test_whoever_has_the_document_compares_its_name(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    for name, matches in ((NAME.upper(), True), ("Ann Example", False)):
        answer = await platform["sessions"].post(f"{shown['verify']}/name", json={"name": name})
        assert (answer.status_code, answer.json()) == (200, {"matches": matches})
    draft = {"Alongside-Draft": str(uuid4())}
    answer = await platform["sessions"].post(f"{shown['verify']}/name", json={"name": NAME}, headers=draft)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header:alongside-draft")
    full = await show(pair, await issue(pair, name_shown="full"))
    assert (await verify(platform, full["verify"])).json()["name"] == NAME


async def test_both_pages_can_be_printed_and_run_nothing(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair, name="<script>alert(1)</script>", name_shown="full"))
    own = await pair.get(f"/recognitions/{shown['recognition_id']}/page", pair.mentor)
    public = await verify(platform, f"{shown['verify']}/page")
    for page in (own, public):
        assert page.status_code == 200, page.text
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "1.5" in page.text  # hours
    assert shown["code"] in own.text
    service = f"{own.request.url}".removesuffix(own.request.url.path)
    assert service.startswith("http://")
    assert f"<code>{service}{shown['verify']}/page</code>" in own.text


async def test_a_new_document_replaces_the_one_before_and_the_same_is_answered_again(
    platform: Platform, pair: Pair
) -> None:
    first = await issue(pair)
    old = await show(pair, first)
    again = await issue(pair)
    assert again.json() == first.json()
    await pair.record(on="2026-10-05", minutes=30)
    new = await issue(pair)
    replaced = await verify_after(pair, old["verify"], new)
    assert (replaced["status"], replaced["since"], replaced["mentoring"]["minutes"]) == ("replaced", "2026-10-05", 90)
    assert (await verify(platform, (await show(pair, new))["verify"])).json()["mentoring"]["minutes"] == 120
    listed = (await pair.get("/recognitions", pair.mentor)).json()
    assert {each["recognition_id"]: each["status"] for each in listed} == {
        old["recognition_id"]: "replaced",
        new.json()["recognition_id"]: "stands",
    }


async def test_a_corrected_record_shows_in_the_document_until_there_is_a_new_one(pair: Pair) -> None:
    meeting = (await pair.record(on="2026-10-02", minutes=60)).json()["meeting_id"]
    shown = await show(pair, await issue(pair))
    assert shown["mentoring"]["minutes"] == 150
    amended = {"status": "held", "amended_on": "2026-10-03", "minutes": 20}
    corrected = await pair.put(f"/meetings/{meeting}", amended, pair.mentor)
    assert corrected.status_code == 200, corrected.text
    verified = await verify_after(pair, shown["verify"], corrected)
    assert (verified["status"], verified["mentoring"]["minutes"]) == ("corrected", 150)
    new = await issue(pair)
    assert (await verify_after(pair, shown["verify"], new))["status"] == "replaced"
    now = await show(pair, new)
    assert (now["status"], now["mentoring"]["minutes"]) == ("stands", 110)


async def test_a_meeting_after_the_day_of_the_document_leaves_it_as_it_is(pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    later = await pair.record(on="2026-10-12")
    verified = await verify_after(pair, shown["verify"], later)
    assert (verified["status"], verified["mentoring"]) == ("stands", shown["mentoring"])


async def test_a_meeting_counts_on_the_day_to_which_its_record_was_corrected(pair: Pair) -> None:
    moved = (await pair.record(on="2026-10-02", minutes=60)).json()["meeting_id"]
    late = (await pair.record(on="2026-10-09", minutes=7)).json()["meeting_id"]
    for meeting_id, day, minutes in ((moved, "2026-10-06", 60), (late, "2026-10-01", 7)):
        amended = {"status": "held", "on": day, "amended_on": "2026-10-09", "minutes": minutes}
        answer = await pair.put(f"/meetings/{meeting_id}", amended, pair.mentor)
        assert answer.status_code == 200, answer.text
    await pair.record(on="2026-10-02", minutes=5)  # on the day on which the first one was not

    shown = await show(pair, await issue(pair))

    assert (shown["mentoring"]["minutes"], shown["mentoring"]["meetings"]) == (50 + 40 + 7 + 5, 4)
    assert shown["status"] == "stands"


async def test_a_holder_withdraws_a_document_which_then_says_nothing(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    path = f"/recognitions/{shown['recognition_id']}"
    stale = await pair.put(f"{path}/withdrawal", {"on": "2026-10-06"}, pair.mentor | {"If-Match": '"7"'})
    assert stale.status_code == 412
    seen = (await pair.get(path, pair.mentor)).headers["ETag"]
    withdrawn = await pair.put(f"{path}/withdrawal", {"on": "2026-10-06"}, pair.mentor | {"If-Match": seen})
    assert withdrawn.json() == {"recognition_id": shown["recognition_id"], "stands": False}
    verified = await verify_after(pair, shown["verify"], withdrawn)
    assert (verified["status"], verified["since"]) == ("withdrawn", "2026-10-06")
    assert (verified["name"], verified["mentoring"]) == (None, None)
    assert "90" not in (await verify(platform, f"{shown['verify']}/page")).text
    named = await platform["sessions"].post(f"{shown['verify']}/name", json={"name": NAME})
    assert named.status_code == 404
    new = await show(pair, await issue(pair))
    assert (new["status"], new["recognition_id"] != shown["recognition_id"]) == ("stands", True)


async def test_nobody_else_sees_or_withdraws_a_document(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    path = f"/recognitions/{shown['recognition_id']}"
    lead = platform.bearer("partnership_lead")
    for who in (pair.trainee, pair.host_lead, lead, *outsiders(platform)):
        assert (await pair.get(path, who)).status_code in (403, 404)
        assert (await pair.get(f"{path}/page", who)).status_code in (403, 404)
        assert (await pair.put(f"{path}/withdrawal", {"on": "2026-10-06"}, who)).status_code in (403, 404)
        assert shown["code"] not in (await pair.get("/recognitions", who)).text
    for name in ("/recognitions", path, f"{path}/page"):
        assert (await platform["sessions"].get(name)).status_code == 401


async def test_a_mentee_and_a_mentor_without_a_meeting_get_none(platform: Platform, pair: Pair) -> None:
    fresh = await a_placed_pair(platform)
    before = await storage.events(platform)
    for who in (pair.trainee, fresh.mentor):
        refused = await pair.post("/recognitions", ASKED, who)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:nothing-to-recognise")
    early = await pair.post("/recognitions", ASKED | {"on": "2026-09-20"}, pair.mentor)
    assert early.status_code == 409
    assert await storage.events(platform) == before


@pytest.mark.parametrize("partnership", [TENANT, "other-side", "no partnership", "x" * 300])
async def test_an_unknown_code_is_answered_alike_everywhere(platform: Platform, partnership: str) -> None:
    unknown = make_code(lambda letters: letters[3])
    answer = await verify(platform, f"/partnerships/{partnership}/recognitions/{unknown}")
    if len(partnership) > 100:
        assert answer.status_code == 422
    else:
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such document.")


async def test_a_mistyped_code_is_told_from_an_unknown_one(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    slip = shown["verify"][:-1] + ("2" if shown["verify"][-1] != "2" else "3")
    answer = await verify(platform, slip)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "path:code")
    elsewhere = shown["verify"].replace(TENANT, "other-side")
    assert (await verify(platform, elsewhere)).status_code == 404


@asynccontextmanager
async def a_service_with_few_public_requests(platform: Platform) -> AsyncIterator[Callable[[str], httpx.AsyncClient]]:
    """Open the HTTP application once more, with two public requests a minute; return what makes a client by address."""
    settings = platform.settings.model_copy(update={"alongside_public_requests_a_minute": 2})
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_api(SERVICE, settings, platform.urls["sessions"]["app"]))

        def client_at(address: str) -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, client=(address, 1), raise_app_exceptions=False)
            return httpx.AsyncClient(
                transport=transport,
                base_url="http://few.test",
                event_hooks={"response": [partial(must_be_declared, app)]},
            )

        yield client_at


async def test_an_address_that_asks_too_often_learns_nothing_more_for_a_while(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    unknown = f"/partnerships/{TENANT}/recognitions/{make_code(lambda letters: letters[3])}"
    async with a_service_with_few_public_requests(platform) as client_at:
        guesser = client_at("2001:db8::1")
        for _ in range(2):
            assert (await guesser.get(unknown)).status_code == 404

        for path in (unknown, shown["verify"], f"{shown['verify']}/page"):
            refused = await client_at("2001:db8::2").get(path)
            assert (refused.status_code, refused.json()["type"]) == (429, "urn:alongside:problem:too-many-requests")
            assert 0 < int(refused.headers["Retry-After"]) <= 30
        assert (await guesser.post(f"{shown['verify']}/name", json={"name": NAME})).status_code == 429
        assert (await guesser.get("/recognitions", headers=pair.mentor)).status_code == 200
        assert (await client_at("2001:db8:0:1::1").get(shown["verify"])).status_code == 200


async def test_the_name_of_a_document_is_not_found_by_trying_many_from_whatever_address(
    platform: Platform, pair: Pair
) -> None:
    shown, other = [await show(each, await issue(each)) for each in (pair, await a_pair_that_met(platform))]
    typed = (shown["verify"], shown["verify"].replace("-", "").replace("northstar", TENANT))
    names = [f"Ann M{nth}" for nth in range(NAME_CHECKS.at_once)]
    for nth, name in enumerate(names):
        answer = await platform["sessions"].post(f"{typed[nth % 2]}/name", json={"name": name})
        assert answer.json() == {"matches": False}

    refused = await platform["sessions"].post(f"{shown['verify']}/name", json={"name": NAME})

    assert (refused.status_code, "matches" in refused.json()) == (429, False)
    assert 0 < int(refused.headers["Retry-After"]) <= NAME_CHECKS.seconds
    assert (await verify(platform, shown["verify"])).status_code == 200
    answer = await platform["sessions"].post(f"{other['verify']}/name", json={"name": NAME})
    assert answer.json() == {"matches": True}


async def test_name_and_code_are_nowhere_in_the_open(
    platform: Platform, pair: Pair, postgres_admin_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await show(pair, await issue(pair))
    await verify(platform, shown["verify"])
    kept = await storage.rows(platform, postgres_admin_url)
    published = await storage.messages(platform)
    for secret in (NAME, shown["code"], shown["code"].replace("-", "")):
        assert secret not in kept
        assert secret not in published
    assert NAME not in caplog.text
    assert shown["recognition_id"] not in published


@pytest.mark.covers("R7")
async def test_a_document_of_a_merged_record_is_that_of_the_kept_one(pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    kept = replace(pair, mentor_id=uuid4())
    await merge(pair.platform, pair.mentor_id, kept.mentor_id, "mentor")
    await until_theirs(kept)
    assert (await kept.get(f"/recognitions/{shown['recognition_id']}", kept.mentor)).json() == shown
    assert (await verify(pair.platform, shown["verify"])).json()["status"] == "stands"
    await kept.record(on="2026-10-05")
    new = await issue(kept)
    assert (await verify_after(kept, shown["verify"], new))["status"] == "replaced"


async def erase(platform: Platform, person_id: UUID) -> None:
    erased = PersonErased(happened_on=date(2026, 10, 8), person_id=person_id)
    await publish_events(platform, "referral", TENANT, f"person-{person_id}", erased)


@pytest.mark.covers("R8")
@pytest.mark.parametrize("withdrawn", [False, True])
async def test_of_an_erased_mentor_there_is_no_such_document(platform: Platform, pair: Pair, withdrawn: bool) -> None:
    shown = await show(pair, await issue(pair))
    if withdrawn:
        body = {"on": "2026-10-06"}
        await pair.put(f"/recognitions/{shown['recognition_id']}/withdrawal", body, pair.mentor)
    await erase(platform, pair.mentor_id)

    async def is_gone() -> bool:
        return (await verify(platform, shown["verify"])).status_code == 404

    await eventually(is_gone)
    answer = await verify(platform, shown["verify"])
    assert answer.json()["detail"] == "There is no such document."
    assert (await verify(platform, f"{shown['verify']}/page")).status_code == 404
    assert (await pair.get("/recognitions", pair.mentor)).json() == []
    assert (await pair.post("/recognitions", ASKED, pair.mentor)).status_code == 410


@pytest.mark.covers("R8")
async def test_erasing_a_mentee_leaves_the_mentors_document(platform: Platform, pair: Pair) -> None:
    shown = await show(pair, await issue(pair))
    await erase(platform, pair.trainee_id)

    async def is_erased() -> bool:
        return (await pair.post("/recognitions", ASKED, pair.trainee)).status_code == 410

    await eventually(is_erased)
    verified = (await verify(platform, shown["verify"])).json()
    assert (verified["status"], verified["mentoring"]) == ("stands", shown["mentoring"])
    assert (await issue(pair)).json()["recognition_id"] == shown["recognition_id"]
