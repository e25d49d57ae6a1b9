"""Somebody who is on record under another reference is not recorded a second time without anybody noticing."""

import asyncio
from typing import Any

import pytest

from alongside.demo import partnership
from services.referral.commands import imports
from services.referral.imports import batches
from tests.integration.referral.partnership import ON, Partnership
from tests.integration.referral.requests import post_ok, problem_of, register_pupil, send
from tests.support.people_files import MENTOR, TRAINEE, sheet
from tests.support.services import Platform

pytestmark = pytest.mark.covers("R3", "R7")
HELD = {"provider_trainee_id": "26-01", "trn": "9920077"}
AGAIN = {"provider_trainee_id": "26-99", "trn": "9920077"}


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """The sample partnership's schools, and nobody yet."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    return ours


async def errors_of(ours: Partnership, kind: str, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
    """The errors of a dry run: line, column and code."""
    found = (await ours.check_file(kind, sheet(*rows))).json()
    return [(error["line"], error["column"], error["code"]) for error in found["errors"]]


async def test_a_trn_that_is_held_is_an_error_that_names_the_holder(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))

    checked = (await ours.check_file("trainees", sheet(TRAINEE | AGAIN | {"email": "other@example.org"}))).json()

    (error,) = checked["errors"]
    assert (error["line"], error["column"], error["code"]) == (2, "trn", "trn_held")
    assert "Elif Kaya, reference 26-01" in error["message"]
    assert "merge" in error["message"]
    refused = await ours.confirm(checked["import_id"])
    assert problem_of(refused) == (409, "has-errors")
    assert "Elif Kaya" in refused.json()["errors"][0]["message"]
    # what is kept of the file names nobody
    kept = await ours.fetch_value("select string_agg(errors::text, '') from imports")
    assert "Kaya" not in kept
    # whoever may read the import may read the name
    shown = await ours.get(f"/imports/{checked['import_id']}")
    assert [shown["errors"][0]["message"]] == [error["message"]]
    assert list(await ours.people_by_reference()) == ["26-01"]


async def test_two_rows_of_one_file_with_one_trn_are_an_error_of_the_second(ours: Partnership) -> None:
    rows = TRAINEE | HELD, TRAINEE | AGAIN | {"email": "other@example.org"}
    assert await errors_of(ours, "trainees", *rows) == [(3, "trn", "duplicate")]


async def test_two_rows_that_share_an_identifier_are_noticed_in_the_dry_run_though_they_are_recorded_apart(
    ours: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (batches, imports):
        monkeypatch.setattr(module, "BATCH", 1)
    namesake = {"provider_trainee_id": "26-50", "family_name": "Oakes", "email": TRAINEE["email"].upper(), "trn": ""}
    between = {"provider_trainee_id": "26-40", "email": "between@example.org", "trn": ""}

    checked = (await ours.check_file("trainees", sheet(*(TRAINEE | row for row in (HELD, between, namesake))))).json()

    (warning,) = checked["warnings"]
    assert (warning["line"], warning["column"], warning["code"]) == (4, "email", "email_held")
    assert "Line 2 has this e-mail address" in warning["message"]
    assert problem_of(await ours.confirm(checked["import_id"])) == (409, "needs-confirmation")
    assert await ours.people_by_reference() == {}
    # a TRN is one person's, also where a spreadsheet or an old letter writes it in another way
    rows = HELD, between, AGAIN | {"trn": "RP99/20077", "email": "again@example.org"}
    assert await errors_of(ours, "trainees", *(TRAINEE | row for row in rows)) == [(4, "trn", "duplicate")]


async def test_the_same_row_again_and_a_corrected_trn_are_no_errors(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))
    assert (await ours.import_file("trainees", sheet(TRAINEE | HELD)))["unchanged"] == 1
    await ours.import_file("trainees", sheet(TRAINEE | HELD | {"trn": "9920078"}))
    # the first TRN is nobody's now
    other = TRAINEE | AGAIN | {"email": "other@example.org"}
    assert (await ours.import_file("trainees", sheet(other)))["new"] == 1


@pytest.mark.parametrize("email", ["amina@schools.example.org", "Amina@Schools.Example.ORG"])
async def test_a_shared_e_mail_address_has_to_be_confirmed(ours: Partnership, email: str) -> None:
    await ours.import_file("mentors", sheet(MENTOR))

    second = {"staff_reference": "M-2", "email": email}
    checked = (await ours.check_file("mentors", sheet(MENTOR | second))).json()

    assert checked["errors"] == []
    assert [(warning["column"], warning["code"]) for warning in checked["warnings"]] == [("email", "email_held")]
    message = checked["warnings"][0]["message"]
    assert "Amina Farooq, reference M-1" in message
    assert message.endswith(
        "or confirm that they are two people with `--other-people`, or over HTTP with `other_people`."
    )
    refused = await ours.confirm(checked["import_id"])
    assert problem_of(refused) == (409, "needs-confirmation")
    assert [error["code"] for error in refused.json()["errors"]] == ["email_held"]
    done = await post_ok(ours, f"/imports/{checked['import_id']}/confirmation", on=ON, other_people=True)
    assert done["new"] == 1


async def test_a_mentor_and_a_trainee_may_be_one_person(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))
    mentor = {"trn": HELD["trn"], "email": TRAINEE["email"]}
    checked = (await ours.check_file("mentors", sheet(MENTOR | mentor))).json()
    assert (checked["errors"], checked["warnings"]) == ([], [])


async def test_a_mentee_with_the_e_mail_address_of_another_has_to_be_confirmed(ours: Partnership) -> None:
    first = await register_pupil(ours, email="home@example.org")
    body: dict[str, Any] = {
        "reference": "P-2", "given_name": "Ash", "family_name": "Oakes", "kind": "pupil", "year_group": "year_7",
        "school_urn": "990001", "email": "Home@example.org", "on": "2026-09-07",
    }  # fmt: skip
    refused = await send(ours, "/mentees", **body)
    assert problem_of(refused) == (409, "shared-email")
    assert (refused.json()["holder_id"], first in refused.json()["detail"]) == (first, True)
    assert refused.json()["detail"].endswith("confirm that they are two people with `other_person`.")
    await post_ok(ours, "/mentees", **body, other_person=True)


async def test_an_erased_person_keeps_no_digest(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))
    person_id = (await ours.people_by_reference())["26-01"]["person_id"]
    await post_ok(ours, f"/people/{person_id}/erasure", on="2026-07-02")
    assert await ours.fetch_value(f"select count(*) from identity_digests where person_id = '{person_id}'") == 0
    assert (await ours.import_file("trainees", sheet(TRAINEE | AGAIN)))["new"] == 1


async def test_a_merged_person_is_found_under_the_kept_record(ours: Partnership) -> None:
    other = {"provider_trainee_id": "26-02", "email": "other@example.org"}
    await ours.import_file("trainees", sheet(TRAINEE | HELD, TRAINEE | other | {"trn": ""}))
    people = await ours.people_by_reference()
    await post_ok(
        ours, f"/people/{people['26-01']['person_id']}/merge", into=people["26-02"]["person_id"], on="2026-07-02"
    )
    third = TRAINEE | AGAIN | {"email": "third@example.org"}
    checked = (await ours.check_file("trainees", sheet(third))).json()
    assert "reference 26-02" in checked["errors"][0]["message"]


async def test_an_import_that_was_undone_holds_nothing(ours: Partnership) -> None:
    done = await ours.import_file("trainees", sheet(TRAINEE | HELD))
    await ours.get("/people", done["position"])
    await post_ok(ours, f"/imports/{done['import_id']}/undo", on=ON)
    assert await errors_of(ours, "trainees", TRAINEE | AGAIN) == []


async def test_people_from_before_there_was_a_table_are_found(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))
    await ours.people_by_reference()
    await ours.fetch_value("delete from identity_digests returning 1")
    assert await errors_of(ours, "trainees", TRAINEE | AGAIN | {"email": "other@example.org"}) == [
        (2, "trn", "trn_held")
    ]


async def test_of_two_who_are_recorded_at_once_with_one_trn_one_is_refused(ours: Partnership) -> None:
    rows = TRAINEE | HELD, TRAINEE | AGAIN | {"email": "other@example.org"}
    leads = [ours.lead, ours.bearer("partnership_lead", subject="second lead")]
    files = [(await ours.check_file("trainees", sheet(row), who)).json() for row, who in zip(rows, leads, strict=True)]
    answers = await asyncio.gather(*(ours.confirm(file["import_id"]) for file in files))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_row_that_two_trainees_may_be_meant_by_is_refused_with_both_names(ours: Partnership) -> None:
    await ours.import_file("trainees", sheet(TRAINEE | HELD))
    # recorded twice, as it could be before anybody looked
    await ours.fetch_value("update identity_digests set digest = '' where what = 'trn' returning 1")
    done = await ours.import_file("trainees", sheet(TRAINEE | AGAIN | {"email": "other@example.org"}))
    await ours.people_by_reference(done["position"])

    row = {"TRN": HELD["trn"], "Placement 1 URN": "990001"}
    (error,) = (await ours.check_file("placements", sheet(row))).json()["errors"]

    assert (error["line"], error["column"], error["code"]) == (2, "TRN", "ambiguous_trainee")
    assert "Elif Kaya, reference 26-01" in error["message"]
    assert "Elif Kaya, reference 26-99" in error["message"]
