"""A trainee appeals in the programme's days, and somebody who took no part decides, once."""

from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.sessions.domain.appeals import (
    APPEALS,
    AppealDecision,
    AppealIsDecided,
    AppealReversal,
    Appeals,
    AppealStep,
    Commands,
    DecideAppeal,
    MakeAppeal,
    NewAppeal,
    NoAppeal,
    ReverseDecision,
    WithdrawAppeal,
)
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import Submission
from services.sessions.domain.assessments import ASSESSMENT
from services.sessions.domain.programmes import Programme
from shared.calendar import working_days_after
from shared.events.words import AssessmentKind
from shared.kernel.decider import DomainError, Invalid, NotAllowed, NotFound
from tests.support.given import NOW, given
from tests.unit.sessions.example_appeals import DECIDED, MADE, REVERSED, WITHDRAWN
from tests.unit.sessions.example_assessments import (
    INDUCTION,
    LEAD_ID,
    LEVELS,
    PLACEMENT,
    RETURNED,
    SIGNED,
    SUBMITTED,
    assessment_written,
)
from tests.unit.sessions.examples import ASSESSMENT_ID, DAY, MONDAY, STRANGER_ID, TRAINEE_ID, TUTOR_ID, WEEK

pytestmark = pytest.mark.covers("S8")
UNTIL = MONDAY + 4 * WEEK
SUBMISSION = Submission(ASSESSMENT_ID, TRAINEE_ID, 1, MONDAY, TUTOR_ID)


def make(on: date = MONDAY, reason: str = "sealed: Not fair.", **fields: Any) -> MakeAppeal:
    appeal = NewAppeal(on=on, version=1, reason=reason)
    return MakeAppeal.model_validate({"submission": SUBMISSION, "until": UNTIL, "appeal": appeal, **fields})


def settle(outcome: Any = "upheld", *, took_part: bool = False, on: date = MONDAY) -> DecideAppeal:
    decision = AppealDecision(on=on, version=1, outcome=outcome, reason="sealed: TS3 has no evidence.")
    return DecideAppeal(person_id=LEAD_ID, took_part=took_part, decision=decision)


def reverse(*, corrected: bool = False, took_part: bool = False) -> ReverseDecision:
    reversal = AppealReversal(on=MONDAY, version=1, reason="sealed: The wrong one.")
    return ReverseDecision(person_id=LEAD_ID, took_part=took_part, corrected=corrected, reversal=reversal)


WITHDRAW = WithdrawAppeal(step=AppealStep(on=MONDAY, version=1))


def test_an_appeal_is_made_and_decided() -> None:
    given(APPEALS).when(make()).then(MADE)
    given(APPEALS, MADE).when(settle()).then(DECIDED)


def test_the_same_appeal_again_changes_nothing_and_other_words_are_a_step_of_their_own() -> None:
    same = make(reason="Not fair.", on_record="Not fair.")
    given(APPEALS, MADE).when(same).then()
    given(APPEALS, MADE).when(make(on_record="Not fair.")).then(MADE.model_copy(update={"step": 2}))


@pytest.mark.parametrize(("on", "until"), [(UNTIL + DAY, UNTIL)])
def test_an_appeal_comes_within_the_days_of_the_programme(on: date, until: date) -> None:
    given(APPEALS).when(make(until, until=until)).then(MADE.model_copy(update={"happened_on": until}))
    refusal = given(APPEALS).when(make(on, until=until)).refused(NoAppeal, pointer="/on")
    assert "19 October 2026" in refusal.detail


def test_without_days_in_the_programme_there_is_no_appeal() -> None:
    given(APPEALS).when(make(until=None)).refused(NoAppeal)


def test_an_appeal_does_not_come_before_the_submission() -> None:
    given(APPEALS).when(make(MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(APPEALS, MADE).when(settle(on=MONDAY - DAY)).refused(Invalid, pointer="/on")


def test_whoever_wrote_or_signed_the_version_decides_no_appeal_against_it() -> None:
    given(APPEALS, MADE).when(settle(took_part=True)).refused(NotAllowed)
    given(APPEALS, MADE, DECIDED).when(reverse(took_part=True)).refused(NotAllowed)


def test_a_decided_appeal_is_neither_decided_nor_made_nor_withdrawn_again() -> None:
    for command in (settle("dismissed"), make(), WITHDRAW):
        given(APPEALS, MADE, DECIDED).when(command).refused(AppealIsDecided)


def test_a_decision_that_was_a_slip_is_taken_back_until_the_correction_has_begun() -> None:
    given(APPEALS, MADE, DECIDED).when(reverse()).then(REVERSED)
    given(APPEALS, MADE, DECIDED, REVERSED).when(reverse()).then()
    given(APPEALS, MADE, DECIDED, REVERSED).when(settle("dismissed")).then(
        DECIDED.model_copy(update={"outcome": "dismissed", "step": 4})
    )
    given(APPEALS, MADE, DECIDED).when(reverse(corrected=True)).refused(AppealIsDecided)


def test_an_appeal_is_withdrawn_before_it_is_decided_and_can_be_made_again() -> None:
    given(APPEALS, MADE).when(WITHDRAW).then(WITHDRAWN)
    given(APPEALS, MADE, WITHDRAWN).when(WITHDRAW).then()
    given(APPEALS, MADE, WITHDRAWN).when(settle()).refused(AppealIsDecided)
    given(APPEALS, MADE, WITHDRAWN).when(make()).then(MADE.model_copy(update={"step": 3}))


def test_nothing_is_decided_where_nobody_appealed() -> None:
    for command in (settle(), reverse(), WITHDRAW):
        given(APPEALS).when(command).refused(NotFound)


@pytest.mark.parametrize(
    ("programme", "kind", "within"),
    [
        (PLACEMENT, "interim", None),
        (PLACEMENT, "final", 20),
        (INDUCTION, "ect_progress_review", None),
        (INDUCTION, "ect_formal_1", 20),
    ],
)
def test_the_last_day_is_that_of_the_programmes_number_or_dated_rule(
    programme: Programme, kind: AssessmentKind, within: int | None
) -> None:
    until = rules_of(programme, kind).appeal_until(MONDAY)
    assert until == (None if within is None else working_days_after(MONDAY, within))


def test_a_dated_rule_is_that_of_the_day_of_the_submission() -> None:
    before_the_rule = date(2024, 3, 28)
    assert rules_of(INDUCTION, "ect_formal_2").appeal_until(before_the_rule) is None


def test_those_who_receive_it_decide_where_the_programme_names_nobody_for_it() -> None:
    assert rules_of(INDUCTION, "ect_formal_1").appeals_decided_by == {"partnership_lead"}
    assert rules_of(PLACEMENT, "interim").appeals_decided_by == {"partnership_lead"}


def test_a_version_that_was_returned_is_submitted_no_longer_and_a_corrected_one_still_is() -> None:
    submitted = given(ASSESSMENT, *SIGNED, SUBMITTED).state
    assert submitted is not None
    assert submitted.submissions[1] == Submission(
        ASSESSMENT_ID, TRAINEE_ID, 1, MONDAY, TUTOR_ID, frozenset({TUTOR_ID, STRANGER_ID, TRAINEE_ID}), LEVELS
    )
    returned = given(ASSESSMENT, *SIGNED, SUBMITTED, RETURNED).state
    corrected = given(ASSESSMENT, *SIGNED, SUBMITTED, assessment_written(2)).state
    assert returned is not None
    assert corrected is not None
    assert (returned.submissions, [*corrected.submissions]) == ({}, [1])


@dataclass
class Letters:
    """What lies in the folder of an appeal: the last letter says how it stands."""

    last: str = ""
    sent: list[str] = field(default_factory=list)

    def put(self, letter: str, *, after: set[str]) -> bool:
        if self.last not in after:
            return False
        self.last = letter
        self.sent.append(letter)
        return True


class Appealing(RuleBasedStateMachine):
    """A trainee and a lead, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.letters, self.appeals = Letters(), Appeals()

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it made a difference."""
        try:
            events = APPEALS.decide(command, self.appeals, NOW)
        except DomainError:
            return False
        self.appeals = reduce(APPEALS.evolve, events, self.appeals)
        return bool(events)

    @rule()
    def appeal(self) -> None:
        assert self.do(make()) == self.letters.put("made", after={"", "made", "withdrawn"})

    @rule()
    def withdraw(self) -> None:
        assert self.do(WITHDRAW) == self.letters.put("withdrawn", after={"made"})

    @rule(outcome=st.sampled_from(("dismissed", "upheld")))
    def settle(self, outcome: str) -> None:
        assert self.do(settle(outcome)) == self.letters.put(outcome, after={"made"})

    @rule(corrected=st.booleans())
    def reverse(self, *, corrected: bool) -> None:
        after = set() if corrected else {"dismissed", "upheld"}
        assert self.do(reverse(corrected=corrected)) == self.letters.put("made", after=after)

    @invariant()
    def both_say_the_same(self) -> None:
        appeal = self.appeals.by_version.get(1)
        assert (appeal.state if appeal else "", appeal.steps if appeal else 0) == (
            self.letters.last,
            len(self.letters.sent),
        )


TestAppealing = Appealing.TestCase
