"""A second opinion is asked for once a version, written by somebody who took no part, and changes nothing by itself."""

from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.referral.domain.templates import Template
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import Submission
from services.sessions.domain.second_opinions import (
    SECOND_OPINIONS,
    AskForOpinion,
    Commands,
    NoSecondOpinion,
    OpinionAskedAlready,
    OpinionIsTaken,
    OpinionRequest,
    Opinions,
    OpinionStep,
    SecondOpinion,
    WithdrawRequest,
    WriteOpinion,
)
from shared.kernel.decider import DomainError, Invalid, NotAllowed, NotFound
from tests.support.given import NOW, given
from tests.unit.sessions.example_assessments import LEAD_ID, LEVELS, PLACEMENT
from tests.unit.sessions.example_second_opinions import ASKED, OPINION_WRITTEN, WITHDRAWN
from tests.unit.sessions.examples import ASSESSMENT_ID, DAY, MONDAY, STRANGER_ID, TRAINEE_ID, TUTOR_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

pytestmark = pytest.mark.covers("S8")
RULES = rules_of(PLACEMENT, "end_of_placement")
SUBMISSION = Submission(ASSESSMENT_ID, TRAINEE_ID, 1, MONDAY, TUTOR_ID)


def ask(person_id: UUID = LEAD_ID, on: date = MONDAY, **fields: Any) -> AskForOpinion:
    request = OpinionRequest(on=on, version=1, reason="sealed: TS3 surprises me.")
    defaults = {"submission": SUBMISSION, "rules": RULES, "person_id": person_id, "request": request}
    return AskForOpinion.model_validate({**defaults, **fields})


def withdraw(person_id: UUID = LEAD_ID) -> WithdrawRequest:
    return WithdrawRequest(person_id=person_id, step=OpinionStep(on=MONDAY, version=1))


def write(person_id: UUID = STRANGER_ID, *, took_part: bool = False, **fields: Any) -> WriteOpinion:
    opinion = SecondOpinion.model_validate(
        {"on": MONDAY, "version": 1, "judgements": LEVELS, "summary": "sealed: I agree.", **fields}
    )
    return WriteOpinion(rules=RULES, person_id=person_id, took_part=took_part, opinion=opinion)


def test_a_second_opinion_is_asked_for_and_written() -> None:
    given(SECOND_OPINIONS).when(ask()).then(ASKED)
    given(SECOND_OPINIONS, ASKED).when(write()).then(OPINION_WRITTEN)


def test_it_is_asked_for_once_a_version_and_again_after_the_request_was_taken_back() -> None:
    given(SECOND_OPINIONS, ASKED).when(ask()).then()
    given(SECOND_OPINIONS, ASKED).when(ask(TRAINEE_ID)).refused(OpinionAskedAlready)
    given(SECOND_OPINIONS, ASKED, OPINION_WRITTEN).when(ask(TRAINEE_ID)).refused(OpinionAskedAlready)
    given(SECOND_OPINIONS, ASKED).when(withdraw()).then(WITHDRAWN)
    given(SECOND_OPINIONS, ASKED, WITHDRAWN).when(withdraw()).then()
    given(SECOND_OPINIONS, ASKED, WITHDRAWN).when(ask()).then(ASKED.model_copy(update={"step": 3}))


def test_whoever_asked_takes_the_request_back_until_it_is_written() -> None:
    given(SECOND_OPINIONS, ASKED).when(withdraw(TRAINEE_ID)).refused(NotAllowed)
    given(SECOND_OPINIONS, ASKED, OPINION_WRITTEN).when(withdraw()).refused(OpinionIsTaken)


def test_it_is_written_by_one_person_who_took_no_part_and_corrects_it() -> None:
    given(SECOND_OPINIONS, ASKED).when(write(took_part=True)).refused(NotAllowed)
    given(SECOND_OPINIONS, ASKED, OPINION_WRITTEN).when(write(LEAD_ID)).refused(OpinionIsTaken)
    corrected = OPINION_WRITTEN.model_copy(update={"step": 3})
    given(SECOND_OPINIONS, ASKED, OPINION_WRITTEN).when(write()).then(corrected)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"judgements": {"TS1": "on_track"}}, "/judgements"),
        ({"judgements": {**LEVELS, "TS3": "outstanding"}}, "/judgements/TS3"),
        ({"on": MONDAY - DAY}, "/on"),
    ],
)
def test_it_judges_every_standard_in_the_programmes_scale(fields: dict[str, Any], pointer: str) -> None:
    given(SECOND_OPINIONS, ASKED).when(write(**fields)).refused(Invalid, pointer=pointer)


def test_nobody_writes_what_nobody_asked_for() -> None:
    given(SECOND_OPINIONS).when(write()).refused(NotFound)
    given(SECOND_OPINIONS).when(withdraw()).refused(NotFound)
    given(SECOND_OPINIONS, ASKED, WITHDRAWN).when(write()).refused(NotFound)


def test_the_programme_says_for_which_kinds_there_is_one() -> None:
    given(SECOND_OPINIONS).when(ask(rules=rules_of(PLACEMENT, "interim"))).refused(NoSecondOpinion)
    settings = EVERY_TEMPLATE["ite-placement"].model_dump(mode="json")
    (step,) = [each for each in settings["steps"] if each["id"] == "interim"]
    step["assesses"]["second_opinions"] = True
    rules = rules_of(programme(Template.model_validate(settings)), "interim")
    given(SECOND_OPINIONS).when(ask(rules=rules)).then(ASKED)


def test_it_does_not_come_before_the_submission() -> None:
    later = replace(SUBMISSION, submitted_on=MONDAY + DAY)
    given(SECOND_OPINIONS).when(ask(submission=later)).refused(Invalid, pointer="/on")


@dataclass
class Slip:
    """The slip on which a second opinion is asked for."""

    place: str = ""
    asked_by: UUID | None = None
    author: UUID | None = None
    steps: int = 0

    def move(self, place: str) -> bool:
        self.place, self.steps = place, self.steps + 1
        return True


PEOPLE = st.sampled_from((LEAD_ID, TRAINEE_ID, STRANGER_ID))


class AskingForOpinions(RuleBasedStateMachine):
    """A lead, a trainee and another assessor, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.slip, self.opinions = Slip(), Opinions()

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it made a difference."""
        try:
            events = SECOND_OPINIONS.decide(command, self.opinions, NOW)
        except DomainError:
            return False
        self.opinions = reduce(SECOND_OPINIONS.evolve, events, self.opinions)
        return bool(events)

    @rule(person=PEOPLE)
    def ask(self, person: UUID) -> None:
        free = self.slip.place in ("", "withdrawn")
        if free:
            self.slip.asked_by, self.slip.author = person, None
        assert self.do(ask(person)) == (free and self.slip.move("asked"))

    @rule(person=PEOPLE)
    def withdraw(self, person: UUID) -> None:
        may = self.slip.place == "asked" and person == self.slip.asked_by
        assert self.do(withdraw(person)) == (may and self.slip.move("withdrawn"))

    @rule(person=PEOPLE)
    def write(self, person: UUID) -> None:
        may = self.slip.place in ("asked", "written") and self.slip.author in (None, person)
        self.slip.author = person if may else self.slip.author
        assert self.do(write(person)) == (may and self.slip.move("written"))

    @invariant()
    def both_say_the_same(self) -> None:
        opinion = self.opinions.by_version.get(1)
        found = (opinion.state, opinion.steps) if opinion else ("", 0)
        assert found == (self.slip.place, self.slip.steps)


TestAskingForOpinions = AskingForOpinions.TestCase
