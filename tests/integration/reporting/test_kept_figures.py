"""Figures of today are kept: what is answered from them is what would be reckoned, whatever has happened since."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.reports.reader import ReportReader
from services.reporting.views import keeping
from services.reporting.views import kept as kept_figures
from services.reporting.views.keeping import KEPT
from shared.events import PublicEvent
from shared.events.referral import CalendarPeriod, SchoolCalendarRecorded, SchoolClosed, SchoolPeriod
from shared.events.sessions import RelationshipMoved
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal
from tests.integration.reporting.published_events import (
    given,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.support.services import TODAY, Platform, eventually
from tests.unit.reporting.facts import (
    ELM,
    MONDAY,
    OAK,
    PROGRAMME,
    assessment_submitted,
    day_recorded,
    earlier_placements_recorded,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_confirmed,
    pair_declined,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    programme_opened,
    referral_accepted,
    referral_withdrawn,
    registration_undone,
    relationship_ended,
    relationship_opened,
    relationship_paused,
    relationship_rehomed,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_status_changed,
)

pytestmark = pytest.mark.covers("P2", "P3")

REPORTS = (
    *("mentoring", "caseloads", "meetings-by-school", "placements", "placement-requirements", "early-warnings"),
    "targets-not-revisited",
)
BEFORE: Sequence[PublicEvent] = (
    school_recorded(OAK, "Oak School"),
    school_recorded(ELM, "Elm School"),
    mentor_recorded("amal"),
    mentor_recorded("eli", hours=1),  # which is less than a relationship takes
    *(trainee_recorded(name) for name in ("bo", "cai", "dee")),
    programme_opened(),
    *(referral_accepted(name) for name in ("bo", "cai", "dee")),
    pair_confirmed("bo", "amal"),
    pair_proposed("cai", "eli", at=ELM),
    relationship_opened("bo", "amal"),
    relationship_opened("cai", "eli"),
    meeting_held("bo", MONDAY),
    meeting_missed("bo", date(2026, 9, 23)),
    meeting_held("cai", date(2026, 9, 16)),
    day_recorded("bo", MONDAY),
    day_recorded("cai", MONDAY, "accepted", at=ELM),
    day_recorded("dee", MONDAY, "confirmed"),
    target_set("cai"),
    assessment_submitted("cai", date(2026, 10, 2), TS1="not_on_track"),
    training_status_changed("dee", "deferred", on=date(2026, 9, 21)),
    training_status_changed("dee", "in_training", on=date(2026, 10, 19)),
)
CHANGES: dict[str, Sequence[PublicEvent]] = {
    "a meeting": [meeting_held("bo", date(2026, 9, 30))],
    "an amended meeting": [meeting_held("bo", date(2026, 9, 23), 25)],
    "a relationship": [relationship_opened("dee", "eli")],
    "its end": [relationship_ended("cai", date(2026, 10, 9))],
    "its move": [
        RelationshipMoved(happened_on=MONDAY, relationship_id=id_of("relationship of bo"), school_urn=ELM),
    ],
    "its people": [relationship_rehomed("cai", trainee="dee", mentor="amal")],
    "a pause": [relationship_paused("bo", date(2026, 10, 5))],
    "an absence": [
        training_status_changed("bo", "deferred", on=date(2026, 10, 5)),
        training_status_changed("bo", "in_training", on=date(2026, 11, 2)),
    ],
    "a calendar": [
        SchoolCalendarRecorded(
            happened_on=MONDAY,
            urn=OAK,
            periods=(CalendarPeriod(kind="holiday", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30)),),
        )
    ],
    "a closed school": [SchoolClosed(happened_on=date(2026, 10, 5), urn=OAK)],
    "a mentor's schools": [
        mentor_recorded("amal").model_copy(
            update={"periods": (SchoolPeriod(school_urn=OAK, starts_on=date(2026, 10, 5)),)}
        )
    ],
    "more hours of a mentor": [mentor_recorded("eli", hours=2)],
    "fewer hours of a mentor": [mentor_recorded("amal", hours=1)],
    "an undone trainee": [registration_undone("cai")],
    "a merged mentor": [people_merged("amal", into="eli")],
    "a merged trainee": [people_merged("dee", into="bo", kind="trainee")],
    "an undone registration": [registration_undone("bo")],
    "a day": [day_recorded("dee", date(2026, 9, 15), "logged", "morning", at=ELM)],
    "a day that is removed": [day_recorded("bo", MONDAY, "removed")],
    "an earlier placement": [earlier_placements_recorded("bo", ELM)],
    "an assessment": [assessment_submitted("bo", date(2026, 10, 9), TS2="not_on_track")],
    "a better assessment": [assessment_submitted("cai", date(2026, 10, 16), TS1="on_track")],
    "a target": [target_set("bo")],
    "a review": [target_reviewed("cai", "met")],
    "a referral": [referral_accepted("fay")],
    "a withdrawn referral": [referral_withdrawn("dee")],
    "a proposal": [pair_proposed("dee", "eli")],
    "a refusal": [pair_declined("cai", "eli")],
    "a confirmed pair": [pair_confirmed("cai", "eli", at=ELM)],
    "the end of a pair": [pair_withdrawn("bo", "amal")],
    "a round without a place": [trainee_unplaced("dee")],
    "what a trainee studies": [trainee_recorded("bo", "mathematics")],
    "the name of a school": [school_recorded(OAK, "Oak Academy")],
    "a mentor who is undone with their pairs": [registration_undone("eli")],
}


@pytest.fixture(autouse=True)
def _keep_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker's loop begin its next turn soon, however long the last one took beside other tests."""
    monkeypatch.setattr(keeping, "PAUSE", 0)


async def reports(platform: Platform, tenant: str, as_of: date | None = None, **asked: str) -> dict[str, Any]:
    """Return the rows of the reports that are made from kept figures."""
    lead = platform.bearer("partnership_lead", tenant=tenant)
    params = asked | ({} if as_of is None else {"as_of": as_of.isoformat()})
    answers = {
        name: await platform["reporting"].get(f"/reports/{name}", params=params, headers=lead) for name in REPORTS
    }
    rows = {name: answer.raise_for_status().json()["rows"] for name, answer in answers.items()}
    known = {"known_at": asked["known_at"]} if "known_at" in asked else {}
    of_programme = {"programme_id": str(PROGRAMME), "as_of": f"{as_of or TODAY}", **known}
    page = (await platform["reporting"].get("/report", params=of_programme, headers=lead)).raise_for_status().json()
    return rows | {f"{name} of the programme": page[name] for name in ("placements", "caseload", "meetings_by_school")}


async def wait_until_kept(connection: Connection, tenant: str) -> None:
    async def is_kept() -> bool:
        return bool(
            await connection.fetchval(
                """select count(*) = $2 and min(position) >= (select max(position) from events where tenant = $1)
                   from kept_figures where tenant = $1 and as_of = $3""",
                tenant,
                len(KEPT),
                TODAY,
            )
        )

    await eventually(is_kept, within=60)


@asynccontextmanager
async def nobody_keeps(platform: Platform, tenant: str) -> AsyncIterator[None]:
    """Let the worker's loop leave the figures of a partnership as they are."""
    async with reporting_database(platform) as connection:
        for kept in KEPT:
            await connection.execute(
                "select pg_advisory_lock(hashtextextended('kept/' || $1 || '/' || $2, 0))", tenant, kept.name
            )
        yield


async def forget(connection: Connection, tenant: str) -> None:
    await connection.execute("select set_config('alongside.tenants', $1, false)", tenant)
    await connection.execute("delete from kept_figures where tenant = $1", tenant)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_has_changed_since_figures_were_kept_is_reckoned_anew(platform: Platform, change: str) -> None:
    tenant = await given(platform, *BEFORE)
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, tenant)
        before = await reports(platform, tenant)
        async with nobody_keeps(platform, tenant):
            await publish(platform, tenant, *CHANGES[change])
            await wait_until_recorded(platform, tenant, len(BEFORE) + len(CHANGES[change]))
            with_kept = await reports(platform, tenant)
            await forget(connection, tenant)
            reckoned = await reports(platform, tenant)
        await wait_until_kept(connection, tenant)
        kept_again = await reports(platform, tenant)

    assert reckoned != before, "the change changes a figure"
    assert with_kept == reckoned
    assert kept_again == reckoned


async def test_where_much_has_changed_all_is_reckoned(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_figures, "MUCH", 1)
    tenant = await given(platform, *BEFORE)
    later = [event for change in ("a meeting", "its end", "a day", "a refusal") for event in CHANGES[change]]
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, tenant)
        async with nobody_keeps(platform, tenant):
            await publish(platform, tenant, *later)
            await wait_until_recorded(platform, tenant, len(BEFORE) + len(later))
            with_kept = await reports(platform, tenant)
            await forget(connection, tenant)
            reckoned = await reports(platform, tenant)
        await wait_until_kept(connection, tenant)

    assert with_kept == reckoned
    assert await reports(platform, tenant) == reckoned


async def test_an_answer_is_taken_from_what_is_kept(platform: Platform) -> None:
    tenant = await given(platform, *BEFORE)
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, tenant)
    async with reporting_database(platform) as connection, nobody_keeps(platform, tenant):
        await connection.execute("select set_config('alongside.tenants', $1, false)", tenant)
        await connection.execute("update kept_deliveries set held = 77 where tenant = $1", tenant)
        await connection.execute("update kept_requirements set days_accepted = 88 where tenant = $1", tenant)
        await connection.execute("update kept_placements set subject = 'kept' where tenant = $1", tenant)
        today = await reports(platform, tenant)
        before = await reports(platform, tenant, TODAY - timedelta(days=1))
        known = await reports(platform, tenant, known_at=datetime.now(UTC).isoformat())
    assert {row["held"] for row in today["mentoring"]} == {77}
    assert {row["days_accepted"] for row in today["placement-requirements"]} == {88}
    assert {row["subject"] for row in today["placements"]} == {"kept"}
    assert 77 not in {row["held"] for row in before["mentoring"]}, "figures of another day are reckoned"
    assert 77 not in {row["held"] for row in known["mentoring"]}, "what was known at a moment is reckoned"


async def test_what_was_known_at_a_past_moment_is_reckoned(platform: Platform) -> None:
    tenant = await given(platform, *BEFORE)
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, tenant)
        moment = await connection.fetchval("select max(recorded_at) from events where tenant = $1", tenant)
        before = await reports(platform, tenant)
        await publish(platform, tenant, *CHANGES["a meeting"], *CHANGES["a day"])
        await wait_until_recorded(platform, tenant, len(BEFORE) + 2)
        await wait_until_kept(connection, tenant)
    assert await reports(platform, tenant, known_at=moment.isoformat()) == before
    assert await reports(platform, tenant) != before


async def test_partnerships_are_kept_apart_though_they_share_schools(platform: Platform) -> None:
    first = await given(platform, *BEFORE)
    holiday = CHANGES["a calendar"]
    second = await given(platform, *BEFORE, *holiday)
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, first)
        await wait_until_kept(connection, second)
        kept = [await reports(platform, tenant) for tenant in (first, second)]
        for tenant in (first, second):
            await forget(connection, tenant)
        reckoned = [await reports(platform, tenant) for tenant in (first, second)]
    assert kept == reckoned
    assert kept[0] != kept[1]


@pytest.mark.parametrize("other", ["as_of = as_of - 1", "definition = 'of another version'"])
async def test_figures_of_another_day_or_version_are_replaced(platform: Platform, other: str) -> None:
    tenant = await given(platform, *BEFORE)
    async with reporting_database(platform) as connection:
        await wait_until_kept(connection, tenant)
        reckoned = await reports(platform, tenant)
        async with nobody_keeps(platform, tenant), connection.transaction():
            await connection.execute("select set_config('alongside.tenants', $1, true)", tenant)
            await connection.execute("update kept_deliveries set held = 77 where tenant = $1", tenant)
            await connection.execute(f"update kept_figures set {other} where tenant = $1", tenant)
        assert await reports(platform, tenant) == reckoned

        async def is_replaced() -> bool:
            return not await connection.fetchval(
                "select count(*) from kept_deliveries where tenant = $1 and held = 77", tenant
            )

        await eventually(is_replaced, within=60)
    assert await reports(platform, tenant) == reckoned


async def test_where_another_day_begins_between_two_statements_the_answer_is_asked_for_again(
    platform: Platform,
) -> None:
    tenant = await given(platform, *BEFORE)
    who = Principal("somebody", tenant, frozenset(("partnership_lead",)))
    async with reporting_database(platform) as loop, reporting_database(platform) as connection:
        await wait_until_kept(loop, tenant)
        async with nobody_keeps(platform, tenant), connection.transaction():
            await name_tenants(connection, [tenant])
            reader = ReportReader(who, connection, Keyring(b64encode(bytes(32)).decode()))
            statement = f"{await reader.figures(TODAY, *KEPT)} select count(*) from deliveries"
            await loop.execute("select set_config('alongside.tenants', $1, false)", tenant)
            await loop.execute("update kept_figures set as_of = as_of + 1 where tenant = $1", tenant)
            with pytest.raises(asyncpg.SerializationError):
                await connection.fetchval(statement, TODAY)
