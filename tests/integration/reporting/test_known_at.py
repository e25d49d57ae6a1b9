"""What was known at a past moment: whatever is recorded, corrected, merged or undone later changes nothing of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.reports import REPORTS
from shared.events import PublicEvent
from tests.integration.reporting.published_events import given, publish, reporting_database, wait_until_recorded
from tests.support.services import Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    PROGRAMME,
    assessment_submitted,
    id_of,
    meeting_held,
    meeting_missed,
    mentor_recorded,
    pair_confirmed,
    pair_proposed,
    pair_withdrawn,
    people_merged,
    person_erased,
    programme_opened,
    referral_accepted,
    referral_made,
    registration_undone,
    relationship_ended,
    relationship_opened,
    relationship_paused,
    school_recorded,
    target_reviewed,
    target_set,
    trainee_recorded,
    trainee_unplaced,
    training_status_changed,
)

pytestmark = pytest.mark.covers("P12")

AS_OF = "2026-10-23"
OF_GROUPS = tuple(f"/reports/{report.name}" for report in REPORTS if report.reckon is not None)
"""Reports of groups: those of a programme that was brought in after a period show no past moment of it."""
CHAPTERS: Sequence[Sequence[PublicEvent]] = (
    (
        programme_opened(),
        school_recorded(OAK, "Oak School"),
        *(mentor_recorded(name) for name in ("amal", "eli", "fay")),
        *(trainee_recorded(name) for name in ("bo", "cai", "dee")),
        *(event for name in ("bo", "cai", "dee") for event in (referral_made(name), referral_accepted(name))),
    ),
    (pair_proposed("bo", "amal"), pair_confirmed("bo", "amal"), relationship_opened("bo", "amal")),
    (meeting_held("bo", date(2026, 9, 16), 50), target_set("bo"), trainee_unplaced("cai", "places_taken")),
    (meeting_missed("bo", date(2026, 9, 23)), target_reviewed("bo", "met")),
    (
        meeting_held("bo", date(2026, 9, 23), 20),  # a correction
        assessment_submitted("bo", date(2026, 9, 30)),
        school_recorded(OAK, "Oak Academy"),
        relationship_opened("cai", "eli", ELM),
    ),
    (
        people_merged("amal", into="eli"),
        training_status_changed("bo", "deferred", on=date(2026, 10, 5)),
        relationship_paused("cai", date(2026, 9, 28)),
    ),
    (registration_undone("fay"), pair_withdrawn("bo", "amal"), relationship_ended("bo", date(2026, 10, 9))),
    (person_erased("cai"), mentor_recorded("eli", ELM, hours=6)),
)


async def show_all(platform: Platform, tenant: str, known_at: datetime | None) -> dict[str, Any]:
    """Return every report and page, as known at a moment or now, without what says when it was asked."""
    lead = platform.bearer("partnership_lead", tenant=tenant)
    asked = {"as_of": AS_OF} | ({} if known_at is None else {"known_at": known_at.isoformat()})
    paths = [
        *(f"/reports/{report.name}" for report in REPORTS),
        *(f"/trainees/{id_of(name)}/progress" for name in ("bo", "cai")),
    ]
    shown = {path: await platform["reporting"].get(path, params=asked, headers=lead) for path in paths}
    about = asked | {"programme_id": str(PROGRAMME)}
    shown["/report"] = await platform["reporting"].get("/report", params=about, headers=lead)
    assert {answer.status_code for answer in shown.values()} <= {200, 404}
    told = ("up_to_date_at", "sources", "known_at")
    return {path: {k: v for k, v in answer.json().items() if k not in told} for path, answer in shown.items()}


async def last_moment(platform: Platform, tenant: str) -> datetime:
    """Return when the last event of a tenant was recorded."""
    async with reporting_database(platform) as connection:
        found = await connection.fetchval("select max(recorded_at) from events where tenant = $1", tenant)
    assert isinstance(found, datetime)
    return found


async def test_each_past_moment_shows_what_was_shown_then(platform: Platform) -> None:
    tenant = await given(platform, *CHAPTERS[0])
    then = [(await last_moment(platform, tenant), await show_all(platform, tenant, None))]
    told = len(CHAPTERS[0])
    for chapter in CHAPTERS[1:]:
        await publish(platform, tenant, *chapter)
        told += len(chapter)
        await wait_until_recorded(platform, tenant, told)
        then.append((await last_moment(platform, tenant), await show_all(platform, tenant, None)))

    assert len({str(shown) for _, shown in then}) == len(CHAPTERS), "each chapter changes something"
    for moment, shown in then:
        past = await show_all(platform, tenant, moment)
        for path in OF_GROUPS:
            assert not past.pop(path)["rows"], "figures of one moment after the other would tell what each person did"
        assert past == {path: answer for path, answer in shown.items() if path not in OF_GROUPS}


async def test_before_the_first_event_nothing_was_known(platform: Platform) -> None:
    tenant = await given(platform, *CHAPTERS[0], *CHAPTERS[1])
    lead = platform.bearer("partnership_lead", tenant=tenant)
    for report in REPORTS:
        asked = {"known_at": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}
        answer = (await platform["reporting"].get(f"/reports/{report.name}", params=asked, headers=lead)).json()
        assert (answer["rows"], answer["up_to_date_at"]) == ([], None)
        assert answer["known_at"] == "2020-01-01T00:00:00Z"


async def test_the_difference_between_two_moments_is_what_was_recorded_between_them(platform: Platform) -> None:
    tenant = await given(platform, *CHAPTERS[0], *CHAPTERS[1], *CHAPTERS[2], *CHAPTERS[3])
    before = await last_moment(platform, tenant)
    await publish(platform, tenant, meeting_held("bo", date(2026, 9, 23), 20))
    await wait_until_recorded(platform, tenant, sum(map(len, CHAPTERS[:4])) + 1)

    answer = await platform["reporting"].get(
        "/reports/mentoring/difference",
        params={"as_of": AS_OF, "before_known_at": before.isoformat()},
        headers=platform.bearer("partnership_lead", tenant=tenant),
    )

    (line,) = answer.json()["lines"]
    assert set(line["changed"]) == {"due_held", "held", "missed", "minutes", "last_held_on"}
    assert [(line[when]["held"], line[when]["missed"]) for when in ("before", "after")] == [(1, 1), (2, 0)]
    assert (answer.json()["before_known_at"], answer.json()["after_known_at"]) == (
        before.isoformat().replace("+00:00", "Z"),
        None,
    )


async def test_a_day_means_its_end_in_england(platform: Platform) -> None:
    tenant = await given(platform, *CHAPTERS[0])
    lead = platform.bearer("partnership_lead", tenant=tenant)
    asked = {"known_at": "2026-07-01"}
    answer = await platform["reporting"].get("/reports/caseloads", params=asked, headers=lead)
    assert answer.json()["known_at"] == "2026-07-02T00:00:00+01:00"


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "1999-01-01"])
async def test_what_is_no_moment_is_refused(platform: Platform, wrong: str) -> None:
    answer = await platform["reporting"].get(
        "/reports/caseloads", params={"known_at": wrong}, headers=platform.bearer("partnership_lead")
    )
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"query:known_at"}
