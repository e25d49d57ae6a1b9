"""A calendar reads its owner's feed at a secret address, which they make, copy, rotate and end on a page."""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from fastapi import FastAPI, HTTPException, Request
from icalendar import Calendar

from services.portal.commands.accounts import end_sign_ins
from services.portal.pages.calendar.routes import REQUESTS_OF_NETWORK
from shared.events.referral import PersonErased
from shared.kernel.postgres import open_pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest
from tests.integration.portal.visitors import DAY, PORTAL_URL, Portal, Visitor, text_of
from tests.support.mail_server import MailServer
from tests.support.pages import serve_pages
from tests.support.services import TODAY, eventually, publish_events

pytestmark = pytest.mark.covers("U7")


@dataclass
class Answers:
    """What sessions and matching answer, and as whom they were asked."""

    relationship_id: UUID = field(default_factory=uuid4)
    mentor_id: UUID = field(default_factory=uuid4)
    trainee_id: UUID = field(default_factory=uuid4)
    meetings: list[dict[str, Any]] = field(default_factory=list)
    is_away: bool = False
    refuses: dict[str, int] = field(default_factory=dict)
    asked_by: set[str] = field(default_factory=set)

    def plan(self) -> dict[str, Any]:
        """Plan a meeting, and return it, to be changed."""

        planned = {"planned_id": f"{uuid4()}", "planned_on": f"{TODAY}", "status": "planned", "outcome": None}
        self.meetings.append(planned)
        return planned

    @property
    def relationship(self) -> dict[str, Any]:
        """The relationship of the two."""

        return {
            "relationship_id": f"{self.relationship_id}",
            "programme_id": f"{uuid4()}",
            "trainee_id": f"{self.trainee_id}",
            "mentor_id": f"{self.mentor_id}",
            "starts_on": f"{TODAY}",
            "ends_on": f"{TODAY}",
            "amend_within_days": 14,
            "agreement_first": False,
            "agreed_on": None,
            "paused_on": None,
            "role": "lead",
        }

    def application(self) -> FastAPI:
        """Make an application that answers for both services."""
        app = FastAPI()
        whole: dict[str, Any] = {"meetings": [], "targets": []}
        answers: dict[str, Any] = {
            "/relationships": lambda: [self.relationship],
            f"/relationships/{self.relationship_id}": lambda: self.relationship | whole,
            f"/relationships/{self.relationship_id}/series": lambda: {"meetings": self.meetings},
            f"/relationships/{self.relationship_id}/observations": list,
            f"/relationships/{self.relationship_id}/assessments/due": list,
            "/pairs": list,
        }

        @app.get("/{path:path}")
        async def answer(path: str, request: Request) -> Any:
            if self.is_away:
                raise HTTPException(503)
            if (status := self.refuses.get(path.rsplit("/", maxsplit=1)[-1])) is not None:
                raise HTTPException(status)
            token = request.headers["Authorization"].removeprefix("Bearer ")
            self.asked_by.add(jwt.decode(token, options={"verify_signature": False})["sub"])
            return answers[f"/{path}"]()

        return app


@pytest.fixture
def answers() -> Answers:
    """What the services answer."""
    return Answers()


@pytest.fixture
async def app(pages: Portal, answers: Answers) -> AsyncIterator[FastAPI]:
    """The pages, with services that answer."""
    async with serve_pages(answers.application()) as url:
        urls = {f"alongside_url_{service}": url for service in ("sessions", "matching")}
        async with pages.with_settings(**urls) as opened:
            yield opened


async def sign_in(pages: Portal, mail_server: MailServer, app: FastAPI, email: str) -> Visitor:
    """Sign in by a code."""
    visitor = pages.visitor_of(app)
    await visitor.send_form("/sign-in/code", email=email)
    await eventually(lambda: _has_code(mail_server, email))
    answer = await visitor.send_form("/sign-in/code/entry", code=mail_server.codes_to(email)[-1])
    assert answer.status_code == 303, text_of(answer)
    return visitor


async def _has_code(mail_server: MailServer, email: str) -> bool:
    return bool(mail_server.codes_to(email))


@dataclass
class Owner:
    """A mentor who is signed in."""

    tenant: str
    visitor: Visitor
    app: FastAPI

    async def make(self, **options: str) -> str:
        """Make a calendar, or change it, and return its path."""
        answer = await self.visitor.send_form("/calendar", **options)
        assert answer.status_code == 303, text_of(answer)
        return await self.path()

    async def path(self) -> str:
        """Return the path of the calendar, as its owner copies it."""
        page = await self.visitor.get("/calendar")
        (path,) = re.findall(rf'value="{PORTAL_URL}(/calendar/[^"]+\.ics)"', page.text)
        return str(path)

    async def ask(self, path: str, **headers: str) -> httpx.Response:
        """Ask for the feed as a calendar does, without a cookie."""
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=PORTAL_URL) as calendar:
            return await calendar.get(path, headers=headers)

    async def events(self, path: str) -> list[Any]:
        """Return the entries that a calendar reads."""
        answer = await self.ask(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return list(Calendar.from_ical(answer.content).walk("VEVENT"))


async def rows_of(pages: Portal, owner: Owner, table: str) -> list[Any]:
    """Return the rows of a table that belong to the owner's partnership."""
    async with (
        await open_pool(pages.platform.urls["portal"]["app"], size=1) as pool,
        tenant_transaction(pool, [owner.tenant]) as connection,
    ):
        return list(await connection.fetch(f"select * from {table} where tenant = $1", owner.tenant))


@pytest.fixture
async def owner(pages: Portal, mail_server: MailServer, answers: Answers, app: FastAPI) -> Owner:
    """A mentor who is signed in."""
    tenant, email = await pages.partnership(), f"{uuid4().hex}@example.org"
    await pages.mentor(tenant, email, answers.mentor_id)
    await pages.mentor(tenant, f"{uuid4().hex}@example.org", answers.trainee_id)
    return Owner(tenant, await sign_in(pages, mail_server, app, email), app)


async def test_a_calendar_reads_planned_meetings_as_their_owner_and_names_nobody(
    owner: Owner, answers: Answers
) -> None:
    planned = answers.plan()
    (event,) = await owner.events(await owner.make())
    assert event["uid"] == f"meeting-{planned['planned_id']}@portal.example"
    assert f"{event.decoded('dtstart')}" == planned["planned_on"]
    assert event["summary"] == "Mentoring meeting"
    assert event.decoded("sequence") == 0
    assert answers.asked_by == {f"{answers.mentor_id}"}


async def test_names_and_a_time_are_for_whoever_asks_for_them(owner: Owner, answers: Answers) -> None:
    answers.plan()
    path = await owner.make()
    assert len(await owner.events(path)) == 1
    assert await owner.make(names="true", meetings_at="15.30") == path, "its address stays"
    (event,) = await owner.events(path)
    assert event["summary"] == "Mentoring meeting (Amal Haddad)"
    assert event.decoded("dtstart").strftime("%H:%M %Z") in ("15:30 GMT", "15:30 BST")
    assert event.decoded("sequence") == 1
    page = await owner.visitor.get("/calendar")
    assert 'value="15:30"' in page.text


async def test_a_time_that_is_none_is_shown_again_with_what_to_do(owner: Owner) -> None:
    answer = await owner.visitor.send_form("/calendar", names="true", meetings_at="half past three")
    assert answer.status_code == 422
    assert "Give the time in hours and minutes, such as 15:30, or leave it empty." in text_of(answer)
    assert 'value="half past three"' in answer.text
    assert re.search(r'name="names"[^>]*checked', answer.text)


async def test_the_sequence_rises_with_each_change_and_with_nothing_else(owner: Owner, answers: Answers) -> None:
    planned = answers.plan()
    answers.plan()
    path = await owner.make()

    async def sequences() -> list[int]:
        return [event.decoded("sequence") for event in sorted(await owner.events(path), key=by_uid)]

    def by_uid(event: Any) -> bool:
        return planned["planned_id"] not in event["uid"]

    assert await sequences() == [0, 0]
    assert await sequences() == [0, 0]
    planned["status"] = "cancelled"
    assert await sequences() == [1, 0]
    planned["status"] = "planned"
    assert await sequences() == [2, 0]


async def test_of_an_entry_a_digest_with_a_key_is_kept_as_long_as_the_feed_shows_it(
    owner: Owner, answers: Answers, pages: Portal
) -> None:
    planned = answers.plan()
    answers.plan()
    path = await owner.make(names="true")
    assert len(await owner.events(path)) == 2
    kept = {row["entry"]: row["digest"] for row in await rows_of(pages, owner, "calendar_entries")}
    page = f"/mentoring/{answers.relationship_id}"
    text = f"Mentoring meeting (Amal Haddad)\n{planned['planned_on']}\n{page}\nNone\nFalse\nFalse"
    of_planned = kept[f"meeting-{planned['planned_id']}"]
    assert of_planned != hashlib.sha256(text.encode()).digest()
    assert of_planned == Keyring(pages.platform.settings.master_key()).digest(owner.tenant, "calendar entry", text)
    answers.meetings.remove(planned)
    assert len(await owner.events(path)) == 1
    assert [row["entry"] for row in await rows_of(pages, owner, "calendar_entries")] == sorted(
        kept.keys() - {f"meeting-{planned['planned_id']}"}
    )


async def test_a_calendar_that_has_seen_it_all_gets_nothing_again(owner: Owner, answers: Answers) -> None:
    answers.plan()
    path = await owner.make()
    tag = (await owner.ask(path)).headers["ETag"]
    assert (await owner.ask(path, **{"If-None-Match": tag})).status_code == 304
    answers.plan()
    assert (await owner.ask(path, **{"If-None-Match": tag})).status_code == 200


async def test_no_entry_vanishes_because_a_service_is_away(owner: Owner, answers: Answers) -> None:
    path = await owner.make()
    answers.is_away = True
    answer = await owner.ask(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")


@pytest.mark.parametrize("path", ["relationships", "pairs", "observations"])
async def test_no_entry_vanishes_because_a_service_refuses_the_key_of_the_portal(
    owner: Owner, answers: Answers, path: str
) -> None:
    address = await owner.make()
    answers.refuses = {path: 401}
    answer = await owner.ask(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_list_that_somebody_has_not_is_no_reason_to_show_nothing(
    owner: Owner, answers: Answers, status: int
) -> None:
    answers.plan()
    address = await owner.make()
    answers.refuses = {"pairs": status, "observations": status}
    assert len(await owner.events(address)) == 1


async def test_an_address_that_was_rotated_shows_nothing_any_more(owner: Owner) -> None:
    before = await owner.make()
    assert (await owner.visitor.send_form("/calendar/rotation")).status_code == 303
    after = await owner.path()
    assert (await owner.ask(before)).status_code == 404
    assert (await owner.ask(after)).status_code == 200


async def test_a_calendar_that_was_ended_shows_nothing_any_more(owner: Owner, answers: Answers, pages: Portal) -> None:
    path = await owner.make()
    answers.plan()
    assert len(await owner.events(path)) == len(await rows_of(pages, owner, "calendar_entries")) == 1
    assert (await owner.visitor.send_form("/calendar/end")).status_code == 303
    assert (await owner.ask(path)).status_code == 404
    assert "Make my calendar" in text_of(await owner.visitor.get("/calendar"))
    refused = await owner.visitor.send_form("/calendar/rotation")
    assert "You have no calendar. Make one first." in text_of(refused)
    assert await rows_of(pages, owner, "calendar_entries") == []


async def test_a_guess_and_a_wrong_secret_show_nothing(owner: Owner) -> None:
    path = await owner.make()
    for wrong in ("/calendar/x.ics", path.replace(".ics", "x.ics"), f"/calendar/{'a' * 5000}.ics"):
        assert (await owner.ask(wrong)).status_code == 404


async def test_a_calendar_does_not_come_back_with_its_owner(owner: Owner, answers: Answers, pages: Portal) -> None:
    path, before = await owner.make(), answers.mentor_id
    await pages.close(owner.tenant, before)
    assert await rows_of(pages, owner, "calendar_feeds") == []
    await pages.command(owner.tenant, f"/api/accounts/{before}/reopening", {"on": f"{DAY}", "why": "Is back."})
    await eventually(lambda: pages.platform.has_consumed("portal"))
    assert (await owner.ask(path)).status_code == 404


async def test_a_calendar_ends_when_its_owner_gets_another_identity(
    owner: Owner, answers: Answers, pages: Portal
) -> None:
    path = await owner.make()
    lead = Principal("lead", owner.tenant, frozenset({"partnership_lead"}))
    commands = pages.platform.apps["portal"].state.context.commands
    for unlink, status in ((False, 200), (True, 404)):
        request = CommandRequest(owner.tenant, Cause("lead", uuid4()))
        await commands.run(request, end_sign_ins(lead, answers.mentor_id, DAY, unlink=unlink))
        assert (await owner.ask(path)).status_code == status


async def test_one_network_does_not_guess_without_end(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    path, network = await owner.make(), "10.1.2.3"
    rates = owner.app.state.context.rates
    monkeypatch.setattr(rates, "now", lambda: 0.0)
    for _ in range(REQUESTS_OF_NETWORK.at_once - 1):
        rates.take(f"calendar {network}", REQUESTS_OF_NETWORK)
    transport = httpx.ASGITransport(owner.app, client=(network, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=PORTAL_URL) as stranger:
        assert (await stranger.get("/calendar/x.ics")).status_code == 404
        refused = await stranger.get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert (await owner.ask(path)).status_code == 200, "from another network"


async def test_the_calendar_of_somebody_who_was_erased_or_has_left_shows_nothing(
    owner: Owner, answers: Answers, pages: Portal
) -> None:
    path = await owner.make()
    erased = PersonErased(person_id=answers.mentor_id, happened_on=DAY)
    await publish_events(pages.platform, "referral", owner.tenant, f"person-{answers.mentor_id}", erased)
    await eventually(lambda: pages.platform.has_consumed("portal"))
    assert (await owner.ask(path)).status_code == 404
    assert await rows_of(pages, owner, "calendar_feeds") == []


async def test_the_secret_is_in_no_table_and_no_event(owner: Owner, pages: Portal) -> None:
    secret = (await owner.make()).removeprefix("/calendar/").removesuffix(".ics")
    for table, column in (("calendar_feeds", "secret"), ("calendar_feeds", "sealed"), ("events", "body")):
        rows = await rows_of(pages, owner, table)
        assert rows
        assert not any(secret in str(row[column]) for row in rows)
