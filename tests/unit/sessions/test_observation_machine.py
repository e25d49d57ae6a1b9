"""The observation against a plain model: whatever the two do, in whatever order, both say the same."""

from dataclasses import dataclass
from datetime import date
from functools import reduce

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.sessions.domain.forms import OTHER
from services.sessions.domain.observation_states import Observation
from services.sessions.domain.observations import OBSERVATION, Commands
from shared.events.words import Side
from shared.kernel.decider import DomainError
from tests.support.given import NOW
from tests.unit.sessions.examples import DAY, MONDAY
from tests.unit.sessions.test_observations import (
    accepting,
    calling_off,
    holding,
    moving,
    planning,
    reading,
    speaking,
    writing,
)

pytestmark = pytest.mark.covers("S4")
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
DAYS = st.integers(0, 3).map(lambda days: MONDAY + days * DAY)


@dataclass
class Slip:
    """A slip of paper: the day, who wrote it there, a tick by the other, and what came of it."""

    day: date
    asked_by: Side
    ticked: bool = False
    torn: bool = False
    seen_on: date | None = None
    spoken_on: date | None = None
    sheets: int = 0

    @property
    def is_open(self) -> bool:
        return not self.torn and self.seen_on is None

    def move(self, by: Side, to: date) -> bool:
        if self.is_open and to != self.day:
            self.day, self.asked_by, self.ticked = to, by, False
        return self.is_open

    def tick(self, by: Side) -> bool:
        if not self.is_open or (by == self.asked_by and not self.ticked):
            return False
        self.ticked = True
        return True

    def tear(self) -> bool:
        if self.seen_on is not None:
            return False
        self.torn = True
        return True

    def see(self, by: Side, on: date) -> bool:
        if self.torn or by == "trainee" or not self.ticked or (self.spoken_on is not None and on > self.spoken_on):
            return False
        self.seen_on = on
        return True

    def speak(self, on: date) -> bool:
        if self.seen_on is None or on < self.seen_on:
            return False
        self.spoken_on = on
        return True

    def write(self, by: Side) -> bool:
        at_the_time = self.is_open if by == "trainee" else self.seen_on is not None and self.spoken_on is None
        self.sheets += at_the_time
        return at_the_time

    def reads(self, side: Side) -> bool:
        return side == "trainee" or self.spoken_on is None


class Observing(RuleBasedStateMachine):
    """Two people arrange an observation that is the mentee's, on a slip of paper and in the service."""

    @initialize(by=SIDES, to=DAYS)
    def ask(self, by: Side, to: date) -> None:
        self.slip = Slip(to, by)
        self.observation: Observation | None = None
        assert self.do(planning(by, to=to))

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it was taken."""
        try:
            events = OBSERVATION.decide(command, self.observation, NOW)
        except DomainError:
            return False
        self.observation = reduce(OBSERVATION.evolve, events, self.observation)
        return True

    @rule(by=SIDES, to=DAYS)
    def move(self, by: Side, to: date) -> None:
        assert self.do(moving(by, to)) == self.slip.move(by, to)

    @rule(by=SIDES)
    def accept(self, by: Side) -> None:
        assert self.do(accepting(by)) == self.slip.tick(by)

    @rule(by=SIDES, really=st.integers(0, 5))
    def call_off(self, by: Side, really: int) -> None:
        if really == 0:  # so that most go on
            assert self.do(calling_off(by)) == self.slip.tear()

    @rule(by=SIDES, on=DAYS)
    def hold(self, by: Side, on: date) -> None:
        assert self.do(holding(by, on)) == self.slip.see(by, on)

    @rule(on=DAYS)
    def speak(self, on: date) -> None:
        assert self.do(speaking(on)) == self.slip.speak(on)

    @rule(by=SIDES)
    def write(self, by: Side) -> None:
        command = writing(by, question="x") if by == "trainee" else writing(by, calm=5)
        assert self.do(command) == self.slip.write(by)

    @invariant()
    def both_say_the_same(self) -> None:
        now = self.observation
        assert now is not None
        assert (now.planned_on, now.asked_by, now.accepted) == (self.slip.day, self.slip.asked_by, self.slip.ticked)
        assert (now.called_off, now.held_on, now.feedback_on) == (
            self.slip.torn,
            self.slip.seen_on,
            self.slip.spoken_on,
        )
        assert len(now.written) == self.slip.sheets
        for side in OTHER:
            assert self.do(reading(side)) == self.slip.reads(side)


TestObserving = Observing.TestCase
