"""A day against a plain model: whatever is done with its halves, in whatever order, both have the same."""

from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.days import DAY as DECIDER
from services.sessions.domain.days import HALVES, Commands, Day, DayPart, DayStep, ReturnableState
from services.sessions.domain.relationships import Relationship
from shared.events.words import DayKind, Half
from shared.kernel.decider import DomainError
from tests.support.given import NOW
from tests.unit.sessions.examples import OTHER_RELATIONSHIP_ID, RELATIONSHIP
from tests.unit.sessions.test_days import step

pytestmark = pytest.mark.covers("S9")
PARTS: st.SearchStrategy[DayPart] = st.sampled_from(("day", "morning", "afternoon"))
KINDS: st.SearchStrategy[DayKind] = st.sampled_from(("general", "intensive"))
STATES: st.SearchStrategy[ReturnableState] = st.sampled_from(("logged", "confirmed", "accepted"))
PLACEMENTS = st.sampled_from(
    (RELATIONSHIP, replace(RELATIONSHIP, relationship_id=OTHER_RELATIONSHIP_ID, school_urn="900002"))
)
BACK = {"logged": "returned", "confirmed": "logged", "accepted": "confirmed"}


class Diary(RuleBasedStateMachine):
    """A page of a diary: for each half a word, a kind and a placement, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.page: dict[Half, tuple[UUID, str, str]] = {}
        self.day = Day()

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = DECIDER.decide(command, self.day, NOW)
        except DomainError:
            return False
        self.day = reduce(DECIDER.evolve, events, self.day)
        return True

    def write(self, placement: UUID, part: DayPart, becomes: dict[str, str | None], kind: str | None = None) -> bool:
        """Write what each half becomes, if that is known for all of them."""
        after = dict(self.page)
        for half in HALVES[part]:
            theirs, word, old_kind = self.page.get(half, (placement, "nothing", ""))
            if theirs != placement:
                return False
            if kind is not None and old_kind == kind and "same" in becomes and word in str(becomes["same"]):
                continue
            if word not in becomes:
                return False
            new = becomes[word]
            if new is None:
                after.pop(half, None)
            else:
                after[half] = (placement, new, kind or old_kind)
        self.page = after
        return True

    @rule(part=PARTS, kind=KINDS, at=PLACEMENTS)
    def plan(self, part: DayPart, kind: DayKind, at: Relationship) -> None:
        becomes: dict[str, str | None] = {
            "nothing": "planned",
            "planned": "planned",
            "same": "planned returned logged confirmed accepted",
        }
        self.both("plan", part, at, becomes, kind)

    @rule(part=PARTS, kind=KINDS, at=PLACEMENTS)
    def log(self, part: DayPart, kind: DayKind, at: Relationship) -> None:
        becomes: dict[str, str | None] = dict.fromkeys(
            ("nothing", "planned", "returned", "logged", "confirmed"), "logged"
        )
        self.both("log", part, at, becomes | {"same": "logged confirmed accepted"}, kind)

    @rule(part=PARTS, at=PLACEMENTS, really=st.integers(0, 2))
    def remove(self, part: DayPart, at: Relationship, really: int) -> None:
        if really == 0:  # so that most go on
            gone: dict[str, str | None] = dict.fromkeys(("nothing", "planned", "returned", "logged", "confirmed"))
            self.both("remove", part, at, gone)

    @rule(part=PARTS, at=PLACEMENTS)
    def confirm(self, part: DayPart, at: Relationship) -> None:
        becomes: dict[str, str | None] = {"logged": "confirmed", "confirmed": "confirmed", "accepted": "accepted"}
        self.both("confirm", part, at, becomes)

    @rule(part=PARTS, at=PLACEMENTS)
    def accept(self, part: DayPart, at: Relationship) -> None:
        self.both("accept", part, at, {"confirmed": "accepted", "accepted": "accepted"})

    @rule(part=PARTS, at=PLACEMENTS, state=STATES)
    def give_back(self, part: DayPart, at: Relationship, state: ReturnableState) -> None:
        becomes: dict[str, str | None] = {state: BACK[state], BACK[state]: BACK[state]}
        written = self.write(at.relationship_id, part, becomes)
        assert self.do(step("return", part, back=state, relationship=at)) == written

    def both(
        self, what: DayStep, part: DayPart, at: Relationship, becomes: dict[str, str | None], kind: DayKind = "general"
    ) -> None:
        written = self.write(at.relationship_id, part, becomes, kind if what in ("plan", "log") else None)
        assert self.do(step(what, part, kind=kind, relationship=at)) == written

    @invariant()
    def both_say_the_same(self) -> None:
        assert {
            half: (half_day.relationship_id, half_day.state, half_day.kind)
            for half, half_day in self.day.halves.items()
        } == self.page


TestDiary = Diary.TestCase
