"""Everybody opens the reports that are for them, asks for another day or some rows alone, and takes them along."""

import csv
import re
from io import StringIO

import pytest
from playwright.async_api import expect

from alongside.demo.personas import LEAD
from tests.e2e.conftest import Demo
from tests.e2e.pages.visitors import look_at, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.covers("U5")


async def test_a_lead_opens_every_report_with_names_in_the_place_of_ids(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    await page.get_by_role("link", name="Reports").click()
    await expect(page.locator("h1")).to_contain_text("Reports")
    await look_at(page)
    reports = demo.client.get(LEAD, "reporting", "/reports")
    assert await page.locator(".al-card").count() == len(reports)
    for report in reports:
        await page.goto(f"/reports/{report['name']}")
        await expect(page.locator("h1")).to_contain_text(report["title"])
        await look_at(page)
        shown = await page.locator("main").inner_text()
        assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", shown), "nobody reads an id"
    await page.goto("/reports/caseloads?sort=mentor_id")
    first = demo.client.get(LEAD, "reporting", "/reports/caseloads", sort="mentor_id", limit=1)["rows"][0]
    await expect(page.locator("table").first).to_contain_text(demo.result.names[first["mentor_id"]])


async def test_a_report_of_another_day_and_of_some_rows_alone(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", PHONE)
    await page.goto("/reports/placements")
    await page.get_by_text("Ask for another day, or for some rows alone").click()
    await page.get_by_label("As of which day?").fill("2026-10-23")
    await page.get_by_label("Standing").fill("unplaced")
    await page.get_by_role("button", name="Ask").click()
    await expect(page.locator("main")).to_contain_text("As of 23 October 2026")
    await look_at(page)
    rows = demo.client.get(LEAD, "reporting", "/reports/placements", as_of="2026-10-23", standing="unplaced")["rows"]
    assert await page.locator("table").first.locator("tbody tr").count() == len(rows)

    await page.goto("/reports/placements?standing=somewhere")
    await expect(page).to_have_title(re.compile("^Error: "))
    assert await page.get_by_label("Standing").input_value() == "somewhere"
    await look_at(page)


async def test_a_report_is_saved_with_names_as_csv_and_as_the_files_of_reporting(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", DESKTOP)
    answer = await page.context.request.get("/reports/caseloads/file.csv?as_of=2026-10-23")
    table = list(csv.DictReader(StringIO((await answer.body()).decode("utf-8-sig"))))
    rows = demo.client.get(LEAD, "reporting", "/reports/caseloads", as_of="2026-10-23", limit=1000)["rows"]
    assert {row["Mentor"] for row in table} == {demo.result.names[row["mentor_id"]] for row in rows}
    assert len(table) == len(rows)
    for kind, beginning in (("xlsx", b"PK"), ("pdf", b"%PDF"), ("parquet", b"PAR1")):
        answer = await page.context.request.get(f"/reports/caseloads/file.{kind}")
        assert (await answer.body()).startswith(beginning)
        assert f"caseloads-2026-12-18.{kind}" in answer.headers["content-disposition"]
    for missing in ("/reports/caseloads/file.exe", "/reports/nothing", "/reports/nothing/file.csv"):
        assert (await page.context.request.get(missing)).status == 404


async def test_a_chart_says_what_it_shows_in_words_and_in_a_table(demo: Demo, visits: Visits) -> None:
    page = await sign_in(visits, demo, "Ruth Hargreaves", "partnership lead", PHONE)
    await page.goto("/reports/meetings-by-school")
    rows = demo.client.get(LEAD, "reporting", "/reports/meetings-by-school")["rows"]
    held, due = sum(row["due_held"] for row in rows), sum(row["due"] for row in rows)
    await expect(page.locator(".al-finding")).to_have_text(
        f"{held} of {due} meetings due were held at {len(rows)} schools."
    )
    await expect(page.get_by_role("img", name="Meetings held of those due, by school")).to_be_visible()
    await look_at(page)
