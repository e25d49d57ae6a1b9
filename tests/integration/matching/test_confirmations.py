"""What changed between a proposal and its last answer is seen again: no pair is confirmed that breaks a hard rule."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events import PublicEvent, referral
from tests.integration.matching.partnership import (
    JULY,
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    an_offer,
    referral_accepted,
)

pytestmark = pytest.mark.covers("M1", "M5")
AUGUST = date(2026, 8, 3)


class Proposals:
    """A school with two places and a mentor with three hours, and two trainees who are proposed to it."""

    def __init__(self, partnership: Partnership, trainees: int = 1) -> None:
        self.partnership = partnership
        rules = a_programme().rules.model_copy(update={"conflicts": ("family", "line_manager")})
        self.programme = a_programme(rules)
        self.school, self.other_school = a_school("900001"), a_school("900002", easting=402_000)
        self.mentor, self.offer = a_mentor("900001", hours=3), an_offer("900001", places=2)
        self.trainees = [a_trainee() for _ in range(trainees)]

    async def prepare(self) -> "Proposals":
        await self.partnership.hears(
            self.programme, self.school, self.other_school, self.mentor, self.offer, *self.trainees,
            *(referral_accepted(self.programme, trainee) for trainee in self.trainees),
        )  # fmt: skip
        self.pairs: list[dict[str, Any]] = (await self.partnership.solve_round(self.programme))["pairs"]
        assert len(self.pairs) == len(self.trainees)
        return self

    async def both_accept(self, pair: dict[str, Any]) -> httpx.Response:
        """The mentor accepts, then the trainee."""
        await self.partnership.answers(pair, "acceptance", self.partnership.lead(), on="2026-08-04", side="mentor")
        return await self.partnership.answers(
            pair, "acceptance", self.partnership.lead(), on="2026-08-04", side="trainee"
        )

    async def count_broken_pairs(self) -> int:
        """Return how many pairs a preview of a repair would move."""
        preview = await self.partnership.platform["matching"].post(
            "/repairs",
            json={"programme_id": str(self.programme.programme_id), "on": "2026-08-05", "preview": True},
            headers=self.partnership.lead(),
        )
        assert preview.status_code == 200, preview.text
        return int(preview.json()["moved"])


def sentence_of_refusal(answer: httpx.Response, rule: str) -> str:
    """Return the sentence of a refusal, which names this rule and no other."""
    assert answer.status_code == 409, answer.text
    assert (answer.json()["type"], answer.json()["rules"]) == ("urn:alongside:problem:rule-broken", [rule])
    return str(answer.json()["detail"])


async def test_of_two_proposals_for_the_last_hours_the_first_that_both_accept_is_confirmed(
    partnership: Partnership,
) -> None:
    proposals = await Proposals(partnership, trainees=2).prepare()
    await partnership.hears(proposals.mentor.model_copy(update={"capacity_hours": 1.5, "happened_on": AUGUST}))

    first, second = [await proposals.both_accept(pair) for pair in proposals.pairs]

    assert first.json()["status"] == "confirmed"
    sentence = sentence_of_refusal(second, "mentor_hours")
    assert "takes 1.5 hours a week, the mentor has 0 left" in sentence
    assert "Give the mentor more hours" in sentence
    # the side that accepted before is not asked again when the hours are there
    await partnership.hears(proposals.mentor)
    again = await partnership.answers(
        proposals.pairs[1], "acceptance", partnership.lead(), on="2026-08-04", side="trainee"
    )
    assert again.json()["status"] == "confirmed"
    assert await proposals.count_broken_pairs() == 0


async def test_a_proposal_for_a_place_that_was_taken_is_confirmed_once_the_school_offers_a_place_more(
    partnership: Partnership,
) -> None:
    proposals = await Proposals(partnership, trainees=2).prepare()
    await partnership.hears(proposals.offer.model_copy(update={"places": 1, "happened_on": AUGUST}))
    first, second = [await proposals.both_accept(pair) for pair in proposals.pairs]
    assert first.json()["status"] == "confirmed"
    assert "Ask the school for a place more." in sentence_of_refusal(second, "places")

    await partnership.hears(proposals.offer)

    again = await partnership.answers(
        proposals.pairs[1], "acceptance", partnership.lead(), on="2026-08-04", side="trainee"
    )
    assert again.json()["status"] == "confirmed"


async def test_two_last_answers_at_once_do_not_take_the_same_hours(partnership: Partnership) -> None:
    proposals = await Proposals(partnership, trainees=2).prepare()
    await partnership.hears(proposals.mentor.model_copy(update={"capacity_hours": 1.5, "happened_on": AUGUST}))
    for pair in proposals.pairs:
        await partnership.answers(pair, "acceptance", partnership.lead(), on="2026-08-04", side="mentor")

    answers = await asyncio.gather(
        *(
            partnership.answers(pair, "acceptance", partnership.lead(), on="2026-08-04", side="trainee")
            for pair in proposals.pairs
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


def changes(proposals: Proposals) -> dict[str, PublicEvent]:
    """By the rule that it breaks, what may happen between a proposal and its answer."""
    mentor_id, trainee_id = proposals.mentor.mentor_id, proposals.trainees[0].trainee_id
    return {
        "no_conflict": referral.RelationsRecorded(
            happened_on=AUGUST, mentor_id=mentor_id, relations=(referral.Related(other_id=trainee_id, kind="family"),)
        ),
        "offer": proposals.offer.model_copy(update={"places": 0, "happened_on": AUGUST}),
        "school": referral.SchoolClosed(happened_on=AUGUST, urn="900001"),
        "trainee_status": referral.TraineeStandingChanged(
            happened_on=AUGUST, trainee_id=trainee_id, standing="deferred"
        ),
        "mentor_school": proposals.mentor.model_copy(update={"school_urn": "900002", "happened_on": AUGUST}),
        "mentor_subject": proposals.mentor.model_copy(update={"subjects": ("music",), "happened_on": AUGUST}),
        "travel_limit": proposals.trainees[0].model_copy(update={"home_easting": 500_000, "happened_on": AUGUST}),
        "hosting_limit": referral.HostingLimitSet(
            happened_on=AUGUST, scope="school", school_urn="900001", academic_year="2026/27", places=0
        ),
        "another_school": referral.EarlierPlacementsRecorded(
            happened_on=AUGUST,
            trainee_id=trainee_id,
            placements=(referral.EarlierPlacement(school_urn="900001"),),
        ),
    }


RULES = (
    "no_conflict", "offer", "school", "trainee_status", "mentor_school", "mentor_subject", "travel_limit",
    "hosting_limit", "another_school",
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
async def test_a_pair_that_breaks_a_rule_by_now_is_not_confirmed_and_the_refusal_names_it(
    partnership: Partnership, rule: str
) -> None:
    proposals = await Proposals(partnership).prepare()
    (pair,) = proposals.pairs
    await partnership.hears(changes(proposals)[rule])

    sentence_of_refusal(await proposals.both_accept(pair), rule)

    (seen,) = await partnership.read("/pairs")
    assert (seen["status"], seen["accepted_by"]) == ("proposed", ["mentor"])
    declined = await partnership.answers(pair, "refusal", partnership.lead(), on="2026-08-05", side="trainee")
    assert declined.json()["status"] == "declined"


async def test_only_the_lead_reads_which_relation_bars_the_two(partnership: Partnership) -> None:
    proposals = await Proposals(partnership).prepare()
    (pair,) = proposals.pairs
    await partnership.hears(changes(proposals)["no_conflict"])
    await partnership.answers(pair, "acceptance", partnership.mentor(pair["mentor_id"]), on="2026-08-04")
    own = await partnership.answers(pair, "acceptance", partnership.trainee(pair["trainee_id"]), on="2026-08-04")
    assert "family" not in sentence_of_refusal(own, "no_conflict")
    lead = await partnership.answers(pair, "acceptance", partnership.lead(), on="2026-08-04", side="trainee")
    assert "family" in sentence_of_refusal(lead, "no_conflict")


async def test_a_veto_of_the_mentor_holds_against_a_proposal_and_is_not_disclosed(partnership: Partnership) -> None:
    proposals = await Proposals(partnership).prepare()
    (pair,) = proposals.pairs
    await partnership.answers(pair, "acceptance", partnership.mentor(pair["mentor_id"]), on="2026-08-04")
    stated = await partnership.platform["matching"].put(
        "/vetoes",
        json={"names": [pair["trainee_id"]], "on": "2026-08-04"},
        headers=partnership.mentor(pair["mentor_id"]),
    )
    assert stated.status_code == 200, stated.text
    answer = await partnership.answers(pair, "acceptance", partnership.trainee(pair["trainee_id"]), on="2026-08-04")
    assert "veto" not in sentence_of_refusal(answer, "open_pair")


async def test_a_merged_mentor_gives_the_hours_of_both_records(partnership: Partnership) -> None:
    proposals = await Proposals(partnership, trainees=2).prepare()
    double = a_mentor("900001", hours=1.5)
    await partnership.hears(
        double,
        referral.PeopleMerged(
            happened_on=JULY, merged_id=proposals.mentor.mentor_id, kept_id=double.mentor_id, kind="mentor"
        ),
    )
    first, second = [await proposals.both_accept(pair) for pair in proposals.pairs]
    assert first.json()["status"] == "confirmed"
    sentence_of_refusal(second, "mentor_hours")


async def test_a_placement_that_a_successor_took_over_is_confirmed(partnership: Partnership) -> None:
    proposals = await Proposals(partnership).prepare()
    successor = referral.SchoolSucceeded(happened_on=AUGUST, urn="900001", successor_urn="900002")
    moved = [
        event.model_copy(update={"school_urn": "900002", "happened_on": AUGUST})
        for event in (proposals.mentor, proposals.offer)
    ]
    await partnership.hears(successor, *moved)
    assert (await proposals.both_accept(proposals.pairs[0])).json()["status"] == "confirmed"
    assert UUID(proposals.pairs[0]["pair_id"])
