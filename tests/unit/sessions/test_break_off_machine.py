"""What a mentee asks in confidence against plain models: a note to a safe contact, and a wish for another mentor."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.break_offs import BREAK_OFF, AskContact, AskContactNoMore, ReadReason, Wish
from services.sessions.domain.mentor_requests import MENTOR_REQUEST, RequestAnotherMentor, WithdrawMentorRequest
from shared.events.practices import AccountRole
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)
from tests.unit.sessions.machines import Answer, DeciderMachine

CONTACTS: st.SearchStrategy[AccountRole] = st.sampled_from(("tutor", "school_lead"))
REASONS = st.sampled_from((None, "We do not understand each other."))
WISHES: st.SearchStrategy[Wish] = st.sampled_from(("break_off", "another_mentor"))
DAYS = st.integers(0, 1).map(lambda n: MONDAY + n * DAY)


class NoteToSomebodySafe(DeciderMachine):
    """The mentee asks somebody to get in touch, or not any more; the contact reads why."""

    decider = BREAK_OFF

    def __init__(self) -> None:
        super().__init__()
        self.note: tuple[AccountRole, str | None, Wish] | None = None
        self.reads: set[tuple[UUID, date]] = set()
        self.written: str | None = None

    @rule(contact=CONTACTS, reason=REASONS, wish=WISHES)
    def ask(self, contact: AccountRole, reason: str | None, wish: Wish) -> None:
        expected: Answer = "nothing new" if self.note == (contact, reason, wish) else "done"
        asking = AskContact(
            relationship_id=RELATIONSHIP_ID,
            trainee_id=TRAINEE_ID,
            contact=contact,
            reason=reason,
            on=MONDAY,
            on_record=self.written,
            wish=wish,
        )
        self.note, self.written = (contact, reason, wish), reason
        assert self.do(asking) == expected

    @rule()
    def ask_no_more(self) -> None:
        expected: Answer = "nothing new" if self.note is None else "done"
        self.note = None
        assert self.do(AskContactNoMore(on=MONDAY)) == expected

    @rule(reader_id=st.sampled_from((TUTOR_ID, STRANGER_ID)), on=DAYS)
    def read(self, reader_id: UUID, on: date) -> None:
        """Nobody reads what the mentee has taken back."""
        expected: Answer = "refused"
        if self.note is not None:
            expected = "nothing new" if (reader_id, on) in self.reads else "done"
            self.reads.add((reader_id, on))
        assert self.do(ReadReason(reader_id=reader_id, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        state = self.state
        asked = None if state is None or not state.is_asked else (state.contact, state.reason, state.wish)
        assert asked == self.note
        assert (set() if state is None else state.reads) == self.reads


class WishForAnotherMentor(DeciderMachine):
    """The mentee wishes for another mentor until the last day, and takes that back at any time."""

    decider = MENTOR_REQUEST

    def __init__(self) -> None:
        super().__init__()
        self.wishes = False

    @rule(on=st.sampled_from((MONDAY, ENDS_ON, ENDS_ON + DAY)), erased=st.sampled_from((False, False, True)))
    def request(self, on: date, erased: bool) -> None:
        expected: Answer = "refused"
        if on <= ENDS_ON and not erased:
            expected = "nothing new" if self.wishes else "done"
            self.wishes = True
        requesting = RequestAnotherMentor(relationship=ERASED if erased else RELATIONSHIP, on=on)
        assert self.do(requesting) == expected

    @rule(on=st.sampled_from((MONDAY, ENDS_ON + DAY)))
    def withdraw(self, on: date) -> None:
        expected: Answer = "done" if self.wishes else "nothing new"
        self.wishes = False
        assert self.do(WithdrawMentorRequest(relationship=RELATIONSHIP, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        assert self.state == self.wishes


TestNoteToSomebodySafe = pytest.mark.covers("S1", "S12")(NoteToSomebodySafe.TestCase)
TestWishForAnotherMentor = pytest.mark.covers("S12")(WishForAnotherMentor.TestCase)
