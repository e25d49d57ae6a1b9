"""Who reads an item, as a table."""

from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.sessions.domain.access import Audience, ItemReader, may_read
from tests.unit.sessions.examples import MENTOR_ID, STRANGER_ID, TRAINEE_ID, TUTOR_ID

OWNER = ItemReader(frozenset({TRAINEE_ID}))
MENTOR = ItemReader(frozenset({MENTOR_ID}))
TUTOR = ItemReader(frozenset({TUTOR_ID}), frozenset({"tutor"}))
HOST_LEAD = ItemReader(frozenset({STRANGER_ID}), frozenset({"school_lead"}))
NOBODY = ItemReader(frozenset())
TO_MENTOR, TO_TUTORS = Audience(person_id=MENTOR_ID), Audience(role="tutor")


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("reader", "released_to", "kept_by", "answer"),
    [
        (OWNER, (), (), True),
        (MENTOR, (), (), False),
        (TUTOR, (), (), False),
        (HOST_LEAD, (), (), False),
        (NOBODY, (), (), False),
        (MENTOR, (TO_MENTOR,), (), True),
        (TUTOR, (TO_MENTOR,), (), False),
        (TUTOR, (TO_TUTORS,), (), True),
        (MENTOR, (TO_TUTORS,), (), False),
        (HOST_LEAD, (TO_TUTORS,), (), False),
        (NOBODY, (TO_MENTOR, TO_TUTORS), (), False),
        (TUTOR, (), (TUTOR_ID,), True),
        (MENTOR, (), (TUTOR_ID,), False),
    ],
)
def test_an_item_is_read_by_its_owner_and_by_those_to_whom_it_was_released(
    reader: ItemReader, released_to: tuple[Audience, ...], kept_by: tuple[UUID, ...], answer: bool
) -> None:
    assert may_read(reader, TRAINEE_ID, frozenset(released_to), frozenset(kept_by)) is answer


@pytest.mark.covers("S11")
@drawn(st.sets(st.sampled_from(["tutor", "school_lead", "partnership_lead"])))
def test_without_a_release_no_role_reads_anything(roles: set[str]) -> None:
    reader = ItemReader(frozenset({STRANGER_ID}), frozenset(roles))  # type: ignore[arg-type]  # drawn from the roles
    assert not may_read(reader, TRAINEE_ID, frozenset(), frozenset())


@pytest.mark.parametrize("fields", [{}, {"person_id": str(MENTOR_ID), "role": "tutor"}, {"role": "parent"}])
def test_an_audience_is_a_person_or_a_role(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Audience.model_validate(fields)
