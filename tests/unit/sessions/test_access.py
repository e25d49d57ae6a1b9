"""Who reads an item and why, as a table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from services.sessions.commands.access import load_item_reader
from services.sessions.domain.access import (
    Access,
    Audience,
    Item,
    ItemReader,
    Opening,
    ReadingReason,
    reason_to_read,
)
from services.sessions.domain.target_states import TargetAudience
from shared.events.words import ItemKind
from shared.kernel.principal import Principal
from shared.kernel.records import Cause, StreamEvent, StreamKey
from shared.kernel.unit import Unit
from tests.support.services import NO_SUCH_ID
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MENTOR_ID,
    MONDAY,
    OTHER_RELATIONSHIP_ID,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)

GRANT_ID = UUID("00000000-0000-4000-8000-0000000000a1")
OWNER = ItemReader(frozenset({TRAINEE_ID}))
MENTOR = ItemReader(frozenset({MENTOR_ID}))
TUTOR = ItemReader(frozenset({TUTOR_ID}), frozenset({"tutor"}))
HOST_LEAD = ItemReader(frozenset({STRANGER_ID}), frozenset({"school_lead"}))
NOBODY = ItemReader(frozenset())
OPENING = Opening(GRANT_ID, RELATIONSHIP_ID, frozenset({"journal_entry", "feedback"}), STARTS_ON, ENDS_ON)
SAFEGUARDING_LEAD = ItemReader(frozenset({STRANGER_ID}), opened=(OPENING,))
TO_MENTOR, TO_TUTORS = Audience(person_id=MENTOR_ID), Audience(role="tutor")


def item(
    released_to: tuple[Audience, ...] = (), kept_by: tuple[UUID, ...] = (), shared_with: tuple[UUID, ...] = ()
) -> Item:
    """An item of the trainee."""
    return Item(TRAINEE_ID, Access(frozenset(released_to), frozenset(kept_by)), frozenset(shared_with))


def item_of(kind: ItemKind, on: date | None = MONDAY, relationship_id: UUID | None = None) -> Item:
    """An item of the trainee that was recorded on a day, in a relationship or not."""
    return Item(TRAINEE_ID, Access(), kind=kind, on=on, relationship_id=relationship_id)


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
        (SAFEGUARDING_LEAD, item_of("journal_entry"), "safeguarding"),
        (SAFEGUARDING_LEAD, item_of("journal_entry", STARTS_ON - DAY), None),
        (SAFEGUARDING_LEAD, item_of("journal_entry", ENDS_ON + DAY), None),
        (SAFEGUARDING_LEAD, item_of("feedback", relationship_id=RELATIONSHIP_ID), "safeguarding"),
        (SAFEGUARDING_LEAD, item_of("feedback", relationship_id=OTHER_RELATIONSHIP_ID), None),
        (SAFEGUARDING_LEAD, item_of("observation", relationship_id=RELATIONSHIP_ID), None),
        (SAFEGUARDING_LEAD, item(), None),
        (HOST_LEAD, item_of("journal_entry"), None),
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


@pytest.mark.parametrize("audience", [Audience, TargetAudience])
@pytest.mark.parametrize("fields", [{}, {"person_id": str(MENTOR_ID), "role": "tutor"}])
def test_an_audience_is_a_person_or_a_role(
    audience: type[Audience] | type[TargetAudience], fields: dict[str, str]
) -> None:
    with pytest.raises(ValidationError, match="Name either a person or a role"):
        audience.model_validate(fields)


def test_nothing_is_released_to_a_role_without_an_account() -> None:
    with pytest.raises(ValidationError):
        Audience.model_validate({"role": "parent"})


@dataclass
class StreamsRead:
    """A store in which nothing is stored, and the categories of the streams that were read from it."""

    categories: set[str] = field(default_factory=set)

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        self.categories |= {stream.partition("-")[0] for _, stream in streams}
        return []


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("who", "of", "read"),
    [
        (TRAINEE_ID, item_of("journal_entry"), {"merge"}),
        (MENTOR_ID, item(shared_with=(MENTOR_ID,)), {"merge"}),
        (MENTOR_ID, item((TO_MENTOR, TO_TUTORS)), {"merge"}),
        (MENTOR_ID, item((TO_TUTORS,)), {"merge", "assignments", "trainee"}),
        (MENTOR_ID, item_of("journal_entry"), {"merge", "trainee"}),
    ],
    ids=["owner", "wrote it with them", "released to them", "perhaps by a role", "perhaps opened"],
)
def test_roles_and_openings_are_loaded_only_where_the_answer_depends_on_them(
    who: UUID, of: Item, read: set[str]
) -> None:
    store = StreamsRead()
    unit = Unit.begin(store, "north-star", Cause("somebody", NO_SUCH_ID))
    asyncio.run(load_item_reader(unit, Principal(f"{who}", "north-star", frozenset({"tutor"})), of))
    assert store.categories == read
