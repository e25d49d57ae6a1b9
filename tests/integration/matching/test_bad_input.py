"""Bad input to every route: a problem document that points to the field, and nothing stored."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.support.services import NO_SUCH_ID, TODAY

ROUND = {"programme_id": str(uuid4()), "on": "2026-07-10"}
ANSWER = {"on": "2026-07-12", "side": "mentor"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (ROUND | {"programme_id": "spring"}, "/programme_id"),
        (ROUND | {"programme_id": 7}, "/programme_id"),
        (ROUND, "/programme_id"),
        (ROUND | {"on": "10/07/2026"}, "/on"),
        (ROUND | {"on": 0}, "/on"),
        (ROUND | {"on": "1792972800"}, "/on"),
        (ROUND | {"on": "2206-07-10"}, "/on"),
        (ROUND | {"on": "9999-12-31"}, "/on"),
        (ROUND | {"seed": 1}, "/seed"),
        ({"on": "2026-07-10"}, "/programme_id"),
        ({"programme_id": ROUND["programme_id"]}, "/on"),
        ([], ""),
    ],
)
async def test_a_bad_round_is_refused(partnership: Partnership, body: Any, pointer: str) -> None:
    answer = await partnership.platform["matching"].post("/rounds", json=body, headers=partnership.lead())

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


async def test_a_draft_is_not_named_where_none_is_kept(partnership: Partnership) -> None:
    named = partnership.lead() | {"Alongside-Draft": str(uuid4())}
    answer = await partnership.platform["matching"].post("/rounds", json=ROUND, headers=named)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header:alongside-draft")
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


async def test_a_round_after_the_programmes_end_is_refused(partnership: Partnership) -> None:
    programme = a_programme()
    await partnership.hears(programme)

    answer = await partnership.platform["matching"].post(
        "/rounds",
        json={"programme_id": str(programme.programme_id), "on": "2027-08-01"},
        headers=partnership.lead(),
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on")


@pytest.fixture
async def pair(partnership: Partnership) -> dict[str, Any]:
    programme, trainee = a_programme(), a_trainee()
    await partnership.hears(
        programme,
        a_school("900001"),
        a_mentor("900001"),
        an_offer("900001"),
        trainee,
        referral_accepted(programme, trainee),
    )
    (proposed,) = (await partnership.solve_round(programme))["pairs"]
    return dict(proposed)


async def test_a_bad_answer_is_refused(partnership: Partnership, pair: dict[str, Any]) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("acceptance", {"side": "mentor"}, "/on"),
        ("acceptance", ANSWER | {"on": 20260712.5}, "/on"),
        ("acceptance", ANSWER | {"on": "2206-07-02"}, "/on"),
        ("acceptance", ANSWER | {"on": f"{TODAY + timedelta(days=1)}"}, "/on"),
        ("acceptance", ANSWER | {"side": "school"}, "/side"),
        ("acceptance", ANSWER | {"reason": "I would love to."}, "/reason"),
        ("acceptance", {"on": "2026-07-12"}, "/side"),
        ("acceptance", ANSWER | {"on": "2026-07-09"}, "/on"),
        ("refusal", {"side": "mentor"}, "/on"),
        ("refusal", ANSWER | {"reason": ""}, "/reason"),
        ("refusal", ANSWER | {"reason": "x" * 2001}, "/reason"),
        ("refusal", ANSWER | {"reason": 3}, "/reason"),
        ("refusal", ANSWER | {"reason": " \u200b"}, "/reason"),
        ("refusal", ANSWER | {"because": "no"}, "/because"),
        ("refusal", ANSWER | {"on": "2026-07-09"}, "/on"),
    ]
    for what, body, pointer in cases:
        answer = await partnership.platform["matching"].post(
            f"/pairs/{pair['pair_id']}/{what}", json=body, headers=partnership.lead()
        )
        assert answer.status_code == 422, (what, body)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer], (what, body)

    (stored,) = await partnership.fetch(
        "select version from streams where tenant = $1 and stream = $2", partnership.tenant, f"pair-{pair['pair_id']}"
    )
    assert stored["version"] == 1


async def test_an_answer_to_a_pair_that_is_not_there_is_not_found(partnership: Partnership) -> None:
    for what in ("acceptance", "refusal"):
        answer = await partnership.answers({"pair_id": uuid4()}, what, partnership.lead(), side="mentor")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/rounds?limit=0",
        "/rounds?limit=1001",
        "/rounds?after=first",
        "/rounds/first",
        "/candidates?status=lost",
        "/candidates?programme_id=7",
        "/readiness",
        "/readiness?programme_id=7",
        "/pairs?status=maybe",
        "/pairs?limit=ten",
        "/pairs/7",
        f"/departures?programme_id={NO_SUCH_ID}&on=0001-01-01",
        f"/departures?programme_id={NO_SUCH_ID}&on=9999-12-31",
    ],
)
async def test_a_bad_question_is_refused(partnership: Partnership, path: str) -> None:
    answer = await partnership.platform["matching"].get(path, headers=partnership.lead())

    assert answer.status_code == 422, answer.text
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize("path", ["/rounds", "/candidates", "/pairs", f"/rounds/{NO_SUCH_ID}", f"/pairs/{NO_SUCH_ID}"])
async def test_without_a_token_there_is_no_answer(partnership: Partnership, path: str) -> None:
    assert (await partnership.platform["matching"].get(path)).status_code == 401


@pytest.mark.parametrize("on", ["2206-07-10", "0001-01-01", "1792972800"])
async def test_a_bad_day_of_a_query_parameter_is_refused(
    partnership: Partnership, pair: dict[str, Any], on: str
) -> None:
    http, lead = partnership.platform["matching"], partnership.lead()
    for answer in (
        await http.delete(f"/pairs/{pair['pair_id']}/lock", params={"on": on}, headers=lead),
        await http.post("/travel-times", params={"on": on}, content=b"", headers=lead | {"Content-Type": "text/csv"}),
    ):
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == ["query:on"]
