"""A summary against a plain model: an envelope that leaves the pair with both names on it, and is called back."""

from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.agreements import AgreementSignature
from services.sessions.domain.summaries import SUMMARY, ReadSummary, SignSummary, TakeSummaryBack
from shared.events.words import Side
from tests.unit.sessions.examples import DAY, MONDAY, RELATIONSHIP, STRANGER_ID, TUTOR_ID
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.programmes import RETURN
from tests.unit.sessions.test_summaries import writing

pytestmark = pytest.mark.covers("S15")
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
NEEDS = st.sampled_from(((), ("pace",), ("pace", "no such need")))
READERS = st.sampled_from((None, STRANGER_ID, TUTOR_ID))


class Envelope(DeciderMachine):
    """The two write and sign; in the tenth programme the mentor signs first. Others read what both have signed."""

    decider = SUMMARY

    def __init__(self) -> None:
        super().__init__()
        self.sheets = 0
        self.is_whole = False
        self.needs: tuple[str, ...] = ()
        self.names: list[Side] = []
        self.left_with: tuple[str, ...] | None = None
        self.reads: set[tuple[UUID, object]] = set()

    @rule(by=SIDES, needs=NEEDS, whole=st.booleans())
    def write(self, by: Side, needs: tuple[str, ...], whole: bool) -> None:
        expected: Answer = "refused"
        if "no such need" not in needs:
            self.sheets, self.is_whole, self.needs, self.names = self.sheets + 1, whole, needs, []
            expected = "done"
        answers = {"for_the_school": "More time."} if whole else {}
        assert self.do(writing(by, needs, answers=answers)) == expected

    @rule(by=SIDES, back=st.sampled_from((0, 0, 0, 1)))
    def sign(self, by: Side, back: int) -> None:
        expected: Answer = "refused"
        if self.sheets and not back:
            if by in self.names:
                expected = "nothing new"
            elif self.is_whole and (by == "mentor" or "mentor" in self.names):
                self.names.append(by)
                expected = "done"
                self.left_with = self.needs if len(self.names) == 2 else self.left_with
        signature = AgreementSignature(on=MONDAY, draft=max(self.sheets - back, 1))
        if back and self.sheets == 1:
            return  # that is the last draft
        signing = SignSummary(relationship=RELATIONSHIP, programme=RETURN, by=by, signature=signature)
        assert self.do(signing) == expected

    @rule(by=SIDES)
    def call_back(self, by: Side) -> None:
        """It takes both again to let it leave."""
        expected: Answer = "nothing new" if self.left_with is None else "done"
        if self.left_with is not None:
            self.left_with, self.names = None, []
        assert self.do(TakeSummaryBack(relationship=RELATIONSHIP, by=by, on=MONDAY)) == expected

    @rule(reader_id=READERS, days=st.integers(0, 1))
    def read(self, reader_id: UUID | None, days: int) -> None:
        on = MONDAY + days * DAY
        expected: Answer = "refused"
        if self.left_with is not None:
            is_new = reader_id is not None and (reader_id, on) not in self.reads
            expected = "done" if is_new else "nothing new"
            self.reads |= set() if reader_id is None else {(reader_id, on)}
        assert self.do(ReadSummary(relationship=RELATIONSHIP, reader_id=reader_id, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        assert (self.state.draft.draft, [*self.state.draft.signed_by]) == (self.sheets, self.names)
        assert (self.state.agreed is not None, self.state.agreed_needs) == (
            self.left_with is not None,
            self.left_with or (),
        )
        assert self.state.reads == self.reads


TestEnvelope = Envelope.TestCase
