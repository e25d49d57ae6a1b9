"""What changed between the proposal of a support and its last answer is seen again when it would be confirmed."""

from datetime import date
from typing import Any

import pytest

from shared.events import PublicEvent, referral
from tests.integration.matching.partnership import (
    Partnership,
    a_mentor,
    a_programme,
    a_school,
    a_trainee,
    referral_accepted,
)
from tests.integration.matching.partnership import an_offer as offer_at
from tests.integration.matching.test_confirmations import sentence_of_refusal
from tests.integration.matching.test_support import (
    IN_SCHOOL,
    a_newcomer,
    answers,
    mentor_declared,
    propose_supports,
    request_support,
)

pytestmark = pytest.mark.covers("M1", "M7")
LATER = date(2026, 9, 8)


class Newcomer:
    """Somebody new at a school, and a buddy who is proposed to them."""

    def __init__(self, partnership: Partnership) -> None:
        self.partnership = partnership
        self.programme = a_programme(IN_SCHOOL.model_copy(update={"conflicts": ("line_manager",)}))
        self.person, self.buddy = a_newcomer(), a_mentor("900001", hours=0.5)
        self.accepted = referral_accepted(self.programme, self.person.mentee_id)

    async def prepare(self) -> "Newcomer":
        await self.partnership.hears(
            self.programme, a_school("900001"), a_school("900002"), self.buddy, mentor_declared(self.buddy, "buddy"),
            self.person, self.accepted,
        )  # fmt: skip
        await request_support(self.partnership, self.person.mentee_id, buddy=True)
        (self.support,) = (await propose_supports(self.partnership, self.programme))["found"]
        return self

    async def both_accept(self) -> Any:
        await answers(self.partnership, self.support, "acceptance", self.partnership.lead(), side="mentor")
        return await answers(self.partnership, self.support, "acceptance", self.partnership.lead(), side="mentee")


def changes(newcomer: Newcomer) -> dict[str, PublicEvent]:
    """By the rule that it breaks, what may happen between a proposal and its answer."""
    buddy, person = newcomer.buddy, newcomer.person
    manages = referral.Related(other_id=person.mentee_id, kind="line_manager")
    term = referral.Availability(starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 1))
    return {
        "mentor_hours": buddy.model_copy(update={"capacity_hours": 0.25, "happened_on": LATER}),
        "no_conflict": referral.RelationsRecorded(happened_on=LATER, mentor_id=buddy.mentor_id, relations=(manages,)),
        "fitness": mentor_declared(buddy, "lead_mentor"),
        "reach": buddy.model_copy(update={"school_urn": "900002", "happened_on": LATER}),
        "mentor_dates": mentor_declared(buddy, "buddy").model_copy(update={"available": (term,)}),
        "participation": person.model_copy(update={"school_urn": "900002", "happened_on": LATER}),
    }


@pytest.mark.parametrize("rule", ["mentor_hours", "no_conflict", "fitness", "reach", "mentor_dates", "participation"])
async def test_a_support_that_breaks_a_rule_by_now_is_not_confirmed_and_the_refusal_names_it(
    partnership: Partnership, rule: str
) -> None:
    newcomer = await Newcomer(partnership).prepare()
    await partnership.hears(changes(newcomer)[rule])
    sentence_of_refusal(await newcomer.both_accept(), rule)
    (seen,) = await partnership.read("/supports")
    assert (seen["status"], seen["accepted_by"]) == ("proposed", ["mentor"])


async def test_a_support_is_not_confirmed_when_the_mentee_does_not_request_it_any_more(
    partnership: Partnership,
) -> None:
    newcomer = await Newcomer(partnership).prepare()
    await request_support(partnership, newcomer.person.mentee_id)
    sentence_of_refusal(await newcomer.both_accept(), "request")
    await request_support(partnership, newcomer.person.mentee_id, buddy=True)
    assert (await newcomer.both_accept()).json()["status"] == "confirmed"


async def test_hours_of_a_pair_that_was_confirmed_in_the_meantime_are_not_given_to_a_support(
    partnership: Partnership,
) -> None:
    newcomer = await Newcomer(partnership).prepare()
    placement, trainee = a_programme(), a_trainee()
    await partnership.hears(
        placement, newcomer.buddy.model_copy(update={"capacity_hours": 2.0, "happened_on": LATER}),
        offer_at("900001"), trainee, referral_accepted(placement, trainee),
    )  # fmt: skip
    (pair,) = (await partnership.solve_round(placement, "2026-09-08"))["pairs"]
    for side in ("mentor", "trainee"):
        await partnership.answers(pair, "acceptance", partnership.lead(), on="2026-09-09", side=side)
    await partnership.hears(newcomer.buddy.model_copy(update={"capacity_hours": 1.5, "happened_on": LATER}))

    sentence_of_refusal(await newcomer.both_accept(), "mentor_hours")
