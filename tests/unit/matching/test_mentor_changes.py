"""A mentee wants another mentor: they wait beside their pair, which ends once another one is confirmed."""

from datetime import date
from uuid import UUID

import pytest

from services.matching.domain.mentor_changes import (
    MENTOR_CHANGE,
    PLACE,
    MentorChangeRequested,
    MentorChangeWithdrawn,
    PlaceConfirmed,
    ReplacementDue,
    SetMentorChange,
)
from services.matching.processes.mentor_changes import PROCESSES, REPLACE
from shared.kernel.processes import TaskRequest
from tests.support.given import given
from tests.unit.matching.test_supports import CONFIRMED

pytestmark = pytest.mark.covers("S12")
ON = date(2026, 10, 20)
ID = UUID(int=5)
REQUESTED = MentorChangeRequested(happened_on=ON, relationship_id=ID)
WITHDRAWN = MentorChangeWithdrawn(happened_on=ON, relationship_id=ID)


def test_a_wish_is_kept_once_and_taken_back_once() -> None:
    wanting = SetMentorChange(relationship_id=ID, requested=True, on=ON)
    staying = SetMentorChange(relationship_id=ID, requested=False, on=ON)
    given(MENTOR_CHANGE).when(wanting).then(REQUESTED)
    given(MENTOR_CHANGE, REQUESTED).when(wanting).then()
    given(MENTOR_CHANGE).when(staying).then()
    given(MENTOR_CHANGE, REQUESTED).when(staying).then(WITHDRAWN)


def test_what_was_confirmed_before_ends_once_another_mentor_is_confirmed() -> None:
    on = CONFIRMED.happened_on
    first = PlaceConfirmed(happened_on=on, kind="support", id=CONFIRMED.support_id)
    given(PLACE).when(CONFIRMED).then(first)
    given(PLACE, first).when(CONFIRMED).then()
    other = CONFIRMED.model_copy(update={"support_id": ID})
    due = ReplacementDue(happened_on=on, kind="support", id=CONFIRMED.support_id, starts_on=CONFIRMED.terms.starts_on)
    given(PLACE, first).when(other).then(due, PlaceConfirmed(happened_on=on, kind="support", id=ID))
    (process,) = PROCESSES
    about = {"kind": "support", "id": f"{CONFIRMED.support_id}", "starts_on": f"{due.starts_on}", "on": f"{on}"}
    assert process.requests(due) == [TaskRequest(REPLACE, about)]
    assert process.requests(first) == []
