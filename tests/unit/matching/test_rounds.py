"""What a round decides, what is known, and who may give out capacity."""

from uuid import UUID

import pytest

from services.matching.domain.allocations import ALLOCATION, Allocate, Allocated
from services.matching.domain.facts import RecordFact
from services.matching.domain.people import PERSON, PersonForgotten
from services.matching.domain.programmes import PROGRAMME
from services.matching.domain.rounds import ROUND, NobodyWaits, Record, RoundOver, UnplacedCandidate
from tests.support.given import given
from tests.unit.matching import facts
from tests.unit.matching.facts import (
    ASKED,
    MONDAY,
    OUTCOME,
    REFERRAL_ID,
    ROUND_ID,
    SOLVED,
    TRAINEE_ID,
    TUESDAY,
    UNPLACED,
)

LEFT_OVER = UnplacedCandidate(
    referral_id=REFERRAL_ID,
    trainee_id=TRAINEE_ID,
    reason="no_offer_in_subject",
    explanation="No school offers music in this round.",
)
RECORD = Record(outcome=OUTCOME, unplaced=(LEFT_OVER,))


@pytest.mark.covers("M4")
def test_a_round_says_what_it_came_to_and_why_each_trainee_left_over_has_no_place() -> None:
    given(ROUND, ASKED).when(RECORD).then(SOLVED, UNPLACED)


def test_a_round_is_solved_once() -> None:
    given(ROUND, ASKED, SOLVED, UNPLACED).when(RECORD).refused(RoundOver)
    # one of before there was anything to ask
    given(ROUND, SOLVED, UNPLACED).when(RECORD).refused(RoundOver)


def test_a_round_for_nobody_is_refused() -> None:
    nobody = OUTCOME.model_copy(update={"placed": 0, "unplaced": 0, "trainees_left_out": 2})
    record = RECORD.model_copy(update={"outcome": nobody, "unplaced": ()})
    assert "2 are not ready" in given(ROUND, ASKED).when(record).refused(NobodyWaits).detail


def test_every_round_takes_its_turn_in_giving_out_capacity() -> None:
    first = Allocated(happened_on=MONDAY, round_id=ROUND_ID)
    second = Allocated(happened_on=TUESDAY, round_id=UUID(int=99))
    given(ALLOCATION, first).when(Allocate(round_id=second.round_id, on=TUESDAY)).then(second)


def test_a_new_fact_is_recorded() -> None:
    given(PROGRAMME).when(RecordFact(fact=facts.PROGRAMME)).then(facts.PROGRAMME)


def test_repeating_a_fact_on_another_day_emits_no_event() -> None:
    again = facts.PROGRAMME.model_copy(update={"happened_on": TUESDAY})
    given(PROGRAMME, facts.PROGRAMME).when(RecordFact(fact=again)).then()


def test_the_last_fact_counts() -> None:
    renamed = facts.PROGRAMME.model_copy(update={"title": "Autumn placement"})
    given(PROGRAMME, facts.PROGRAMME).when(RecordFact(fact=renamed)).then(renamed)
    # and back again is a change too
    given(PROGRAMME, facts.PROGRAMME, renamed).when(RecordFact(fact=facts.PROGRAMME)).then(facts.PROGRAMME)


def test_a_person_is_forgotten_once() -> None:
    forgotten = PersonForgotten(happened_on=MONDAY, person_id=TRAINEE_ID)
    given(PERSON).when(RecordFact(fact=forgotten)).then(forgotten)
    given(PERSON, forgotten).when(RecordFact(fact=forgotten)).then()
