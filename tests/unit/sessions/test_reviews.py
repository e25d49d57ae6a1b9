"""Reviews: by whom the programme names, on the day that it names, with the decisions that it lets one take."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions import policy
from services.sessions.domain.review_plans import REVIEW_PLAN, TRIES, ClosingDue, ReviewPlanDue
from services.sessions.domain.reviews import (
    REVIEWS,
    AlreadyReviewed,
    NewReview,
    PlanReview,
    RelationshipReviewed,
    ReviewPlanned,
    ReviewRelationship,
    ReviewTakenBack,
    ReviewWithdrawal,
    TakeReviewBack,
)
from services.sessions.domain.terms import NotPossibleNow
from services.sessions.policy import NOBODY
from services.sessions.processes.reviews import CLOSE, PLAN, PROCESSES
from services.sessions.projections.reviews import PLANNED_REVIEWS, PlannedReviewRow, ReviewRow
from services.sessions.projections.reviews import REVIEWS as REVIEW_ROWS
from shared.calendar import is_working_day, morning_of, working_days_after
from shared.events.practices import Practice
from shared.events.words import ReviewDecision
from shared.kernel.decider import DomainError, Invalid, NotAllowed, NotFound
from shared.kernel.postgres.personal import personal_fields
from shared.kernel.principal import Principal
from shared.kernel.processes import TaskRequest, TaskWithdrawal
from tests.support.given import NOW, given
from tests.unit.sessions.example_events import HELD
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MONDAY,
    OPENED,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
    WEEK,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_policy import (
    AS_TUTOR,
    HOST_LEAD,
    HOST_LEAD_WHO_MENTORS,
    LEAD,
    MENTOR,
    OTHER_LEAD,
    TRAINEE,
    TUTOR,
    outcome_of,
)
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S10")
ON = MONDAY + 4 * WEEK
"""The day of a review; the tenth programme reviews every nine weeks, monitors for two, and closes after three days."""
FIRST_DUE = STARTS_ON + 9 * WEEK


def planning(on: date = STARTS_ON, **other: Any) -> PlanReview:
    return PlanReview(relationship=replace(RELATIONSHIP, **other), programme=RETURN, on=on)


def review_planned(due_on: date | None, on: date = STARTS_ON) -> ReviewPlanned:
    return ReviewPlanned(happened_on=on, relationship_id=RELATIONSHIP_ID, due_on=due_on)


def reviewing(decision: ReviewDecision, on: date = ON, note: str | None = None, **other: Any) -> ReviewRelationship:
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": RETURN, "reviewer_id": STRANGER_ID}
    return ReviewRelationship(**(usual | other), review=NewReview(on=on, decision=decision, note=note))


def relationship_reviewed(
    decision: ReviewDecision, on: date = ON, number: int = 1, **other: Any
) -> RelationshipReviewed:
    closes_on = working_days_after(on, 3) if decision == "close" else None
    return RelationshipReviewed(
        happened_on=on,
        relationship_id=RELATIONSHIP_ID,
        number=number,
        reviewer_id=STRANGER_ID,
        decision=decision,
        trainee_id=TRAINEE_ID,
        **({"closes_on": closes_on} | other),
    )


def taking_back(on: date = ON + DAY, **other: Any) -> TakeReviewBack:
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": RETURN, "reviewer_id": STRANGER_ID}
    return TakeReviewBack(**(usual | other), withdrawal=ReviewWithdrawal(on=on, reason="The wrong pair."))


def review_taken_back(number: int = 1, on: date = ON + DAY) -> ReviewTakenBack:
    return ReviewTakenBack(
        happened_on=on,
        relationship_id=RELATIONSHIP_ID,
        number=number,
        reviewer_id=STRANGER_ID,
        trainee_id=TRAINEE_ID,
        reason="The wrong pair.",
    )


EVERY = (
    review_planned(FIRST_DUE),
    relationship_reviewed("monitor"),
    review_taken_back(),
    ReviewPlanDue(happened_on=STARTS_ON, relationship_id=RELATIONSHIP_ID),
    ClosingDue(happened_on=ON, relationship_id=RELATIONSHIP_ID, on=ON + 3 * DAY),
)


def test_the_first_review_is_due_after_the_programme_s_weeks_and_planned_once() -> None:
    given(REVIEWS).when(planning()).then(review_planned(FIRST_DUE))
    given(REVIEWS).when(planning(on=STARTS_ON + WEEK)).then(review_planned(FIRST_DUE, STARTS_ON))
    given(REVIEWS).when(planning(on=STARTS_ON - DAY)).then(review_planned(FIRST_DUE, STARTS_ON - DAY))
    given(REVIEWS, review_planned(FIRST_DUE)).when(planning()).then()


def test_none_is_planned_after_the_end_nor_without_a_rule_nor_where_it_would_come_too_late() -> None:
    given(REVIEWS).when(planning(on=ENDS_ON + DAY)).then()
    given(REVIEWS).when(planning(ends_on=FIRST_DUE - DAY)).then()
    given(REVIEWS).when(PlanReview(relationship=ERASED, programme=RETURN, on=STARTS_ON)).then()
    before = replace(RETURN, practice=Practice())
    given(REVIEWS).when(PlanReview(relationship=RELATIONSHIP, programme=before, on=STARTS_ON)).then()
    given(REVIEWS).when(reviewing("continue", programme=before)).refused(NotFound)


@pytest.mark.parametrize("template", list(EVERY_TEMPLATE))
def test_every_programme_says_when_by_whom_and_what_and_somebody_holds_the_role(template: str) -> None:
    of = programme(EVERY_TEMPLATE[template])
    assert of.practice.review is not None
    assert of.accounts_of(of.practice.review.by)
    weeks = of.practice.review.every_weeks
    relationship = replace(RELATIONSHIP, ends_on=STARTS_ON + 60 * WEEK)
    (planned,) = given(REVIEWS).when(PlanReview(relationship=relationship, programme=of, on=STARTS_ON)).events
    assert isinstance(planned, ReviewPlanned)
    assert planned.due_on is not None
    assert timedelta(0) <= planned.due_on - (STARTS_ON + weeks * WEEK) < WEEK
    assert is_working_day(planned.due_on)


@pytest.mark.parametrize(
    ("decision", "due_on"), [("continue", ON + 9 * WEEK), ("monitor", ON + 2 * WEEK), ("close", None)]
)
def test_the_decision_says_when_the_next_review_is_due(decision: ReviewDecision, due_on: date | None) -> None:
    relationship = replace(RELATIONSHIP, ends_on=ENDS_ON + 20 * WEEK)
    earlier = review_planned(FIRST_DUE)
    outcome = given(REVIEWS, earlier).when(reviewing(decision, relationship=relationship))
    outcome.then(relationship_reviewed(decision), review_planned(due_on, ON))


def test_a_programme_of_before_monitors_at_half_the_distance() -> None:
    assert RETURN.practice.review is not None
    rules = RETURN.practice.review.model_copy(update={"monitor_weeks": None})
    before = replace(RETURN, practice=RETURN.practice.model_copy(update={"review": rules}))
    outcome = given(REVIEWS).when(reviewing("monitor", programme=before))
    outcome.then(relationship_reviewed("monitor"), review_planned(ON + 4 * WEEK, ON))


def test_only_what_the_programme_names_is_decided_and_on_a_day_of_the_relationship() -> None:
    peers = programme(EVERY_TEMPLATE["peer-review"])
    refusal = given(REVIEWS).when(reviewing("monitor", programme=peers)).refused(Invalid, pointer="/decision")
    assert "close, continue" in refusal.detail
    outside = given(REVIEWS).when(reviewing("continue", on=STARTS_ON - DAY))
    assert outside.refusal is not None
    assert outside.refusal.pointer == "/on"
    given(REVIEWS, relationship_reviewed("continue")).when(reviewing("continue", on=ON - DAY)).refused(
        Invalid, pointer="/on"
    )


def test_the_same_again_is_one_review_and_another_of_that_day_is_refused() -> None:
    past = (relationship_reviewed("continue", note="sealed: Well."), review_planned(None, ON))
    again = reviewing("continue", note="Well.", note_on_record="Well.")
    given(REVIEWS, *past).when(again).then()
    given(REVIEWS, *past).when(reviewing("close")).refused(AlreadyReviewed)
    given(REVIEWS, *past).when(reviewing("continue", note="Not well.", note_on_record="Well.")).refused(AlreadyReviewed)


def test_a_closed_relationship_ends_after_the_notice_and_no_later_than_it_would_anyway() -> None:
    (closed, *_) = given(REVIEWS).when(reviewing("close", on=ENDS_ON - DAY)).events
    assert isinstance(closed, RelationshipReviewed)
    assert closed.closes_on == ENDS_ON
    given(REVIEWS, relationship_reviewed("close")).when(reviewing("continue", on=ON + DAY)).refused(NotPossibleNow)


def test_the_last_review_is_taken_back_with_a_reason_until_the_relationship_is_over() -> None:
    closed = (review_planned(FIRST_DUE), relationship_reviewed("close"), review_planned(None, ON))
    given(REVIEWS, *closed).when(taking_back()).then(review_taken_back(), review_planned(FIRST_DUE, ON + DAY))
    given(REVIEWS).when(taking_back()).refused(NotFound)
    given(REVIEWS, *closed).when(taking_back(on=ON - DAY)).refused(Invalid, pointer="/on")
    over = replace(RELATIONSHIP, ended=True, ends_on=ON + 3 * DAY)
    given(REVIEWS, *closed).when(taking_back(relationship=over)).refused(NotPossibleNow)
    (anew, *_) = given(REVIEWS, *closed, review_taken_back()).when(reviewing("continue")).events
    assert anew == relationship_reviewed("continue", number=2)


def test_note_and_reason_are_sealed_for_the_mentee() -> None:
    assert personal_fields(RelationshipReviewed) == {"note": "trainee_id"}
    assert personal_fields(ReviewTakenBack) == {"reason": "trainee_id"}


@drawn(st.lists(st.tuples(st.sampled_from(("close", "continue", "monitor", "back")), st.integers(0, 5)), max_size=12))
def test_whatever_is_decided_in_whatever_order_the_reviews_are_those_of_a_plain_list(
    steps: list[tuple[str, int]],
) -> None:
    relationship = replace(RELATIONSHIP, ends_on=STARTS_ON + 200 * WEEK)
    plain: list[tuple[date, str]] = []
    state, on = REVIEWS.initial(), ON
    for step, days in steps:
        on += days * DAY
        command: Any = (
            taking_back(on=on, relationship=relationship)
            if step == "back"
            else reviewing(step, on=on, relationship=relationship)  # type: ignore[arg-type]  # one of the decisions
        )
        try:
            events = REVIEWS.decide(command, state, NOW)
        except DomainError:
            taken = False
        else:
            taken = True
            for event in events:
                state = REVIEWS.evolve(state, event)
        if step == "back":
            assert taken == bool(plain)
            plain = plain[:-1]
        elif plain and plain[-1] == (on, step):
            assert taken
        else:
            free = not plain or (plain[-1][1] != "close" and plain[-1][0] < on)
            assert taken == free
            plain += [(on, step)] if free else []
        assert [(each.on, each.decision) for each in state.held] == plain
        weeks = {"continue": 9, "monitor": 2}
        if plain:
            last_on, last = plain[-1]
            expected = None if last == "close" else working_days_after(last_on + weeks[last] * WEEK, 0)
            assert state.due_on == expected


def test_the_process_has_the_review_planned_and_the_end_recorded() -> None:
    due = ReviewPlanDue(happened_on=OPENED.happened_on, relationship_id=RELATIONSHIP_ID)
    given(REVIEW_PLAN).when(OPENED).then(due)
    met = ReviewPlanDue(happened_on=HELD.happened_on, relationship_id=RELATIONSHIP_ID)
    given(REVIEW_PLAN, due).when(HELD).then(met)
    given(REVIEW_PLAN, *[due] * TRIES).when(HELD).then()
    closed = relationship_reviewed("close")
    closing = ClosingDue(happened_on=ON, relationship_id=RELATIONSHIP_ID, on=closed.closes_on)
    given(REVIEW_PLAN, due).when(closed).then(closing)
    given(REVIEW_PLAN, due).when(relationship_reviewed("monitor")).then()
    off = ClosingDue(happened_on=ON + DAY, relationship_id=RELATIONSHIP_ID, on=None)
    given(REVIEW_PLAN, due, closing).when(review_taken_back()).then(off)
    given(REVIEW_PLAN, due).when(review_taken_back()).then()
    (process,) = PROCESSES
    about = {"relationship_id": str(RELATIONSHIP_ID)}
    assert closed.closes_on is not None
    assert process.requests(due) == [TaskRequest(PLAN, about)]
    ending = TaskRequest(CLOSE, about, morning_of(closed.closes_on + DAY))
    assert process.requests(closing) == [TaskWithdrawal(CLOSE), ending]
    assert process.requests(off) == [TaskWithdrawal(CLOSE)]


def test_the_rows_keep_what_was_taken_back() -> None:
    (row,) = rows(REVIEW_ROWS, relationship_reviewed("monitor", note="sealed: note"), review_taken_back())
    assert isinstance(row, ReviewRow)
    assert (row.decision, row.note, row.taken_back_on) == ("monitor", "sealed: note", ON + DAY)
    assert rows(PLANNED_REVIEWS, review_planned(FIRST_DUE), review_planned(None)) == [
        PlannedReviewRow(RELATIONSHIP_ID, None)
    ]


@pytest.mark.parametrize(
    ("who", "review", "see"),
    [
        (HOST_LEAD, STRANGER_ID, True),
        (HOST_LEAD_WHO_MENTORS, NotAllowed, False),
        (LEAD, NotAllowed, NotAllowed),
        (MENTOR, NotAllowed, False),
        (TRAINEE, NotAllowed, True),
        (TUTOR, NotAllowed, NotAllowed),
        (OTHER_LEAD, NotFound, NotFound),
    ],
)
def test_the_role_that_the_programme_names_reviews_and_nobody_else(who: Principal, review: Any, see: Any) -> None:
    assigned = AS_TUTOR if who.has("tutor") else NOBODY
    outcome = outcome_of(policy.may_review, who, RELATIONSHIP, RETURN, assigned)
    assert outcome == review or (review is STRANGER_ID and isinstance(outcome, type(STRANGER_ID)))
    assert outcome_of(policy.may_see_reviews, who, RELATIONSHIP, RETURN, assigned) == see
