"""A circle against a plain model: a round table with a convenor, chairs, and a book of meetings."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.sessions.domain.circles import (
    CIRCLE,
    CircleMeeting,
    CloseCircle,
    LeaveCircle,
    RecordCircleMeeting,
    RemoveCircleMeeting,
    circle_meeting_id,
)
from tests.unit.sessions.examples import MONDAY
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.test_circles import ANN, BEN, CAM, DEE, ID, answering, inviting, opening

pytestmark = pytest.mark.covers("S14")
CHAIRS = 3
"""As many people has a circle of the tenth programme, the convenor among them."""
EVERYBODY = st.sampled_from((ANN, BEN, CAM, DEE))
MOSTLY_ANN = st.sampled_from((ANN, ANN, ANN, BEN))
DAYS = st.integers(0, 2).map(lambda n: MONDAY + timedelta(days=n))


class RoundTable(DeciderMachine):
    """Ann convenes; the others come and go."""

    decider = CIRCLE

    def __init__(self) -> None:
        super().__init__()
        self.is_open = False
        self.invited: set[UUID] = set()
        self.seated: set[UUID] = set()
        self.declined: set[UUID] = set()
        self.came: set[UUID] = set()
        self.book: dict[UUID, tuple[int, frozenset[UUID]]] = {}
        self.pages: defaultdict[UUID, int] = defaultdict(int)

    @initialize()
    def before_it_is_there(self) -> None:
        assert self.do(CloseCircle(by=ANN, on=MONDAY)) == "refused"
        self.open()

    @rule()
    def open(self) -> None:
        expected: Answer = "nothing new" if self.is_open else "done"
        self.is_open = True
        assert self.do(opening()) == expected

    @rule(by=MOSTLY_ANN, really=st.integers(0, 3))
    def close(self, by: UUID, really: int) -> None:
        if really:  # so that most go on
            return
        expected: Answer = "refused" if by != ANN else "done" if self.is_open else "nothing new"
        self.is_open = self.is_open and by != ANN
        assert self.do(CloseCircle(by=by, on=MONDAY)) == expected

    @rule(by=MOSTLY_ANN, person=EVERYBODY)
    def invite(self, by: UUID, person: UUID) -> None:
        expected: Answer = "refused"
        if self.is_open and by == ANN and person != ANN:
            if person in self.invited | self.seated:
                expected = "nothing new"
            elif 1 + len(self.invited | self.seated) < CHAIRS:
                self.invited.add(person)
                self.declined.discard(person)
                expected = "done"
        assert self.do(inviting(person, by)) == expected

    @rule(by=EVERYBODY, joins=st.booleans())
    def answer(self, by: UUID, joins: bool) -> None:
        """Whoever was asked may change their mind, as long as there is a chair."""
        expected: Answer = "refused"
        if self.is_open and by in self.invited | self.seated | self.declined:
            if by in (self.seated if joins else self.declined):
                expected = "nothing new"
            elif not joins or by in self.invited or 1 + len(self.invited | self.seated) < CHAIRS:
                expected = "done"
                for group in (self.invited, self.seated, self.declined):
                    group.discard(by)
                if joins:
                    self.seated.add(by)
                    self.came.add(by)
                elif by not in self.came:
                    self.declined.add(by)
        assert self.do(answering(by, joins=joins)) == expected

    @rule(by=EVERYBODY, person=EVERYBODY)
    def leave(self, by: UUID, person: UUID) -> None:
        expected: Answer = "refused"
        if self.is_open and by in (person, ANN):
            expected = "done" if person in self.invited | self.seated else "nothing new"
            self.invited.discard(person)
            self.seated.discard(person)
        assert self.do(LeaveCircle(by=by, person_id=person, on=MONDAY)) == expected

    @rule(by=MOSTLY_ANN, on=DAYS, minutes=st.sampled_from((45, 60)), who=st.frozensets(EVERYBODY, max_size=2))
    def meet(self, by: UUID, on: object, minutes: int, who: frozenset[UUID]) -> None:
        expected: Answer = "refused"
        meeting = CircleMeeting.model_validate({"on": on, "minutes": minutes, "attended": sorted(who)})
        meeting_id = circle_meeting_id(ID, meeting.on)
        if self.is_open and by == ANN and who <= self.came:
            expected = "nothing new" if self.book.get(meeting_id) == (minutes, who) else "done"
            self.book[meeting_id] = (minutes, who)
        assert self.do(RecordCircleMeeting(by=by, meeting=meeting)) == expected

    @rule(by=MOSTLY_ANN, on=DAYS)
    def remove(self, by: UUID, on: object) -> None:
        meeting_id = circle_meeting_id(ID, on)  # type: ignore[arg-type]  # a day
        expected: Answer = "refused"
        if self.is_open and by == ANN:
            expected = "nothing new" if self.book.pop(meeting_id, None) is None else "done"
        assert self.do(RemoveCircleMeeting(by=by, meeting_id=meeting_id, on=MONDAY)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        if self.state is None:
            return
        by_word: defaultdict[str, set[UUID]] = defaultdict(set)
        for person, word in self.state.members.items():
            by_word[word].add(person)
        assert by_word["invited"] | by_word["invited_again"] == self.invited
        assert (by_word["member"], by_word["declined"]) == (self.seated, self.declined)
        assert {each: (it.minutes, frozenset(it.attended)) for each, it in self.state.meetings.items()} == self.book
        assert self.state.closed != self.is_open
        assert {each for each in (BEN, CAM, DEE) if self.state.includes(each)} == self.came


TestRoundTable = RoundTable.TestCase
