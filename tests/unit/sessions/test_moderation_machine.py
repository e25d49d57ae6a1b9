"""A sample against a plain model: a pile of assessments with a slip on each, until the pile is thrown away."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.sessions.domain.moderations import (
    MODERATION,
    AgreeWithAssessment,
    DiscardSample,
    LookAgain,
    NamedModerator,
    NameModerator,
    SendBack,
)
from shared.events.practices import ModerationRules
from tests.unit.sessions.example_moderations import CANDIDATE
from tests.unit.sessions.examples import ASSESSMENT_ID, MONDAY, STRANGER_ID, TARGET_ID, TUTOR_ID
from tests.unit.sessions.machines import Answer, DeciderMachine
from tests.unit.sessions.test_moderations import draw

pytestmark = pytest.mark.covers("S8")
OTHER_ID = UUID(int=9)
ALL = ModerationRules(share_percent=100)
PILE = (CANDIDATE, CANDIDATE.model_copy(update={"assessment_id": OTHER_ID}))
ASSESSMENTS = st.sampled_from((ASSESSMENT_ID, OTHER_ID, TARGET_ID))
MODERATORS = st.sampled_from((STRANGER_ID, TUTOR_ID))
DAYS = st.sampled_from((0, 0, 1, 2, -1)).map(lambda n: MONDAY + timedelta(days=n))


@dataclass
class Slip:
    """Whose name is on the slip, and what they wrote on it."""

    name: UUID | None = None
    word: str = ""


class PileOfAssessments(DeciderMachine):
    """A lead names moderators, who agree or send back."""

    decider = MODERATION

    def __init__(self) -> None:
        super().__init__()
        self.pile: dict[UUID, Slip] = {}
        self.is_thrown_away = False

    @initialize()
    def draw(self) -> None:
        assert self.do(DiscardSample(on=MONDAY)) == "refused"
        assert self.do(draw(PILE, rules=ALL)) == "done"
        assert self.do(draw(PILE, rules=ALL)) == "nothing new"
        self.pile = {ASSESSMENT_ID: Slip(), OTHER_ID: Slip()}

    def slip_to_write_on(self, assessment_id: UUID, on: date) -> Slip | None:
        """Return the slip, unless there is nothing to write on it any more."""
        slip = self.pile.get(assessment_id)
        return None if self.is_thrown_away or on < MONDAY or slip is None or slip.word == "look again" else slip

    @rule(assessment_id=ASSESSMENTS, person_id=MODERATORS, on=DAYS, took_part=st.booleans())
    def name(self, assessment_id: UUID, person_id: UUID, on: date, took_part: bool) -> None:
        expected: Answer = "refused"
        slip = self.slip_to_write_on(assessment_id, on)
        if slip is not None and slip.name == person_id:
            expected = "nothing new"
        elif slip is not None and not took_part:
            slip.name, slip.word, expected = person_id, "", "done"
        moderator = NamedModerator(on=on, person_id=person_id)
        naming = NameModerator(assessment_id=assessment_id, moderator=moderator, took_part=took_part)
        assert self.do(naming) == expected

    @rule(assessment_id=ASSESSMENTS, person_id=MODERATORS, on=DAYS)
    def agree(self, assessment_id: UUID, person_id: UUID, on: date) -> None:
        expected: Answer = "refused"
        slip = self.slip_to_write_on(assessment_id, on)
        if slip is not None and slip.name == person_id:
            expected = "nothing new" if slip.word else "done"
            slip.word = "agreed"
        assert self.do(AgreeWithAssessment(assessment_id=assessment_id, person_id=person_id, on=on)) == expected

    @rule(assessment_id=ASSESSMENTS, person_id=MODERATORS, on=DAYS)
    def send_back(self, assessment_id: UUID, person_id: UUID, on: date) -> None:
        expected: Answer = "refused"
        slip = self.slip_to_write_on(assessment_id, on)
        if slip is not None and slip.name == person_id:
            slip.word, expected = "look again", "done"
        look_again = LookAgain(on=on, reason="TS3 rests on nothing.")
        assert self.do(SendBack(assessment_id=assessment_id, person_id=person_id, look_again=look_again)) == expected

    @rule(on=DAYS, really=st.integers(0, 5))
    def discard(self, on: date, really: int) -> None:
        if really:  # so that most go on
            return
        expected: Answer = "refused"
        if on >= MONDAY and self.is_thrown_away:
            expected = "nothing new"
        elif on >= MONDAY and not any(slip.word for slip in self.pile.values()):
            self.is_thrown_away, expected = True, "done"
        assert self.do(DiscardSample(on=on)) == expected

    @invariant()
    def both_say_the_same(self) -> None:
        if self.state is None:
            return
        words = {"drawn": "", "named": "", "agreed": "agreed", "sent_back": "look again"}
        assert {
            key: Slip(each.moderator_id, words[each.state]) for key, each in self.state.sampled.items()
        } == self.pile
        assert self.state.discarded == self.is_thrown_away


TestPileOfAssessments = PileOfAssessments.TestCase
