"""A survey against a plain model: two closed envelopes, which are opened once there are two, and then burnt."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.sessions.domain.surveys import SURVEY, read_ratings
from shared.events.words import Side
from tests.unit.sessions.examples import DAY, ENDS_ON, MONDAY
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.test_surveys import ASKED, answering

pytestmark = pytest.mark.covers("S1")
SIDES: st.SearchStrategy[Side] = st.sampled_from(("mentor", "trainee"))
IDS = [statement.id for statement in ASKED.statements]
RATINGS = st.fixed_dictionaries({}, optional=dict.fromkeys(IDS, st.integers(1, ASKED.scale + 1)))
WHOLE = st.fixed_dictionaries(dict.fromkeys(IDS, st.integers(1, ASKED.scale)))
OTHER: dict[Side, Side] = {"mentor": "trainee", "trainee": "mentor"}


class ClosedEnvelopes(DeciderMachine):
    """Each of the two answers as often as they like."""

    decider = SURVEY

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: dict[Side, dict[str, int]] = {}
        self.steps = 0

    @rule(by=SIDES, answers=WHOLE | RATINGS, late=st.sampled_from((False, False, True)))
    def answer(self, by: Side, answers: dict[str, int], late: bool) -> None:
        expected: Answer = "refused"
        others = self.envelopes.get(OTHER[by])
        if answers.keys() == set(IDS) and max(answers.values()) <= ASKED.scale and not late:
            expected = "done"
            self.steps += 1 if others is None else 2
            self.envelopes = {**self.envelopes, by: answers} if others is None else {}
        assert self.do(answering(by, answers, others, on=ENDS_ON + DAY if late else MONDAY)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        assert {by: read_ratings(text) for by, text in self.state.answers.items()} == self.envelopes
        assert self.state.version == self.steps


TestClosedEnvelopes = ClosedEnvelopes.TestCase
