"""The lead of a partnership sends files: they are checked, corrected, recorded and undone."""

import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from alongside.client import PlatformClient
from alongside.demo import partnership
from alongside.demo.personas import LEAD
from tests.e2e.conftest import Demo
from tests.e2e.pages.school_partnership import TRAINEES
from tests.e2e.pages.visitors import look_at, open_partnership, sign_in
from tests.support.browser import DESKTOP, PHONE, Visits

pytestmark = pytest.mark.covers("U6")

TENANT = "nidd-valley"
NAME = "Orla Keane"


@pytest.fixture(scope="module")
def client(demo: Demo) -> Iterator[PlatformClient]:
    """A partnership that has nothing yet but its lead."""
    with PlatformClient(demo.addresses, demo.stack.issuer, TENANT) as client:
        open_partnership(client, "Nidd Valley", NAME)
        yield client


async def send(page: Page, kind: str, file: Path | Traversable) -> None:
    """Choose a kind and a file, and send it to be checked."""
    await page.goto("/imports")
    await page.get_by_label(kind, exact=True).check()
    await page.locator("input[type=file]").set_input_files(str(file))
    await page.get_by_role("button", name="Check the file").click()


async def test_a_lead_records_schools_and_corrects_a_file_of_trainees(
    demo: Demo, visits: Visits, client: PlatformClient, tmp_path: Path
) -> None:
    (trainees := tmp_path / "trainees.csv").write_text(TRAINEES, encoding="utf-8")
    page = await sign_in(visits, demo, NAME, "partnership lead", DESKTOP)
    await expect(page.locator("main")).to_contain_text("From nothing to a first round.")
    await look_at(page)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Files").click()
    await expect(page.locator("main")).to_contain_text("No file was sent yet.")
    await look_at(page)

    await send(page, "Schools", partnership.SCHOOLS)
    await expect(page.locator("main")).to_contain_text("Every row can be read. Nothing is recorded yet.")
    assert not client.get(LEAD, "referral", "/schools")
    await look_at(page)
    await page.get_by_role("button", name="Record it").click()
    await expect(page.locator("main")).to_contain_text("It is recorded.")
    await look_at(page)
    assert client.get(LEAD, "referral", "/schools")

    await send(page, "Trainees", partnership.TRAINEES_WITH_MISTAKES)
    await expect(page.locator("main")).to_contain_text("Nothing was recorded.")
    await expect(page.get_by_role("table")).to_contain_text("Did you mean Mathematics?")
    await look_at(page)
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Save your file with these marked in it").click()
    marked = await (await saving.value).path()
    assert "Validation results" in marked.read_text(encoding="utf-8-sig")
    assert not client.get(LEAD, "referral", "/people", kind="trainee")

    await send(page, "Trainees", trainees)
    await page.get_by_role("button", name="Record it").click()
    await expect(page.locator("main")).to_contain_text("It is recorded.")
    people = client.get(LEAD, "referral", "/people", kind="trainee")
    assert people
    await page.get_by_role("button", name="Undo it").click()
    await expect(page.locator("main")).to_contain_text("It was undone.")
    await look_at(page)
    assert not client.get(LEAD, "referral", "/people", kind="trainee")
    await page.get_by_role("navigation", name="Back").get_by_role("link", name="Files").click()
    await expect(page.locator("main")).to_contain_text("undone.")
    await look_at(page)
    await page.goto("/")
    await expect(page.locator("main")).to_contain_text("Schools: done")
    await expect(page.locator("main")).not_to_contain_text("Trainees: done")


async def test_what_is_no_file_of_people_says_what_to_do(
    demo: Demo, visits: Visits, client: PlatformClient, tmp_path: Path
) -> None:
    before = client.get(LEAD, "referral", "/imports")
    page = await sign_in(visits, demo, NAME, "partnership lead", PHONE)
    await page.goto("/imports")
    await page.get_by_role("button", name="Check the file").click()
    await expect(page).to_have_title(re.compile("^Error: "))
    for sentence in ("Choose what the file has.", "Choose a file."):
        await expect(page.get_by_role("alert")).to_contain_text(sentence)
    await look_at(page)

    (picture := tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    await send(page, "Mentors", picture)
    await expect(page).to_have_title(re.compile("^Error: "))
    await expect(page.get_by_label("Mentors", exact=True)).to_be_checked()
    await look_at(page)

    (other := tmp_path / "mentors.csv").write_bytes(partnership.MENTORS.read_bytes())
    await send(page, "Trainees", other)
    await expect(page.get_by_role("alert")).to_contain_text("entors")

    answer = await page.goto("/imports/5b0c3c59-3fd6-4c7d-9f6b-0f0e8f4f3f11")
    assert answer is not None
    assert answer.status == 404
    await look_at(page)
    assert client.get(LEAD, "referral", "/imports") == before
