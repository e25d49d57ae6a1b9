"""A confirmed pair becomes one relationship."""

from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationship import RELATIONSHIP as DECIDER
from services.sessions.domain.relationship import Open, OutsideTheRelationship
from tests.unit.sessions.facts import DAY, ENDS_ON, OPENED, RELATIONSHIP, STARTS_ON, TERMS
from tests.words import given

OPEN = Open(on=date(2026, 7, 1), **TERMS)


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
