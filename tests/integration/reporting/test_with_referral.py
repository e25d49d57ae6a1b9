"""Merges, undone registrations, withdrawn referrals and deferrals: from referral over Kafka to answers of reporting."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest

from alongside.demo import partnership
from services.referral.main import SERVICE as REFERRAL
from services.reporting.main import SERVICE as REPORTING
from tests.support.services import Platform, eventually, run_services

pytestmark = pytest.mark.covers("R4", "R7")

TENANT = f"partnership-{uuid4().hex[:8]}"
ON = "2026-07-01"
Placements = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
async def platform(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    """Referral and reporting with their workers, and the demo's schools, mentors and trainees imported."""
    state = tmp_path_factory.mktemp("platform")
    async with run_services(postgres_admin_url, kafka_bootstrap, state, REFERRAL, REPORTING) as platform:
        for kind in ("schools", "mentors", "trainees"):
            file = getattr(partnership, kind.upper()).read_bytes()
            headers = platform.bearer("partnership_lead", tenant=TENANT) | {"Content-Type": "text/csv"}
            found = await platform["referral"].post("/imports", params={"kind": kind}, content=file, headers=headers)
            import_id = found.json()["import_id"]
            await post(platform, f"/imports/{import_id}/confirmation", on=ON, good_rows_only=False)
        yield platform


async def post(platform: Platform, path: str, **body: Any) -> dict[str, Any]:
    """Send a command to referral as the partnership lead, and return its answer."""
    headers = platform.bearer("partnership_lead", tenant=TENANT)
    response = await platform["referral"].post(path, json=body, headers=headers)
    assert response.status_code in (200, 201), response.text
    answer: dict[str, Any] = response.json()
    return answer


async def get(platform: Platform, service: str, path: str) -> Any:
    """Ask a service as the partnership lead, after the commands of this test."""
    headers = platform.bearer("partnership_lead", tenant=TENANT)
    if service == "referral":
        headers |= platform.after_own_commands(service)
    response = await platform[service].get(path, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


async def person(platform: Platform, reference: str) -> str:
    """Return the id of the person with this reference."""
    people = await get(platform, "referral", "/people")
    return next(str(each["person_id"]) for each in people if each["reference"] == reference)


async def refer(platform: Platform, programme_id: str, trainee_id: str) -> str:
    """Refer a trainee to a programme, and return the path of the referral."""
    about = {"purpose": "induction", "reasons": ["general_placement"], "on": "2026-07-02"}
    answer = await post(platform, "/referrals", programme_id=programme_id, trainee_id=trainee_id, **about)
    return f"/referrals/{answer['referral_id']}"


async def open_programme(platform: Platform) -> str:
    """Open a programme, and return its id."""
    dates = {"academic_year": "2026/27", "starts_on": "2026-09-01", "ends_on": "2027-07-31", "on": ON}
    return str((await post(platform, "/programmes", template="ite-placement", **dates))["programme_id"])


async def wait_for_mentors(platform: Platform, shown: Callable[[set[str]], bool]) -> None:
    """Wait until the ids of the mentors in reporting's caseloads are as wanted."""

    async def check() -> bool:
        mentors = (await get(platform, "reporting", "/reports/caseloads?as_of=2026-10-01"))["rows"]
        return shown({each["mentor_id"] for each in mentors})

    await eventually(check)


async def wait_for_placements(platform: Platform, programme_id: str, shown: Callable[[Placements], bool]) -> None:
    """Wait until reporting's placements of a programme, by trainee, are as wanted."""

    async def check() -> bool:
        rows = (await get(platform, "reporting", f"/reports/placements?programme_id={programme_id}"))["rows"]
        return shown({row["trainee_id"]: row for row in rows})

    await eventually(check)


async def test_a_mentor_counts_once_after_a_merge_and_not_at_all_after_an_undone_registration(
    platform: Platform,
) -> None:
    first, second, kept, mistake = [await person(platform, f"M-00{nth}") for nth in (1, 2, 3, 4)]
    await wait_for_mentors(platform, lambda ids: {first, second, kept, mistake} <= ids)

    await post(platform, f"/people/{first}/merge", into=second, on="2026-08-01")
    await post(platform, f"/people/{second}/merge", into=kept, on="2026-08-02")
    await post(platform, f"/people/{mistake}/undo", on="2026-08-03")

    await wait_for_mentors(platform, lambda ids: kept in ids and ids.isdisjoint({first, second, mistake}))


async def test_referrals_and_trainees_who_changed_are_shown_as_that(platform: Platform) -> None:
    programme, other = await open_programme(platform), await open_programme(platform)
    withdrawn, redirected, deferred, merged, kept = [await person(platform, f"T26-00{nth}") for nth in range(1, 6)]
    referrals = {who: await refer(platform, programme, who) for who in (withdrawn, redirected, deferred, merged)}
    await wait_for_placements(platform, programme, lambda rows: set(rows) == set(referrals))

    await post(platform, f"{referrals[withdrawn]}/withdrawal", on="2026-07-03")
    await post(
        platform,
        f"{referrals[redirected]}/redirection",
        to_programme_id=other,
        purpose="induction",
        reasons=["general_placement"],
        reason="The other programme has places.",
        on="2026-07-03",
    )
    await post(platform, f"/people/{deferred}/deferral", on="2026-09-01")
    await post(platform, f"/people/{merged}/merge", into=kept, on="2026-08-01")

    def is_shown(rows: Placements) -> bool:
        status = {trainee: (row["standing"], row["since"]) for trainee, row in rows.items()}
        return status == {deferred: ("deferred", "2026-09-01"), kept: ("referred", None)}

    await wait_for_placements(platform, programme, is_shown)
    await wait_for_placements(platform, other, lambda rows: [*rows] == [redirected])
