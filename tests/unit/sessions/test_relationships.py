"""A confirmed pair becomes one relationship."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.ends import EndRelationship, RelationshipEnded
from services.sessions.domain.people import Erased
from services.sessions.domain.relationships import RELATIONSHIP as DECIDER
from services.sessions.domain.relationships import (
    EraseParticipant,
    OpenRelationship,
    OutsideTheRelationship,
    ParticipantErased,
)
from shared.events.words import EndingReason
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MENTOR_ID,
    MONDAY,
    OPENED,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TERMS,
    TRAINEE_ID,
)

OPEN = OpenRelationship(relationship_id=RELATIONSHIP_ID, terms=TERMS, on=date(2026, 7, 1))


@pytest.mark.covers("S1")
def test_a_confirmed_pair_opens_a_relationship_on_its_terms() -> None:
    given(DECIDER).when(OPEN).then(OPENED)


@pytest.mark.covers("S1")
def test_a_relationship_is_opened_once() -> None:
    given(DECIDER, OPENED).when(OPEN).then()


@pytest.mark.parametrize("day", [STARTS_ON, ENDS_ON])
def test_a_relationship_covers_its_first_and_last_day(day: date) -> None:
    RELATIONSHIP.must_cover(day)


@drawn(st.dates(max_value=STARTS_ON - DAY) | st.dates(min_value=ENDS_ON + DAY))
def test_a_relationship_covers_no_day_outside_its_dates(day: date) -> None:
    with pytest.raises(OutsideTheRelationship, match="14 September 2026 to 18 December 2026"):
        RELATIONSHIP.must_cover(day)


END = EndRelationship(reason="school_left", on=STARTS_ON + DAY)
ENDED = RelationshipEnded(
    happened_on=STARTS_ON + DAY,
    relationship_id=OPENED.relationship_id,
    ended_on=STARTS_ON + DAY,
    reason="school_left",
)


@pytest.mark.covers("M6", "S1")
def test_a_relationship_ends_once_when_a_repair_withdraws_its_pair() -> None:
    given(DECIDER, OPENED).when(END).then(ENDED)
    given(DECIDER, OPENED, ENDED).when(END).then()
    given(DECIDER).when(END).then()


def test_after_its_last_day_there_is_nothing_to_end() -> None:
    given(DECIDER, OPENED).when(EndRelationship(reason="mentor_left", on=ENDS_ON)).then()


def test_a_relationship_that_ended_early_covers_no_later_day() -> None:
    ended = DECIDER.evolve(RELATIONSHIP, ENDED)
    assert ended is not None
    ended.must_cover(STARTS_ON + DAY)
    with pytest.raises(OutsideTheRelationship):
        ended.must_cover(STARTS_ON + 2 * DAY)


def test_a_relationship_that_ended_before_it_began_covers_no_day() -> None:
    never = DECIDER.evolve(RELATIONSHIP, ENDED.model_copy(update={"ended_on": STARTS_ON - DAY}))
    assert never is not None
    with pytest.raises(OutsideTheRelationship, match="ended before it began"):
        never.must_cover(STARTS_ON)


def participant_erased(person_id: UUID, on: date) -> ParticipantErased:
    return ParticipantErased(happened_on=on, relationship_id=RELATIONSHIP_ID, person_id=person_id)


@pytest.mark.covers("R8", "S1")
@pytest.mark.parametrize(("person_id", "reason"), [(TRAINEE_ID, "trainee_left"), (MENTOR_ID, "mentor_left")])
def test_a_relationship_ends_with_the_erasure_of_one_of_the_two(person_id: UUID, reason: EndingReason) -> None:
    erase = EraseParticipant(person_id=person_id, on=MONDAY)
    ended = ENDED.model_copy(update={"happened_on": MONDAY, "ended_on": MONDAY, "reason": reason})
    given(DECIDER, OPENED).when(erase).then(ended, participant_erased(person_id, MONDAY))
    given(DECIDER, OPENED, ended, participant_erased(person_id, MONDAY)).when(erase).then()


def test_an_erasure_after_the_last_day_closes_the_relationship_to_everything_new() -> None:
    late = ENDS_ON + DAY
    given(DECIDER, OPENED).when(EraseParticipant(person_id=TRAINEE_ID, on=late)).then(
        participant_erased(TRAINEE_ID, late)
    )


@drawn(st.dates())
def test_no_day_is_left_where_one_of_the_two_was_erased(day: date) -> None:
    with pytest.raises(Erased):
        ERASED.must_cover(day)
