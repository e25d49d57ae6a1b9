"""Exports are recorded, and the same file can be had again from what was known then."""

import hashlib
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO
from uuid import uuid4

import polars as pl
import pytest

from services.reporting.exports.contents import Contents
from services.reporting.exports.formats import FORMATS, Format
from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from tests.integration.reporting.published_events import given, new_tenant, publish, wait_until_recorded
from tests.integration.reporting.test_reading import MANY
from tests.support.services import NO_SUCH_ID, Platform
from tests.unit.reporting.facts import (
    ELM,
    OAK,
    id_of,
    meeting_held,
    mentor_recorded,
    people_merged,
    person_erased,
    relationship_opened,
    school_recorded,
)

pytestmark = pytest.mark.covers("P11")
AS_OF = "2026-10-31"
STORY = (
    *(mentor_recorded("amal", OAK), mentor_recorded("eli", ELM)),
    *(relationship_opened("bo", "amal", OAK), relationship_opened("cai", "eli", ELM)),
    meeting_held("bo", date(2026, 9, 16), 50),
)
LATER = (
    meeting_held("bo", date(2026, 9, 16), 20),
    people_merged("amal", into="eli"),
    school_recorded(OAK, "Oak Academy"),
    person_erased("cai"),
)


async def take(
    platform: Platform, tenant: str, report: str = "mentoring", format_: str = "csv", **asked: Any
) -> dict[str, Any]:
    answer = await send(platform, platform.bearer("partnership_lead", tenant=tenant), report, format_, **asked)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/reports/{report}/exports/{record['export_id']}"
    return record


async def send(platform: Platform, who: Any, report: str, format_: str, **asked: Any) -> Any:
    params = {"as_of": AS_OF, "format": format_, **asked}
    return await platform["reporting"].post(f"/reports/{report}/exports", params=params, headers=who)


async def download(platform: Platform, who: Any, record: dict[str, Any]) -> Any:
    return await platform["reporting"].get(f"/reports/{record['report']}/exports/{record['export_id']}", headers=who)


@pytest.mark.covers("P12")
@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
async def test_a_file_is_made_again_whatever_was_recorded_later(platform: Platform, report: Report) -> None:
    tenant = await given(platform, *MANY, *STORY)
    lead = platform.bearer("partnership_lead", tenant=tenant)
    records = [await take(platform, tenant, report.name, format_) for format_ in FORMATS]
    first = [await download(platform, lead, record) for record in records]
    for record, answer in zip(records, first, strict=True):
        moment = datetime.fromisoformat(answer.headers["Alongside-Known-At"])
        assert (answer.headers["Alongside-As-Of"], moment) == (AS_OF, datetime.fromisoformat(record["known_at"]))
    await publish(platform, tenant, *LATER)
    await wait_until_recorded(platform, tenant, len(MANY) + len(STORY) + len(LATER))

    for record, before in zip(records, first, strict=True):
        again = await download(platform, lead, record)
        assert again.content == before.content
        assert hashlib.sha256(again.content).hexdigest() == record["sha256"]
        assert again.headers["Content-Type"].startswith(FORMATS[record["format"]].media_type)
        assert again.headers["Alongside-Rows"] == f"{record['rows']}"
        assert "Alongside-Differs" not in again.headers


async def test_an_export_has_every_row_and_not_a_page_of_them(platform: Platform) -> None:
    tenant = await given(platform, *(mentor_recorded(f"mentor {nth}") for nth in range(1100)))
    lead = platform.bearer("partnership_lead", tenant=tenant)
    record = await take(platform, tenant, "caseloads", "parquet")
    rows = pl.read_parquet(BytesIO((await download(platform, lead, record)).content))
    assert (len(rows), record["rows"]) == (1100, 1100)
    assert rows["mentor_id"].is_sorted()


async def test_an_export_answers_with_what_was_asked(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    lead = platform.bearer("partnership_lead", tenant=tenant, subject="lead")
    asked = {"mentor_id": f"{id_of('amal')}", "active": "true", "sort": "-held"}
    made = (await send(platform, lead, "mentoring", "csv", **asked)).json()
    assert (made["rows"], made["filters"]) == (1, {"mentor_id": f"{id_of('amal')}", "active": True})
    assert (made["sort"], made["made_by"], made["as_of"]) == ("-held", "lead", AS_OF)
    text = (await download(platform, lead, made)).text
    assert [f"{id_of(name)}" in text for name in ("bo", "cai")] == [True, False]


async def test_an_export_can_be_as_known_at_a_past_moment(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    assert (await take(platform, tenant, known_at="2020-01-01"))["rows"] == 0
    yet_to_come = await take(platform, tenant, known_at="2090-01-01")
    assert yet_to_come["known_at"] <= yet_to_come["made_at"], "nobody knows what is yet to come"


@pytest.mark.covers("P14")
async def test_people_have_their_own_exports_and_leads_those_of_everybody(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    amal = platform.bearer("mentor", tenant=tenant, subject=f"{id_of('amal')}")
    eli = platform.bearer("mentor", tenant=tenant, subject=f"{id_of('eli')}")
    lead = platform.bearer("partnership_lead", tenant=tenant)
    rival = platform.bearer("partnership_lead", tenant=new_tenant())
    own = (await send(platform, amal, "mentoring", "csv")).json()
    of_all = await take(platform, tenant)

    assert own["rows"] == 1
    for who, visible in ((amal, [own]), (eli, []), (rival, []), (lead, [of_all, own])):
        listed = (await platform["reporting"].get("/exports", headers=who)).json()
        assert [each["export_id"] for each in listed] == [each["export_id"] for each in visible]
    assert (await download(platform, lead, own)).content == (await download(platform, amal, own)).content
    for who, record in ((eli, own), (amal, of_all), (rival, own)):
        hidden = await download(platform, who, record)
        assert (hidden.status_code, hidden.json()["detail"]) == (404, "There is no such export.")


async def test_the_list_goes_on_after_the_last_export_of_a_page(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    lead = platform.bearer("partnership_lead", tenant=tenant)
    made = [(await take(platform, tenant))["export_id"] for _ in range(3)]
    first = (await platform["reporting"].get("/exports", params={"limit": 2}, headers=lead)).json()
    after = {"after": first[-1]["export_id"]}
    second = (await platform["reporting"].get("/exports", params=after, headers=lead)).json()
    assert [each["export_id"] for each in (*first, *second)] == made[::-1]


@pytest.mark.covers("P14")
async def test_whoever_sees_less_now_is_told_so_and_gets_less(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    both = platform.bearer("school_lead", tenant=tenant, subject="head", schools=(OAK, ELM))
    one = platform.bearer("school_lead", tenant=tenant, subject="head", schools=(OAK,))
    none = platform.bearer("trainee", tenant=tenant, subject="head")
    record = (await send(platform, both, "mentoring", "csv")).json()

    again = await download(platform, one, record)

    assert [f"{id_of(name)}" in again.text for name in ("bo", "cai")] == [True, False]
    assert again.headers["Alongside-Differs"] == (
        "You see less of this report now than whoever made the export saw then."
    )
    assert again.headers["Alongside-Recorded-SHA-256"] == record["sha256"]
    assert "Alongside-Differs" not in (await download(platform, both, record)).headers
    assert (await download(platform, none, record)).status_code == 403


async def test_a_merged_mentor_still_has_their_export(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    amal = platform.bearer("mentor", tenant=tenant, subject=f"{id_of('amal')}")
    record = (await send(platform, amal, "mentoring", "csv")).json()
    await publish(platform, tenant, people_merged("amal", into="eli"))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    for name in ("amal", "eli"):
        now = platform.bearer("mentor", tenant=tenant, subject=f"{id_of(name)}")
        again = await download(platform, now, record)
        assert (again.status_code, hashlib.sha256(again.content).hexdigest()) == (200, record["sha256"])


@pytest.mark.covers("R8")
async def test_an_export_names_an_erased_person_no_more_than_an_answer_of_then(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    record = await take(platform, tenant)
    await publish(platform, tenant, person_erased("cai"))
    await wait_until_recorded(platform, tenant, len(STORY) + 1)
    lead = platform.bearer("partnership_lead", tenant=tenant) | {"Accept": "text/csv"}
    asked = {"as_of": AS_OF, "known_at": record["known_at"]}
    then = await platform["reporting"].get("/reports/mentoring", params=asked, headers=lead)
    assert (await download(platform, lead, record)).content == then.content


async def test_a_file_that_is_written_otherwise_says_so(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = await given(platform, *STORY)
    record = await take(platform, tenant)

    def write(contents: Contents, file: BinaryIO) -> None:
        file.write(f"{len(contents.rows)} rows".encode())

    monkeypatch.setitem(FORMATS, "csv", Format("text/csv", write, library="polars"))
    again = await download(platform, platform.bearer("partnership_lead", tenant=tenant), record)
    assert again.text == "2 rows"
    assert again.headers["Alongside-Differs"].startswith("A newer version of Alongside")


async def test_the_same_key_records_an_export_once(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    lead = platform.bearer("partnership_lead", tenant=tenant, subject="lead") | {"Idempotency-Key": uuid4().hex}
    first, second = [(await send(platform, lead, "mentoring", "csv")).json() for _ in range(2)]
    assert first == second
    other = await send(platform, lead, "mentoring", "xlsx")
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (422, "key-reused")


async def test_what_cannot_be_exported_is_refused_with_a_reason(platform: Platform) -> None:
    tenant = await given(platform, *STORY)
    lead = platform.bearer("partnership_lead", tenant=tenant)
    wrong = await send(platform, lead, "mentoring", "docx")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "query:format")
    unsorted = await send(platform, lead, "mentoring", "csv", sort="height")
    assert (unsorted.status_code, unsorted.json()["errors"][0]["pointer"]) == (422, "query:sort")
    trainee = platform.bearer("trainee", tenant=tenant, subject=f"{id_of('bo')}")
    assert (await send(platform, trainee, "mentoring", "csv")).status_code == 403
    record = await take(platform, tenant)
    for changed in ({"export_id": NO_SUCH_ID}, {"report": "caseloads"}, {"report": "no-report"}):
        assert (await download(platform, lead, record | changed)).status_code == 404
