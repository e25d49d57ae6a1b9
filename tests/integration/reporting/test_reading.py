"""What every report can be asked for: filters, an order, pages, and what differs between two days."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from tests.integration.reporting.published_events import given
from tests.integration.reporting.test_report import STORY
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    assessment_submitted,
    common_needs_counted,
    day_recorded,
    id_of,
    meeting_held,
    mentor_recorded,
    numbers_released,
    pair_confirmed,
    pair_proposed,
    programme_opened,
    referral_made,
    relationship_opened,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_logged,
)

AS_OF = "2026-10-31"
LAST_YEAR = {"programme_id": id_of("last year"), "starts_on": date(2026, 1, 5), "ends_on": date(2026, 7, 17)}
MEASURED = tuple(
    event
    for nth in range(6)
    for event in (
        relationship_opened(f"former {nth}", "mentor 0").model_copy(update=LAST_YEAR),
        numbers_released(f"former {nth}", date(2026, 1, 12), planning=3, behaviour=nth),
        numbers_released(f"former {nth}", date(2026, 7, 10), "end", planning=4, behaviour=5),
    )
)
MANY = (
    programme_opened().model_copy(update=LAST_YEAR),
    *MEASURED,
    *(target_set(f"trainee {nth}", nth + 1) for nth in range(9)),
    *(mentor_recorded(f"mentor {nth}", OAK if nth % 2 else ELM, hours=nth % 3) for nth in range(12)),
    *(trainee_recorded(f"trainee {nth}") for nth in range(12)),
    *(referral_made(f"trainee {nth}") for nth in range(12)),
    *(pair_proposed(f"trainee {nth}", f"mentor {nth}", OAK) for nth in range(6)),
    *(pair_confirmed(f"trainee {nth}", f"mentor {nth}", OAK) for nth in range(4)),
    *(trainee_unplaced(f"trainee {nth}", "places_taken") for nth in range(6, 10)),
    *(relationship_opened(f"trainee {nth}", f"mentor {nth % 5}", ELM if nth == 3 else OAK) for nth in range(9)),
    *(meeting_held(f"trainee {nth}", date(2026, 9, 15 + nth), 30 + nth) for nth in range(5)),
    *(day_recorded(f"trainee {nth}", date(2026, 9, 15 + nth), "logged") for nth in range(5)),
    *(training_logged(f"mentor {nth}", nth + 1, kind="refresher" if nth % 2 else "initial") for nth in range(5)),
    *(assessment_submitted(f"trainee {nth}", date(2026, 10, 2), TS7="not_on_track") for nth in range(2)),
    programme_opened(),
    *(common_needs_counted(urn, date(2026, 9, 30), questioning=5, behaviour=7) for urn in (OAK, ELM)),
)
every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)


@pytest.fixture(scope="module")
async def tenant(platform: Platform) -> str:
    return await given(platform, *MANY)


async def page(platform: Platform, tenant: str, report: str, **asked: str) -> dict[str, Any]:
    answer = await platform["reporting"].get(
        f"/reports/{report}", params=asked, headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refusal(platform: Platform, tenant: str, report: str, **asked: str) -> tuple[int, str, str]:
    answer = await platform["reporting"].get(
        f"/reports/{report}", params=asked, headers=platform.bearer("partnership_lead", tenant=tenant)
    )
    body = answer.json()
    return answer.status_code, body["errors"][0]["pointer"] if "errors" in body else body["pointer"], body["detail"]


@every_report
@pytest.mark.parametrize("down", [False, True], ids=["upwards", "downwards"])
async def test_pages_in_any_order_make_up_the_whole_report(
    platform: Platform, tenant: str, report: Report, down: bool
) -> None:
    everything = (await page(platform, tenant, report.name, as_of=AS_OF))["rows"]
    keys = sorted(tuple(row[each] for each in report.key) for row in everything)
    assert len(everything) > 1
    for column in report.sortable:
        asked = {"as_of": AS_OF, "sort": f"{'-' if down else ''}{column}", "limit": "2"}
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            answer = await page(platform, tenant, report.name, **asked, **after)
            found += answer["rows"]
            if answer["next"] is None:
                break
            after = {"after": answer["next"]}
        assert sorted(tuple(row[each] for each in report.key) for row in found) == keys, column
        values = [row[column] for row in found]
        there = [value for value in values if value is not None]
        assert values[len(there) :] == [None] * (len(values) - len(there)), column
        if all(isinstance(value, int | float) or is_id_or_day(value) for value in there):
            assert there == sorted(there, reverse=down), column


def is_id_or_day(value: object) -> bool:
    """Whether PostgreSQL and Python sort a text alike whatever the collation."""
    try:
        UUID(str(value))
    except ValueError:
        return str(value)[:4].isdigit()
    return True


@every_report
async def test_a_filter_leaves_the_rows_with_its_value(platform: Platform, tenant: str, report: Report) -> None:
    everything = (await page(platform, tenant, report.name, as_of=AS_OF))["rows"]
    for column in report.filters:
        value = next(row[column] for row in everything if row[column] is not None)
        asked = {column: str(value).lower() if isinstance(value, bool) else str(value)}
        found = (await page(platform, tenant, report.name, as_of=AS_OF, **asked))["rows"]
        assert found == [row for row in everything if row[column] == value], column


async def test_a_column_that_is_not_there_cannot_be_sorted_by(platform: Platform, tenant: str) -> None:
    for column in ("relationship", "missing_weeks", "1; drop table reading.pairs"):
        status, pointer, sentence = await refusal(platform, tenant, "caseloads", sort=column)
        assert (status, pointer) == (422, "query:sort")
        assert "There is mentor_id" in sentence


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WyJtZW50b3JfaWQiLDEsMl0", "ÿ", "WyJob3VycyIsMSwyXQ"])
async def test_a_cursor_of_no_page_is_refused(platform: Platform, tenant: str, cursor: str) -> None:
    assert (await refusal(platform, tenant, "caseloads", after=cursor))[:2] == (422, "query:after")


async def test_a_cursor_of_another_order_is_refused(platform: Platform, tenant: str) -> None:
    first = await page(platform, tenant, "caseloads", sort="-capacity_hours", limit="1")
    assert (await refusal(platform, tenant, "caseloads", sort="capacity_hours", after=first["next"]))[0] == 422
    assert (await refusal(platform, tenant, "placements", after=first["next"]))[0] == 422


async def test_a_filter_that_is_no_value_is_refused(platform: Platform, tenant: str) -> None:
    assert (await refusal(platform, tenant, "placements", standing="lost"))[:2] == (422, "query:standing")


@pytest.mark.covers("P12")
async def test_two_days_of_a_report_are_compared_line_by_line(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    answer = await platform["reporting"].get(
        "/reports/mentoring/difference",
        params={"before_as_of": "2026-09-20", "as_of": "2026-09-27"},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )
    found = answer.json()
    assert (found["before_as_of"], found["after_as_of"], found["same"]) == ("2026-09-20", "2026-09-27", 0)
    lines = {line["after"]["trainee_id"]: line for line in found["lines"]}
    bo = lines[str(id_of("bo"))]
    assert (bo["change"], bo["before"]["held"], bo["after"]["held"]) == ("changed", 1, 2)
    assert set(bo["changed"]) == {"due", "due_held", "held", "minutes", "minutes_due", "last_held_on"}
    cai = lines[str(id_of("cai"))]
    assert set(cai["changed"]) == {"due", "not_recorded", "missing_weeks", "minutes_due"}


@pytest.mark.covers("P12")
async def test_a_placement_is_shown_as_it_was_on_the_day(platform: Platform) -> None:
    tenant = await given(
        platform,
        referral_made("bo"),
        trainee_unplaced("bo", "places_taken", on=date(2026, 7, 8)),
        pair_proposed("bo", "amal"),
        pair_confirmed("bo", "amal"),
    )
    proposed, confirmed = pair_proposed("bo", "amal").happened_on, pair_confirmed("bo", "amal").happened_on
    standings = {}
    for day in ("2026-07-07", "2026-07-08", f"{proposed}", f"{confirmed}"):
        rows = (await page(platform, tenant, "placements", as_of=day))["rows"]
        standings[day] = [row["standing"] for row in rows]
    assert standings == {
        "2026-07-07": ["referred"],
        "2026-07-08": ["unplaced"],
        f"{proposed}": ["proposed"],
        f"{confirmed}": ["placed"],
    }


async def test_the_list_names_the_reports_that_are_for_the_reader(platform: Platform, tenant: str) -> None:
    async def names_for(role: str) -> list[str]:
        answer = await platform["reporting"].get("/reports", headers=platform.bearer(role, tenant=tenant))
        return [each["name"] for each in answer.json()]

    assert await names_for("partnership_lead") == [report.name for report in REPORTS]
    assert await names_for("mentor") == ["caseloads", "mentoring", "targets-not-revisited", "mentor-training"]
    assert await names_for("operator") == []
