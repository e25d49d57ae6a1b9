"""Files from dry run to confirmation."""

import asyncio
import csv
import io
from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import open_programme
from tests.support.people_files import sheet
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R1", "R3")

SCHOOLS, MENTORS = partnership.SCHOOLS.read_bytes(), partnership.MENTORS.read_bytes()
TRAINEES, OFFERS = partnership.TRAINEES.read_bytes(), partnership.OFFERS.read_bytes()
PARTNERSHIP = {"schools": SCHOOLS, "mentors": MENTORS, "trainees": TRAINEES, "offers": OFFERS}


def with_cell(content: bytes, line: int, column: str, cell: str) -> bytes:
    """The same file with another cell; lines as a spreadsheet counts them."""
    rows = list(csv.reader(io.StringIO(content.decode())))
    rows[line - 1][rows[0].index(column)] = cell
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def effect(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return done["new"], done["changed"], done["unchanged"], done["left_out"]


async def test_the_sample_partnership_goes_in_clean_and_can_be_seen(platform: Platform) -> None:
    ours = Partnership.new(platform)
    effects = {}
    for kind, content in PARTNERSHIP.items():
        done = await ours.import_file(kind, content)
        effects[kind] = effect(done)
    assert effects == {
        "schools": (12, 0, 0, 0),
        "mentors": (45, 0, 0, 0),
        "trainees": (36, 0, 0, 0),
        "offers": (26, 0, 0, 0),
    }

    schools = await ours.get("/schools", done["position"])
    assert schools[1]["name"] == "Bront\u00eb Moor Academy"
    assert schools[1]["phases"] == ["secondary"]
    mentors = await ours.get("/people", kind="mentor")
    assert {(mentor["given_name"], mentor["family_name"]) for mentor in mentors} >= {("Amina", "Farooq")}
    assert len(mentors) == 45
    trainees = await ours.people_by_reference()
    assert trainees["T26-005"]["family_name"] == "Yıldız"
    assert trainees["T26-005"]["profile"]["travel_mode"] == "public_transport"
    offers = await ours.get("/offers", limit=2)
    rest = await ours.get("/offers", after=offers[-1]["offer_id"])
    assert len(offers) + len(rest) == 26


async def test_the_same_files_twice_change_nothing(platform: Platform) -> None:
    ours = Partnership.new(platform)
    for kind, content in PARTNERSHIP.items():
        await ours.import_file(kind, content)
    before = await ours.count_events()
    for kind, content in PARTNERSHIP.items():
        found = (await ours.check_file(kind, content)).json()
        assert effect(found["will_change"])[:2] == (0, 0)
        done = (await ours.confirm(found["import_id"])).json()
        assert effect(done)[:2] == (0, 0)
        assert done["unchanged"] > 0
    assert await ours.count_events() == before + len(PARTNERSHIP)  # that each was confirmed, and nothing else


async def test_only_what_differs_from_the_record_changes(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("trainees", TRAINEES)
    other = with_cell(with_cell(TRAINEES, 2, "family_name", "Thompson-Reid"), 3, "travel_limit_minutes", "55")
    done = await ours.import_file("trainees", other)
    assert effect(done) == (0, 2, 34, 0)
    people = await ours.people_by_reference(done["position"])
    assert people["T26-001"]["family_name"] == "Thompson-Reid"
    assert people["T26-002"]["profile"]["travel_limit_minutes"] == 55


async def test_a_dry_run_stores_no_event_and_says_what_would_change(platform: Platform) -> None:
    ours = Partnership.new(platform)
    before = await ours.count_events()
    found = await ours.check_file("schools", SCHOOLS)
    assert found.status_code == 201
    assert found.json()["ready"] is True
    assert effect(found.json()["will_change"]) == (12, 0, 0, 0)
    assert found.json()["skipped"] == {"closed": 1, "welsh": 1}
    shown = await ours.get(found.headers["Location"])
    assert (shown["status"], shown["ready"]) == ("waiting", True)
    assert await ours.count_events() == before


async def test_every_error_is_reported_by_cell_and_marked_in_a_copy_of_the_file(platform: Platform) -> None:
    ours = Partnership.new(platform)
    before = await ours.count_events()
    answer = await ours.check_file("trainees", partnership.TRAINEES_WITH_MISTAKES.read_bytes())
    found = answer.json()
    assert found["ready"] is False
    assert {(error["line"], error["column"], error["code"]) for error in found["errors"]} >= {
        (3, "subject", "unknown_subject"),
        (4, "course_ends_on", "dates_reversed"),
        (5, "given_name", "formula"),
        (5, "travel_limit_minutes", "greater_than_equal"),
    }
    refused = await ours.confirm(found["import_id"])
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:alongside:problem:has-errors"
    assert refused.json()["errors"] == found["errors"]

    marked = await platform["referral"].get(f"{answer.headers['Location']}/marked-copy", headers=ours.lead)
    assert marked.headers["Content-Type"].startswith("text/csv")
    heading, good, bad, *_ = csv.reader(io.StringIO(marked.content.decode("utf-8-sig")))
    assert heading[-2:] == ["Validation results", "Errors"]
    assert good[-2:] == ["No problem found", ""]
    assert bad[-2] == "To fix"
    assert "subject: " in bad[-1]
    assert await ours.count_events() == before


@pytest.mark.parametrize("kind", ["mentors", "offers"])
async def test_mentors_and_offers_are_at_recorded_schools(platform: Platform, kind: str) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    found = (await ours.check_file(kind, with_cell(PARTNERSHIP[kind], 4, "school_urn", "100000"))).json()
    assert [(error["line"], error["column"], error["code"]) for error in found["errors"]] == [
        (4, "school_urn", "unknown_school")
    ]
    assert found["will_change"]["left_out"] == 1


async def test_a_row_whose_school_is_not_recorded_is_read_once_the_schools_are_imported(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("mentors", MENTORS)).json()
    assert {error["message"] for error in found["errors"]} == {
        "No school with this URN is recorded. Correct the URN, or import the schools first."
    }
    await ours.import_file("schools", SCHOOLS)
    assert effect(await ours.import_file("mentors", MENTORS))[0] == 45


async def test_an_extract_of_childrens_centres_is_refused_and_that_of_all_schools_is_taken(platform: Platform) -> None:
    ours = Partnership.new(platform)
    centres = b"URN,EstablishmentName,Children's centre type\r\n20001,Oak Children's Centre,Main site\r\n"
    refused = await ours.check_file("schools", centres)
    assert "Send the extract of all schools, `edubasealldata`, instead." in refused.text
    assert effect(await ours.import_file("schools", SCHOOLS))[0] == 12


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("placements", {"provider_trainee_id": "T26-001", "school_urn": "990001"}),
        ("referrals", {"provider_trainee_id": "T26-001", "purpose": "induction", "reasons": "general_placement"}),
    ],
)
async def test_a_row_whose_trainee_is_not_recorded_is_read_once_the_trainees_are_imported(
    platform: Platform, kind: str, row: dict[str, str]
) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    await open_programme(ours)
    [error] = (await ours.check_file(kind, sheet(row))).json()["errors"]
    assert error["message"].endswith("Correct it, or import the trainees first.")
    await ours.import_file("trainees", TRAINEES)
    assert effect(await ours.import_file(kind, sheet(row)))[0] == 1


async def test_a_confirmation_judges_anew_by_what_stands_now(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    await ours.import_file("trainees", TRAINEES, who=ours.bearer("partnership_lead"))
    done = await ours.confirm(found["import_id"])
    assert effect(done.json()) == (0, 0, 36, 0)


async def test_only_files_of_schools_can_be_confirmed_without_their_bad_rows(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("trainees", partnership.TRAINEES_WITH_MISTAKES.read_bytes())).json()
    refused = await ours.confirm(found["import_id"], good_rows_only=True)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/good_rows_only"

    broken = with_cell(SCHOOLS.decode("cp1252").encode(), 2, "Easting", "far")
    found = (await ours.check_file("schools", broken)).json()
    assert (await ours.confirm(found["import_id"])).status_code == 409
    done = await ours.confirm(found["import_id"], good_rows_only=True)
    assert effect(done.json()) == (11, 0, 0, 1)


async def test_a_later_file_of_the_kind_takes_the_place_of_the_earlier_one(platform: Platform) -> None:
    ours = Partnership.new(platform)
    first = (await ours.check_file("trainees", TRAINEES)).json()["import_id"]
    other = (await ours.check_file("schools", SCHOOLS)).json()["import_id"]
    await ours.check_file("trainees", TRAINEES)
    assert (await ours.get(f"/imports/{first}"))["status"] == "abandoned"
    assert (await ours.get(f"/imports/{other}"))["status"] == "waiting"
    assert (await ours.confirm(first)).status_code == 410
    assert (await platform["referral"].get(f"/imports/{first}/marked-copy", headers=ours.lead)).status_code == 410


async def test_a_file_that_expired_cannot_be_opened_and_goes_with_the_next_one(platform: Platform) -> None:
    ours = Partnership.new(platform)
    old = (await ours.check_file("trainees", TRAINEES)).json()["import_id"]
    await ours.fetch_value("update imports set expires_at = now() - interval '1 second' where import_id = $1", old)
    assert (await ours.get(f"/imports/{old}"))["status"] == "abandoned"
    assert (await ours.confirm(old)).status_code == 410
    await ours.check_file("schools", SCHOOLS)
    assert await ours.fetch_value("select file is null from imports where import_id = $1", old)


async def test_a_file_is_stored_encrypted_and_removed_with_its_key_on_confirmation(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("trainees", TRAINEES)).json()
    lies = "select file from imports where import_id = $1"
    assert b"Thompson" not in await ours.fetch_value(lies, found["import_id"])
    await ours.confirm(found["import_id"])
    assert await ours.fetch_value(lies, found["import_id"]) is None
    key = "select destroyed_at is not null from subject_keys where subject = 'import-' || $1"
    assert await ours.fetch_value(key, found["import_id"])


async def test_ten_confirmations_at_once_let_the_rows_in_once_and_answer_the_same(platform: Platform) -> None:
    ours = Partnership.new(platform)
    found = (await ours.check_file("schools", SCHOOLS)).json()
    before = await ours.count_events()
    answers = await asyncio.gather(*(ours.confirm(found["import_id"]) for _ in range(10)))
    assert [answer.status_code for answer in answers] == [200] * 10
    assert {effect(answer.json()) for answer in answers} == {(12, 0, 0, 0)}
    assert await ours.count_events() == before + 13


async def test_ten_equal_files_with_one_key_are_kept_once(platform: Platform) -> None:
    ours = Partnership.new(platform)
    answers = await asyncio.gather(*(ours.check_file("schools", SCHOOLS, key="one") for _ in range(10)))
    assert len({answer.text for answer in answers}) == 1
    assert await ours.fetch_value("select count(*) from imports") == 1
    other = await ours.check_file("schools", SCHOOLS + b"\n", key="one")
    assert (other.status_code, other.json()["type"]) == (422, "urn:alongside:problem:key-reused")


async def test_names_go_to_the_topic_of_people_and_to_no_other(platform: Platform) -> None:
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", TRAINEES)
    people = await ours.get("/people", done["position"])
    ids = {person["person_id"] for person in people}

    async def all_named() -> bool:
        keys = [message.key.decode() for message in await topic_messages(platform, "people")]
        return {key.partition("/person-")[2] for key in keys if key.startswith(ours.tenant)} == ids

    await eventually(all_named)
    said = b" ".join(message.value for message in await topic_messages(platform, "referral"))
    assert all(person.encode() in said for person in ids)
    names = {person[field] for person in people for field in ("family_name", "email", "trn") if person[field]}
    assert not any(name.encode() in said for name in names)


async def test_two_partnerships_with_the_same_files_have_nothing_in_common(platform: Platform) -> None:
    ours, theirs = Partnership.new(platform), Partnership.new(platform)
    for partner in (ours, theirs):
        for kind, content in PARTNERSHIP.items():
            done = await partner.import_file(kind, content)
    mine, other = await ours.people_by_reference(done["position"]), await theirs.people_by_reference(done["position"])
    assert mine.keys() == other.keys()
    assert not {person["person_id"] for person in mine.values()} & {person["person_id"] for person in other.values()}

    gone = mine["T26-001"]["person_id"]
    erased = await ours.http.post(f"/people/{gone}/erasure", headers=ours.lead, json={"on": "2026-07-05"})
    position = erased.headers["Alongside-Position"]
    assert "T26-001" not in await ours.people_by_reference(position)
    assert (await theirs.people_by_reference(position))["T26-001"] == other["T26-001"]
