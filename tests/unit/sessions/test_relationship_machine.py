"""A relationship against a plain model: an open folder with a last day, which pauses, and ends once and for all."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.sessions.domain.ends import BreakOffRelationship, EndRelationship, ProposeEnd, WithdrawEnd
from services.sessions.domain.pauses import PauseRelationship, ResumeRelationship
from services.sessions.domain.relationships import (
    RELATIONSHIP,
    AgreeRelationship,
    EraseParticipant,
    MoveRelationship,
    OpenRelationship,
    RehomeRelationship,
)
from shared.events.words import Side
from tests.unit.sessions.examples import ENDS_ON, MENTOR_ID, RELATIONSHIP_ID, STARTS_ON, STRANGER_ID, TERMS, TRAINEE_ID
from tests.unit.sessions.machines import Answer, DeciderMachine

pytestmark = pytest.mark.covers("S1")
# few days, so that steps meet; the last of them is after the end
DAYS = st.sampled_from(
    [*(STARTS_ON + timedelta(days=n) for n in (-1, 0, 1, 2, 3, 5, 8)), ENDS_ON, ENDS_ON + timedelta(1)]
)
RECORDED = st.none() | DAYS
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))


@dataclass
class Folder:
    """The days of a folder, the pauses in it, the last day that one of the two proposes, and who keeps it where."""

    last_day: date = ENDS_ON
    has_ended: bool = False
    pauses: list[tuple[date, date]] = field(default_factory=list)
    paused_on: date | None = None
    proposed: tuple[Side, date] | None = None
    is_sealed: bool = False
    draft: int | None = None
    school: str = TERMS.school_urn
    mentor: UUID = MENTOR_ID

    def covers(self, day: date) -> bool:
        return not self.is_sealed and STARTS_ON <= day <= self.last_day

    def runs_after(self, day: date) -> bool:
        return not self.is_sealed and day < self.last_day

    def end(self, on: date) -> Answer:
        self.last_day, self.has_ended, self.proposed = on, True, None
        return "done"


class OpenFolder(DeciderMachine):
    """Two people, and others who report of them."""

    decider = RELATIONSHIP

    def __init__(self) -> None:
        super().__init__()
        self.folder = Folder()

    @initialize()
    def open(self) -> None:
        opening = OpenRelationship(relationship_id=RELATIONSHIP_ID, terms=TERMS, on=STARTS_ON)
        assert self.do(EndRelationship(reason="mentor_left", on=STARTS_ON)) == "nothing new"
        assert self.do(opening) == "done"
        assert self.do(opening) == "nothing new"

    @rule(by=SIDES, on=DAYS)
    def pause(self, by: Side, on: date) -> None:
        folder, expected = self.folder, "refused"
        if folder.covers(on):
            if folder.paused_on is None and all(on >= back for _, back in folder.pauses):
                folder.paused_on, expected = on, "done"
            elif folder.paused_on == on:
                expected = "nothing new"
        assert self.do(PauseRelationship(by=by, on=on)) == expected

    @rule(by=SIDES, on=DAYS)
    def resume(self, by: Side, on: date) -> None:
        folder, expected = self.folder, "refused"
        if folder.covers(on):
            if folder.paused_on is not None and on > folder.paused_on:
                folder.pauses.append((folder.paused_on, on))
                folder.paused_on, expected = None, "done"
            elif folder.paused_on is None and on in [back for _, back in folder.pauses]:
                expected = "nothing new"
        assert self.do(ResumeRelationship(by=by, on=on)) == expected

    @rule(by=SIDES, on=DAYS, last_day=DAYS, recorded_on=RECORDED)
    def propose(self, by: Side, on: date, last_day: date, recorded_on: date | None) -> None:
        folder, expected = self.folder, "refused"
        is_free = recorded_on is None or recorded_on <= last_day
        if folder.runs_after(on) and STARTS_ON <= last_day < folder.last_day and is_free:
            if folder.proposed == (by, last_day):
                expected = "nothing new"
            elif folder.proposed is not None and folder.proposed[1] == last_day:
                expected = folder.end(last_day)
            else:
                folder.proposed, expected = (by, last_day), "done"
        assert self.do(ProposeEnd(by=by, on=on, last_day=last_day, recorded_on=recorded_on)) == expected

    @rule(by=SIDES, on=DAYS)
    def withdraw(self, by: Side, on: date) -> None:
        expected: Answer = "nothing new" if self.folder.proposed is None else "done"
        if self.folder.is_sealed:
            expected = "refused"
        else:
            self.folder.proposed = None
        assert self.do(WithdrawEnd(by=by, on=on)) == expected

    @rule(on=DAYS, recorded_on=RECORDED)
    def break_off(self, on: date, recorded_on: date | None) -> None:
        expected: Answer = "refused"
        if self.folder.runs_after(on) and (recorded_on is None or recorded_on <= on):
            expected = self.folder.end(on)
        assert self.do(BreakOffRelationship(on=on, recorded_on=recorded_on)) == expected

    @rule(on=DAYS)
    def end(self, on: date) -> None:
        """Others report an end: the earliest that is reported holds."""
        expected = self.folder.end(on) if on < self.folder.last_day else "nothing new"
        assert self.do(EndRelationship(reason="trainee_left", on=on)) == expected

    @rule(on=DAYS, person=st.sampled_from((TRAINEE_ID, MENTOR_ID)), really=st.integers(0, 4))
    def erase(self, on: date, person: UUID, really: int) -> None:
        if really:  # so that most go on
            return
        expected: Answer = "nothing new" if self.folder.is_sealed else "done"
        if not self.folder.is_sealed and on < self.folder.last_day:
            self.folder.end(on)
        self.folder.is_sealed = True
        assert self.do(EraseParticipant(person_id=person, on=on)) == expected

    @rule(on=DAYS, draft=st.integers(1, 2), school=st.sampled_from(("900001", "900002")))
    def change(self, on: date, draft: int, school: str) -> None:
        """What others decide holds whatever the two do: a draft in force, another school, another record."""
        folder = self.folder
        assert self.do(AgreeRelationship(draft=draft, on=on)) == ("nothing new" if folder.draft == draft else "done")
        assert self.do(MoveRelationship(school_urn=school, on=on)) == (
            "nothing new" if folder.school == school else "done"
        )
        folder.draft, folder.school = draft, school

    @rule(on=DAYS, mentor=st.sampled_from((MENTOR_ID, STRANGER_ID)))
    def rehome(self, on: date, mentor: UUID) -> None:
        expected: Answer = "nothing new" if self.folder.mentor == mentor else "done"
        self.folder.mentor = mentor
        assert self.do(RehomeRelationship(trainee_id=TRAINEE_ID, mentor_id=mentor, on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        folder, state = self.folder, self.state
        if state is None:
            return
        assert (state.ends_on, state.ended, state.erased) == (folder.last_day, folder.has_ended, folder.is_sealed)
        assert ([*state.pauses], state.paused_on) == (folder.pauses, folder.paused_on)
        assert (state.proposed_end, state.agreed_draft) == (folder.proposed, folder.draft)
        assert (state.school_urn, state.mentor_id) == (folder.school, folder.mentor)


TestOpenFolder = OpenFolder.TestCase
