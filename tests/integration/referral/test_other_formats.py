"""Workbooks, DfE's bulk files and earlier placements, from the route to the read model."""

import csv
import io
from uuid import uuid4

import openpyxl
import pytest

from alongside.demo import partnership
from shared.spreadsheets.workbook import MEDIA_TYPE
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.support.people_files import save_workbook, sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R3")

SCHOOLS, TRAINEES = partnership.SCHOOLS.read_bytes(), partnership.TRAINEES.read_bytes()
REGISTERED = {
    "provider_trainee_id": "24/25-16",
    "hesa_id": "'0155120860660",
    "first_names": "Preston",
    "last_name": "Rath",
    "email": "preston.rath@example.org",
    "training_route": "'03",
    "course_subject_1": "'100403",
    "itt_start_date": "'2026-09-01",
    "itt_end_date": "'2027-07-01",
    "course_age_range": "'13918",
    "placement_1_urn": "990001",
    "placement_2_urn": "900010",
}


def workbook(content: bytes) -> bytes:
    made = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(content.decode())):
        made.worksheets[0].append(row)
    return save_workbook(made)


async def earlier(ours: Partnership, trainee_id: str) -> list[str]:
    """The schools at which a trainee was placed before."""
    urns = """select array(select one ->> 'school_urn' from jsonb_array_elements(placements) one)
              from earlier where trainee_id::text = $1"""
    return await ours.fetch_value(urns, trainee_id) or []


async def test_a_workbook_goes_in_as_the_same_file_in_csv_does(platform: Platform) -> None:
    ours = Partnership.new(platform)
    sent = {**ours.lead, "Content-Type": MEDIA_TYPE}
    found = await ours.http.post("/imports", params={"kind": "trainees"}, content=workbook(TRAINEES), headers=sent)
    assert (found.status_code, found.json()["errors"]) == (201, []), found.text
    done = (await ours.confirm(found.json()["import_id"])).json()
    assert done["new"] == 36
    again = (await ours.check_file("trainees", TRAINEES)).json()
    assert again["will_change"] == {"new": 0, "changed": 0, "unchanged": 36, "left_out": 0}


async def test_a_workbook_with_mistakes_comes_back_as_a_workbook(platform: Platform) -> None:
    ours = Partnership.new(platform)
    content = workbook(partnership.TRAINEES_WITH_MISTAKES.read_bytes())
    found = (await ours.check_file("trainees", content)).json()
    assert found["errors"]
    marked = await ours.http.get(f"/imports/{found['import_id']}/marked-copy", headers=ours.lead)
    assert marked.headers["Content-Type"] == MEDIA_TYPE
    assert marked.headers["Content-Disposition"].endswith('.xlsx"')
    copy = openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[0]
    assert [cell.value for cell in copy[1]][-2:] == ["Validation results", "Errors"]
    assert copy.cell(3, copy.max_column - 1).value == "To fix"


async def test_trainees_of_the_register_go_in_and_are_public_once_it_is_known_where_they_live(
    platform: Platform,
) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    done = await ours.import_file("trainees", sheet(REGISTERED))
    person = (await ours.people_by_reference(done["position"]))["24/25-16"]
    assert (person["hesa_id"], person["family_name"]) == ("0155120860660", "Rath")
    assert (person["profile"]["training_route"], person["profile"]["home_easting"]) == ("school_direct_salaried", None)
    assert await earlier(ours, person["person_id"]) == ["990001"]

    headings = next(csv.reader(io.StringIO(TRAINEES.decode())))
    travel = dict.fromkeys(headings, "") | {
        "provider_trainee_id": "24/25-16",
        "home_easting": "429500",
        "home_northing": "434500",
        "travel_mode": "car",
        "travel_limit_minutes": "45",
    }
    done = await ours.import_file("trainees", sheet(travel))
    assert (done["new"], done["changed"]) == (0, 1)

    async def read_published() -> list[bytes]:
        mine = [
            message for message in await topic_messages(platform, "referral") if ours.tenant.encode() in message.key
        ]
        return [message.value for message in mine if dict(message.headers)["ce_type"] == b"referral.trainee_recorded"]

    async def is_published_once() -> bool:
        return len(await read_published()) == 1

    await eventually(is_published_once)
    again = await ours.import_file("trainees", sheet(REGISTERED))
    assert again["unchanged"] == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (sheet({"provider_trainee_id": "T26-001", "school_urn": "990001"}), None),
        (sheet({"TRN": "", "Placement 1 URN": "990001"}), (2, "TRN", "missing")),
        (sheet({"hesa_id": "0000000000001", "urn": "990001"}), (2, "hesa_id", "unknown_trainee")),
        (
            sheet({"provider_trainee_id": "nobody", "school_urn": "990001"}),
            (2, "provider_trainee_id", "unknown_trainee"),
        ),
        (sheet({"provider_trainee_id": "T26-001", "school_urn": "123456"}), (2, "school_urn", "unknown_school")),
        (sheet({"provider_trainee_id": "T26-001", "school_urn": "12345"}), (2, "school_urn", "wrong_digits")),
    ],
)
async def test_earlier_placements_are_of_trainees_and_schools_on_record(
    platform: Platform, content: bytes, found: tuple[int, str, str] | None
) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    await ours.import_file("trainees", TRAINEES)
    brought = (await ours.check_file("placements", content)).json()
    errors = [(error["line"], error["column"], error["code"]) for error in brought["errors"]]
    assert errors == ([found] if found else [])


async def test_placements_by_trn_are_found_and_the_same_file_twice_changes_nothing(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    done = await ours.import_file("trainees", TRAINEES)
    people = await ours.people_by_reference(done["position"])
    trainee = next(person for person in people.values() if person["trn"])
    row = {"TRN": trainee["trn"], "Trainee ITT start date": "", "Placement 1 URN": "990001", "Placement 2 URN": ""}
    done = await ours.import_file("placements", sheet(row | {"Placement 2 URN": "990002"}))
    assert done["new"] + done["changed"] == 2
    await ours.get("/people", done["position"])
    assert await earlier(ours, trainee["person_id"]) == ["990001", "990002"]
    again = (await ours.check_file("placements", sheet(row))).json()
    assert (again["will_change"]["new"], again["will_change"]["changed"]) == (0, 0)

    undone = await ours.http.post(f"/imports/{done['import_id']}/undo", json={"on": "2026-07-02"}, headers=ours.lead)
    assert undone.status_code == 200, undone.text
    await ours.get("/people", undone.headers["Alongside-Position"])
    assert await earlier(ours, trainee["person_id"]) == []


async def test_a_kind_of_which_nobody_knows_is_refused(platform: Platform) -> None:
    ours = Partnership.new(platform)
    assert (await ours.check_file(f"kind-{uuid4()}", TRAINEES)).status_code == 422
