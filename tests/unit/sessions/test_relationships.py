"""A confirmed pair becomes one relationship."""

from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationships import RELATIONSHIP as DECIDER
from services.sessions.domain.relationships import (
    EndRelationship,
    OpenRelationship,
    OutsideTheRelationship,
    RelationshipEnded,
)
from tests.support.given import given
from tests.unit.sessions.examples import DAY, ENDS_ON, OPENED, RELATIONSHIP, RELATIONSHIP_ID, STARTS_ON, TERMS

OPEN = OpenRelationship(relationship_id=RELATIONSHIP_ID, terms=TERMS, on=date(2026, 7, 1))


@pytest.mark.covers("S1")
def test_a_confirmed_pair_opens_a_relationship_on_its_terms() -> None:
    given(DECIDER).when(OPEN).then(OPENED)


@pytest.mark.covers("S1")
def test_a_relationship_is_opened_once() -> None:
    given(DECIDER, OPENED).when(OPEN).then()


@pytest.mark.parametrize("day", [STARTS_ON, ENDS_ON])
def test_its_first_and_last_day_belong_to_it(day: date) -> None:
    RELATIONSHIP.must_cover(day)


@drawn(st.dates(max_value=STARTS_ON - DAY) | st.dates(min_value=ENDS_ON + DAY))
def test_no_other_day_does(day: date) -> None:
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
def test_a_relationship_ends_once_where_a_repair_parts_the_two() -> None:
    given(DECIDER, OPENED).when(END).then(ENDED)
    given(DECIDER, OPENED, ENDED).when(END).then()
    given(DECIDER).when(END).then()


def test_after_its_last_day_there_is_nothing_to_end() -> None:
    given(DECIDER, OPENED).when(EndRelationship(reason="mentor_left", on=ENDS_ON)).then()


def test_what_ended_early_covers_no_day_after_that() -> None:
    ended = DECIDER.evolve(RELATIONSHIP, ENDED)
    assert ended is not None
    ended.must_cover(STARTS_ON + DAY)
    with pytest.raises(OutsideTheRelationship):
        ended.must_cover(STARTS_ON + 2 * DAY)


def test_what_ended_before_it_began_covers_no_day_at_all() -> None:
    never = DECIDER.evolve(RELATIONSHIP, ENDED.model_copy(update={"ended_on": STARTS_ON - DAY}))
    assert never is not None
    with pytest.raises(OutsideTheRelationship, match="ended before it began"):
        never.must_cover(STARTS_ON)
