"""Who has read a report about one person is recorded, and shown to that person and to the partnership lead."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.reporting.reports.reads import delete_old_reads
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from tests.integration.reporting.published_events import given, publish, wait_until_recorded
from tests.support.services import NO_SUCH_ID, Platform
from tests.unit.reporting.facts import (
    OAK,
    id_of,
    meeting_held,
    mentor_recorded,
    people_merged,
    person_erased,
    referral_made,
    relationship_opened,
    trainee_recorded,
)

pytestmark = pytest.mark.covers("P14")

STORY = (
    mentor_recorded("amal"),
    *(trainee_recorded(name) for name in ("bo", "cai")),
    *(referral_made(name) for name in ("bo", "cai")),
    *(relationship_opened(name, "amal") for name in ("bo", "cai")),
    meeting_held("bo", date(2026, 9, 16)),
)
BO, CAI, AMAL = (str(id_of(name)) for name in ("bo", "cai", "amal"))
LEAD = str(id_of("lead"))


async def ask(
    platform: Platform, tenant: str, path: str, role: str = "partnership_lead", subject: str = LEAD, status: int = 200
) -> Any:
    headers = platform.bearer(role, tenant=tenant, subject=subject, schools=(OAK,))
    answer = await platform["reporting"].get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def reads_of(platform: Platform, tenant: str, path: str) -> list[dict[str, Any]]:
    reads: list[dict[str, Any]] = (await ask(platform, tenant, path))["reads"]
    return reads


@pytest.mark.parametrize(
    ("path", "report"),
    [
        (f"/trainees/{BO}/progress?as_of=2026-10-23", "progress"),
        (f"/reports/placements?trainee_id={BO}&as_of=2026-10-23", "placements"),
        (f"/reports/mentoring?trainee_id={BO}&as_of=2026-10-23", "mentoring"),
        (f"/reports/placement-requirements?trainee_id={BO}&as_of=2026-10-23", "placement-requirements"),
        (f"/reports/mentoring/difference?trainee_id={BO}&as_of=2026-10-23", "mentoring/difference"),
        (f"/reports/mentoring/trace?relationship_id={id_of('relationship of bo')}&as_of=2026-10-23", "mentoring/trace"),
        ("/reports/mentoring?limit=1&as_of=2026-10-23", "mentoring"),
    ],
)
async def test_a_read_of_a_trainees_report_is_recorded(platform: Platform, path: str, report: str) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, path)
    found = [read for person in (BO, CAI) for read in await reads_of(platform, tenant, f"/trainees/{person}/reads")]
    told = [(read["reader"], read["roles"], read["report"], read["as_of"]) for read in found]
    assert told == [(LEAD, ["partnership_lead"], report, "2026-10-23")]


async def test_a_review_pack_is_recorded_for_the_mentor(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, f"/mentors/{AMAL}/review-pack")
    assert [read["report"] for read in await reads_of(platform, tenant, f"/mentors/{AMAL}/reads")] == ["review-pack"]


async def test_a_page_about_several_people_and_what_somebody_reads_of_themselves_are_not(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, "/reports/mentoring?as_of=2026-10-23")
    await ask(platform, tenant, f"/trainees/{BO}/progress", "trainee", BO)
    await ask(platform, tenant, f"/trainees/{NO_SUCH_ID}/progress", status=404)
    for person in (BO, CAI):
        assert await reads_of(platform, tenant, f"/trainees/{person}/reads") == []


async def test_a_trainee_sees_who_has_read_about_them_and_nobody_elses(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, f"/trainees/{BO}/progress", "tutor", str(id_of("tutor")))
    own = await ask(platform, tenant, f"/trainees/{BO}/reads", "trainee", BO)
    assert [(read["reader"], read["roles"]) for read in own["reads"]] == [(str(id_of("tutor")), ["tutor"])]
    await ask(platform, tenant, f"/trainees/{BO}/reads", "trainee", CAI, status=404)
    await ask(platform, tenant, f"/trainees/{BO}/reads", "school_lead", status=403)


async def take(
    platform: Platform, tenant: str, role: str = "partnership_lead", subject: str = LEAD, **asked: str
) -> dict[str, Any]:
    """Record a file of the placements, and return what was recorded."""
    key = asked.pop("key", uuid4().hex)
    headers = platform.bearer(role, tenant=tenant, subject=subject) | {"Idempotency-Key": key}
    params = {"format": "csv", "as_of": "2026-10-23"} | asked
    answer = await platform["reporting"].post("/reports/placements/exports", params=params, headers=headers)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


async def download(
    platform: Platform, tenant: str, record: dict[str, Any], role: str = "partnership_lead", subject: str = LEAD
) -> str:
    headers = platform.bearer(role, tenant=tenant, subject=subject)
    answer = await platform["reporting"].get(f"/reports/placements/exports/{record['export_id']}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.covers("P11")
async def test_a_file_about_a_trainee_is_a_read_when_it_is_recorded_and_at_each_download(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    record = await take(platform, tenant, trainee_id=BO)
    assert BO in await download(platform, tenant, record)
    await download(platform, tenant, record)

    own = (await ask(platform, tenant, f"/trainees/{BO}/reads", "trainee", BO))["reads"]
    assert [(read["reader"], read["report"], read["as_of"], read["known_at"]) for read in own] == [
        (LEAD, "placements/download", "2026-10-23", record["known_at"]),
        (LEAD, "placements/download", "2026-10-23", record["known_at"]),
        (LEAD, "placements/export", "2026-10-23", None),
    ]
    assert await reads_of(platform, tenant, f"/trainees/{CAI}/reads") == []


@pytest.mark.covers("P11")
async def test_an_export_that_is_sent_twice_is_a_read_once(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    first, second = [await take(platform, tenant, trainee_id=BO, key="the same") for _ in range(2)]
    assert first == second
    assert len(await reads_of(platform, tenant, f"/trainees/{BO}/reads")) == 1


@pytest.mark.covers("P11")
async def test_a_file_about_several_people_and_a_file_of_themselves_are_no_reads(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    of_both = await take(platform, tenant)
    own = await take(platform, tenant, "trainee", BO)
    assert (of_both["rows"], own["rows"]) == (2, 1)
    await download(platform, tenant, of_both)
    await download(platform, tenant, own, "trainee", BO)
    for person in (BO, CAI):
        assert await reads_of(platform, tenant, f"/trainees/{person}/reads") == []


@pytest.mark.covers("P11")
async def test_a_file_from_before_a_merge_is_about_the_person_of_today(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    own = await take(platform, tenant, "trainee", BO)
    await publish(platform, tenant, people_merged("bo", into="cai", kind="trainee"))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    assert BO in await download(platform, tenant, own)
    assert BO in await download(platform, tenant, own, "trainee", CAI)
    (read,) = (await ask(platform, tenant, f"/trainees/{CAI}/reads", "trainee", CAI))["reads"]
    assert (read["reader"], read["report"]) == (LEAD, "placements/download")


@pytest.mark.covers("P11", "R8")
async def test_reads_of_files_go_with_the_erasure_and_none_comes_after_it(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    record = await take(platform, tenant, trainee_id=BO)
    await publish(platform, tenant, person_erased("bo"))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    await download(platform, tenant, record)
    assert await reads_of(platform, tenant, f"/trainees/{BO}/reads") == []


async def test_reads_go_with_the_erasure_of_the_person(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, f"/trainees/{BO}/progress")
    assert len(await reads_of(platform, tenant, f"/trainees/{BO}/reads")) == 1
    await publish(platform, tenant, person_erased("bo"))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    await ask(platform, tenant, f"/trainees/{BO}/progress")
    assert await reads_of(platform, tenant, f"/trainees/{BO}/reads") == []


async def test_old_reads_are_deleted_by_the_worker(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    await ask(platform, tenant, f"/trainees/{BO}/progress")
    async with await open_pool(platform.urls["reporting"]["worker"], size=1) as pool:
        store = PostgresStore(pool, Keyring(platform.settings.master_key()))
        await delete_old_reads(store, 1)
        assert len(await reads_of(platform, tenant, f"/trainees/{BO}/reads")) == 1
        await delete_old_reads(store, 0)
    assert await reads_of(platform, tenant, f"/trainees/{BO}/reads") == []
