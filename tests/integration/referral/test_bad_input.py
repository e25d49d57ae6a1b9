"""Whatever is wrong with what is sent: a problem document that points to it, and nothing stored."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from alongside.demo import partnership
from shared.kernel.http.application import LARGEST_JSON
from tests.integration.referral.partnership import CSV, Partnership
from tests.integration.referral.requests import open_programme, problem_of, register_pupil, send
from tests.support.services import NO_SUCH_ID, TODAY, Platform

pytestmark = pytest.mark.covers("R1", "R3", "R4", "R5", "R8")

SCHOOLS, MENTORS = partnership.SCHOOLS.read_bytes(), partnership.MENTORS.read_bytes()
TRAINEES, OFFERS = partnership.TRAINEES.read_bytes(), partnership.OFFERS.read_bytes()
HEADINGS = TRAINEES.splitlines()[0]
OFFER = {
    "school_urn": "990001",
    "subject": "Mathematics",
    "phase": "secondary",
    "places": 1,
    "starts_on": "2027-01-11",
    "ends_on": "2027-03-26",
    "on": "2026-07-01",
}
PROGRAMME = {
    "template": "ite-placement",
    "academic_year": "2026/27",
    "starts_on": "2026-09-01",
    "ends_on": "2027-07-31",
    "on": "2026-07-01",
}
REFERRAL = {
    "programme_id": str(uuid4()),
    "trainee_id": str(uuid4()),
    "purpose": "induction",
    "reasons": ["general_placement"],
    "on": "2026-07-01",
}


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    return ours


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["pointer"] for error in answer.json()["errors"]}


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/offers", OFFER | {"places": "many"}, "/places"),
        ("/offers", OFFER | {"places": -1}, "/places"),
        ("/offers", OFFER | {"places": 1.5}, "/places"),
        ("/offers", OFFER | {"subject": "Alchemy"}, "/subject"),
        ("/offers", OFFER | {"subject": 7}, "/subject"),
        ("/offers", OFFER | {"phase": "nursery"}, "/phase"),
        ("/offers", OFFER | {"phase": "primary"}, "/phase"),
        ("/offers", OFFER | {"ends_on": "2027-01-10"}, "/ends_on"),
        ("/offers", OFFER | {"ends_on": "2027-09-01"}, "/ends_on"),
        ("/offers", OFFER | {"starts_on": "the eleventh"}, "/starts_on"),
        ("/offers", OFFER | {"school_urn": "990099"}, "/school_urn"),
        ("/offers", OFFER | {"school_urn": "99"}, "/school_urn"),
        ("/offers", OFFER | {"room": "12"}, "/room"),
        ("/offers", without(OFFER, "on"), "/on"),
        ("/programmes", PROGRAMME | {"ends_on": "2026-08-31"}, "/ends_on"),
        ("/programmes", PROGRAMME | {"template": "nothing"}, "/template"),
        ("/programmes", PROGRAMME | {"academic_year": 2026}, "/academic_year"),
        ("/programmes", PROGRAMME | {"tenant": "somebody-else"}, "/tenant"),
        ("/programmes", without(PROGRAMME, "starts_on"), "/starts_on"),
        ("/referrals", REFERRAL | {"purpose": "promotion"}, "/purpose"),
        ("/referrals", REFERRAL | {"reasons": []}, "/reasons"),
        ("/referrals", REFERRAL | {"trainee_id": "T26-001"}, "/trainee_id"),
        ("/referrals", REFERRAL, "/programme_id"),
        ("/offers", OFFER | {"places": True}, "/places"),
        ("/offers", OFFER | {"places": "2"}, "/places"),
        ("/offers", OFFER | {"starts_on": 0}, "/starts_on"),
        ("/offers", OFFER | {"starts_on": "1792972800"}, "/starts_on"),
        ("/offers", OFFER | {"starts_on": "0001-01-01", "ends_on": "0001-02-01"}, "/starts_on"),
        ("/offers", OFFER | {"starts_on": "9999-12-30", "ends_on": "9999-12-31"}, "/ends_on"),
        ("/offers", OFFER | {"starts_on": "2207-01-11", "ends_on": "2207-03-26"}, "/starts_on"),
        ("/offers", OFFER | {"on": "2026-07-01T00:00:00"}, "/on"),
        ("/offers", OFFER | {"on": "2206-07-01"}, "/on"),
        ("/programmes", PROGRAMME | {"ends_on": "2207-07-31"}, "/ends_on"),
        ("/programmes", PROGRAMME | {"academic_year": "2026/99"}, "/academic_year"),
        ("/programmes", PROGRAMME | {"title": " \u200b\t"}, "/title"),
        ("/referrals", REFERRAL | {"on": "2206-07-01"}, "/on"),
        ("/referrals", REFERRAL | {"on": "1926-07-01"}, "/on"),
        (f"/people/{NO_SUCH_ID}/deferral", {"on": "2206-10-05"}, "/on"),
        (f"/people/{NO_SUCH_ID}/deferral", {"on": "2026-10-05", "expected_back_on": "2207-01-04"}, "/expected_back_on"),
        (f"/people/{NO_SUCH_ID}/training", {"on": "2026-10-05", "provider": "1AB", "hours": 1e-300}, "/hours"),
        (f"/people/{NO_SUCH_ID}/training", {"on": "9999-10-05", "provider": "1AB", "hours": 7}, "/on"),
        (
            f"/referrals/{NO_SUCH_ID}/acceptance",
            {"on": "2026-07-01", "mentor_hours_per_week": True},
            "/mentor_hours_per_week",
        ),
        (f"/referrals/{NO_SUCH_ID}/consent", {"on": "2026-07-01", "given": "yes"}, "/given"),
        (f"/people/{NO_SUCH_ID}/erasure", {"on": "soon"}, "/on"),
        (f"/people/{NO_SUCH_ID}/erasure", {}, "/on"),
        (f"/imports/{NO_SUCH_ID}/confirmation", {"on": "2026-07-01", "good_rows_only": "perhaps"}, "/good_rows_only"),
    ],
)
async def test_a_bad_field_is_pointed_to(ours: Partnership, path: str, body: dict[str, Any], pointer: str) -> None:
    before = await ours.count_events()
    answer = await ours.http.post(path, json=body, headers=ours.lead)
    assert answer.status_code == 422, answer.text
    assert pointer in pointers(answer)
    assert await ours.count_events() == before


@pytest.mark.parametrize(
    ("kind", "content", "code", "line"),
    [
        ("trainees", b"", "empty_file", 1),
        ("trainees", b"PK\x03\x04 a workbook", "workbook", 1),
        ("trainees", HEADINGS + b'\n"T26-001,Ada,Byron\n', "broken_csv", 2),
        ("trainees", HEADINGS + b"\nT26-001,Jos\xe9,Garc\xc3\xada\n", "mixed_encodings", 2),
        ("trainees", b"%PDF-1.7\n" + HEADINGS, "not_text", 1),
        ("trainees", HEADINGS.replace(b"email,", b""), "missing_column", 1),
        ("offers", TRAINEES, "missing_column", 1),
        ("schools", b"URN,URN\n100000,100000\n", "duplicate_column", 1),
    ],
)
async def test_a_file_that_is_no_table_is_refused_and_not_kept(
    ours: Partnership, kind: str, content: bytes, code: str, line: int
) -> None:
    before = await ours.count_events(), await ours.count_imports()
    answer = await ours.check_file(kind, content)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:alongside:problem:unreadable-file")
    assert (answer.json()["errors"][0]["code"], answer.json()["errors"][0]["line"]) == (code, line)
    assert answer.json()["errors"][0]["message"].endswith(".")
    assert (await ours.count_events(), await ours.count_imports()) == before


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        ("offers", OFFERS.replace(b"english,secondary,2", b"english,secondary,-2", 1), (2, "places")),
        ("offers", OFFERS.replace(b"2026-12-18", b"2026-09-01", 1), (2, "ends_on")),
        ("offers", OFFERS.replace(b"english", b"alchemy", 1), (2, "subject")),
        ("mentors", MENTORS.replace(b"secondary,3,", b"secondary,-3,", 1), (2, "capacity_hours_per_week")),
        ("mentors", MENTORS.replace(b"Amina", b"=cmd|' /C calc'!A1", 1), (2, "given_name")),
        ("mentors", MENTORS.replace(b"990001", b"123456", 1), (2, "school_urn")),
        ("trainees", TRAINEES.replace(b"429500", b"near Leeds", 1), (2, "home_easting")),
        ("trainees", TRAINEES.replace(b",Thompson", b"", 1), (2, None)),
    ],
)
async def test_a_bad_cell_is_pointed_to_and_keeps_the_file_out(
    ours: Partnership, kind: str, content: bytes, found: tuple[int, str | None]
) -> None:
    before = await ours.count_events()
    answer = await ours.check_file(kind, content)
    assert answer.status_code == 201
    assert [(error["line"], error["column"]) for error in answer.json()["errors"]] == [found]
    assert (await ours.confirm(answer.json()["import_id"])).status_code == 409
    assert await ours.count_events() == before


async def test_a_file_with_more_errors_than_anybody_reads_is_refused(ours: Partnership) -> None:
    rows = b"".join(b"990001,alchemy,nursery,x,y,z,%d\n" % number for number in range(2500))
    before = await ours.count_imports()
    answer = await ours.check_file("offers", OFFERS.splitlines()[0] + b"\n" + rows)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100
    assert await ours.count_imports() == before


async def test_a_file_that_is_too_large_is_refused_whether_it_says_so_or_not(ours: Partnership) -> None:
    before = await ours.count_imports()
    large = b"x" * (ours.platform.settings.alongside_max_file_bytes + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 500_000):
            yield large[start : start + 500_000]

    for content in (large, in_pieces()):
        answer = await ours.http.post("/imports", params={"kind": "schools"}, content=content, headers=ours.lead | CSV)
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:alongside:problem:too-large")
    assert await ours.count_imports() == before


async def test_a_file_may_be_larger_than_any_other_body(ours: Partnership) -> None:
    large = OFFERS.rstrip() + (b"\n" + b" " * 30) * (LARGEST_JSON // 20)
    answer = await ours.check_file("offers", large)
    assert (answer.status_code, answer.json()["errors"]) == (201, []), answer.text


async def test_a_form_around_the_file_is_refused(ours: Partnership) -> None:
    before = await ours.count_imports()
    answer = await ours.http.post(
        "/imports", params={"kind": "schools"}, files={"file": ("schools.csv", SCHOOLS)}, headers=ours.lead
    )
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:alongside:problem:not-a-file")
    assert await ours.count_imports() == before


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/people?kind=parent", "query:kind"),
        ("/people?limit=0", "query:limit"),
        (f"/offers/to-confirm?programme_id={NO_SUCH_ID}&on=0001-01-01", "query:on"),
        (f"/offers/to-confirm?programme_id={NO_SUCH_ID}&on=9999-12-31", "query:on"),
        (f"/programmes/{NO_SUCH_ID}?on=0001-01-01", "query:on"),
        ("/rules?on=1792972800", "query:on"),
        ("/people?after=T26-001", "query:after"),
        ("/people/T26-001", "path:person_id"),
        ("/offers?limit=many", "query:limit"),
        ("/schools/99%00", "path:urn"),
        ("/schools?after=%00", "query:after"),
        ("/imports/first", "path:import_id"),
    ],
)
async def test_a_bad_question_is_pointed_to(ours: Partnership, path: str, pointer: str) -> None:
    answer = await ours.http.get(path, headers=ours.lead)
    assert answer.status_code == 422
    assert pointers(answer) == {pointer}


async def test_a_kind_of_file_that_is_not_known_is_pointed_to(ours: Partnership) -> None:
    answer = await ours.check_file("parents", SCHOOLS)
    assert answer.status_code == 422
    assert pointers(answer) == {"query:kind"}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (f"/people/{NO_SUCH_ID}/deferral", {"on": "2206-10-05"}, "Did you mean 5 October 2027?"),
        ("/offers", OFFER | {"on": "2206-07-01"}, "Did you mean 1 July 2027?"),
        ("/offers", OFFER | {"on": f"{TODAY + timedelta(days=1)}"}, "is still to come"),
    ],
)
async def test_a_mistyped_year_is_refused_with_the_year_that_was_meant(
    ours: Partnership, path: str, body: dict[str, Any], words: str
) -> None:
    answer = await ours.http.post(path, json=body, headers=ours.lead)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:alongside:problem:invalid")
    assert words in answer.json()["detail"]


async def test_a_reference_with_something_invisible_is_the_same_reference(ours: Partnership) -> None:
    await register_pupil(ours, "26-01")
    body = {"kind": "pupil", "school_urn": "990001", "year_group": "year_8", "on": "2026-09-07", "family_name": "Oakes"}
    again = await send(ours, "/mentees", reference="26-01\u200b", given_name="\ufeffSam", **body)
    assert problem_of(again) == (409, "already-registered")


async def test_nothing_invisible_in_a_name_is_kept(ours: Partnership) -> None:
    pupil = await register_pupil(ours, " \u202e26-02\x00 ", given_name="\ufeffZoe\u0308", family_name="O\u00adakes")
    seen = await ours.get(f"/people/{pupil}")
    assert (seen["reference"], seen["given_name"], seen["family_name"]) == ("26-02", "Zo\u00eb", "Oakes")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("weights.travel", 10**17),
        ("weights.travel", True),
        ("contrast.phase", 10**17),
        ("mentoring.hours_per_trainee_week", 1e308),
        ("mentoring.hours_per_trainee_week", 1e-320),
        ("mentoring.hours_per_trainee_week", True),
        ("answers.answer_within", 10**6),
        ("offers.stale_after_days", 10**9),
        ("travel_caps.car", 10**9),
        ("countersignature", "yes"),
    ],
)
async def test_a_setting_beyond_its_limits_is_refused(ours: Partnership, setting: str, value: object) -> None:
    where = f"/programmes/{await open_programme(ours)}/overrides"
    answer = await send(ours, where, setting=setting, value=value, effective_from="2026-10-01", on="2026-09-20")
    assert (answer.status_code, pointers(answer)) == (422, {"/value"})
