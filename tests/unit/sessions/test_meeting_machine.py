"""A meeting against a plain model: a page of a diary that both write on, and that the other of them initials."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.meetings import (
    MEETING,
    AcknowledgeMeeting,
    AmendedHeldMeeting,
    AmendedMissedMeeting,
    AmendMeeting,
    HeldMeeting,
    MissedMeeting,
    RecordMeeting,
    meeting_id_on,
)
from shared.events.words import Side
from tests.unit.sessions.examples import MONDAY, RELATIONSHIP, RELATIONSHIP_ID
from tests.unit.sessions.machines import Answer, DeciderMachine

pytestmark = pytest.mark.covers("S2")
AMENDED_WITHIN = 14
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
LATER = st.integers(-1, 30)
CORRECTED = st.none() | st.integers(-1, 2)
PULSES = st.none() | st.integers(1, 5)
MEETING_ID = meeting_id_on(RELATIONSHIP_ID, MONDAY)
ABOUT = {
    "relationship": replace(RELATIONSHIP, amend_within_days=AMENDED_WITHIN),
    "meeting_id": MEETING_ID,
}


@dataclass
class Page:
    """Who wrote the page last, on how many sheets, of how many days after Monday, the trainee's own number, and whether
    the other has initialled.
    """

    is_held: bool
    by: Side
    pulse: int | None
    sent_after: int
    day: int = 0
    sheets: int = 1
    has_initials: bool = False

    def write(self, by: Side, day: int, *, is_held: bool, pulse: int | None) -> None:
        self.sheets, self.by, self.day, self.has_initials = self.sheets + 1, by, day, False
        if not is_held or by == "trainee":
            self.pulse = pulse
        self.is_held = is_held


class PageOfADiary(DeciderMachine):
    """The two record, amend and acknowledge the meeting of a day."""

    decider = MEETING

    def __init__(self) -> None:
        super().__init__()
        self.page: Page | None = None

    @rule(by=SIDES, is_held=st.booleans(), pulse=PULSES, after=LATER)
    def record(self, by: Side, is_held: bool, pulse: int | None, after: int) -> None:
        pulse = pulse if is_held else None
        expected: Answer = "refused"
        if self.page is None and (pulse is None or by == "trainee"):
            self.page, expected = Page(is_held, by, pulse, after), "done"
        meeting = (
            HeldMeeting(status="held", on=MONDAY, minutes=45, pulse=pulse)
            if is_held
            else MissedMeeting(status="missed", on=MONDAY, reason="cover")
        )
        today = MONDAY + timedelta(days=after)
        assert self.do(RecordMeeting(**ABOUT, by=by, meeting=meeting, today=today)) == expected

    @rule(by=SIDES, is_held=st.booleans(), pulse=PULSES, after=LATER, today=LATER, to=CORRECTED, is_taken=st.booleans())
    def amend(
        self, by: Side, is_held: bool, pulse: int | None, after: int, today: int, to: int | None, is_taken: bool
    ) -> None:
        pulse = pulse if is_held else None
        expected: Answer = "refused"
        page = self.page
        if page is not None and today <= max(page.sent_after, 0) + AMENDED_WITHIN:
            day = page.day if to is None else to
            is_free = day == page.day or not is_taken
            if after >= day and is_free and (pulse is None or by == "trainee"):
                page.write(by, day, is_held=is_held, pulse=pulse)
                expected = "done"
        days = {"amended_on": MONDAY + timedelta(days=after), "on": None if to is None else MONDAY + timedelta(days=to)}
        meeting = (
            AmendedHeldMeeting(status="held", **days, minutes=30, pulse=pulse)
            if is_held
            else AmendedMissedMeeting(status="missed", **days, reason="other")
        )
        amending = AmendMeeting(
            **ABOUT,
            by=by,
            meeting=meeting,
            recorded_that_day="held" if is_taken else None,
            today=MONDAY + timedelta(days=today),
        )
        assert self.do(amending) == expected

    @rule(by=SIDES, after=LATER)
    def acknowledge(self, by: Side, after: int) -> None:
        expected: Answer = "refused"
        if self.page is not None and by != self.page.by and after >= self.page.day:
            expected = "nothing new" if self.page.has_initials else "done"
            self.page.sheets += not self.page.has_initials
            self.page.has_initials = True
        acknowledging = AcknowledgeMeeting(**ABOUT, by=by, on=MONDAY + timedelta(days=after))
        assert self.do(acknowledging) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        page, state = self.page, self.state
        if page is None:
            assert state is None
            return
        assert (state.status, state.written_by) == ("held" if page.is_held else "missed", page.by)
        assert state.met_on == MONDAY + timedelta(days=page.day)
        assert (state.version, state.acknowledged) == (page.sheets, page.has_initials)
        assert state.pulse == (None if page.pulse is None else f"{page.pulse}")


TestPageOfADiary = PageOfADiary.TestCase
