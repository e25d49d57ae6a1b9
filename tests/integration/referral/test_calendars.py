"""Calendars of schools from CSV: checked row by row, corrected by the next file, undone."""

import pytest

from alongside.demo import partnership
from shared.kernel.unit import utc_now
from tests.integration.referral.partnership import Partnership
from tests.integration.referral.requests import post_ok
from tests.support.people_files import sheet
from tests.support.services import Platform

pytestmark = pytest.mark.covers("R3", "S2")
SCHOOLS = partnership.SCHOOLS.read_bytes()
URN = "990001"
AUTUMN = {"school_urn": URN, "period": "Autumn 1", "kind": "term", "starts_on": "2026-09-01", "ends_on": "2026-10-23"}
INSET = {"school_urn": URN, "period": "INSET 1", "kind": "inset", "starts_on": "2026-10-30", "ends_on": ""}


async def test_a_calendar_is_imported_corrected_and_undone(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    done = await ours.import_file("calendars", sheet(AUTUMN, INSET))
    shown = await ours.get(f"/schools/{URN}/calendar", done["position"])
    assert [(each["name"], each["starts_on"], each["ends_on"]) for each in shown["periods"]] == [
        ("Autumn 1", "2026-09-01", "2026-10-23"),
        ("INSET 1", "2026-10-30", "2026-10-30"),
    ]
    again = (await ours.check_file("calendars", sheet(AUTUMN, INSET))).json()
    assert again["will_change"] == {"new": 0, "changed": 0, "unchanged": 2, "left_out": 0}

    corrected = await ours.import_file("calendars", sheet(AUTUMN | {"ends_on": "2026-10-22"}))
    shown = await ours.get(f"/schools/{URN}/calendar", corrected["position"])
    assert shown["periods"][0]["ends_on"] == "2026-10-22"

    await post_ok(ours, f"/imports/{corrected['import_id']}/undo", on=f"{utc_now().date()}")
    shown = await ours.get(f"/schools/{URN}/calendar")
    assert shown["periods"][0]["ends_on"] == "2026-10-23"


async def test_rows_that_cannot_be_are_told_with_what_to_do(platform: Platform) -> None:
    ours = Partnership.new(platform)
    await ours.import_file("schools", SCHOOLS)
    rows = (
        AUTUMN,
        AUTUMN | {"period": "Autumn 2", "starts_on": "2026-10-20", "ends_on": "2026-12-18"},
        INSET | {"school_urn": "100999"},
        INSET | {"ends_on": "2026-10-29"},
        INSET | {"kind": "party", "period": "INSET 2"},
        AUTUMN | {"period": "AUTUMN 1"},
    )
    found = (await ours.check_file("calendars", sheet(*rows))).json()
    told = {(error["line"], error["column"], error["code"]) for error in found["errors"]}
    assert {(line, column) for line, column, _ in told} == {
        (3, "starts_on"),
        (4, "school_urn"),
        (5, "ends_on"),
        (6, "kind"),
        (7, "starts_on"),
    }
    assert (3, "starts_on", "periods_overlap") in told
    assert (7, "starts_on", "Line 2 has this period too, from 2026-09-01 to 2026-10-23. Keep one of the two.") in {
        (error["line"], error["column"], error["message"]) for error in found["errors"]
    }
