"""A support plan is asked for by an assessment, shared, acknowledged, reviewed on its days, and closed."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.referral.domain.templates import Template
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.people import Erased
from services.sessions.domain.support_plans import (
    SUPPORT_PLAN,
    AcknowledgeSupportPlan,
    CloseSupportPlan,
    Commands,
    NoPlanAskedFor,
    PlanNotInThisState,
    ReopenSupportPlan,
    ReviewSupportPlan,
    ShareSupportPlan,
    SupportPlan,
    SupportPlanClosing,
    SupportPlanReopening,
    SupportPlanReview,
    SupportPlanText,
    WriteSupportPlan,
)
from shared.calendar import working_days_after
from shared.kernel.decider import DomainError, Invalid, NotFound
from tests.support.given import NOW, given
from tests.unit.sessions.example_assessments import INDUCTION, LEVELS, PLACEMENT
from tests.unit.sessions.example_support_plans import (
    ACKNOWLEDGED,
    CLOSED,
    GOAL,
    REOPENED,
    REVIEW_DAYS,
    REVIEWED,
    SHARED,
    WRITTEN,
)
from tests.unit.sessions.examples import ASSESSMENT_ID, DAY, ERASED, MONDAY, RELATIONSHIP, TUTOR_ID
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

pytestmark = pytest.mark.covers("S8")
SHARE, ACKNOWLEDGE = ShareSupportPlan(on=MONDAY), AcknowledgeSupportPlan(on=MONDAY)
CLOSE = CloseSupportPlan(
    person_id=TUTOR_ID, closing=SupportPlanClosing(on=MONDAY, outcome="achieved", text="sealed: All starts are calm.")
)
REOPEN = ReopenSupportPlan(
    person_id=TUTOR_ID, reopening=SupportPlanReopening(on=MONDAY, text="sealed: Closed by mistake.")
)


def write(review_on: tuple[date, ...] = REVIEW_DAYS, **fields: Any) -> WriteSupportPlan:
    text = SupportPlanText(on=fields.pop("on", MONDAY), goals=(GOAL,), review_on=review_on)
    defaults = {"relationship": RELATIONSHIP, "author_id": TUTOR_ID, "asked_for": True, "text": text}
    return WriteSupportPlan.model_validate({"assessment_id": ASSESSMENT_ID, **defaults, **fields})


def review(review_on: date = REVIEW_DAYS[0], text: str = REVIEWED.text, **fields: Any) -> ReviewSupportPlan:
    found = SupportPlanReview(on=MONDAY, review_on=review_on, progress="go_on", text=text)
    return ReviewSupportPlan(person_id=TUTOR_ID, review=found, **fields)


def test_a_plan_goes_from_its_draft_to_its_end() -> None:
    given(SUPPORT_PLAN).when(write()).then(WRITTEN)
    given(SUPPORT_PLAN, WRITTEN).when(SHARE).then(SHARED)
    given(SUPPORT_PLAN, WRITTEN, SHARED).when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    given(SUPPORT_PLAN, WRITTEN, SHARED, ACKNOWLEDGED).when(review()).then(REVIEWED)
    given(SUPPORT_PLAN, WRITTEN, SHARED, ACKNOWLEDGED, REVIEWED).when(CLOSE).then(CLOSED)
    given(SUPPORT_PLAN, WRITTEN, SHARED, ACKNOWLEDGED, REVIEWED, CLOSED).when(REOPEN).then(REOPENED)


def test_a_step_that_was_taken_already_changes_nothing() -> None:
    given(SUPPORT_PLAN, WRITTEN, SHARED).when(SHARE).then()
    given(SUPPORT_PLAN, WRITTEN, SHARED, ACKNOWLEDGED).when(ACKNOWLEDGE).then()
    given(SUPPORT_PLAN, WRITTEN, SHARED).when(REOPEN).then()
    same = review(text="Two of three starts were calm.", on_record="Two of three starts were calm.")
    given(SUPPORT_PLAN, WRITTEN, SHARED, REVIEWED).when(same).then()


def test_a_review_is_corrected_by_another_for_the_same_day() -> None:
    corrected = REVIEWED.model_copy(update={"step": 2, "text": "sealed: All of them."})
    given(SUPPORT_PLAN, WRITTEN, SHARED, REVIEWED).when(review(text="sealed: All of them.")).then(corrected)


def test_what_was_shared_gets_another_version_and_a_draft_is_written_anew() -> None:
    given(SUPPORT_PLAN, WRITTEN).when(write()).then(WRITTEN)
    second = WRITTEN.model_copy(update={"version_number": 2})
    given(SUPPORT_PLAN, WRITTEN, SHARED).when(write()).then(second)
    given(SUPPORT_PLAN, WRITTEN, SHARED, ACKNOWLEDGED).when(write(asked_for=False)).then(second)


def test_an_assessment_that_finds_the_trainee_on_track_asks_for_no_plan() -> None:
    given(SUPPORT_PLAN).when(write(asked_for=False)).refused(NoPlanAskedFor)


@pytest.mark.parametrize(
    ("days", "pointer"),
    [
        ((MONDAY - 2 * DAY,), "/review_on/0"),
        ((date(2026, 12, 25),), "/review_on/0"),
        ((REVIEW_DAYS[1], REVIEW_DAYS[0]), "/review_on/1"),
        ((REVIEW_DAYS[0], REVIEW_DAYS[0]), "/review_on/1"),
        ((MONDAY - 7 * DAY,), "/review_on"),
    ],
)
def test_a_plan_is_reviewed_on_working_days_in_their_order(days: tuple[date, ...], pointer: str) -> None:
    given(SUPPORT_PLAN).when(write(days)).refused(Invalid, pointer=pointer)


def test_a_review_is_for_a_day_of_the_plan() -> None:
    given(SUPPORT_PLAN, WRITTEN, SHARED).when(review(MONDAY)).refused(Invalid, pointer="/review_on")


def test_what_comes_too_early_or_too_late_is_refused() -> None:
    too_early: tuple[Commands, ...] = (ACKNOWLEDGE, CLOSE, review())
    for command in too_early:
        given(SUPPORT_PLAN, WRITTEN).when(command).refused(PlanNotInThisState)
    too_late: tuple[Commands, ...] = (SHARE, ACKNOWLEDGE, review(), CLOSE, write())
    for command in too_late:
        given(SUPPORT_PLAN, WRITTEN, SHARED, CLOSED).when(command).refused(PlanNotInThisState)
    of_nothing: tuple[Commands, ...] = (SHARE, ACKNOWLEDGE, review(), CLOSE, REOPEN)
    for command in of_nothing:
        given(SUPPORT_PLAN).when(command).refused(NotFound)
    early = ShareSupportPlan(on=MONDAY - DAY)
    given(SUPPORT_PLAN, WRITTEN).when(early).refused(Invalid, pointer="/on")
    given(SUPPORT_PLAN, WRITTEN).when(write(on=MONDAY - DAY)).refused(Invalid, pointer="/on")


def test_no_plan_is_written_for_somebody_who_was_erased() -> None:
    given(SUPPORT_PLAN).when(write(relationship=ERASED)).refused(Erased)


def test_the_programme_says_which_judgement_asks_for_a_plan() -> None:
    rules = rules_of(PLACEMENT, "interim")
    levels = ("on_track", "needs_support", "not_on_track")
    assert [level for level in levels if rules.asks_for_plan({**LEVELS, "TS7": level})] == ["not_on_track"]
    assert rules_of(INDUCTION, "ect_formal_2").asks_for_plan({"TS7": "not_met"})


def test_another_programme_asks_for_a_plan_earlier_and_gives_other_days() -> None:
    settings = EVERY_TEMPLATE["ite-placement"].model_dump(mode="json")
    (step,) = [each for each in settings["steps"] if each["id"] == "interim"]
    step["assesses"]["support_plan"] |= {"asked_for_at": ["needs_support"], "due_within": 3}
    rules = rules_of(programme(Template.model_validate(settings)), "interim")
    assert rules.asks_for_plan({**LEVELS, "TS7": "needs_support"})
    assert rules.plan_due_on(MONDAY) == working_days_after(MONDAY, 3)
    step["assesses"]["support_plan"] = None
    none = rules_of(programme(Template.model_validate(settings)), "interim")
    assert not none.asks_for_plan({"TS7": "not_on_track"})
    assert none.plan_due_on(MONDAY) is None
    step["assesses"]["support_plan"] = {"written_by": ["trainee"]}
    with pytest.raises(ValueError, match="writes a support plan for themselves"):
        Template.model_validate(settings)


@dataclass
class Binder:
    """The plan on paper: which sheet is on top, where it lies, and how many slips were added."""

    sheets: int = 0
    place: str = ""
    slips: int = 0

    def move(self, place: str, *, after: set[str], slip: bool = False) -> bool:
        if self.place not in after:
            return False
        self.place, self.slips = place, self.slips + slip
        return True


class Supporting(RuleBasedStateMachine):
    """A tutor and a trainee with a plan, on paper and in the service."""

    def __init__(self) -> None:
        super().__init__()
        self.binder = Binder()
        self.plan: SupportPlan | None = None

    def do(self, command: Commands) -> bool:
        """Decide a command; say whether it made a difference."""
        try:
            events = SUPPORT_PLAN.decide(command, self.plan, NOW)
        except DomainError:
            return False
        self.plan = reduce(SUPPORT_PLAN.evolve, events, self.plan)
        return bool(events)

    @rule(asked_for=st.booleans())
    def write(self, *, asked_for: bool) -> None:
        before = self.binder.place
        allowed = {"drafting", "shared", "acknowledged", *([""] if asked_for else [])}
        written = self.binder.move("drafting", after=allowed)
        self.binder.sheets += written and before != "drafting"
        assert self.do(write(asked_for=asked_for)) == written

    @rule()
    def share(self) -> None:
        assert self.do(SHARE) == self.binder.move("shared", after={"drafting"})

    @rule()
    def acknowledge(self) -> None:
        assert self.do(ACKNOWLEDGE) == self.binder.move("acknowledged", after={"shared"})

    @rule(text=st.sampled_from(("Better.", "Worse.")), later=st.integers(0, 1))
    def review(self, text: str, later: int) -> None:
        reviewed = self.binder.move(self.binder.place, after={"shared", "acknowledged"}, slip=True)
        assert self.do(review(REVIEW_DAYS[later], text)) == reviewed

    @rule()
    def close(self) -> None:
        assert self.do(CLOSE) == self.binder.move("closed", after={"shared", "acknowledged"}, slip=True)

    @rule()
    def reopen(self) -> None:
        assert self.do(REOPEN) == self.binder.move("shared", after={"closed"}, slip=True)

    @invariant()
    def both_say_the_same(self) -> None:
        found = (self.plan.version, self.plan.state, self.plan.steps) if self.plan else (0, "", 0)
        assert found == (self.binder.sheets, self.binder.place, self.binder.slips)


TestSupporting = Supporting.TestCase
