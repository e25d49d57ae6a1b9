"""Circles: nobody is in one who did not accept, the convenor records, and each keeps their own copy of a note."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions import policy
from services.sessions.domain.circles import (
    CIRCLE,
    AnswerInvitation,
    CircleClosed,
    CircleIsClosed,
    CircleIsFull,
    CircleMeeting,
    CircleMeetingRemoved,
    CircleMet,
    CircleNoteShared,
    CircleOpened,
    CloseCircle,
    InvitationAnswered,
    InviteMember,
    LeaveCircle,
    MemberInvited,
    MemberLeft,
    OpenCircle,
    RecordCircleMeeting,
    RemoveCircleMeeting,
    circle_meeting_id,
)
from services.sessions.projections.circles import CIRCLE_MEETINGS, CIRCLE_NOTES, CIRCLES, CircleRow
from shared.kernel.decider import DomainError, Invalid, NotAllowed, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import NOW, given
from tests.unit.sessions.examples import MONDAY, PROGRAMME_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_policy import LEAD, MENTOR, TRAINEE, outcome_of
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S14")
ID = UUID("00000000-0000-4000-8000-0000000000c1")
ANN, BEN, CAM, DEE = (UUID(int=nth) for nth in range(1, 5))
"""Ann convenes; the tenth programme has circles of three."""
MEETING_ID = circle_meeting_id(ID, MONDAY)
NAMES = {"happened_on": MONDAY, "circle_id": ID}
OPENED = CircleOpened.model_validate({**NAMES, "programme_id": PROGRAMME_ID, "convenor_id": ANN})
CLOSED = CircleClosed.model_validate(NAMES)
REMOVED = CircleMeetingRemoved.model_validate({**NAMES, "meeting_id": MEETING_ID})


def opening(by: UUID = ANN, of: Any = RETURN) -> OpenCircle:
    return OpenCircle(circle_id=ID, programme=of, programme_id=PROGRAMME_ID, convenor_id=by, on=MONDAY)


def inviting(person: UUID, by: UUID = ANN) -> InviteMember:
    return InviteMember(programme=RETURN, by=by, person_id=person, on=MONDAY)


def member_invited(person: UUID) -> MemberInvited:
    return MemberInvited.model_validate({**NAMES, "person_id": person})


def answering(by: UUID, *, joins: bool = True) -> AnswerInvitation:
    return AnswerInvitation(programme=RETURN, by=by, joins=joins, on=MONDAY)


def invitation_answered(person: UUID, *, joins: bool = True) -> InvitationAnswered:
    return InvitationAnswered.model_validate({**NAMES, "person_id": person, "joins": joins})


def leaving(person: UUID, by: UUID) -> LeaveCircle:
    return LeaveCircle(by=by, person_id=person, on=MONDAY)


def member_left(person: UUID) -> MemberLeft:
    return MemberLeft.model_validate({**NAMES, "person_id": person})


def recording(*attended: UUID, note: str | None = None, minutes: int = 60, by: UUID = ANN) -> RecordCircleMeeting:
    meeting = CircleMeeting(on=MONDAY, minutes=minutes, attended=attended, note=note)
    return RecordCircleMeeting(by=by, meeting=meeting)


def circle_met(*attended: UUID, version: int = 1, minutes: int = 60) -> CircleMet:
    about = {"meeting_id": MEETING_ID, "version_number": version, "minutes": minutes, "attended": attended}
    return CircleMet.model_validate({**NAMES, **about})


def note_shared(owner: UUID, note: str = "Listening.", version: int = 1) -> CircleNoteShared:
    about = {"meeting_id": MEETING_ID, "version_number": version, "owner_id": owner, "note": note}
    return CircleNoteShared.model_validate({**NAMES, **about})


JOINED = (OPENED, member_invited(BEN), invitation_answered(BEN))
EVERY = (*JOINED, CLOSED, member_left(BEN), circle_met(BEN), note_shared(BEN), REMOVED)


def test_a_circle_is_convened_in_a_programme_that_has_them_closed_and_opened_again() -> None:
    given(CIRCLE).when(opening()).then(OPENED)
    given(CIRCLE, OPENED).when(opening()).then()
    given(CIRCLE).when(opening(of=programme(EVERY_TEMPLATE["ite-placement"]))).refused(NotFound)
    closing = CloseCircle(by=ANN, on=MONDAY)
    given(CIRCLE, OPENED).when(closing).then(CLOSED)
    given(CIRCLE, OPENED, CLOSED).when(closing).then()
    given(CIRCLE, *JOINED, CLOSED).when(inviting(CAM)).refused(CircleIsClosed)
    given(CIRCLE, *JOINED, CLOSED).when(opening()).then(OPENED)
    given(CIRCLE, *JOINED, CLOSED, OPENED).when(recording(BEN)).then(circle_met(BEN))
    given(CIRCLE, *JOINED).when(CloseCircle(by=BEN, on=MONDAY)).refused(NotAllowed)


def test_the_programmes_for_mentors_have_circles() -> None:
    of = programme(EVERY_TEMPLATE["mentor-supervision"])
    assert of.practice.circles is not None
    assert "Name no mentee" in of.practice.circles.reminder


def test_nobody_is_in_it_who_did_not_accept() -> None:
    given(CIRCLE, OPENED).when(inviting(BEN)).then(member_invited(BEN))
    given(CIRCLE, OPENED, member_invited(BEN)).when(inviting(BEN)).then()
    given(CIRCLE, OPENED, member_invited(BEN)).when(recording(BEN)).refused(Invalid, pointer="/attended/0")
    given(CIRCLE, OPENED, member_invited(BEN)).when(answering(BEN)).then(invitation_answered(BEN))
    given(CIRCLE, *JOINED).when(answering(BEN)).then()
    declined = invitation_answered(BEN, joins=False)
    given(CIRCLE, OPENED, member_invited(BEN)).when(answering(BEN, joins=False)).then(declined)
    given(CIRCLE, OPENED, member_invited(BEN), declined).when(answering(BEN)).then(invitation_answered(BEN))
    given(CIRCLE, OPENED).when(answering(CAM)).refused(NotFound)
    given(CIRCLE, OPENED).when(inviting(ANN)).refused(Invalid, pointer="/person_id")
    given(CIRCLE, *JOINED).when(inviting(CAM, by=BEN)).refused(NotAllowed)


def test_a_circle_is_as_large_as_the_programme_says() -> None:
    full = (*JOINED, member_invited(CAM))
    given(CIRCLE, *full).when(inviting(DEE)).refused(CircleIsFull)
    given(CIRCLE, *full, member_left(CAM)).when(inviting(DEE)).then(member_invited(DEE))


def test_whoever_declined_joins_only_while_there_is_room() -> None:
    declined = (OPENED, member_invited(BEN), invitation_answered(BEN, joins=False))
    full = (*declined, member_invited(CAM), member_invited(DEE))
    given(CIRCLE, *full).when(answering(BEN)).refused(CircleIsFull)
    given(CIRCLE, *full, member_left(DEE)).when(answering(BEN)).then(invitation_answered(BEN))


def test_only_those_who_joined_go_on_reading_when_they_are_in_it_no_more() -> None:
    for ends in (
        (member_left(BEN),),
        (member_left(BEN), member_invited(BEN)),
        (invitation_answered(BEN, joins=False),),
    ):
        state = given(CIRCLE, *JOINED, *ends).state
        assert state is not None
        assert state.includes(BEN)
    uninvited = given(CIRCLE, OPENED, member_invited(CAM), member_left(CAM))
    assert uninvited.state is not None
    assert not uninvited.state.includes(CAM)
    uninvited.when(recording(CAM)).refused(Invalid, pointer="/attended/0")
    (row,) = rows(CIRCLES, OPENED, member_invited(CAM), member_left(CAM))
    assert isinstance(row, CircleRow)
    assert row.members == {}


def test_somebody_leaves_or_is_removed_by_the_convenor() -> None:
    given(CIRCLE, *JOINED).when(leaving(BEN, BEN)).then(member_left(BEN))
    given(CIRCLE, *JOINED).when(leaving(BEN, ANN)).then(member_left(BEN))
    given(CIRCLE, *JOINED, member_left(BEN)).when(leaving(BEN, BEN)).then()
    given(CIRCLE, *JOINED, member_invited(CAM)).when(leaving(CAM, BEN)).refused(NotAllowed)


def test_a_note_is_sealed_once_for_each_who_was_there() -> None:
    recorded = given(CIRCLE, *JOINED).when(recording(BEN, note="Listening."))
    recorded.then(circle_met(BEN), note_shared(ANN), note_shared(BEN))
    assert personal_fields(CircleNoteShared) == {"note": "owner_id"}


def test_a_meeting_is_recorded_anew_or_removed() -> None:
    past = (*JOINED, circle_met(BEN))
    given(CIRCLE, *past).when(recording(BEN)).then()
    given(CIRCLE, *past).when(recording(minutes=45)).then(circle_met(version=2, minutes=45))
    removing = RemoveCircleMeeting(by=ANN, meeting_id=MEETING_ID, on=MONDAY)
    given(CIRCLE, *past).when(removing).then(REMOVED)
    given(CIRCLE, *past, REMOVED).when(removing).then()
    given(CIRCLE, *past, REMOVED).when(recording(BEN)).then(circle_met(BEN, version=2))
    given(CIRCLE, *past).when(removing.model_copy(update={"by": BEN})).refused(NotAllowed)


@drawn(st.lists(st.tuples(st.sampled_from(("invite", "join", "decline", "leave")), st.sampled_from((BEN, CAM, DEE)))))
def test_whatever_happens_nobody_is_a_member_who_did_not_join(steps: list[tuple[str, UUID]]) -> None:
    state = CIRCLE.evolve(None, OPENED)
    for step, person in steps:
        command: Any = {
            "invite": inviting(person),
            "join": answering(person),
            "decline": answering(person, joins=False),
            "leave": leaving(person, person),
        }[step]
        try:
            events = CIRCLE.decide(command, state, NOW)
        except DomainError:
            events = []
        for event in events:
            state = CIRCLE.evolve(state, event)
    assert state is not None
    accepted = {person for step, person in steps if step == "join"}
    assert {person for person, membership in state.members.items() if membership == "member"} <= accepted


def test_the_rows_say_who_is_in_it_and_keep_each_copy() -> None:
    (row,) = rows(CIRCLES, *JOINED, CLOSED)
    assert isinstance(row, CircleRow)
    assert (row.members, row.closed) == ({str(BEN): "member"}, True)
    assert rows(CIRCLE_MEETINGS, circle_met(BEN), REMOVED) == [None]
    assert len(rows(CIRCLE_NOTES, note_shared(ANN), note_shared(BEN))) == 2


def test_mentors_and_leads_convene() -> None:
    assert outcome_of(policy.may_convene, TRAINEE) == NotAllowed
    for who in (MENTOR, LEAD):
        assert isinstance(outcome_of(policy.may_convene, who), UUID)
