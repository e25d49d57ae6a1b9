"""Teachers who are mentored: their TRN and date of birth, over HTTP and from a file, and who sees them."""

from typing import Any

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import pointer_of, post_ok, problem_of, register_pupil, send
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R6", "R8")

BORN = "1999-02-03"
TEACHER = {
    "reference": "E-1",
    "given_name": "Grace",
    "family_name": "Abara",
    "kind": "teacher",
    "school_urn": "990001",
    "on": "2026-07-01",
}
HEADINGS = "teacher_reference,given_name,family_name,email,trn,date_of_birth,school_urn"


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """A partnership with its schools."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    return ours


def file_of(*rows: str) -> bytes:
    return "\n".join((HEADINGS, *rows)).encode()


async def teacher(ours: Partnership, reference: str = "E-1", **other: Any) -> dict[str, Any]:
    """The teacher as the lead sees them, once everything that was done can be seen."""
    return (await ours.people_by_reference())[reference] | other


async def test_a_teacher_has_a_trn_and_a_date_of_birth(ours: Partnership) -> None:
    await post_ok(ours, "/mentees", **TEACHER, trn="1234567", date_of_birth=BORN)

    found = await teacher(ours)

    assert (found["trn"], found["date_of_birth"]) == ("1234567", BORN)


async def test_a_file_adds_what_is_missing_and_a_blank_cell_changes_nothing(ours: Partnership) -> None:
    await post_ok(ours, "/mentees", **TEACHER)

    added = await ours.import_file("teachers", file_of(f"E-1,,Abara,,1234567,{BORN},990001", "E-2,Jo,Lund,,,,990002"))
    found = await teacher(ours)
    await ours.import_file("teachers", file_of("E-1,,,grace@schools.example.org,,,"))
    later = await teacher(ours)

    assert (added["new"], added["changed"]) == (1, 1)
    assert (found["given_name"], found["trn"], found["date_of_birth"]) == ("Grace", "1234567", BORN)
    assert (later["email"], later["trn"], later["date_of_birth"]) == ("grace@schools.example.org", "1234567", BORN)
    assert (await teacher(ours, "E-2"))["profile"]["kind"] == "teacher"


async def test_an_import_of_teachers_is_undone(ours: Partnership) -> None:
    await post_ok(ours, "/mentees", **TEACHER)
    done = await ours.import_file("teachers", file_of(f"E-1,,,,1234567,{BORN},"))

    await post_ok(ours, f"/imports/{done['import_id']}/undo", on="2026-07-02")

    found = await teacher(ours)
    assert (found["trn"], found["date_of_birth"]) == (None, None)


async def test_only_the_partnership_lead_and_the_teacher_see_the_date_of_birth(ours: Partnership) -> None:
    made = await post_ok(ours, "/mentees", **TEACHER, date_of_birth=BORN)
    path = f"/people/{made['person_id']}"

    seen = {
        who: (await ours.get(path, made["position"], headers))["date_of_birth"]
        for who, headers in (
            ("lead", ours.lead),
            ("school lead", ours.bearer("school_lead", schools=("990001",))),
            ("teacher", ours.bearer("trainee", subject=made["person_id"])),
        )
    }

    assert seen == {"lead": BORN, "school lead": None, "teacher": BORN}


@pytest.mark.parametrize(("name", "value"), [("trn", "1234567"), ("date_of_birth", BORN)])
async def test_a_pupil_has_neither(ours: Partnership, name: str, value: str) -> None:
    pupil = TEACHER | {"kind": "pupil", "year_group": "year_8", name: value}

    assert pointer_of(await send(ours, "/mentees", **pupil)) == f"/{name}"


@pytest.mark.parametrize(("name", "value"), [("trn", "12345"), ("date_of_birth", "2099-01-01")])
async def test_what_cannot_be_is_refused(ours: Partnership, name: str, value: str) -> None:
    assert pointer_of(await send(ours, "/mentees", **TEACHER | {name: value})) == f"/{name}"


async def test_a_trn_is_that_of_one_teacher_whatever_anybody_confirms(ours: Partnership) -> None:
    await post_ok(ours, "/mentees", **TEACHER, trn="1234567")
    second = TEACHER | {"reference": "E-2", "trn": "1234567", "other_person": True}

    refused = await send(ours, "/mentees", **second)

    assert problem_of(refused) == (409, "shared-trn")
    (error,) = (await ours.check_file("teachers", file_of("E-2,Jo,Lund,,1234567,,990001"))).json()["errors"]
    assert (error["column"], error["code"]) == ("trn", "trn_held")


async def test_the_reference_of_a_pupil_is_refused_in_a_file_of_teachers(ours: Partnership) -> None:
    await register_pupil(ours, "P-1")

    (error,) = (await ours.check_file("teachers", file_of("P-1,Sam,Oakes,,,,990001"))).json()["errors"]

    assert (error["column"], error["code"]) == ("teacher_reference", "no_teacher")


@pytest.mark.parametrize("born", ["1899-12-31", "2099-01-01"])
async def test_a_date_of_birth_that_cannot_be_is_an_error_of_its_cell(ours: Partnership, born: str) -> None:
    (error,) = (await ours.check_file("teachers", file_of(f"E-1,Jo,Lund,,,{born},990001"))).json()["errors"]

    assert error["column"] == "date_of_birth"


async def test_the_date_of_birth_is_stored_encrypted_published_nowhere_and_erased_with_the_teacher(
    ours: Partnership,
) -> None:
    made = await post_ok(ours, "/mentees", **TEACHER, trn="1234567", date_of_birth=BORN)
    key = f"{ours.tenant}/person-{made['person_id']}".encode()
    bodies = "select string_agg(body::text, '') from events where stream = 'person-' || $1"
    stored = await ours.fetch_value(bodies, made["person_id"])

    async def is_published() -> bool:
        return any(message.key == key for message in await topic_messages(ours.platform, "referral"))

    await eventually(is_published)
    published = [message.value for message in await topic_messages(ours.platform, "referral") if message.key == key]
    erased = await post_ok(ours, f"/people/{made['person_id']}/erasure", on="2026-07-02")

    assert '"date_of_birth"' in stored
    assert BORN not in stored
    assert all(BORN.encode() not in (value or b"") and b"date_of_birth" not in (value or b"") for value in published)
    await ours.get("/people", erased["position"])
    gone = await ours.http.get(f"/people/{made['person_id']}", headers=ours.lead)
    assert gone.status_code == 404
