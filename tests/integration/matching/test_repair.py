"""A school drops out: who would move, who does, who stays whatever comes; and what breaks if any school leaves."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events import referral
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)
from tests.support.services import eventually, publish_events

URNS = ("900001", "900002", "900003")


class Season:
    """Three schools in a row, a trainee placed near each of the first two; the third has the only place to spare."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme = a_programme()
        self.offers = {urn: an_offer(urn) for urn in URNS}
        self.mentors = {urn: a_mentor(urn) for urn in URNS}
        self.at: dict[str, referral.TraineeRecorded] = {
            "900001": a_trainee(easting=400_000, limit=25),
            "900002": a_trainee(easting=410_000, limit=25),
        }

    async def place_both(self) -> "Season":
        """Solve the round that places both."""
        eastings = dict(zip(URNS, (400_000, 410_000, 420_000), strict=True))
        await self.partnership.hears(
            self.programme, *(a_school(urn, easting=eastings[urn]) for urn in URNS), *self.offers.values(),
            *self.mentors.values(), *self.at.values(),
            *(referral_accepted(self.programme, trainee) for trainee in self.at.values()),
        )  # fmt: skip
        solved = await self.partnership.solve_round(self.programme)
        assert {pair["trainee_id"]: pair["school_urn"] for pair in solved["pairs"]} == {
            str(trainee.trainee_id): urn for urn, trainee in self.at.items()
        }
        self.pairs: dict[str, dict[str, Any]] = {pair["school_urn"]: pair for pair in solved["pairs"]}
        return self

    async def repair(self, **body: object) -> httpx.Response:
        """Ask for a repair on 11 September, three days before the placement begins."""
        return await self.partnership.platform["matching"].post(
            "/repairs",
            json={"programme_id": str(self.programme.programme_id), "on": "2026-09-11", **body},
            headers=self.partnership.lead(),
        )

    async def set_lock(self, urn: str, how: str = "PUT") -> httpx.Response:
        """Lock (PUT) or unlock (DELETE) the pair at a school, and wait until a repair sees it."""
        path = f"/pairs/{self.pairs[urn]['pair_id']}/lock"
        said: dict[str, Any] = {"json": {"on": "2026-09-10"}} if how == "PUT" else {"params": {"on": "2026-09-10"}}
        done = await self.partnership.platform["matching"].request(how, path, headers=self.partnership.lead(), **said)
        assert done.status_code == 200, done.text
        await self.partnership.read("/pairs", after=done)
        return done


@pytest.fixture
async def season(partnership: Partnership) -> Season:
    return await Season(partnership).place_both()


def of(answer: httpx.Response, trainee: referral.TraineeRecorded) -> dict[str, Any]:
    """What changes for a trainee."""
    (change,) = (change for change in answer.json()["changes"] if change["trainee_id"] == str(trainee.trainee_id))
    return dict(change)


@pytest.mark.covers("M6")
async def test_a_preview_says_who_would_move_and_why_and_changes_nothing(season: Season) -> None:
    await season.partnership.rests()  # what the processes append after the round is not the preview's
    before = await season.partnership.fetch("select position from events where tenant = $1", season.partnership.tenant)

    preview = await season.repair(leaving={"school_urn": "900001"}, preview=True)

    assert (preview.status_code, preview.json()["state"], preview.json()["round_id"]) == (200, "preview", None)
    # the first can reach only the second school, so the second moves on to the third: two changes, nobody lost
    assert (preview.json()["placed"], preview.json()["unplaced"], preview.json()["moved"]) == (2, 0, 2)
    first, second = of(preview, season.at["900001"]), of(preview, season.at["900002"])
    assert (first["because"], first["before"]["school_urn"], first["after"]["school_urn"]) == (
        "school_left", "900001", "900002",
    )  # fmt: skip
    assert (second["because"], second["after"]["school_urn"]) == ("moved_in_repair", "900003")
    assert sum(term["cost"] for term in first["after"]["why"]["terms"]) == first["after"]["cost"]
    assert first["words"] == "The school leaves; this place for the trainee changes the fewest others."
    assert second["words"] == "The pair makes room, so that more trainees have a place."
    after = await season.partnership.fetch("select position from events where tenant = $1", season.partnership.tenant)
    assert after == before


@pytest.mark.covers("M4", "M6")
async def test_a_pair_that_breaks_a_rule_by_now_says_which(season: Season) -> None:
    moved = season.at["900001"].model_copy(update={"travel_limit_minutes": 1, "home_easting": 500_000})
    await season.partnership.hears(moved)

    preview = await season.repair(preview=True)

    assert of(preview, moved)["words"] == (
        "The pair cannot stay. The journey is longer than the trainee can be asked to travel. There is no other place "
        "for the trainee."
    )


@pytest.mark.covers("M6")
async def test_a_repair_withdraws_and_proposes_pairs_in_one_append(season: Season) -> None:
    partnership, broken = season.partnership, season.pairs["900001"]
    for who in (partnership.mentor(broken["mentor_id"]), partnership.trainee(broken["trainee_id"])):
        assert (await partnership.answers(broken, "acceptance", who)).status_code == 200

    repaired = await season.repair(leaving={"school_urn": "900001"})

    assert (repaired.status_code, repaired.json()["state"]) == (201, "solved")
    shown = await partnership.read(f"/rounds/{repaired.json()['round_id']}", after=repaired)
    assert (shown["kind"], shown["leaving"], shown["objective"]["moved"]) == ("repair", {"school_urn": "900001"}, 2)
    assert {pair["school_urn"]: pair["status"] for pair in shown["pairs"]} == {
        "900002": "proposed", "900003": "proposed",
    }  # fmt: skip
    assert {pair["school_urn"]: pair["withdrawn_because"] for pair in shown["withdrawn"]} == {
        "900001": "school_left", "900002": "moved_in_repair",
    }  # fmt: skip
    parted = await partnership.read(f"/pairs/{broken['pair_id']}")
    assert (parted["status"], parted["withdrawn_because"]) == ("withdrawn", "school_left")
    candidates = await partnership.read("/candidates")
    assert {row["status"] for row in candidates} == {"proposed"}
    assert (await partnership.answers(broken, "acceptance", partnership.lead(), side="mentor")).status_code == 409


@pytest.mark.covers("M6")
async def test_a_locked_pair_stays_and_a_trainee_who_loses_their_place_has_remedies(season: Season) -> None:
    partnership = season.partnership
    assert (await season.set_lock("900002")).json()["locked"] is True

    repaired = await season.repair(leaving={"school_urn": "900001"})

    assert (repaired.json()["placed"], repaired.json()["unplaced"], repaired.json()["moved"]) == (1, 1, 1)
    (left,) = repaired.json()["unplaced_trainees"]
    assert left["trainee_id"] == str(season.at["900001"].trainee_id)
    assert any("more minutes of travel" in remedy["words"] for remedy in left["remedies"])
    rows = await partnership.read("/candidates", after=repaired)
    assert {row["status"] for row in rows} == {"waiting", "proposed"}
    assert (await partnership.read(f"/pairs/{season.pairs['900002']['pair_id']}"))["locked"] is True

    # unlocked, it makes room
    await season.set_lock("900002", "DELETE")
    again = await season.repair(leaving={"school_urn": "900001"})
    assert (again.json()["placed"], again.json()["unplaced"], again.json()["moved"]) == (2, 0, 1)


@pytest.mark.covers("M6")
async def test_a_pair_that_was_locked_meanwhile_is_not_moved_until_it_is_unlocked(season: Season) -> None:
    path = f"/pairs/{season.pairs['900002']['pair_id']}/lock"
    async with season.partnership.hold_back("pairs"):
        matching, lead = season.partnership.platform["matching"], season.partnership.lead()
        assert (await matching.put(path, json={"on": "2026-09-10"}, headers=lead)).status_code == 200
        refused = await season.repair(leaving={"school_urn": "900001"})
        assert (refused.status_code, refused.json()["detail"]) == (
            409, "This pair is locked. Unlock it first, then a repair can move it.",
        )  # fmt: skip
    await season.set_lock("900002", "DELETE")
    assert (await season.repair(leaving={"school_urn": "900001"})).json()["moved"] == 2


@pytest.mark.covers("M6")
@pytest.mark.parametrize(("what", "reason"), [("offer_id", "offer_withdrawn"), ("mentor_id", "mentor_left")])
async def test_an_offer_or_a_mentor_leaves_too(season: Season, what: str, reason: str) -> None:
    repaired = await season.repair(leaving={what: season.pairs["900002"][what]})

    change = of(repaired, season.at["900002"])
    assert (change["because"], change["after"]["school_urn"]) == (reason, "900003")
    assert len(repaired.json()["changes"]) == 1


@pytest.mark.covers("M6")
async def test_the_departures_list_says_for_every_school_which_pairs_break_if_it_leaves(season: Season) -> None:
    where = f"/departures?programme_id={season.programme.programme_id}&on=2026-09-11"

    found = (await season.partnership.read(where))["departures"]

    assert found == [
        {"school_urn": "900001", "broken": 1, "placed_elsewhere": 1, "lost": 0, "moved_too": 1},
        {"school_urn": "900002", "broken": 1, "placed_elsewhere": 1, "lost": 0, "moved_too": 0},
    ]
    sheet = await season.partnership.platform["matching"].get(
        where, headers=season.partnership.lead() | {"Accept": "text/csv"}
    )
    assert sheet.text.lstrip("\ufeff").splitlines()[:2] == [
        "school_urn,broken,placed_elsewhere,lost,moved_too", "900001,1,1,0,1",
    ]  # fmt: skip


@pytest.mark.covers("M6")
async def test_two_repairs_at_once_never_give_a_place_twice(season: Season) -> None:
    answers = await asyncio.gather(*(season.repair(leaving={"school_urn": urn}) for urn in ("900001", "900002") * 2))

    assert {answer.status_code for answer in answers} <= {201, 409, 503}, [answer.text for answer in answers]
    last = max(answers, key=lambda answer: int(answer.headers.get("Alongside-Position", 0)))
    live = [
        pair
        for pair in await season.partnership.read("/pairs", after=last)
        if pair["status"] in ("proposed", "confirmed")
    ]
    assert len({pair["offer_id"] for pair in live}) == len(live)
    assert len({pair["trainee_id"] for pair in live}) == len(live)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"leaving": {}}, ["/leaving"]),
        ({"leaving": {"school_urn": "900001", "offer_id": str(uuid4())}}, ["/leaving"]),
        ({"leaving": {"school_urn": "St Mary's"}}, ["/leaving/school_urn"]),
        ({"leaving": {"trainee_id": str(uuid4())}}, ["/leaving/trainee_id"]),
        ({"leaving": {"school_urn": "999999"}}, ["/leaving"]),
        ({"leaving": {"mentor_id": str(uuid4())}}, ["/leaving"]),
        ({"preview": "perhaps"}, ["/preview"]),
        ({"on": "11/09/2026"}, ["/on"]),
        ({"moves": 3}, ["/moves"]),
    ],
)
async def test_a_bad_repair_is_refused(season: Season, body: dict[str, Any], pointers: Sequence[str]) -> None:
    refused = await season.repair(**body)

    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers


async def test_only_the_lead_repairs_locks_and_looks(season: Season) -> None:
    platform, pair = season.partnership.platform["matching"], season.pairs["900001"]
    mentor = season.partnership.mentor(pair["mentor_id"])
    body = {"programme_id": str(season.programme.programme_id), "on": "2026-09-11"}

    assert (await platform.post("/repairs", json=body, headers=mentor)).status_code == 403
    assert (await platform.get("/departures", params=body, headers=mentor)).status_code == 403
    locked = await platform.put(f"/pairs/{pair['pair_id']}/lock", json={"on": "2026-09-11"}, headers=mentor)
    assert locked.status_code == 403
    lead = season.partnership.lead()
    assert (await platform.put(f"/pairs/{uuid4()}/lock", json={"on": "2026-09-11"}, headers=lead)).status_code == 404
    early = await platform.put(f"/pairs/{pair['pair_id']}/lock", json={"on": "2026-07-01"}, headers=lead)
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/on")


@pytest.mark.covers("M6", "R7")
async def test_a_trainee_who_leaves_frees_their_place_whichever_way_they_leave(season: Season) -> None:
    partnership, gone = season.partnership, season.pairs
    leaves = (
        (
            f"referral-{gone['900001']['referral_id']}",
            referral.ReferralWithdrawn(
                happened_on=date(2026, 9, 1), referral_id=gone["900001"]["referral_id"],
                programme_id=season.programme.programme_id, trainee_id=gone["900001"]["trainee_id"],
            ),
        ),
        (
            f"trainee-{gone['900002']['trainee_id']}",
            referral.TraineeStandingChanged(
                happened_on=date(2026, 9, 1), trainee_id=gone["900002"]["trainee_id"], standing="withdrawn"
            ),
        ),
    )  # fmt: skip
    for stream, event in leaves:
        await publish_events(partnership.platform, "referral", partnership.tenant, stream, event)

    async def all_are_withdrawn() -> bool:
        pairs = await partnership.read("/pairs")
        return {pair["withdrawn_because"] for pair in pairs} == {"trainee_left"}

    await eventually(all_are_withdrawn)
    other = a_trainee(easting=400_000, limit=25)
    await partnership.hears(other, referral_accepted(season.programme, other))
    (pair,) = (await partnership.solve_round(season.programme))["pairs"]
    assert pair["school_urn"] == "900001"


@pytest.mark.covers("M6")
async def test_a_repair_that_the_worker_does_comes_to_the_same(season: Season) -> None:
    partnership = season.partnership
    asked = await partnership.platform["matching"].post(
        "/repairs",
        json={
            "programme_id": str(season.programme.programme_id), "on": "2026-09-11",
            "leaving": {"school_urn": "900001"}, "preview": True,
        },
        headers=partnership.lead() | {"Prefer": "respond-async"},
    )  # fmt: skip
    assert (asked.status_code, asked.json()["state"]) == (202, "asked")

    async def is_solved() -> bool:
        return bool((await partnership.read(asked.headers["Location"], after=asked))["state"] == "solved")

    await eventually(is_solved)
    shown = await partnership.read(asked.headers["Location"])
    assert {(pair["school_urn"], pair["changes"]) for pair in shown["pairs"]} == {("900002", True), ("900003", True)}
    assert {UUID(pair["stands_as"]) for pair in shown["pairs"]} == {
        UUID(pair["pair_id"]) for pair in season.pairs.values()
    }
    assert {pair["status"] for pair in await partnership.read("/pairs")} == {"proposed"}


@pytest.mark.covers("M6", "R7")
async def test_the_pair_of_a_trainee_who_is_deferred_by_the_day_is_withdrawn_and_its_place_is_free(
    season: Season,
) -> None:
    partnership, away = season.partnership, season.at["900001"]
    deferred = referral.TraineeStandingChanged(
        happened_on=date(2026, 9, 10), trainee_id=away.trainee_id, standing="deferred"
    )
    waiting = a_trainee(easting=400_000, limit=10)  # of all schools only the first is near enough
    await partnership.hears(deferred, waiting, referral_accepted(season.programme, waiting))

    before = (await season.repair(preview=True, on="2026-09-09")).json()
    preview = await season.repair(preview=True)
    assert str(away.trainee_id) not in {change["trainee_id"] for change in before["changes"]}
    assert (of(preview, away)["because"], of(preview, away)["after"]) == ("trainee_left", None)
    assert of(preview, waiting)["after"]["school_urn"] == "900001"
    assert len(preview.json()["changes"]) == 2, "nobody else moves"

    repaired = await season.repair()
    shown = await partnership.read(f"/rounds/{repaired.json()['round_id']}", after=repaired)
    assert [pair["withdrawn_because"] for pair in shown["withdrawn"]] == ["trainee_left"]
