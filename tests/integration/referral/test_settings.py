"""A partnership sets single things of a programme otherwise, between two days."""

import json

import pytest

from alongside.demo import partnership
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.integration.referral.requests import open_programme, pointer_of, post_ok, problem_of, register_pupil, send
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R1")


@pytest.fixture(scope="module")
async def ours(platform: Platform) -> Partnership:
    return Partnership.new(platform)


async def test_a_setting_is_otherwise_on_its_days_and_every_service_is_told(ours: Partnership) -> None:
    programme = await open_programme(ours)
    where = f"/programmes/{programme}"
    done = await post_ok(
        ours,
        f"{where}/overrides",
        setting="mentoring.hours_per_trainee_week",
        value=2,
        effective_from="2027-01-01",
        effective_to="2027-03-31",
        on="2026-10-01",
    )
    assert done["rules_version"] == 2
    hours = []
    for day in ("2026-12-31", "2027-01-01", "2027-03-31", "2027-04-01"):
        seen = await ours.get(where, done["position"], on=day)
        hours.append(seen["settings"]["mentoring"]["hours_per_trainee_week"])
    assert hours == [1.5, 2, 2, 1.5]
    assert [override["setting"] for override in seen["overrides"]] == ["mentoring.hours_per_trainee_week"]

    async def is_published() -> bool:
        key = f"{ours.tenant}/programme-{programme}".encode()
        of_it = [message.value for message in await topic_messages(ours.platform, "referral") if message.key == key]
        if len(of_it) < 2:
            return False
        changed = json.loads(of_it[-1])
        assert changed["rules_version"] == 2
        assert [
            (stretch["effective_from"], stretch["rules"]["mentor_hours_per_trainee_week"], stretch["rules"]["version"])
            for stretch in changed["stretches"]
        ] == [("2026-09-01", 1.5, 2), ("2027-01-01", 2, 2), ("2027-04-01", 1.5, 2)]
        return True

    await eventually(is_published)


async def test_a_referral_follows_the_settings_of_its_programme_on_that_day(ours: Partnership) -> None:
    await ours.import_file("schools", partnership.SCHOOLS.read_bytes())
    programme = await open_programme(ours, "new-to-school")
    body = {"setting": "countersignature", "value": True, "effective_from": "2027-01-01", "on": "2026-10-01"}
    await post_ok(ours, f"/programmes/{programme}/overrides", **body)
    statuses = []
    for nth, day in enumerate(("2026-12-31", "2027-01-01")):
        teacher = await register_pupil(ours, f"T-{nth}", kind="teacher", year_group=None)
        about = {"purpose": "induction", "reasons": ["new_to_the_school"], "on": day}
        made = await post_ok(ours, "/referrals", programme_id=programme, trainee_id=teacher, **about)
        accepted = await send(ours, f"/referrals/{made['referral_id']}/acceptance", on="2027-01-02")
        statuses.append(accepted.status_code)
    assert statuses == [200, 409]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"setting": "mentoring.colour"}, "/setting"),
        ({"setting": "roles"}, "/setting"),
        ({"value": "many"}, "/value"),
        ({"value": -1}, "/value"),
        ({"value": None}, "/value"),
        ({"effective_to": "2026-12-31"}, "/effective_to"),
        ({"effective_from": "2028-01-01"}, "/effective_from"),
        ({"effective_from": "soon"}, "/effective_from"),
        ({"setting": 7}, "/setting"),
        ({"why": "because"}, "/why"),
    ],
)
async def test_the_error_points_to_the_setting_that_does_not_fit(
    ours: Partnership, change: dict[str, object], pointer: str
) -> None:
    programme = await open_programme(ours)
    before = await ours.count_events()
    body = {
        "setting": "mentoring.hours_per_trainee_week",
        "value": 2,
        "effective_from": "2027-01-01",
        "on": "2026-10-01",
    }
    answer = await send(ours, f"/programmes/{programme}/overrides", **body | change)
    assert pointer_of(answer) == pointer
    names_are_needed = isinstance(change.get("setting"), str)
    assert ("mentoring.hours_per_trainee_week" in answer.json()["detail"]) == names_are_needed
    assert await ours.count_events() == before


async def test_only_the_partnerships_lead_changes_a_programme_and_only_their_own(ours: Partnership) -> None:
    programme = await open_programme(ours)
    body = {"setting": "weights.travel", "value": 2, "effective_from": "2027-01-01", "on": "2026-10-01"}
    path = f"/programmes/{programme}/overrides"
    assert problem_of(await send(ours, path, ours.bearer("school_lead"), **body))[0] == 403
    theirs = Partnership.new(ours.platform)
    assert problem_of(await send(ours, path, theirs.lead, **body))[0] == 404
    assert (await ours.http.get(f"/programmes/{programme}", headers=theirs.lead)).status_code == 404


@pytest.mark.covers("R1")
async def test_the_rules_of_a_day_are_listed_with_their_source(ours: Partnership) -> None:
    found = {}
    for day in ("2025-08-31", "2025-09-01"):
        rules = await ours.get("/rules", on=day)
        [found[day]] = [rule for rule in rules if rule["id"] == "claimable_initial_training"]
    assert (found["2025-08-31"]["quantity"], found["2025-09-01"]["quantity"]) == (20, 16)
    assert found["2025-09-01"]["source"].startswith("https://")
    of_route = await ours.get("/rules", on="2026-10-01", route="provider_led_postgrad")
    assert {rule["route"] for rule in of_route} == {None, "provider_led_postgrad"}
    assert (await ours.http.get("/rules", headers=ours.lead)).status_code == 422


async def test_every_template_is_listed_whole(ours: Partnership) -> None:
    found = await ours.get("/programme-templates")
    assert len(found) == 9
    assert all(template["roles"] and template["steps"] for template in found)
