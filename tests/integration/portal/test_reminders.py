"""Once a working day the worker decides who is reminded of what, from others' events; a person says until when not."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from services.portal.calls.services import open_clients
from services.portal.mail.digests import find_digest, finish_digest
from services.portal.reminders.asking import Asking
from services.portal.reminders.deciding import Decider, still_due
from services.portal.reminders.reading import read_known
from services.portal.reminders.rules import Due
from services.portal.signing_in.memberships import Membership
from services.portal.signing_in.tokens import TokenMint
from shared.calendar import ENGLAND, working_days_after, working_days_before
from shared.events.matching import PairDeclined, PairProposed
from shared.events.referral import PeopleMerged, PersonErased, TraineeStandingChanged
from shared.events.sessions import (
    MeetingHeld,
    RelationshipEnded,
    RelationshipOpened,
    RelationshipPaused,
    RelationshipResumed,
    TargetSet,
)
from shared.kernel.postgres import open_pool, tenant_transaction
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from tests.integration.portal.test_calendar import sign_in
from tests.integration.portal.visitors import DAY, Portal, text_of
from tests.support.mail_server import MailServer
from tests.support.pages import serve_pages
from tests.support.services import TODAY, eventually, publish_events

pytestmark = pytest.mark.covers("U8")


@dataclass
class Waiting:
    """What matching and sessions answer to whoever asks what waits for them."""

    pairs: list[dict[str, Any]] = field(default_factory=list)
    logged: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    is_away: bool = False
    days_status: int = 200

    def application(self) -> FastAPI:
        """Make an application that answers for matching and sessions."""
        app = FastAPI()

        @app.get("/pairs")
        async def pairs() -> list[dict[str, Any]]:
            if self.is_away:
                raise HTTPException(503)
            return self.pairs

        @app.get("/days")
        async def days() -> list[dict[str, Any]]:
            if self.days_status >= 400:
                raise HTTPException(self.days_status)
            return self.logged

        @app.get("/assessments/due")
        async def tasks() -> list[dict[str, Any]]:
            return self.tasks

        return app


@dataclass
class Mentoring:
    """A mentor and a trainee of a partnership of their own, and the days on which a worker decides.

    The days lie far ahead of each other's, so that no other test's partnership has anything due on them.
    """

    pages: Portal
    store: PostgresStore
    waiting: Waiting
    clients: dict[str, httpx.AsyncClient]
    tenant: str
    mentor_id: UUID
    trainee_id: UUID
    due_on: date
    emails: dict[UUID, str]
    relationship_id: UUID = field(default_factory=uuid4)

    async def publish(self, topic: str, stream: str, *events: Any) -> None:
        """Publish events of another service, and wait until the portal has taken them over."""
        await publish_events(self.pages.platform, topic, self.tenant, stream, *events)
        await eventually(lambda: self.pages.platform.has_consumed("portal"))

    async def open(self) -> None:
        """Open the relationship."""
        opened = RelationshipOpened(
            relationship_id=self.relationship_id,
            programme_id=uuid4(),
            trainee_id=self.trainee_id,
            mentor_id=self.mentor_id,
            school_urn="990001",
            starts_on=self.due_on - timedelta(days=60),
            ends_on=self.due_on + timedelta(days=90),
            meetings_per_week=0,
            weeks_between_meetings=52,
            mentor_minutes_per_week=60,
            happened_on=DAY,
        )
        await self.publish("sessions", f"relationship-{self.relationship_id}", opened)

    async def lead_of_a_school(self, urn: str) -> UUID:
        """Invite a tutor who leads a school too, and return the id of their account."""
        account_id = await self.pages.account(self.tenant, f"{uuid4().hex}@example.org", role="tutor")
        role = {"role": "school_lead", "schools": [urn], "on": f"{DAY}", "why": "Leads the school."}
        await self.pages.command(self.tenant, f"/api/accounts/{account_id}/roles", role)
        await eventually(lambda: self.pages.platform.has_consumed("portal"))
        return account_id

    async def set_target(self) -> UUID:
        """Set a target that is due on the day, and return its id."""
        target_id = uuid4()
        about = {"relationship_id": self.relationship_id, "trainee_id": self.trainee_id}
        target = TargetSet(target_id=target_id, **about, due_on=self.due_on, happened_on=DAY)
        await self.publish("sessions", f"target-{target_id}", target)
        return target_id

    def mint(self) -> TokenMint:
        """Return what makes tokens for the services."""
        return TokenMint(self.pages.settings.alongside_portal_issuer, self.pages.settings.key())

    def worker(self, day: date, at: time = time(9)) -> Decider:
        """Return a worker at a time of a day in England."""
        return Decider(
            self.store, Asking(self.clients, self.mint()), 8, 18, now=lambda: datetime.combine(day, at, ENGLAND)
        )

    async def decide(self, day: date, at: time = time(9)) -> None:
        """Let a worker decide."""
        await self.worker(day, at).step()

    async def digests(self, day: date) -> dict[UUID, list[str]]:
        """Return the keys of what people were reminded of on a day."""
        rows = await self._fetch("select account_id, items from digests where tenant = $1 and day = $2", day)
        return {row["account_id"]: [item["key"] for item in row["items"]] for row in rows}

    async def is_decided(self, day: date) -> bool:
        """Whether everybody's digest of a day was decided."""
        return bool(await self._fetch("select from reminder_days where tenant = $1 and day = $2", day))

    async def finish(self, day: date) -> None:
        """Let the mails of a day be taken by the mail server."""
        for row in await self._fetch("select mail_id from digests where tenant = $1 and day = $2", day):
            await finish_digest(self.store.pool, row["mail_id"], datetime.combine(day, time(9), ENGLAND))

    async def still_due(self, day: date, account_id: UUID) -> list[str]:
        """Return what of a digest is still due when its mail is sent."""
        mails = await self._fetch(
            "select mail_id from digests where tenant = $1 and day = $2 and account_id = $3", day, account_id
        )
        async with self.store.pool.acquire() as connection, connection.transaction():
            digest = await find_digest(connection, mails[0]["mail_id"]) if mails else None
            if digest is None:
                return []
            items: Any = await still_due(connection, digest, datetime.combine(day, time(10), ENGLAND))
        return [item.key for item in items]

    async def _fetch(self, sql: str, *values: object) -> list[Any]:
        async with tenant_transaction(self.store.pool, [self.tenant]) as connection:
            return list(await connection.fetch(sql, self.tenant, *values))


@pytest.fixture
async def mentoring(pages: Portal) -> AsyncIterator[Mentoring]:
    """A mentor and a trainee, and days of their own."""
    tenant, waiting = await pages.partnership(), Waiting()
    mentor_id, trainee_id = uuid4(), uuid4()
    emails = {person_id: f"{uuid4().hex}@example.org" for person_id in (mentor_id, trainee_id)}
    for person_id, email in emails.items():
        await pages.mentor(tenant, email, person_id)
    ahead = TODAY + timedelta(weeks=10 + uuid4().int % 5000)
    due_on = ahead - timedelta(days=ahead.weekday() - 2)
    while working_days_after(due_on, 0) != due_on or working_days_after(due_on, 1) != due_on + timedelta(days=1):
        due_on += timedelta(weeks=1)
    async with (
        serve_pages(waiting.application()) as url,
        open_clients({"matching": url, "sessions": url}) as clients,
        await open_pool(pages.platform.urls["portal"]["worker"], size=4) as pool,
    ):
        store = PostgresStore(pool, Keyring(pages.platform.settings.master_key()))
        made = Mentoring(pages, store, waiting, clients, tenant, mentor_id, trainee_id, due_on, emails)
        await made.open()
        yield made


async def test_a_trainee_is_reminded_on_the_day_and_once_however_many_workers_decide(mentoring: Mentoring) -> None:
    target_id, day = await mentoring.set_target(), mentoring.due_on
    await asyncio.gather(*(mentoring.decide(day) for _ in range(3)))
    assert await mentoring.digests(day) == {mentoring.trainee_id: [f"target:{target_id}"]}
    mails = await mentoring.pages.change_rows(
        "select kind, expires_at from mails where account_id = $1", mentoring.trainee_id
    )
    assert [(mail["kind"], mail["expires_at"].astimezone(ENGLAND).time()) for mail in mails] == [("digest", time(18))]
    await mentoring.decide(day, time(15))
    assert len(await mentoring.digests(day)) == 1


@pytest.mark.parametrize(("days", "at"), [(0, time(7, 59)), (0, time(18)), (3, time(9)), (4, time(9))])
async def test_nothing_is_decided_in_quiet_hours_and_on_days_off(mentoring: Mentoring, days: int, at: time) -> None:
    await mentoring.set_target()
    day = mentoring.due_on + timedelta(days=days)
    await mentoring.decide(day, at)
    assert await mentoring.digests(day) == {}
    assert day.weekday() < 5 or days > 2


async def test_a_day_on_which_no_worker_ran_is_made_up_for(mentoring: Mentoring) -> None:
    target_id, day = await mentoring.set_target(), mentoring.due_on
    await mentoring.decide(day - timedelta(days=2))
    next_day = day + timedelta(days=1)
    await mentoring.decide(next_day)
    assert await mentoring.digests(next_day) == {mentoring.trainee_id: [f"target:{target_id}"]}


async def test_what_may_not_have_been_sent_stands_in_the_next_digest_and_what_was_does_not(
    mentoring: Mentoring,
) -> None:
    first, day = await mentoring.set_target(), mentoring.due_on
    await mentoring.decide(day - timedelta(days=1))
    await mentoring.finish(day - timedelta(days=1))
    await mentoring.decide(day)
    assert await mentoring.digests(day) == {mentoring.trainee_id: [f"target:{first}"]}
    two_days_later = day + timedelta(days=2)
    await mentoring.decide(two_days_later)
    assert await mentoring.digests(two_days_later) == {mentoring.trainee_id: [f"target:{first}"]}
    await mentoring.finish(two_days_later)
    monday = day + timedelta(days=5)
    await mentoring.decide(monday)
    assert await mentoring.digests(monday) == {}


async def test_whoever_matching_does_not_answer_for_is_decided_later_that_day_or_the_next(
    mentoring: Mentoring,
) -> None:
    pair_id, day = uuid4(), mentoring.due_on
    about = {"pair_id": pair_id, "trainee_id": mentoring.trainee_id, "mentor_id": mentoring.mentor_id}
    ids = {name: uuid4() for name in ("programme_id", "referral_id", "round_id", "offer_id")}
    proposed = PairProposed(**about, **ids, school_urn="990001", travel_minutes=20, happened_on=DAY)
    await mentoring.publish("matching", f"pair-{pair_id}", proposed)
    mentoring.waiting.pairs.append(
        {**{name: f"{value}" for name, value in about.items()}, "accepted_by": ["trainee"], "answer_by": f"{day}"}
    )
    mentoring.waiting.is_away = True
    await mentoring.decide(day)
    assert await mentoring.digests(day) == {}
    mentoring.waiting.is_away = False
    await mentoring.decide(day, time(12))
    assert await mentoring.digests(day) == {
        mentoring.mentor_id: [f"proposal:{pair_id}"],
        mentoring.trainee_id: [f"proposal:{pair_id}"],
    }, "both are mentors in these tests, and none of the two has accepted as one"
    assert await mentoring.still_due(day, mentoring.mentor_id) == [f"proposal:{pair_id}"]
    declined = PairDeclined(**about, programme_id=ids["programme_id"], by="mentor", happened_on=DAY)
    await mentoring.publish("matching", f"pair-{pair_id}", declined)
    assert await mentoring.still_due(day, mentoring.mentor_id) == []


async def test_a_tutor_and_the_lead_of_a_school_are_reminded_of_what_waits_for_them(mentoring: Mentoring) -> None:
    pages, day, relationship_id = mentoring.pages, mentoring.due_on, uuid4()
    tutor = await pages.account(mentoring.tenant, f"{uuid4().hex}@example.org", role="tutor")
    lead = await mentoring.lead_of_a_school("990001")
    task = {"task": "submit", "kind": "final", "relationship_id": f"{relationship_id}", "trainee_id": f"{uuid4()}"}
    mentoring.waiting.tasks.append({**task, "due_on": f"{day}"})
    logged_on = working_days_before(day, 5)
    mentoring.waiting.logged += [{"on": f"{logged_on}"}, {"on": f"{logged_on + timedelta(days=1)}"}]
    await mentoring.decide(day)
    of_tutor = f"task:{relationship_id}:final:submit"
    assert {who: sorted(keys) for who, keys in (await mentoring.digests(day)).items()} == {
        tutor: [of_tutor],
        lead: [f"days:{logged_on}", of_tutor],
    }
    assert sorted(await mentoring.still_due(day, lead)) == [f"days:{logged_on}", of_tutor]


async def test_no_mail_goes_out_about_an_assessment_after_its_relationship_was_ended(mentoring: Mentoring) -> None:
    day, relationship_id = mentoring.due_on, mentoring.relationship_id
    tutor = await mentoring.pages.account(mentoring.tenant, f"{uuid4().hex}@example.org", role="tutor")
    task = {"task": "submit", "kind": "final", "relationship_id": f"{relationship_id}", "due_on": f"{day}"}
    mentoring.waiting.tasks.append({**task, "trainee_id": f"{mentoring.trainee_id}"})
    await mentoring.decide(day)
    assert await mentoring.still_due(day, tutor) == [f"task:{relationship_id}:final:submit"]
    ended = RelationshipEnded(relationship_id=relationship_id, ended_on=day, reason="trainee_left", happened_on=DAY)
    await mentoring.publish("sessions", f"relationship-{relationship_id}", ended)
    assert await mentoring.still_due(day, tutor) == []


async def test_no_mail_goes_out_after_the_end_of_a_role(mentoring: Mentoring) -> None:
    day, pages = mentoring.due_on, mentoring.pages
    tutor = await pages.account(mentoring.tenant, f"{uuid4().hex}@example.org", role="tutor")
    lead = await mentoring.lead_of_a_school("990001")
    task = {"task": "submit", "kind": "final", "relationship_id": f"{uuid4()}", "trainee_id": f"{uuid4()}"}
    mentoring.waiting.tasks.append({**task, "due_on": f"{day}"})
    mentoring.waiting.logged.append({"on": f"{working_days_before(day, 5)}"})
    await mentoring.decide(day)
    for account_id, role, left in ((tutor, "tutor", 0), (lead, "school_lead", 1)):
        before = await mentoring.still_due(day, account_id)
        async with tenant_transaction(mentoring.store.pool, [mentoring.tenant]) as connection:
            grant_id = await connection.fetchval(
                "select grant_id from grants where account_id = $1 and role = $2", account_id, role
            )
        path = f"/api/accounts/{account_id}/roles/{grant_id}/end"
        await pages.command(mentoring.tenant, path, {"on": f"{DAY}", "why": "Is no more."})
        await eventually(lambda: pages.platform.has_consumed("portal"))
        assert len(before) == left + 1
        assert len(await mentoring.still_due(day, account_id)) == left


async def test_of_a_proposal_kept_records_and_leads_of_every_school_are_reminded(mentoring: Mentoring) -> None:
    """The mentor's record was merged, and the school of the proposal may have a successor."""
    pair_id, merged_id, day = uuid4(), uuid4(), mentoring.due_on
    lead = await mentoring.lead_of_a_school("990001")
    about = {"pair_id": pair_id, "trainee_id": uuid4(), "mentor_id": merged_id}
    ids = {name: uuid4() for name in ("programme_id", "referral_id", "round_id", "offer_id")}
    proposed = PairProposed(**about, **ids, school_urn="990009", travel_minutes=20, happened_on=DAY)
    merged = PeopleMerged(kept_id=mentoring.mentor_id, merged_id=merged_id, kind="mentor", happened_on=DAY)
    await mentoring.publish("matching", f"pair-{pair_id}", proposed)
    await mentoring.publish("referral", f"person-{merged_id}", merged)
    answer = {**{name: f"{value}" for name, value in about.items()}, "mentor_id": f"{mentoring.mentor_id}"}
    mentoring.waiting.pairs.append({**answer, "accepted_by": ["trainee"], "answer_by": f"{day}"})
    await mentoring.decide(day)
    key = f"proposal:{pair_id}"
    assert await mentoring.digests(day) == {mentoring.mentor_id: [key], lead: [key]}
    assert await mentoring.still_due(day, lead) == [key]


async def test_whoever_gets_an_answer_of_another_form_waits_and_nobody_else(mentoring: Mentoring) -> None:
    target_id, day, pages = await mentoring.set_target(), mentoring.due_on, mentoring.pages
    await pages.account(mentoring.tenant, f"{uuid4().hex}@example.org", role="tutor")
    mentoring.waiting.tasks.append({"task": "submit"})
    await mentoring.decide(day)
    assert await mentoring.digests(day) == {mentoring.trainee_id: [f"target:{target_id}"]}
    assert not await mentoring.is_decided(day)


@pytest.mark.parametrize(("status", "is_decided"), [(401, False), (422, False), (403, True), (404, True), (410, True)])
async def test_only_an_answer_that_there_is_no_such_list_means_that_nothing_waits(
    mentoring: Mentoring, status: int, is_decided: bool
) -> None:
    day = mentoring.due_on
    await mentoring.lead_of_a_school("990001")
    mentoring.waiting.days_status = status
    await mentoring.decide(day)
    assert await mentoring.is_decided(day) == is_decided


async def test_an_unexpected_error_in_a_partnership_lets_no_other_wait(mentoring: Mentoring) -> None:
    await mentoring.pages.partnership()
    asking, day = FailsFirst(mentoring.clients, mentoring.mint()), mentoring.due_on
    await replace(mentoring.worker(day), asking=asking).step()
    assert asking.calls >= 2


class FailsFirst(Asking):
    """Fails the first time that it is asked."""

    calls = 0

    async def proposals(self, who: Iterable[Membership]) -> dict[UUID, list[Due] | None]:
        """Fail, or answer."""
        self.calls += 1
        if self.calls == 1:
            raise LookupError
        return await super().proposals(who)


async def test_no_mail_goes_out_after_the_end_of_a_relationship(mentoring: Mentoring) -> None:
    target_id, day = await mentoring.set_target(), mentoring.due_on
    await mentoring.decide(day)
    assert await mentoring.still_due(day, mentoring.trainee_id) == [f"target:{target_id}"]
    ended = RelationshipEnded(
        relationship_id=mentoring.relationship_id, ended_on=DAY, reason="trainee_left", happened_on=DAY
    )
    await mentoring.publish("sessions", f"relationship-{mentoring.relationship_id}", ended)
    assert await mentoring.still_due(day, mentoring.trainee_id) == []


async def test_no_mail_goes_out_after_an_erasure(mentoring: Mentoring) -> None:
    await mentoring.set_target()
    day = mentoring.due_on
    await mentoring.decide(day)
    erased = PersonErased(person_id=mentoring.trainee_id, happened_on=DAY)
    await mentoring.publish("referral", f"person-{mentoring.trainee_id}", erased)
    assert await mentoring.digests(day) == {}
    assert await mentoring.pages.change_rows("select from mails where account_id = $1", mentoring.trainee_id) == []
    await mentoring.decide(day + timedelta(days=1))
    assert await mentoring.digests(day + timedelta(days=1)) == {}


async def test_no_mail_goes_out_to_somebody_whose_account_is_closed(mentoring: Mentoring) -> None:
    await mentoring.set_target()
    day = mentoring.due_on
    await mentoring.decide(day)
    async with (
        await open_pool(mentoring.pages.platform.urls["portal"]["app"], size=1) as pool,
        tenant_transaction(pool, [mentoring.tenant]) as connection,
    ):
        await connection.execute("insert into closures values ($1, $2)", mentoring.tenant, mentoring.trainee_id)
    assert await mentoring.still_due(day, mentoring.trainee_id) == []


async def test_a_meeting_that_is_recorded_is_nothing_to_be_reminded_of(mentoring: Mentoring) -> None:
    weekly = RelationshipOpened(
        relationship_id=uuid4(),
        programme_id=uuid4(),
        trainee_id=mentoring.trainee_id,
        mentor_id=mentoring.mentor_id,
        school_urn="990001",
        starts_on=mentoring.due_on - timedelta(days=2),
        ends_on=mentoring.due_on + timedelta(days=60),
        meetings_per_week=1,
        mentor_minutes_per_week=60,
        happened_on=DAY,
    )
    stream = f"relationship-{weekly.relationship_id}"
    await mentoring.publish("sessions", stream, weekly)
    friday = mentoring.due_on + timedelta(days=2)
    await mentoring.decide(friday)
    monday = mentoring.due_on - timedelta(days=2)
    key = f"meeting:{weekly.relationship_id}:{monday}"
    assert await mentoring.digests(friday) == {mentoring.mentor_id: [key]}
    about = {"meeting_id": uuid4(), "relationship_id": weekly.relationship_id}
    held = MeetingHeld(**about, minutes=30, happened_on=mentoring.due_on)
    await mentoring.publish("sessions", f"meeting-{about['meeting_id']}", held)
    assert await mentoring.still_due(friday, mentoring.mentor_id) == []


async def test_the_days_of_pauses_and_absences_that_are_over_are_known(mentoring: Mentoring) -> None:
    relationship_id, trainee_id, merged_id = mentoring.relationship_id, mentoring.trainee_id, uuid4()
    days = [mentoring.due_on - timedelta(days=back) for back in (50, 40, 30, 20, 15, 10)]
    paused = RelationshipPaused(relationship_id=relationship_id, happened_on=days[0])
    resumed = RelationshipResumed(relationship_id=relationship_id, paused_on=days[0], happened_on=days[1])
    await mentoring.publish("sessions", f"relationship-{relationship_id}", paused, resumed)
    for person_id, since, until in ((trainee_id, days[2], days[3]), (merged_id, days[4], days[5])):
        deferred = TraineeStandingChanged(trainee_id=person_id, standing="deferred", happened_on=since)
        returned = TraineeStandingChanged(trainee_id=person_id, standing="in_training", happened_on=until)
        await mentoring.publish("referral", f"person-{person_id}", deferred, returned)
    merged = PeopleMerged(kept_id=trainee_id, merged_id=merged_id, kind="trainee", happened_on=DAY)
    await mentoring.publish("referral", f"person-{merged_id}", merged)
    async with tenant_transaction(mentoring.store.pool, [mentoring.tenant]) as connection:
        known = await read_known(connection, mentoring.tenant, mentoring.due_on)
    (of,) = known.mentorings
    before = timedelta(days=1)
    assert sorted(of.interruptions) == [
        (since, until - before) for since, until in zip(days[::2], days[1::2], strict=True)
    ]
    assert (of.paused_on, of.trainee_away_since) == (None, None)


async def test_meetings_are_known_for_as_long_as_the_longest_time_between_two(mentoring: Mentoring) -> None:
    """The relationship has a meeting in 52 weeks."""
    days = [mentoring.due_on - timedelta(weeks=weeks) for weeks in (57, 59)]
    for day in days:
        about = {"meeting_id": uuid4(), "relationship_id": mentoring.relationship_id}
        held = MeetingHeld(**about, minutes=30, happened_on=day)
        await mentoring.publish("sessions", f"meeting-{about['meeting_id']}", held)
    async with tenant_transaction(mentoring.store.pool, [mentoring.tenant]) as connection:
        known = await read_known(connection, mentoring.tenant, mentoring.due_on)
    assert known.recorded == {mentoring.relationship_id: [days[0]]}


async def test_a_person_wants_none_until_a_day(mentoring: Mentoring, mail_server: MailServer) -> None:
    await mentoring.set_target()
    day, pages = mentoring.due_on, mentoring.pages
    app = pages.platform.apps["portal"]
    visitor = await sign_in(pages, mail_server, app, mentoring.emails[mentoring.trainee_id])
    assert "You get reminders by mail." in text_of(await visitor.get("/reminders"))
    until = day + timedelta(days=1)
    fields = {"until-day": f"{until.day}", "until-month": f"{until.month}", "until-year": f"{until.year}"}
    await mentoring.decide(day - timedelta(days=1))
    assert (await visitor.send_form("/reminders", when="until", **fields)).status_code == 303
    assert f"You get no reminders until {until.day} {until:%B %Y}." in text_of(await visitor.get("/reminders"))
    assert await mentoring.still_due(day - timedelta(days=1), mentoring.trainee_id) == []
    await mentoring.finish(day - timedelta(days=1))
    await mentoring.decide(day)
    assert await mentoring.digests(day) == {}
    await mentoring.decide(until)
    assert list(await mentoring.digests(until)) == [mentoring.trainee_id]
    assert (await visitor.send_form("/reminders", when="never")).status_code == 303
    assert "You get no reminders." in text_of(await visitor.get("/reminders"))
    assert (await visitor.send_form("/reminders", when="always")).status_code == 303
    assert "You get reminders by mail." in text_of(await visitor.get("/reminders"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose whether you want reminders."),
        ({"when": "until", "until-day": "31", "until-month": "2"}, "Give the day on which reminders shall come again"),
        ({"when": "until", "until-day": "1", "until-month": "2", "until-year": "2020"}, "Choose a day after today."),
    ],
)
async def test_what_is_wrong_is_shown_again_with_what_to_do(
    pages: Portal, mail_server: MailServer, fields: dict[str, str], sentence: str
) -> None:
    tenant, email = await pages.partnership(), f"{uuid4().hex}@example.org"
    await pages.mentor(tenant, email)
    visitor = await sign_in(pages, mail_server, pages.platform.apps["portal"], email)
    answer = await visitor.send_form("/reminders", **fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    for value in fields.values():
        assert f'value="{value}"' in answer.text
