"""A school brings in figures of its mentees by file: all rows or none, the same file once, read by a few."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import httpx
import openpyxl
import pytest

from shared.spreadsheets import workbook
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import (
    Headers,
    Pair,
    a_pair_in,
    a_placed_pair,
    a_returning_pair,
    a_tutor,
    outsiders,
)
from tests.support.services import Platform
from tests.support.tenth_programme import TENTH

pytestmark = pytest.mark.covers("S6")
SOURCE = f"source-{uuid4().hex}"
CSV = "text/csv"


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the tenth programme, which takes the lessons that were taught as a figure."""
    return await a_returning_pair(platform)


def table(pair: Pair, *rows: tuple[str, str, str], mentee: object = None) -> bytes:
    """A CSV file with a measure, a value and a day in each row, all of one mentee."""
    lines = [f"{mentee or pair.trainee_id},{measure},{value},{day},{SOURCE}" for measure, value, day in rows]
    return "\n".join(["mentee_id,measure,value,day,source", *lines]).encode()


async def send(pair: Pair, content: bytes, who: Headers | None = None, media_type: str = CSV) -> httpx.Response:
    return await pair.platform["sessions"].post(
        "/figures", content=content, headers=(who or pair.host_lead) | {"Content-Type": media_type}
    )


async def figures(pair: Pair, who: Headers, after: httpx.Response) -> list[tuple[object, ...]]:
    answer = await pair.get(f"{pair.path}/figures", who, after)
    assert answer.status_code == 200, answer.text
    return [(each["on"], each["value"], each["version"], each["source"]) for each in answer.json()]


async def test_a_file_is_recorded_once_and_a_later_one_corrects_it(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    file = table(pair, ("lessons_taught", "12", "21/09/2026"), ("lessons_taught", "14.5", "2026-09-28"))
    assert (await send(pair, file)).json() == {"recorded": 2, "unchanged": 0}
    before = await storage.events(platform)
    again = await send(pair, file)
    assert (again.status_code, again.json()) == (201, {"recorded": 0, "unchanged": 2})
    assert await storage.events(platform) == before

    last = await send(pair, table(pair, ("lessons_taught", "13", "2026-09-21")))

    for who in (pair.trainee, pair.mentor, pair.host_lead):
        assert await figures(pair, who, last) == [
            ("2026-09-21", 13.0, 2, SOURCE),
            ("2026-09-21", 12.0, 1, SOURCE),
            ("2026-09-28", 14.5, 1, SOURCE),
        ]
    assert SOURCE not in await storage.rows(platform, postgres_admin_url)
    assert "figure_recorded" not in await storage.messages(platform)


async def test_a_workbook_is_read_as_well(pair: Pair) -> None:
    book, file = openpyxl.Workbook(), BytesIO()
    assert book.active is not None
    book.active.append(["Mentee ID", "Measure", "Value", "Day", "Source"])
    book.active.append([str(pair.trainee_id), "lessons_taught", 11, "2026-09-21", SOURCE])
    book.save(file)
    sent = await send(pair, file.getvalue(), media_type=workbook.MEDIA_TYPE)
    assert (sent.status_code, sent.json()) == (201, {"recorded": 1, "unchanged": 0})


async def test_a_file_with_errors_is_answered_row_by_row_and_nothing_of_it_is_recorded(
    platform: Platform, pair: Pair
) -> None:
    elsewhere = await a_placed_pair(platform)
    before = await storage.events(platform)
    good = table(pair, ("lessons_taught", "12", "2026-09-21"))
    bad = [
        f"{pair.trainee_id},singing,3,2026-09-21,{SOURCE}",
        f"{pair.trainee_id},lessons_taught,many,2026-09-21,{SOURCE}",
        f"{uuid4()},lessons_taught,3,2026-09-21,{SOURCE}",
        f"{elsewhere.trainee_id},lessons_taught,3,2026-09-21,{SOURCE}",
        f"M-1,lessons_taught,3,2026-09-21,{SOURCE}",
        f"{pair.trainee_id},lessons_taught,3,2099-09-21,{SOURCE}",
        f"{pair.trainee_id},lessons_taught,13,2026-09-21,{SOURCE}",
        f"{pair.trainee_id},lessons_taught,3,2026-09-21,",
    ]
    refused = await send(pair, good + "\n".join(["", *bad]).encode())
    assert refused.status_code == 422
    assert [(row["line"], row["column"]) for row in refused.json()["rows"]] == [
        (3, "measure"),
        (4, "value"),
        (5, "mentee_id"),
        (6, "measure"),
        (7, "mentee_id"),
        (8, "day"),
        (9, "value"),
        (10, "source"),
    ]
    assert await storage.events(platform) == before


async def test_the_lead_of_a_former_school_brings_in_figures_of_its_days_alone(platform: Platform) -> None:
    former = await a_pair_in(TENTH, platform, terms={"ends_on": date(2026, 10, 9)})
    present = await a_returning_pair(platform, trainee_id=former.trainee_id, school_urn="900002", runs_today=True)
    for day in ("2026-09-11", "2026-10-10"):
        refused = await send(former, table(former, ("lessons_taught", "12", day)))
        assert refused.status_code == 422
        (row,) = refused.json()["rows"]
        assert (row["line"], row["column"]) == (2, "day")
        assert "ran from 14 September 2026 to 9 October 2026 and is over" in row["detail"]
        assert (await send(present, table(present, ("lessons_taught", "12", day)))).status_code == 201
    for day in ("2026-09-14", "2026-10-09"):
        assert (await send(former, table(former, ("lessons_taught", "12", day)))).status_code == 201


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"mentee_id,measure,value,day,source\n", b"PK\x03\x04"])
async def test_what_is_no_table_of_figures_is_refused(pair: Pair, content: bytes) -> None:
    refused = await send(pair, content)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:alongside:problem:unreadable-figures")


async def test_only_a_lead_of_the_school_brings_figures_in_and_only_a_few_see_them(
    platform: Platform, pair: Pair
) -> None:
    file = table(pair, ("lessons_taught", "12", "2026-09-21"))
    before = await storage.events(platform)
    others = [pair.mentor, pair.trainee, platform.bearer("partnership_lead"), *outsiders(platform)]
    for who in others:
        refused = await send(pair, file, who)
        assert (refused.status_code, refused.json()["rows"][0]["column"]) == (422, "mentee_id")
    assert await storage.events(platform) == before
    overseers = [platform.bearer("partnership_lead"), await a_tutor(pair)]
    for who in overseers:
        assert (await pair.get(f"{pair.path}/figures", who)).status_code == 403
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/figures", who)).status_code == 404
    assert (await send(pair, file, media_type="image/png")).status_code == 415
