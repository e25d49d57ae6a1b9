"""A partnership's own table of travel times, from the file to the round that uses it."""

from typing import Any

import httpx
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

GOOD = "from,to,mode,minutes\nLS6 3QS,900001,car,37\n"
CSV = {"Content-Type": "text/csv"}


async def bring(
    partnership: Partnership, content: str, *, query: str = "?on=2026-07-01", **headers: str
) -> httpx.Response:
    return await partnership.platform["matching"].post(
        f"/travel-times{query}", content=content.encode(), headers=partnership.lead() | CSV | headers
    )


@pytest.mark.covers("M10")
async def test_a_round_uses_the_table_where_it_has_a_row(partnership: Partnership) -> None:
    programme = a_programme()
    told = a_trainee().model_copy(update={"home_area": "LS6"})
    untold = a_trainee()
    await partnership.hears(
        programme,
        a_school("900001", easting=410_000),
        a_mentor("900001", hours=3),
        an_offer("900001", places=2),
        told,
        untold,
        referral_accepted(programme, told),
        referral_accepted(programme, untold),
    )
    stored = await bring(partnership, GOOD)
    assert stored.status_code == 200, stored.text
    await partnership.read("/travel-times", after=stored)

    pairs = (await partnership.solve_round(programme))["pairs"]

    assert {pair["trainee_id"]: pair["travel_minutes"] for pair in pairs} == {
        str(told.trainee_id): 37,
        str(untold.trainee_id): 20,
    }


@pytest.mark.covers("M10")
async def test_a_dry_run_names_every_bad_cell_and_stores_nothing(partnership: Partnership) -> None:
    answer = await bring(partnership, GOOD + "LS6,Kirkside,car,0\n", query="?on=2026-07-01&dry_run=true")

    found = answer.json()
    assert (answer.status_code, found["rows"], found["stored"]) == (200, 2, False)
    assert [(error["line"], error["column"]) for error in found["errors"]] == [(3, "to"), (3, "minutes")]
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


@pytest.mark.covers("M10")
async def test_a_later_file_says_all_the_times_of_the_places_it_names(partnership: Partnership) -> None:
    await bring(partnership, GOOD + "LS6,900002,car,9\nBD1,900001,car,20\n")
    again = await bring(partnership, "from,to,mode,minutes\nLS6,900001,bicycle,50\n")

    rows: list[dict[str, Any]] = await partnership.read("/travel-times", after=again)

    assert [(row["place"], row["minutes"]) for row in rows] == [
        ("BD1", {"car": {"900001": 20}}),
        ("LS6", {"bicycle": {"900001": 50}}),
    ]


@pytest.mark.covers("M10")
@pytest.mark.parametrize(
    ("content", "query", "headers", "status"),
    [
        (GOOD + "LS6,Kirkside,car,1\n", "?on=2026-07-01", {}, 422),
        ("", "?on=2026-07-01", {}, 422),
        (GOOD, "", {}, 422),
        (GOOD, "?on=yesterday", {}, 422),
        (GOOD, "?on=2026-07-01&dry_run=perhaps", {}, 422),
        (GOOD, "?on=2026-07-01", {"Content-Type": "application/json"}, 415),
    ],
)
async def test_a_bad_file_is_refused_whole(
    partnership: Partnership, content: str, query: str, headers: dict[str, str], status: int
) -> None:
    answer = await bring(partnership, content, query=query, **headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert await partnership.fetch("select 1 from events where tenant = $1", partnership.tenant) == []


@pytest.mark.covers("M10")
@pytest.mark.parametrize("role", ["mentor", "trainee", "school_lead", "tutor"])
async def test_only_the_partnership_lead_brings_or_sees_the_table(partnership: Partnership, role: str) -> None:
    who = partnership.platform.bearer(role, tenant=partnership.tenant)
    service = partnership.platform["matching"]

    brought = await service.post("/travel-times?on=2026-07-01", content=GOOD.encode(), headers=who | CSV)
    seen = await service.get("/travel-times", headers=who)

    assert (brought.status_code, seen.status_code) == (403, 403)
