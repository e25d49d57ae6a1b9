"""The agreement against a plain model: whatever the two do, in whatever order, both say the same."""

from dataclasses import dataclass, field
from functools import reduce

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.agreements import AGREEMENT, Agreement, Commands
from shared.events.words import Side
from shared.kernel.decider import DomainError
from tests.support.given import NOW
from tests.unit.sessions.test_agreements import TRAINEES, signing, writing

pytestmark = pytest.mark.covers("S1")
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))


@dataclass
class Paper:
    """An agreement on paper: the sheets, who signed the last one, and the sheet that both signed last."""

    mentees: bool = False
    joint: bool = False
    sheets: int = 0
    names: set[Side] = field(default_factory=set)
    valid: int | None = None

    def write(self, by: Side, *, whole: bool) -> bool:
        self.sheets += 1
        self.joint = whole
        if by == "trainee":
            self.mentees = whole
        self.names = set()
        return True

    def sign(self, by: Side, sheet: int) -> bool:
        if not self.sheets or sheet != self.sheets:
            return False
        if by in self.names:
            return True
        if not (self.mentees and self.joint) or (by == "mentor" and "trainee" not in self.names):
            return False
        self.names.add(by)
        if self.names == {"mentor", "trainee"}:
            self.valid = self.sheets
        return True


class Agreeing(RuleBasedStateMachine):
    """Two people write and sign, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.paper = Paper()
        self.agreement: Agreement = AGREEMENT.initial()

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = AGREEMENT.decide(command, self.agreement, NOW)
        except DomainError:
            return False
        self.agreement = reduce(AGREEMENT.evolve, events, self.agreement)
        return True

    @rule(by=SIDES, whole=st.booleans())
    def write(self, by: Side, whole: bool) -> None:  # hypothesis names it
        mine = TRAINEES if by == "trainee" else {name: TRAINEES[name] for name in ("between_us", "pace")}
        assert self.do(writing(by, **(mine if whole else {}))) == self.paper.write(by, whole=whole)

    @rule(by=SIDES, back=st.sampled_from((0, 0, 0, 1)))
    def sign(self, by: Side, back: int) -> None:
        draft = max(self.paper.sheets - back, 1)
        assert self.do(signing(by, draft)) == self.paper.sign(by, draft)

    @invariant()
    def both_say_the_same(self) -> None:
        assert self.agreement.draft == self.paper.sheets
        assert {*self.agreement.signed_by} == self.paper.names
        assert self.agreement.in_force == self.paper.valid


TestAgreeing = Agreeing.TestCase
