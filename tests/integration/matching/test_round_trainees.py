"""The trainees of a round, a page at a time: filters, orders, a single trainee explained; and the round in numbers."""

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

pytestmark = pytest.mark.covers("U3", "M4")


class Four:
    """Four trainees: two schools host three of them, and a mentor at the nearer school has time for the fourth."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme = a_programme()
        self.offers = {"900001": an_offer("900001"), "900002": an_offer("900002", places=2)}
        self.mentors = {"900001": a_mentor("900001", hours=3), "900002": a_mentor("900002", hours=3)}
        self.trainees = [a_trainee() for _ in range(4)]

    async def wait(self) -> "Four":
        """Tell matching of them."""
        await self.partnership.hears(
            self.programme, a_school("900001", easting=401_000), a_school("900002", easting=408_000),
            *self.mentors.values(), *self.offers.values(), *self.trainees,
            *(referral_accepted(self.programme, trainee) for trainee in self.trainees),
        )  # fmt: skip
        return self

    async def page(self, round_: dict[str, Any], **asked: object) -> tuple[int, list[dict[str, Any]]]:
        """A page of the trainees of a round, and how many there are."""
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        found = await self.partnership.read(f"/rounds/{round_['round_id']}/trainees?{query}")
        return found["total"], found["trainees"]


@pytest.fixture
async def four(partnership: Partnership) -> Four:
    return await Four(partnership).wait()


async def test_pages_show_every_trainee_once_and_as_the_whole_round_does(four: Four) -> None:
    whole = await four.partnership.solve_round(four.programme)

    pages = [await four.page(whole, skip=skip, limit=1) for skip in range(5)]

    assert [total for total, _ in pages[:4]] == [4, 4, 4, 4]
    shown = [row for _, rows in pages for row in rows]
    assert len(shown) == 4
    assert {row["pair_id"] for row in shown} - {None} == {pair["pair_id"] for pair in whole["pairs"]}
    assert shown[-1]["trainee_id"] == whole["unplaced_trainees"][0]["trainee_id"], "those without a place come last"
    assert [row["school_urn"] for row in shown] == ["900001", "900002", "900002", None]


async def test_a_page_has_those_trainees_who_were_asked_for(four: Four) -> None:
    whole = await four.partnership.solve_round(four.programme)
    pair, lonely = whole["pairs"][0], whole["unplaced_trainees"][0]
    lock = await four.partnership.platform["matching"].put(
        f"/pairs/{pair['pair_id']}/lock", json={"on": "2026-07-12"}, headers=four.partnership.lead()
    )
    assert lock.status_code == 200, lock.text

    assert (await four.page(whole, placed="true"))[0] == 3
    assert [row["reason"] for row in (await four.page(whole, placed="false"))[1]] == [lonely["reason"]]
    assert (await four.page(whole, school_urn="900002"))[0] == 2
    assert (await four.page(whole, subject="physics"))[0] == 4
    assert (await four.page(whole, subject="music"))[0] == 0
    assert (await four.page(whole, status="proposed"))[0] == 3
    assert (await four.page(whole, reason=lonely["reason"]))[0] == 1
    assert [row["pair_id"] for row in (await four.page(whole, locked="true"))[1]] == [pair["pair_id"]]
    named = f"{lonely['trainee_id']},{four.mentors['900001'].mentor_id}"
    assert {row["school_urn"] for row in (await four.page(whole, people=named))[1]} == {"900001", None}
    assert (await four.page(whole, people=""))[0] == 0
    farthest = [row["travel_minutes"] for row in (await four.page(whole, order="travel", placed="true"))[1]]
    assert farthest == sorted(farthest, reverse=True)


async def test_a_single_trainee_is_explained_as_in_the_whole_round(four: Four) -> None:
    whole = await four.partnership.solve_round(four.programme)

    for pair in whole["pairs"]:
        explained = await four.partnership.read(f"/rounds/{whole['round_id']}/trainees/{pair['trainee_id']}")
        assert explained["why"] == pair["why"]
        assert explained["pair_id"] == pair["pair_id"]
    (lonely,) = whole["unplaced_trainees"]
    explained = await four.partnership.read(f"/rounds/{whole['round_id']}/trainees/{lonely['trainee_id']}")
    assert (explained["why"], explained["explanation"]) == (None, lonely["explanation"])
    assert explained["remedies"] == lonely["remedies"]


async def test_a_remedy_of_more_places_says_at_which_offer(four: Four) -> None:
    whole = await four.partnership.solve_round(four.programme)

    (remedy,) = whole["unplaced_trainees"][0]["remedies"]

    assert remedy["more_places"] == {f"{four.offers['900001'].offer_id}": 1}


async def test_a_round_in_numbers_agrees_with_its_pairs(four: Four) -> None:
    whole = await four.partnership.solve_round(four.programme)

    overview = await four.partnership.read(f"/rounds/{whole['round_id']}/overview")

    schools = {school["school_urn"]: school for school in overview["schools"]}
    assert {urn: school["pairs"] for urn, school in schools.items()} == {"900001": 1, "900002": 2}
    assert (schools["900001"]["easting"], schools["900001"]["northing"]) == (401_000, 430_000)
    longest = max(pair["travel_minutes"] for pair in whole["pairs"] if pair["school_urn"] == "900002")
    assert schools["900002"]["travel_longest_minutes"] == longest
    assert overview["subjects"] == {"physics": 4}
    assert overview["statuses"] == {"proposed": 3}
    assert overview["reasons"] == {whole["unplaced_trainees"][0]["reason"]: 1}
    assert overview["placed"] == whole["placed"]


async def test_a_repair_shows_each_trainee_as_before_and_as_after(four: Four) -> None:
    partnership = four.partnership
    whole = await partnership.solve_round(four.programme)
    before = {pair["trainee_id"]: pair["pair_id"] for pair in whole["pairs"] if pair["school_urn"] == "900001"}
    body = {"programme_id": f"{four.programme.programme_id}", "on": "2026-07-12", "leaving": {"school_urn": "900001"}}
    shown = {}
    for preview in (True, False):
        answer = await partnership.platform["matching"].post(
            "/repairs", json=body | {"preview": preview}, headers=partnership.lead() | {"Prefer": "respond-async"}
        )
        round_ = {"round_id": answer.json()["round_id"]}
        await partnership.wait_until_solved(round_["round_id"])
        _, shown[preview] = await four.page(round_, changes="true")

    for rows in shown.values():
        (row,) = [row for row in rows if row["trainee_id"] in before]
        assert row["before"]["pair_id"] == before[row["trainee_id"]]
        assert row["before"]["school_name"] == "School 900001"
        assert row["mentor_id"] is None
        assert rows == [row], "who waited before and waits still has no other outcome"
    (row,) = [row for row in shown[False] if row["before"]]
    assert row["before"]["because"] == "school_left"


async def test_only_a_lead_sees_trainees_of_a_round(four: Four) -> None:
    partnership = four.partnership
    whole = await partnership.solve_round(four.programme)
    trainee_id = whole["pairs"][0]["trainee_id"]

    for path in ("overview", "trainees", f"trainees/{trainee_id}"):
        for who in (partnership.trainee(trainee_id), partnership.school_lead("900001")):
            answer = await partnership.platform["matching"].get(f"/rounds/{whole['round_id']}/{path}", headers=who)
            assert answer.status_code == 403
    for path in (f"/rounds/{uuid4()}/overview", f"/rounds/{whole['round_id']}/trainees/{uuid4()}"):
        answer = await partnership.platform["matching"].get(path, headers=partnership.lead())
        assert answer.status_code == 404
    answer = await partnership.platform["matching"].get(
        f"/rounds/{whole['round_id']}/trainees?people=nobody", headers=partnership.lead()
    )
    assert answer.status_code == 422
