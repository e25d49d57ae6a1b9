"""Files that are recorded in batches and are broken off, imports that are undone, updates that leave cells blank."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from alongside.demo import partnership
from services.referral.commands import imports
from services.referral.domain.imports import RowsTakenIn
from services.referral.imports import batches
from services.referral.imports.dry_run import dry_run
from tests.integration.referral.partnership import ON, Partnership
from tests.integration.referral.requests import post_ok
from tests.support.people_files import save_workbook, sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R3")

SCHOOLS, MENTORS = partnership.SCHOOLS.read_bytes(), partnership.MENTORS.read_bytes()
TRAINEES, OFFERS = partnership.TRAINEES.read_bytes(), partnership.OFFERS.read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


async def undo(ours: Partnership, import_id: str) -> Any:
    return await ours.http.post(f"/imports/{import_id}/undo", json={"on": ON}, headers=ours.lead)


class Killed(BaseException):
    """The process is gone; nothing of it catches this."""


async def test_a_file_is_checked_again_only_if_something_was_recorded_since(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Partnership.new(platform)
    monkeypatch.setattr(batches, "BATCH", 10)
    monkeypatch.setattr(imports, "BATCH", 10)
    checks = 0

    async def count(*asked: Any) -> Any:
        nonlocal checks
        checks += 1
        return await dry_run(*asked)

    await ours.import_file("schools", SCHOOLS)
    monkeypatch.setattr(imports, "dry_run", count)
    first = (await ours.check_file("trainees", TRAINEES)).json()["import_id"]
    second = (await ours.check_file("mentors", MENTORS)).json()["import_id"]
    checks = 0
    today = {"on": f"{datetime.now(UTC).date()}"}
    for import_id, expected in ((first, 0), (second, 1)):
        confirmed = await ours.http.post(f"/imports/{import_id}/confirmation", json=today, headers=ours.lead)
        assert (confirmed.status_code, checks) == (200, expected)


async def test_a_confirmation_that_was_broken_off_goes_on_and_each_row_goes_in_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Partnership.new(platform)
    monkeypatch.setattr(batches, "BATCH", 10)
    monkeypatch.setattr(imports, "BATCH", 10)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    batches_begun = 0
    record_batch = imports._Recording.record

    def die_at_the_third(self: Any, batch: Any) -> Any:
        nonlocal batches_begun
        batches_begun += 1
        if batches_begun == 3:
            raise Killed
        return record_batch(self, batch)

    monkeypatch.setattr(imports._Recording, "record", die_at_the_third)
    with pytest.raises(Killed):
        await ours.confirm(found["import_id"])
    monkeypatch.setattr(imports._Recording, "record", record_batch)

    stands = await ours.get(f"/imports/{found['import_id']}")
    assert (stands["status"], stands["rows"], stands["rows_done"]) == ("going_in", 36, 20)
    done = (await ours.confirm(found["import_id"])).json()
    assert (done["new"], done["changed"], done["unchanged"]) == (36, 0, 0)
    stands = await ours.get(f"/imports/{found['import_id']}")
    assert (stands["status"], stands["rows_done"]) == ("confirmed", 36)
    recorded = "select count(*) from events where type = 'referral.trainee_recorded'"
    assert await ours.fetch_value(recorded) == 36
    taken = "select count(*) from events where type = $1"
    assert await ours.fetch_value(taken, RowsTakenIn.type) == 3


async def test_a_file_sent_again_after_an_interruption_records_each_row_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Partnership.new(platform)
    monkeypatch.setattr(batches, "BATCH", 10)
    monkeypatch.setattr(imports, "BATCH", 10)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    record_batch = imports._Recording.record

    def die_at_the_last(self: Any, batch: Any) -> Any:
        if batch.last:
            raise Killed
        return record_batch(self, batch)

    monkeypatch.setattr(imports._Recording, "record", die_at_the_last)
    with pytest.raises(Killed):
        await ours.confirm(found["import_id"])
    monkeypatch.setattr(imports._Recording, "record", record_batch)
    again = (await ours.check_file("trainees", TRAINEES)).json()
    assert again["will_change"] == {"new": 6, "changed": 0, "unchanged": 30, "left_out": 0}
    await ours.confirm(again["import_id"])
    assert len(await ours.people_by_reference()) in (30, 36)
    recorded = "select count(*) from events where type = 'referral.trainee_recorded'"
    assert await ours.fetch_value(recorded) == 36


async def test_a_large_file_with_an_error_in_its_last_row_stores_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Partnership.new(platform)
    monkeypatch.setattr(batches, "BATCH", 10)
    monkeypatch.setattr(imports, "BATCH", 10)
    rows = table(TRAINEES)
    rows[-1]["email"] = "nobody"
    found = (await ours.check_file("trainees", sheet(*rows))).json()
    before = await ours.count_events()
    refused = await ours.confirm(found["import_id"])
    assert (refused.status_code, refused.json()["errors"][0]["line"]) == (409, 37)
    assert await ours.count_events() == before


async def test_a_blank_cell_of_somebody_on_record_changes_nothing(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("trainees", TRAINEES)
    first = table(TRAINEES)[0]
    said = dict.fromkeys(first, "") | {"provider_trainee_id": first["provider_trainee_id"]}
    done = await ours.import_file("trainees", sheet(said | {"travel_limit_minutes": "77"}))
    assert (done["new"], done["changed"]) == (0, 1)
    person = (await ours.people_by_reference(done["position"]))[first["provider_trainee_id"]]
    assert person["profile"]["travel_limit_minutes"] == 77
    assert (person["family_name"], person["profile"]["subject"]) == (first["family_name"], first["subject"])


async def test_a_blank_cell_of_somebody_new_is_an_error(platform: Platform) -> None:
    ours = Partnership.new(platform)
    rows = table(TRAINEES)[:1]
    rows[0]["travel_mode"] = ""
    found = (await ours.check_file("trainees", sheet(*rows))).json()
    assert [(error["column"], error["code"]) for error in found["errors"]] == [("travel_mode", "missing")]


async def test_rules_over_several_cells_hold_for_what_is_on_record_too(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("trainees", TRAINEES)
    first = table(TRAINEES)[0]
    said = dict.fromkeys(first, "") | {"provider_trainee_id": first["provider_trainee_id"]}
    found = (await ours.check_file("trainees", sheet(said | {"course_ends_on": "2020-01-01"}))).json()
    assert [(error["column"], error["code"]) for error in found["errors"]] == [("course_ends_on", "dates_reversed")]


async def test_all_that_is_wrong_with_a_row_is_told_at_once_what_stands_elsewhere_too(platform: Platform) -> None:
    ours = Partnership.new(platform)
    rows = table(MENTORS)[:1]
    rows[0] |= {"email": "nobody", "school_urn": "123456", "family_name": ""}
    found = (await ours.check_file("mentors", sheet(*rows))).json()
    assert {(error["column"], error["code"]) for error in found["errors"]} == {
        ("email", "not_an_email"),
        ("school_urn", "unknown_school"),
        ("family_name", "missing"),
    }


async def test_an_import_is_undone_by_new_events(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    first = await ours.import_file("mentors", MENTORS)
    rows = table(MENTORS)
    rows[0]["capacity_hours_per_week"] = "9"
    rows.append(rows[1] | {"staff_reference": "M-new", "email": "new@example.org", "trn": ""})
    second = await ours.import_file("mentors", sheet(*rows))
    assert (second["new"], second["changed"]) == (1, 1)
    before = await ours.count_events()

    undone = await undo(ours, second["import_id"])
    assert (undone.status_code, undone.json()["status"]) == (200, "undone"), undone.text
    assert await ours.count_events() == before + 3  # one restored, one taken back, and that it was undone
    people = await ours.people_by_reference(undone.headers["Alongside-Position"])
    assert "M-new" not in people
    assert people["M-001"]["profile"]["capacity_hours"] == float(table(MENTORS)[0]["capacity_hours_per_week"])
    assert (await ours.get(f"/imports/{second['import_id']}"))["status"] == "undone"
    again = await undo(ours, second["import_id"])
    assert (again.status_code, await ours.count_events()) == (200, before + 3)

    undone = await undo(ours, first["import_id"])
    assert undone.status_code == 200, undone.text
    assert await ours.people_by_reference(undone.headers["Alongside-Position"]) == {}


async def test_an_import_on_which_something_was_built_is_not_undone_and_the_reasons_are_told(
    platform: Platform,
) -> None:
    ours = Partnership.new(platform)
    schools = await ours.import_file("schools", SCHOOLS)
    mentors = await ours.import_file("mentors", MENTORS)
    rows = table(MENTORS)[:1]
    rows[0]["capacity_hours_per_week"] = "9"
    later = await ours.import_file("mentors", sheet(*rows))
    before = await ours.count_events()

    refused = await undo(ours, mentors["import_id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:built-upon")
    [reason] = refused.json()["errors"]
    assert reason["what"] == "person"
    assert reason["message"].endswith(f": undo that import, {later['import_id']}, first.")
    person = rows[0]["given_name"], rows[0]["family_name"], rows[0]["staff_reference"]
    assert reason["name"] == "{} {}, reference {}".format(*person)

    refused = await undo(ours, schools["import_id"])
    assert {reason["what"] for reason in refused.json()["errors"]} == {"school"}
    assert "people" in refused.json()["errors"][0]["message"]
    named = [str(reason["name"]) for reason in refused.json()["errors"]]
    assert all(
        name.endswith(f" ({reason['id']})") for name, reason in zip(named, refused.json()["errors"], strict=True)
    )
    assert all(len(name) > len(" (990001)") for name in named)
    assert await ours.count_events() == before


async def test_what_happened_to_a_record_after_an_import_is_said_with_its_day(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    offers = await ours.import_file("offers", OFFERS)
    offer = (await ours.get("/offers", offers["position"]))[0]
    await post_ok(ours, f"/offers/{offer['offer_id']}/confirmation", on="2026-07-02")

    refused = await undo(ours, offers["import_id"])

    [reason] = refused.json()["errors"]
    assert refused.json()["detail"].startswith("1 record was used or changed after this import")
    assert reason["message"] == "The school confirmed it on 2026-07-02, after this import."


async def test_offers_are_undone_to_what_they_were(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    await ours.import_file("offers", OFFERS)
    rows = table(OFFERS)
    rows[0]["places"] = "9"
    rows.append(rows[1] | {"starts_on": "2027-01-11", "ends_on": "2027-03-26"})
    second = await ours.import_file("offers", sheet(*rows))
    undone = await undo(ours, second["import_id"])
    assert undone.status_code == 200, undone.text
    offers = await ours.get("/offers", undone.headers["Alongside-Position"], limit=1000)
    places = {(offer["school_urn"], offer["subject"], offer["starts_on"]): offer["places"] for offer in offers}
    first = table(OFFERS)[0]
    assert places[first["school_urn"], first["subject"], first["starts_on"]] == int(first["places"])
    assert [number for (_, _, day), number in places.items() if day == "2027-01-11"] == [0]


async def test_a_file_that_never_went_in_has_nothing_to_undo(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    assert (await undo(ours, found["import_id"])).status_code == 404


async def test_an_undone_import_cannot_be_confirmed_again(platform: Platform) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", TRAINEES)
    await undo(ours, done["import_id"])
    assert (await ours.confirm(done["import_id"])).status_code == 410


async def test_files_are_listed_the_latest_first(platform: Platform) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("schools", SCHOOLS)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    listed = await ours.get("/imports")
    assert [(file["import_id"], file["status"]) for file in listed] == [
        (found["import_id"], "waiting"),
        (done["import_id"], "confirmed"),
    ]
    assert listed[0]["rows"] == 36


@pytest.mark.parametrize(("path", "body"), [("undo", {}), ("undo", {"on": "soon"}), ("undo", {"on": ON, "all": True})])
async def test_bad_words_for_an_undo_are_pointed_to(platform: Platform, path: str, body: dict[str, Any]) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", TRAINEES)
    before = await ours.count_events()
    answer = await ours.http.post(f"/imports/{done['import_id']}/{path}", json=body, headers=ours.lead)
    assert answer.status_code == 422
    assert await ours.count_events() == before


async def test_only_the_partnership_lead_sees_and_undoes_files(platform: Platform) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", TRAINEES)
    for role in ("school_lead", "mentor", "trainee", "tutor", "operator"):
        other = ours.bearer(role)
        assert (await ours.http.get("/imports", headers=other)).status_code == 403
        answer = await ours.http.post(f"/imports/{done['import_id']}/undo", json={"on": ON}, headers=other)
        assert answer.status_code == 403
    stranger = Partnership.new(platform)
    answer = await stranger.http.post(f"/imports/{done['import_id']}/undo", json={"on": ON}, headers=stranger.lead)
    assert answer.status_code == 404
    await eventually(lambda: _there(ours))


async def _there(ours: Partnership) -> bool:
    return len(await ours.people_by_reference()) == 36


async def test_somebody_on_record_is_not_recorded_again_under_what_a_spreadsheet_made_of_the_reference(
    platform: Platform,
) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    mentor = table(MENTORS)[0] | {"staff_reference": "26-01"}
    await ours.import_file("mentors", sheet(mentor))
    made = openpyxl.Workbook()
    made.worksheets[0].append(list(mentor))
    made.worksheets[0].append(list((mentor | {"staff_reference": date(2026, 1, 26)}).values()))
    found = (await ours.check_file("mentors", save_workbook(made))).json()
    assert [(error["line"], error["column"], error["code"]) for error in found["errors"]] == [
        (2, "staff_reference", "reference_changed")
    ]

    same_trn = mentor | {"staff_reference": "2601", "email": "other@example.org", "family_name": "Other"}
    same_address = mentor | {"staff_reference": "2602", "trn": ""}
    somebody_else = mentor | {"staff_reference": "2603", "trn": "", "family_name": "Other"}
    found = (await ours.check_file("mentors", sheet(same_trn, same_address, somebody_else))).json()
    assert [(error["line"], error["column"], error["code"]) for error in found["errors"]] == [(2, "trn", "trn_held")]
    assert [(each["line"], each["column"], each["code"]) for each in found["warnings"]] == [
        (3, "email", "email_held"),
        (4, "email", "email_held"),
    ]


async def test_an_undo_counts_what_it_restored(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    mentors = await ours.import_file("mentors", MENTORS)
    assert (await undo(ours, mentors["import_id"])).json()["records"] == {"person": 45}
    assert (await undo(ours, mentors["import_id"])).json()["records"] == {}


async def test_columns_that_are_not_read_are_named_and_the_list_counts_as_the_dry_run_does(
    platform: Platform,
) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("schools", b"Our schools,,\r\n" + SCHOOLS)).json()
    assert found["table"]["columns_not_read"][:2] == ["EstablishmentNumber", "PhaseOfEducation (code)"]
    assert (found["table"]["sheet"], found["table"]["heading_line"]) == (None, 2)
    assert found["skipped"] == {"row_above_headings": 1, "welsh": 1, "closed": 1}
    assert (await ours.get(f"/imports/{found['import_id']}"))["table"] == found["table"]
    [listed] = await ours.get("/imports")
    assert (listed["will_change"], listed["skipped"]) == (found["will_change"], found["skipped"])


async def test_a_file_of_another_kind_is_told_where_it_belongs(platform: Platform) -> None:
    ours = Partnership.new(platform)
    links = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n100012,100021,Rhyl,Successor,31-08-2021\r\n"
    refused = await ours.check_file("schools", links)
    assert refused.status_code == 422
    assert "`alongside schools links`" in refused.json()["detail"]
    assert {error["column"] for error in refused.json()["errors"]} >= {"EstablishmentName", "Easting"}
    refused = await ours.check_file("mentors", MENTORS.splitlines()[0])
    assert [error["code"] for error in refused.json()["errors"]] == ["no_rows"]
    assert await ours.count_imports() == 0
