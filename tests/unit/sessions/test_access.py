"""Who reads an item and why, as a table."""

from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.sessions.domain.access import Access, Audience, Item, ItemReader, ReadingReason, reason_to_read
from tests.unit.sessions.examples import MENTOR_ID, STRANGER_ID, TRAINEE_ID, TUTOR_ID

OWNER = ItemReader(frozenset({TRAINEE_ID}))
MENTOR = ItemReader(frozenset({MENTOR_ID}))
TUTOR = ItemReader(frozenset({TUTOR_ID}), frozenset({"tutor"}))
HOST_LEAD = ItemReader(frozenset({STRANGER_ID}), frozenset({"school_lead"}))
NOBODY = ItemReader(frozenset())
TO_MENTOR, TO_TUTORS = Audience(person_id=MENTOR_ID), Audience(role="tutor")


def item(
    released_to: tuple[Audience, ...] = (), kept_by: tuple[UUID, ...] = (), shared_with: tuple[UUID, ...] = ()
) -> Item:
    """An item of the trainee."""
    return Item(TRAINEE_ID, Access(frozenset(released_to), frozenset(kept_by)), frozenset(shared_with))


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("reader", "of", "reason"),
    [
        (OWNER, item(), "owner"),
        (MENTOR, item(), None),
        (TUTOR, item(), None),
        (HOST_LEAD, item(), None),
        (NOBODY, item(), None),
        (MENTOR, item(shared_with=(MENTOR_ID,)), "works_with_owner"),
        (TUTOR, item(shared_with=(MENTOR_ID,)), None),
        (MENTOR, item((TO_MENTOR,)), "released_to_person"),
        (TUTOR, item((TO_MENTOR,)), None),
        (TUTOR, item((TO_TUTORS,)), "released_to_role"),
        (MENTOR, item((TO_TUTORS,)), None),
        (HOST_LEAD, item((TO_TUTORS,)), None),
        (NOBODY, item((TO_MENTOR, TO_TUTORS)), None),
        (TUTOR, item(kept_by=(TUTOR_ID,)), "assessment_rests_on_it"),
        (MENTOR, item(kept_by=(TUTOR_ID,)), None),
        (OWNER, item((TO_MENTOR, TO_TUTORS), (TRAINEE_ID,)), "owner"),
        (MENTOR, item((TO_MENTOR, TO_TUTORS), (MENTOR_ID,)), "released_to_person"),
        (TUTOR, item((TO_MENTOR, TO_TUTORS), (TUTOR_ID,)), "released_to_role"),
    ],
)
def test_an_item_is_read_by_its_owner_and_by_those_whom_the_table_names(
    reader: ItemReader, of: Item, reason: ReadingReason | None
) -> None:
    assert reason_to_read(reader, of) == reason


@pytest.mark.covers("S11")
@drawn(st.sets(st.sampled_from(["tutor", "school_lead", "partnership_lead"])))
def test_without_a_release_no_role_reads_anything(roles: set[str]) -> None:
    reader = ItemReader(frozenset({STRANGER_ID}), frozenset(roles))  # type: ignore[arg-type]  # drawn from the roles
    assert reason_to_read(reader, item()) is None


@pytest.mark.parametrize("fields", [{}, {"person_id": str(MENTOR_ID), "role": "tutor"}, {"role": "parent"}])
def test_an_audience_is_a_person_or_a_role(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Audience.model_validate(fields)
