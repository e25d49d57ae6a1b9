"""What leaves matching, and what does not."""

import pytest

from services.matching.domain.allocations import Allocated
from services.matching.domain.people import PersonForgotten
from services.matching.main import EVENTS
from services.matching.publish import publish
from shared.events import matching as public
from shared.kernel.decider import Event
from tests.unit.matching import facts
from tests.unit.matching.facts import CONFIRMED, IDS, MONDAY, PROPOSED, ROUND_ID, SOLVED, TRAINEE_ID, TUESDAY, UNPLACED


def test_a_confirmed_pair_carries_the_placement_and_the_programmes_rules() -> None:
    placement = facts.PLACEMENT.model_dump(exclude={"offer_id"})
    assert publish(CONFIRMED) == public.PairConfirmed(happened_on=TUESDAY, **IDS, **placement)


def test_a_refusal_is_published_without_who_acted_and_without_its_reason() -> None:
    told = publish(facts.pair_declined("trainee", by="the lead", reason="Too far."))
    ids = {name: value for name, value in IDS.items() if name != "referral_id"}
    assert told == public.PairDeclined(happened_on=TUESDAY, by="trainee", **ids)


def test_a_proposal_is_published_without_what_the_rules_made_of_it() -> None:
    assert publish(PROPOSED) == public.PairProposed(
        happened_on=MONDAY,
        **IDS,
        round_id=ROUND_ID,
        school_urn="900001",
        offer_id=facts.OFFER_ID,
        travel_minutes=20,
    )


def test_a_round_is_published_with_its_counts_and_each_trainee_left_over() -> None:
    assert publish(SOLVED) == public.RoundSolved(
        happened_on=MONDAY, round_id=ROUND_ID, programme_id=facts.PROGRAMME_ID, placed=4, unplaced=1
    )
    assert publish(UNPLACED) == public.TraineeUnplaced(
        happened_on=MONDAY, **UNPLACED.model_dump(exclude={"happened_on"})
    )


@pytest.mark.parametrize(
    "event",
    [
        facts.PROGRAMME,
        facts.pair_accepted("mentor"),
        Allocated(happened_on=MONDAY, round_id=ROUND_ID),
        PersonForgotten(happened_on=MONDAY, person_id=TRAINEE_ID),
    ],
)
def test_facts_of_other_services_and_a_single_acceptance_are_not_published(event: Event) -> None:
    assert EVENTS.knows(event.type)
    assert publish(event) is None
