"""Each figure can be traced to the public events that it is made of, and these alone make it again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from shared.events import PUBLISHED, PublicEvent
from shared.events.referral import EarlierPlacement, EarlierPlacementsRecorded
from tests.integration.reporting.published_events import (
    given,
    new_tenant,
    publish,
    reporting_database,
    wait_until_recorded,
)
from tests.integration.reporting.test_reading import MANY
from tests.support.services import NO_SUCH_ID, Platform
from tests.unit.reporting.facts import (
    ELM,
    MONDAY,
    OAK,
    day_recorded,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_withdrawn,
    people_merged,
    person_erased,
    referral_accepted,
    relationship_ended,
    relationship_opened,
    relationship_paused,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    training_logged,
    training_status_changed,
)

pytestmark = pytest.mark.covers("P12")

AS_OF = "2026-10-31"
TRACED = [report for report in REPORTS if report.behind]
PLACEMENT = EarlierPlacement(school_urn=ELM)
LATER: Sequence[PublicEvent] = (
    *(school_recorded(urn, name) for urn, name in ((OAK, "Oak School"), (ELM, "Elm School"))),
    meeting_missed("trainee 1", date(2026, 9, 16)),  # corrects that it was held
    meeting_held("trainee 1", date(2026, 9, 23), 20),
    meeting_held("trainee 1", date(2026, 9, 23), 25),  # corrects its minutes
    meeting_held("trainee 8", date(2026, 11, 2), 30),  # after the day that is asked about
    day_recorded("trainee 1", date(2026, 9, 16), "accepted"),
    day_recorded("trainee 2", date(2026, 9, 17), "removed"),
    training_logged("mentor 1", 6, 2),
    training_logged("mentor 1", 6, 2, removed=True),
    training_logged("mentor 4", 3, 2),
    EarlierPlacementsRecorded(happened_on=MONDAY, trainee_id=id_of("trainee 1"), placements=(PLACEMENT,)),
    mentor_recorded("another record"),
    relationship_opened("trainee 9", "another record"),
    meeting_held("trainee 9", date(2026, 9, 22), 45),
    people_merged("another record", into="mentor 3"),
    trainee_recorded("trainee 2", "chemistry"),
    referral_accepted("trainee 7"),
    training_status_changed("trainee 5", "deferred", on=date(2026, 10, 5)),
    relationship_paused("trainee 6", date(2026, 9, 28)),
    pair_withdrawn("trainee 2", "mentor 2"),
    relationship_ended("trainee 2", date(2026, 10, 16)),
    *(target_set(f"trainee {nth}") for nth in (1, 4, 6)),
    target_reviewed("trainee 4", "met"),
    person_erased("trainee 0"),
)


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *MANY, *LATER)


async def ask(
    platform: Platform, tenant: str, path: str, *roles: str, status: int = 200, subject: str = "", **asked: str
) -> dict[str, Any]:
    headers = platform.bearer(
        *(roles or ("partnership_lead",)), tenant=tenant, schools=(OAK,), subject=subject or str(NO_SUCH_ID)
    )
    answer = await platform["reporting"].get(path, params={"as_of": AS_OF, **asked}, headers=headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def key_of(report: Report, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: str(row[column]) for column in report.key if row[column] is not None}


async def rows_of(platform: Platform, tenant: str, report: Report, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await ask(platform, tenant, f"/reports/{report.name}", **asked))["rows"]
    return rows


async def read_events(platform: Platform, traced: Sequence[Mapping[str, Any]]) -> list[PublicEvent]:
    """Return the whole events of a trace, in their order."""
    async with reporting_database(platform) as connection:
        rows = await connection.fetch(
            """select type, schema_version, body::text as body from events
               where position = any ($1) order by position""",
            [each["position"] for each in traced],
        )
    return [PUBLISHED.decode(row["type"], row["schema_version"], row["body"]) for row in rows]


def find_report(name: str) -> Report:
    return next(report for report in REPORTS if report.name == name)


@pytest.mark.parametrize("report", TRACED, ids=lambda report: report.name)
async def test_the_traced_events_alone_make_the_same_row(platform: Platform, tenant: str, report: Report) -> None:
    rows = await rows_of(platform, tenant, report)
    by_kind = {row.get("kind", row.get("standing", nth)): row for nth, row in enumerate(rows)}
    again: list[tuple[dict[str, Any], str, int]] = []
    for row in by_kind.values():
        found = await ask(platform, tenant, f"/reports/{report.name}/trace", **key_of(report, row), limit="1000")
        assert (found["row"], found["withheld"], found["next"]) == (row, 0, None)
        events = await read_events(platform, found["events"])
        only_these = new_tenant()
        await publish(platform, only_these, *events)
        again.append((row, only_these, len(events)))
    for row, only_these, number in again:
        await wait_until_recorded(platform, only_these, number)
        made = await rows_of(platform, only_these, report)
        assert [each for each in made if key_of(report, each) == key_of(report, row)] == [row]
    assert len(again) > 1


async def test_held_and_minutes_are_reckoned_from_the_meetings_that_are_traced(platform: Platform, tenant: str) -> None:
    for row in await rows_of(platform, tenant, find_report("mentoring")):
        about: dict[str, Any] = {"relationship_id": row["relationship_id"], "column": "held"}
        traced = (await ask(platform, tenant, "/reports/mentoring/trace", **about))["events"]
        last: dict[str, dict[str, Any]] = {}
        for event in traced:
            if event["tables"] == ["meetings"]:
                last[event["data"]["meeting_id"]] = event
        held = [event for event in last.values() if event["type"] == "sessions.meeting_held"]
        assert (len(held), sum(event["data"]["minutes"] for event in held)) == (row["held"], row["minutes"])
        assert {table for event in traced for table in event["tables"]} <= {"meetings", "relationships", "merges"}


async def test_a_trace_has_what_was_corrected_and_what_corrected_it(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"relationship_id": str(id_of("relationship of trainee 1")), "column": "minutes"}
    traced = (await ask(platform, tenant, "/reports/mentoring/trace", **about))["events"]
    of_day: dict[str, list[tuple[str, int | None]]] = {}
    for event in traced:
        if event["tables"] == ["meetings"]:
            of_day.setdefault(event["on"], []).append((event["type"], event["data"].get("minutes")))
    assert of_day == {
        "2026-09-16": [("sessions.meeting_held", 31), ("sessions.meeting_missed", None)],
        "2026-09-23": [("sessions.meeting_held", 20), ("sessions.meeting_held", 25)],
    }
    assert [event["position"] for event in traced] == sorted(event["position"] for event in traced)
    assert {event["source"] for event in traced} == {"sessions"}


async def test_a_merged_record_can_be_asked_for_and_its_merge_is_in_the_trace(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"mentor_id": str(id_of("another record"))}
    found = await ask(platform, tenant, "/reports/caseloads/trace", **about, limit="1000")
    assert found["row"]["mentor_id"] == str(id_of("mentor 3"))
    types = [event["type"] for event in found["events"]]
    assert types.count("referral.people_merged") == 1
    opened = [event["data"] for event in found["events"] if event["type"] == "sessions.relationship_opened"]
    assert str(id_of("another record")) in {data["mentor_id"] for data in opened}


async def test_a_column_shows_only_what_decides_it(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"trainee_id": str(id_of("trainee 1"))}
    days = (await ask(platform, tenant, "/reports/placement-requirements/trace", **about, column="days_done"))["events"]
    schools = await ask(platform, tenant, "/reports/placement-requirements/trace", **about, column="differ_in")
    assert {table for event in days for table in event["tables"]} == {"trainees", "days"}
    assert "schools" in {table for event in schools["events"] for table in event["tables"]}


async def test_a_trace_comes_in_pages(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"school_urn": OAK}
    everything = (await ask(platform, tenant, "/reports/meetings-by-school/trace", **about, limit="1000"))["events"]
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        page = await ask(platform, tenant, "/reports/meetings-by-school/trace", **about, limit="7", after=after)
        found += page["events"]
        if page["next"] is None:
            break
        after = str(page["next"])
    assert found == everything
    assert len(everything) > 14


async def test_at_a_past_moment_a_trace_has_the_events_of_then(platform: Platform) -> None:
    tenant = await given(platform, relationship_opened("bo", "amal"), meeting_held("bo", date(2026, 9, 16), 50))
    async with reporting_database(platform) as connection:
        moment = await connection.fetchval("select max(recorded_at) from events where tenant = $1", tenant)
    about: dict[str, Any] = {"relationship_id": str(id_of("relationship of bo"))}
    before = await ask(platform, tenant, "/reports/mentoring/trace", **about)
    later = (meeting_missed("bo", date(2026, 9, 16)), relationship_ended("bo", date(2026, 10, 9)))
    await publish(platform, tenant, *later)
    await wait_until_recorded(platform, tenant, 4)
    then = await ask(platform, tenant, "/reports/mentoring/trace", **about, known_at=moment.isoformat())
    now = await ask(platform, tenant, "/reports/mentoring/trace", **about)
    assert all(then[name] == before[name] for name in ("row", "events", "sources"))
    assert [event["id"] for event in now["events"]][: len(then["events"])] == [event["id"] for event in then["events"]]
    assert len(now["events"]) == len(then["events"]) + 2
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    await ask(platform, tenant, "/reports/mentoring/trace", **about, known_at=long_ago, status=404)


async def test_a_row_outside_of_the_readers_scope_is_not_there(platform: Platform, tenant: str) -> None:
    elsewhere: dict[str, Any] = {"relationship_id": str(id_of("relationship of trainee 3"))}  # at Elm
    own: dict[str, Any] = {"relationship_id": str(id_of("relationship of trainee 1"))}
    path = "/reports/mentoring/trace"
    await ask(platform, tenant, path, "school_lead", **own)
    await ask(platform, tenant, path, "mentor", subject=str(id_of("mentor 1")), **own)
    await ask(platform, tenant, path, "school_lead", **elsewhere, status=404)
    await ask(platform, tenant, path, "mentor", subject=str(id_of("mentor 2")), **own, status=404)
    await ask(platform, tenant, path, "trainee", subject=str(id_of("trainee 1")), **own, status=403)
    await ask(platform, new_tenant(), path, **own, status=404)
    await ask(platform, tenant, path, relationship_id=str(NO_SUCH_ID), status=404)


async def test_what_is_behind_a_figure_at_another_school_is_counted_and_not_shown(platform: Platform) -> None:
    tenant = await given(
        platform,
        mentor_recorded("amal", OAK),
        relationship_opened("bo", "amal", OAK),
        relationship_opened("cai", "amal", ELM),
        meeting_held("cai", date(2026, 9, 16)),
    )
    about: dict[str, Any] = {"mentor_id": str(id_of("amal")), "column": "held"}
    found = await ask(platform, tenant, "/reports/caseloads/trace", "school_lead", **about)
    assert found["row"]["held"] == 1
    assert found["withheld"] == 2, "the relationship and its meeting"
    assert ELM not in str(found["events"])
    assert str(id_of("relationship of cai")) not in str(found["events"])
    whole = await ask(platform, tenant, "/reports/caseloads/trace", "mentor", subject=str(id_of("amal")), **about)
    assert whole["withheld"] == 0


async def test_a_trace_shows_of_an_event_only_what_reports_are_made_from(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"trainee_id": str(id_of("trainee 1"))}
    found = await ask(platform, tenant, "/reports/placement-requirements/trace", **about, column="days_needed")
    (recorded,) = found["events"]
    assert recorded["type"] == "referral.trainee_recorded"
    assert not [name for name in recorded["data"] if "home" in name or "travel" in name or name == "situation"]


async def test_a_column_that_the_report_does_not_have_is_refused(platform: Platform, tenant: str) -> None:
    about: dict[str, Any] = {"relationship_id": str(id_of("relationship of trainee 1")), "column": "nothing"}
    refused = await ask(platform, tenant, "/reports/mentoring/trace", **about, status=422)
    assert [error["pointer"] for error in refused["errors"]] == ["query:column"]
    missing = await ask(platform, tenant, "/reports/mentoring/trace", status=422)
    assert [error["pointer"] for error in missing["errors"]] == ["query:relationship_id"]
