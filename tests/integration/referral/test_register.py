"""A real extract of the register of schools, where there is one beside the project."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.integration.referral.partnership import Partnership
from tests.support.services import Platform, eventually

EXTRACT = Path(__file__).parents[4] / "shared" / "data" / "gias" / "gias_england_2017_six_regions.csv"

pytestmark = [
    pytest.mark.covers("R1", "R3"),
    pytest.mark.skipif(
        not EXTRACT.exists(), reason=f"no extract of the register at {EXTRACT.parent.name}/{EXTRACT.name}"
    ),
]


LEFT_OUT = {"Welsh establishment", "Offshore schools", "British schools overseas"}


async def test_every_good_row_of_a_real_extract_goes_in_and_each_bad_one_is_told(platform: Platform) -> None:
    ours = Partnership.new(platform)
    content = EXTRACT.read_bytes()
    wanted, broken = _by_eye(content)
    assert len(wanted) > 4000

    found = (await ours.check_file("schools", content)).json()
    assert found["ready"] is False
    assert {error["line"] for error in found["errors"]} == set(broken)
    assert all(error["column"] in broken[error["line"]] and error["message"] for error in found["errors"])
    assert found["will_change"] == {"new": len(wanted), "changed": 0, "unchanged": 0, "left_out": len(broken)}

    refused = await ours.confirm(found["import_id"])
    assert (refused.status_code, refused.json()["errors"]) == (409, found["errors"])
    done = await ours.confirm(found["import_id"], good_rows_only=True)
    assert done.json()["new"] == len(wanted)
    assert await ours.fetch_value("select count(*) from events where stream like 'school-%'") == len(wanted)
    assert {school["urn"]: school["name"] for school in await _all_schools(ours)} == wanted

    again = (await ours.check_file("schools", content)).json()
    assert again["will_change"] == {"new": 0, "changed": 0, "unchanged": len(wanted), "left_out": len(broken)}


def _by_eye(content: bytes) -> tuple[dict[str, str], dict[int, set[str]]]:
    """What the plain csv module says: good schools by URN, and by line the columns that an open school lacks."""
    wanted: dict[str, str] = {}
    broken: dict[int, set[str]] = {}
    for line, row in enumerate(csv.DictReader(io.StringIO(content.decode("cp1252"))), start=2):
        if row["TypeOfEstablishment (name)"] in LEFT_OUT or row["EstablishmentStatus (code)"] in ("2", "4"):
            continue
        needed = {"URN", "EstablishmentName", "EstablishmentStatus (code)"}
        missing = {column for column in needed if not row[column].strip()}
        if missing:
            broken[line] = missing
        else:
            wanted[row["URN"]] = " ".join(row["EstablishmentName"].split())
    return wanted, broken


async def _all_schools(ours: Partnership) -> list[dict[str, Any]]:
    async def page(after: list[dict[str, Any]]) -> list[dict[str, Any]]:
        from_there = {"after": after[-1]["urn"]} if after else {}
        return list(await ours.get("/schools", limit=1000, **from_there))

    async def all_projected() -> bool:
        recorded = "select count(*) from events where stream like 'school-%'"
        return bool(await ours.fetch_value(f"select count(*) = ({recorded}) from schools"))

    await eventually(all_projected, within=60)
    found = await page([])
    while more := await page(found):
        found += more
    return found
