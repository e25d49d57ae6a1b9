"""Many referrals at once: from a file, countersigned and accepted together, by the rules of a single referral."""

from collections.abc import Sequence
from typing import Any

import pytest

from alongside.demo import partnership
from services.referral.commands import imports
from services.referral.imports import batches
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import open_programme, post_ok, problem_of, register_pupil, send
from tests.support.people_files import sheet
from tests.support.services import Platform

pytestmark = pytest.mark.covers("R3", "R4")
ROW = {"provider_trainee_id": "T26-001", "purpose": "Induction", "reasons": "general_placement", "priority": "urgent"}
DAY = "2026-07-01"


@pytest.fixture(scope="module")
async def trainees(platform: Platform) -> Partnership:
    """A partnership with its sample schools and trainees."""
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    done = await ours.import_file("trainees", partnership.TRAINEES.read_bytes())
    await ours.people_by_reference(done["position"])
    await open_programme(ours)
    return ours


async def test_a_file_without_a_column_for_the_programme_says_that_none_is_open(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    done = await ours.import_file("trainees", partnership.TRAINEES.read_bytes())
    await ours.people_by_reference(done["position"])
    assert await errors_of(ours, ROW) == [(2, None, "no_open_programme")]
    assert await errors_of(ours, ROW | {"programme": "Gardening"}) == [(2, "programme", "no_open_programme")]


async def errors_of(ours: Partnership, *rows: dict[str, str]) -> list[tuple[int, str | None, str]]:
    found = (await ours.check_file("referrals", sheet(*rows))).json()
    return [(error["line"], error["column"], error["code"]) for error in found["errors"]]


async def referrals_of(ours: Partnership, references: Sequence[str], position: str | None = None) -> list[Any]:
    people = await ours.people_by_reference()
    ids = {people[reference]["person_id"] for reference in references}
    return [
        referral for referral in await ours.get("/referrals", position, limit=1000) if referral["trainee_id"] in ids
    ]


async def test_the_trainees_of_a_file_are_referred_countersigned_by_somebody_else_and_accepted(
    trainees: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = trainees
    for module in (batches, imports):
        monkeypatch.setattr(module, "BATCH", 2)
    references = [f"T26-00{number}" for number in range(1, 6)]
    content = sheet(*(ROW | {"provider_trainee_id": reference} for reference in references))

    done = await ours.import_file("referrals", content)

    assert (done["new"], done["changed"], done["unchanged"]) == (5, 0, 0)
    made = await referrals_of(ours, references, done["position"])
    assert {(referral["status"], referral["purpose"], referral["priority"]) for referral in made} == {
        ("referred", "induction", "urgent")
    }
    again = await ours.import_file("referrals", content)
    assert (again["new"], again["unchanged"]) == (0, 5)

    many = {"on": DAY, "referral_ids": [referral["referral_id"] for referral in made]}
    own = await send(ours, "/referrals/countersignatures", **many)
    assert problem_of(own) == (409, "some-refused")
    assert [error["pointer"] for error in own.json()["errors"]] == [f"/referral_ids/{nth}" for nth in range(5)]
    early = await send(ours, "/referrals/acceptances", **many)
    assert problem_of(early) == (409, "some-refused")
    tutor = ours.bearer("tutor")
    signed = await post_ok(ours, "/referrals/countersignatures", tutor, **many)
    assert signed["referrals"] == 5
    assert problem_of(await send(ours, "/referrals/acceptances", tutor, **many))[0] == 403
    accepted = await post_ok(ours, "/referrals/acceptances", **many)
    now = await referrals_of(ours, references, accepted["position"])
    assert {referral["status"] for referral in now} == {"accepted"}
    # once more changes nothing
    assert (await post_ok(ours, "/referrals/acceptances", **many))["referrals"] == 5


async def test_each_wrong_cell_of_a_referral_is_named(trainees: Partnership) -> None:
    row = ROW | {"provider_trainee_id": "T26-010", "programme": ""}
    wrong = [
        (row | {"provider_trainee_id": "T26-999"}, "provider_trainee_id", "unknown_trainee"),
        (row | {"reasons": "behaviour_management"}, "reasons", "invalid"),
        (row | {"purpose": "fun"}, "purpose", "literal_error"),
        (row | {"priority": "soon"}, "priority", "unknown_priority"),
        (row | {"programme": "Gardening"}, "programme", "unknown_programme"),
        (row | {"reasons": ""}, "reasons", "missing"),
    ]
    for cells, column, code in wrong:
        assert await errors_of(trainees, cells) == [(2, column, code)]
    assert await errors_of(trainees, row, row) == [(3, "provider_trainee_id", "duplicate")]
    assert await errors_of(trainees, row | {"programme": "ITE-placement"}) == []


async def test_whoever_is_referred_otherwise_already_is_an_error_until_that_is_withdrawn(trainees: Partnership) -> None:
    row = ROW | {"provider_trainee_id": "T26-020"}
    await trainees.import_file("referrals", sheet(row))
    usual = row | {"priority": "usual"}
    assert await errors_of(trainees, usual) == [(2, "provider_trainee_id", "referred_before")]
    (made,) = await referrals_of(trainees, ["T26-020"])
    await post_ok(trainees, f"/referrals/{made['referral_id']}/withdrawal", on=DAY)
    assert (await trainees.import_file("referrals", sheet(usual)))["new"] == 1


async def test_an_import_of_referrals_is_undone_unless_one_of_them_went_on(trainees: Partnership) -> None:
    async def undo(row: dict[str, str]) -> Any:
        checked = (await trainees.check_file("referrals", sheet(row))).json()
        await trainees.confirm(checked["import_id"])
        return checked["import_id"]

    first = await undo(ROW | {"provider_trainee_id": "T26-030"})
    undone = await post_ok(trainees, f"/imports/{first}/undo", on="2026-07-02")
    assert undone["records"] == {"referral": 1}
    (made,) = await referrals_of(trainees, ["T26-030"], undone["position"])
    assert made["status"] == "withdrawn"

    second = await undo(ROW | {"provider_trainee_id": "T26-031"})
    (made,) = await referrals_of(trainees, ["T26-031"])
    await post_ok(trainees, f"/referrals/{made['referral_id']}/countersignature", trainees.bearer("tutor"), on=DAY)
    refused = await send(trainees, f"/imports/{second}/undo", on="2026-07-02")
    assert problem_of(refused) == (409, "built-upon")


async def test_a_mentee_of_another_kind_is_found_by_the_reference_too(trainees: Partnership) -> None:
    programme = await open_programme(trainees, "pupil-mentoring")
    await register_pupil(trainees, "P-77")
    settings = (await trainees.get(f"/programmes/{programme}"))["settings"]
    criterion = settings["criteria"][0]
    row = {
        "programme": programme,
        "provider_trainee_id": "p-77",
        "purpose": criterion["purposes"][0],
        "reasons": criterion["code"],
    }
    assert await errors_of(trainees, row) == []
    assert await errors_of(trainees, row | {"programme": ""}) == [(2, "programme", "ambiguous_programme")]
