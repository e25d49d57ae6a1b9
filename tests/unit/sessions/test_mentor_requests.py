"""A request for another mentor: the safe contact is told why, matching only that, the mentor nothing."""

from dataclasses import replace
from typing import Any

import pytest

from services.sessions import policy
from services.sessions.domain.break_offs import (
    BREAK_OFF,
    AskContact,
    AskContactNoMore,
    ContactAsked,
    ContactAskedNoMore,
    ReadReason,
)
from services.sessions.domain.mentor_requests import (
    MENTOR_REQUEST,
    AnotherMentorRequested,
    MentorRequestWithdrawn,
    RequestAnotherMentor,
    WithdrawMentorRequest,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.terms import NotPossibleNow
from services.sessions.policy import NOBODY
from services.sessions.projections.break_offs import BREAK_OFFS, BreakOffRow
from services.sessions.publish import publish
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
)
from tests.unit.sessions.test_policy import AS_TUTOR, HOST_LEAD, LEAD, MENTOR, OTHER_LEAD, TRAINEE, TUTOR, outcome_of
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S12")
REQUESTED = AnotherMentorRequested(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID)
WITHDRAWN = MentorRequestWithdrawn(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID)
NAMES: dict[str, Any] = {"relationship_id": RELATIONSHIP_ID, "trainee_id": TRAINEE_ID}
ASKED = ContactAsked(happened_on=MONDAY, contact="tutor", reason="No time.", wish="another_mentor", **NAMES)
NO_MORE = ContactAskedNoMore(happened_on=MONDAY + DAY, **NAMES)


def test_it_is_requested_once_and_withdrawn_once() -> None:
    requesting = RequestAnotherMentor(relationship=RELATIONSHIP, on=MONDAY)
    withdrawing = WithdrawMentorRequest(relationship=RELATIONSHIP, on=MONDAY)
    given(MENTOR_REQUEST).when(requesting).then(REQUESTED)
    given(MENTOR_REQUEST, REQUESTED).when(requesting).then()
    given(MENTOR_REQUEST).when(withdrawing).then()
    given(MENTOR_REQUEST, REQUESTED).when(withdrawing).then(WITHDRAWN)
    given(MENTOR_REQUEST, REQUESTED, WITHDRAWN).when(requesting).then(REQUESTED)


def test_after_the_end_there_is_nothing_to_change() -> None:
    late = RequestAnotherMentor(relationship=RELATIONSHIP, on=ENDS_ON + DAY)
    given(MENTOR_REQUEST).when(late).refused(NotPossibleNow)
    gone = RequestAnotherMentor(relationship=replace(ERASED), on=MONDAY)
    given(MENTOR_REQUEST).when(gone).refused(Erased)


def test_only_that_one_is_wanted_is_published() -> None:
    for event in (REQUESTED, WITHDRAWN):
        published = publish(event)
        assert published is not None
        assert {*published.model_dump()} == {"happened_on", "relationship_id"}
    assert (publish(ASKED), publish(NO_MORE)) == (None, None)


def test_the_contact_reads_why_until_the_mentee_does_not_want_to_be_contacted_any_more() -> None:
    wish: dict[str, Any] = {"contact": "tutor", "reason": "No time.", "on": MONDAY, "wish": "another_mentor"}
    asking = AskContact(**NAMES, **wish)
    given(BREAK_OFF).when(asking).then(ASKED)
    again = asking.model_copy(update={"on_record": "No time."})
    given(BREAK_OFF, ASKED).when(again).then()
    given(BREAK_OFF, ASKED, NO_MORE).when(again).then(ASKED)
    given(BREAK_OFF, ASKED).when(AskContactNoMore(on=MONDAY + DAY)).then(NO_MORE)
    given(BREAK_OFF, ASKED, NO_MORE).when(AskContactNoMore(on=MONDAY + DAY)).then()
    given(BREAK_OFF).when(AskContactNoMore(on=MONDAY)).then()
    given(BREAK_OFF, ASKED, NO_MORE).when(ReadReason(reader_id=STRANGER_ID, on=MONDAY)).refused(NotFound)
    ending = again.model_copy(update={"wish": "break_off"})
    (ended,) = given(BREAK_OFF, ASKED).when(ending).events
    assert isinstance(ended, ContactAsked)
    assert ended.wish == "break_off"
    (row,) = rows(BREAK_OFFS, ASKED, NO_MORE)
    assert isinstance(row, BreakOffRow)
    assert (row.wish, row.is_asked) == ("another_mentor", False)


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (TRAINEE, None),
        (MENTOR, NotAllowed),
        (HOST_LEAD, NotAllowed),
        (LEAD, NotAllowed),
        (TUTOR, NotAllowed),
        (OTHER_LEAD, NotFound),
    ],
)
def test_only_the_mentee_asks(who: Principal, answer: Any) -> None:
    assigned = AS_TUTOR if who.has("tutor") else NOBODY
    assert outcome_of(policy.may_request_mentor, who, RELATIONSHIP, assigned) == answer
