"""What-if rounds side by side, rounds that the worker solves, and what a round says of itself."""

import asyncio
from typing import Any
from uuid import uuid4

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
from tests.support.services import Platform, eventually

ASYNC = {"Prefer": "respond-async"}


class Two:
    """Two trainees at one place; two schools, of which the nearer has a directed mentor."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme = a_programme()
        self.offers = {"900001": an_offer("900001"), "900002": an_offer("900002", places=2)}
        self.trainees = [a_trainee(limit=30), a_trainee(limit=30)]

    async def wait(self) -> "Two":
        """Tell matching of them."""
        await self.partnership.hears(
            self.programme, a_school("900001", easting=401_000), a_school("900002", easting=408_000),
            a_mentor("900001", volunteer=False), a_mentor("900002", hours=3), *self.offers.values(), *self.trainees,
            *(referral_accepted(self.programme, trainee) for trainee in self.trainees),
        )  # fmt: skip
        return self

    async def scenario(self, name: str, variant: dict[str, Any], **headers: str) -> httpx.Response:
        """Try a variant out."""
        body = {"programme_id": str(self.programme.programme_id), "on": "2026-07-10", "name": name, "variant": variant}
        return await self.partnership.platform["matching"].post(
            "/scenarios", json=body, headers=self.partnership.lead() | headers
        )


@pytest.fixture
async def two(partnership: Partnership) -> Two:
    return await Two(partnership).wait()


async def reaches(partnership: Partnership, where: str, state: str, after: httpx.Response) -> dict[str, Any]:
    """The round, once it is there."""

    async def there() -> bool:
        return bool((await partnership.read(where, after=after))["state"] == state)

    await eventually(there, within=30)
    found: dict[str, Any] = await partnership.read(where)
    return found


@pytest.mark.covers("M9")
async def test_scenarios_are_solved_kept_and_compared_and_nothing_is_sent(two: Two) -> None:
    partnership = two.partnership
    as_it_is = await two.scenario("As it is", {})
    volunteers = await two.scenario("Volunteers above all", {"weights": {"volunteers_first": 1000}})
    fewer = await two.scenario("Without the far school", {"schools_left_out": ["900002"]})
    asked = [as_it_is, volunteers, fewer]
    assert [answer.status_code for answer in asked] == [201, 201, 201], [answer.text for answer in asked]
    ids = [answer.json()["round_id"] for answer in asked]

    found = await partnership.read(f"/scenarios/comparison?ids={','.join(ids)}", after=fewer)

    assert [scenario["name"] for scenario in found["scenarios"]] == [
        "As it is", "Volunteers above all", "Without the far school",
    ]  # fmt: skip
    assert [(scenario["placed"], scenario["unplaced"]) for scenario in found["scenarios"]] == [(2, 0), (2, 0), (1, 1)]
    assert [scenario["travel_longest_minutes"] for scenario in found["scenarios"]] == [16, 16, 2]
    assert [scenario["travel_mean_minutes"] for scenario in found["scenarios"]] == [9.0, 16.0, 2.0]
    assert [len(change["trainees"]) for change in found["changes"]] == [1, 2]
    assert found["scenarios"][0]["load"]["schools"]["after"]["largest"] == 1.0
    listed = await partnership.read(f"/scenarios?programme_id={two.programme.programme_id}")
    assert {each["scenario_id"] for each in listed} == set(ids)
    # nothing proposed, nothing given out, nobody told
    assert await partnership.read("/pairs") == []
    assert {row["reason"] for row in await partnership.read("/candidates")} == {None}
    assert await partnership.read("/rounds") == []
    assert (await partnership.solve_round(two.programme))["placed"] == 2
    sheet = await partnership.platform["matching"].get(
        f"/scenarios/comparison?ids={','.join(ids)}", headers=partnership.lead() | {"Accept": "text/csv"}
    )
    assert len(sheet.text.splitlines()) == 4


@pytest.mark.covers("M9")
async def test_a_scenario_can_change_offers_rules_and_who_is_there(two: Two) -> None:
    near, far = two.offers["900001"], two.offers["900002"]
    variants: list[tuple[dict[str, Any], int]] = [
        ({"places": {str(far.offer_id): 0}}, 1),
        ({"places": {str(far.offer_id): 1, str(near.offer_id): 0}}, 1),
        ({"travel_caps": {"car": 5}}, 1),
        ({"hours_per_trainee_week": 3}, 1),
    ]
    for variant, placed in variants:
        answer = await two.scenario("Something else", variant)
        assert answer.json()["placed"] == placed, (variant, answer.text)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"variant": {"weights": {"luck": 1}}}, "/variant/weights"),
        ({"variant": {"weights": {"travel": -1}}}, "/variant/weights/travel"),
        ({"variant": {"weights": {"travel": 10**9}}}, "/variant/weights/travel"),
        ({"variant": {"weights": {"travel": True}}}, "/variant/weights/travel"),
        ({"variant": {"hours_per_trainee_week": 1e-320}}, "/variant/hours_per_trainee_week"),
        ({"variant": {"hours_per_trainee_week": "1.5"}}, "/variant/hours_per_trainee_week"),
        ({"on": "2206-07-10"}, "/on"),
        ({"variant": {"places": {str(uuid4()): 1}}}, "/variant/places"),
        ({"variant": {"schools_left_out": ["999999"]}}, "/variant/schools_left_out"),
        ({"variant": {"mentors_left_out": [str(uuid4())]}}, "/variant/mentors_left_out"),
        ({"variant": {"colour": "blue"}}, "/variant/colour"),
        ({"variant": None}, "/variant"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"on": "soon"}, "/on"),
        ({"programme_id": str(uuid4())}, "/programme_id"),
    ],
)
async def test_a_bad_scenario_is_refused(two: Two, changed: dict[str, Any], pointer: str) -> None:
    body = {
        "programme_id": str(two.programme.programme_id), "on": "2026-07-10", "name": "A", "variant": {}, **changed,
    }  # fmt: skip
    refused = await two.partnership.platform["matching"].post("/scenarios", json=body, headers=two.partnership.lead())

    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await two.partnership.read("/scenarios") == []


async def test_only_scenarios_of_one_programme_are_compared_and_by_the_lead_alone(two: Two) -> None:
    partnership, platform = two.partnership, two.partnership.platform["matching"]
    made = await two.scenario("As it is", {})
    one = made.json()["round_id"]
    await partnership.read("/scenarios", after=made)

    for ids, status in ((one, 422), (f"{one},{one}", 422), ("a,b", 422), (f"{one},{uuid4()}", 404)):
        answer = await platform.get(f"/scenarios/comparison?ids={ids}", headers=partnership.lead())
        assert answer.status_code == status, (ids, answer.text)
    mentor = partnership.mentor(uuid4())
    for path in ("/scenarios", f"/scenarios/comparison?ids={one},{uuid4()}", f"/rounds/{one}/load"):
        assert (await platform.get(path, headers=mentor)).status_code == 403
    body = {"programme_id": str(two.programme.programme_id), "on": "2026-07-10", "name": "A", "variant": {}}
    assert (await platform.post("/scenarios", json=body, headers=mentor)).status_code == 403


@pytest.mark.covers("M4", "M12")
async def test_a_round_explains_itself_to_the_lead_in_plain_english_and_as_a_sheet(two: Two) -> None:
    partnership, stranded = two.partnership, a_trainee(easting=440_000, limit=30)
    await partnership.hears(stranded, referral_accepted(two.programme, stranded))

    solved = await partnership.solve_round(two.programme)

    for pair in solved["pairs"]:
        assert sum(term["cost"] for term in pair["why"]["terms"]) == pair["cost"]
        assert {rule["rule"] for rule in pair["why"]["rules"]} > {"subject", "travel_limit", "no_conflict"}
        assert all(rule["title"] and rule["words"] for rule in (*pair["why"]["terms"], *pair["why"]["rules"]))
    near = next(pair for pair in solved["pairs"] if pair["school_urn"] == "900001")
    assert near["why"]["others_stay"]["school_urn"] == "900002"
    assert near["why"]["others_stay"]["words"].startswith("The next best is another mentor at school 900002.")
    (left,) = solved["unplaced_trainees"]
    assert (left["reason"], left["remedies"][0]["kind"]) == ("beyond_travel_limit", "travel")
    assert left["remedies"][0]["words"].endswith("would place this trainee.")
    assert solved["explained_in_words"].startswith("Every pair")
    assert solved["bound"]["cost"] == solved["objective"]["cost"] == solved["total_cost"]
    carried = await partnership.read(f"/rounds/{solved['round_id']}/load")
    shares = {share["id"]: (share["before"], share["after"], share["has"]) for share in carried["schools"]["shares"]}
    assert shares == {"900001": (0, 1, 1), "900002": (0, 1, 2)}
    assert carried["mentors"]["after"]["largest"] == 1.0
    for path, lines in ((f"/rounds/{solved['round_id']}", 4), (f"/rounds/{solved['round_id']}/load", 5)):
        sheet = await partnership.platform["matching"].get(path, headers=partnership.lead() | {"Accept": "text/csv"})
        assert (sheet.headers["Content-Type"].partition(";")[0], len(sheet.text.splitlines())) == ("text/csv", lines)


@pytest.mark.covers("M3")
async def test_a_round_that_nobody_waits_for_is_solved_by_the_worker(two: Two, platform: Platform) -> None:
    # people of another partnership are none of this round's, though the worker projects them all
    await Two(Partnership(platform)).wait()

    asked = await two.partnership.round(two.programme, **ASYNC)

    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    assert asked.headers["Location"] == f"/rounds/{asked.json()['round_id']}"
    solved = await reaches(two.partnership, asked.headers["Location"], "solved", asked)
    assert (solved["placed"], solved["counts"]["trainees"], solved["counts"]["mentors"]) == (2, 2, 2)
    assert solved["begun_at"] >= solved["asked_at"]
    assert {pair["status"] for pair in solved["pairs"]} == {"proposed"}


async def test_a_deferred_round_for_nobody_fails_and_says_why(partnership: Partnership) -> None:
    programme = a_programme()
    await partnership.hears(programme)

    asked = await partnership.round(programme, **ASYNC)

    failed = await reaches(partnership, asked.headers["Location"], "failed", asked)
    assert failed["failed_because"].startswith("Nobody waits")


@pytest.mark.covers("M3")
async def test_a_round_that_was_cancelled_proposes_nobody(two: Two) -> None:
    partnership, platform = two.partnership, two.partnership.platform["matching"]
    async with partnership.hold_back("process solving"):
        asked = await partnership.round(two.programme, **ASYNC)
        where = f"{asked.headers['Location']}/cancellation"
        cancelled = await platform.post(where, json={"on": "2026-07-10"}, headers=partnership.lead())
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
        assert (await platform.post(where, json={"on": "2026-07-10"}, headers=partnership.lead())).status_code == 200

    assert (await reaches(partnership, asked.headers["Location"], "cancelled", cancelled))["placed"] is None

    async def task_is_refused() -> bool:
        rows = await partnership.fetch("select status from tasks where tenant = $1", partnership.tenant)
        return [row["status"] for row in rows] == ["refused"]

    await eventually(task_is_refused)
    assert await partnership.read("/pairs") == []
    # what is solved is past that
    solved = await partnership.solve_round(two.programme)
    late = await platform.post(
        f"/rounds/{solved['round_id']}/cancellation", json={"on": "2026-07-10"}, headers=partnership.lead()
    )
    assert (late.status_code, late.json()["type"]) == (409, "urn:alongside:problem:round-over")
    for path, body, status in (
        (f"/rounds/{uuid4()}/cancellation", {"on": "2026-07-10"}, 404), (where, {}, 422),
    ):  # fmt: skip
        assert (await platform.post(path, json=body, headers=partnership.lead())).status_code == status
    mentor = partnership.mentor(uuid4())
    assert (await platform.post(where, json={"on": "2026-07-10"}, headers=mentor)).status_code == 403


@pytest.mark.covers("M3")
async def test_a_deferred_round_and_one_at_once_give_nothing_out_twice(two: Two) -> None:
    partnership = two.partnership

    answers = await asyncio.gather(*(partnership.round(two.programme, **headers) for headers in (ASYNC, {}, ASYNC, {})))

    for answer in answers:
        if answer.status_code == 202:

            async def over(where: str = answer.headers["Location"]) -> bool:
                return (await partnership.read(where))["state"] in ("solved", "failed")

            await partnership.read(answer.headers["Location"], after=answer)
            await eventually(over, within=30)
    pairs = await partnership.read("/pairs")
    assert len(pairs) == len({pair["trainee_id"] for pair in pairs}) == 2
