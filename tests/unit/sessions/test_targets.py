"""A target is set for a later day and looked at again until it is met or dropped."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.targets import (
    TARGET,
    AlreadySet,
    ReviewStatus,
    ReviewTarget,
    SetTarget,
    TargetClosed,
    TargetDetails,
    TargetReview,
    TargetReviewed,
)
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.sessions import example_events
from tests.unit.sessions.examples import (
    DAY,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    TARGET_ID,
    TRAINEE_ID,
    WEEK,
)

SET_TARGET = SetTarget(
    relationship=RELATIONSHIP,
    target_id=TARGET_ID,
    by="trainee",
    on=MONDAY,
    target=TargetDetails(
        text="Wait three seconds after each question.", measure="Two lessons observed.", due_on=MONDAY + WEEK
    ),
)
SET = example_events.SET.model_copy(
    update={"text": "Wait three seconds after each question.", "measure": "Two lessons observed."}
)


def set_target(**fields: object) -> SetTarget:
    return SET_TARGET.model_copy(update={"target": SET_TARGET.target.model_copy(update=fields)})


def review(status: ReviewStatus) -> ReviewTarget:
    return ReviewTarget(
        relationship=RELATIONSHIP,
        target_id=TARGET_ID,
        by="mentor",
        review=TargetReview(on=MONDAY + WEEK, status=status, note="Seen on Thursday."),
    )


def target_reviewed(status: ReviewStatus) -> TargetReviewed:
    return TargetReviewed(
        happened_on=MONDAY + WEEK,
        target_id=TARGET_ID,
        relationship_id=RELATIONSHIP_ID,
        trainee_id=TRAINEE_ID,
        by="mentor",
        status=status,
        note="Seen on Thursday.",
    )


@pytest.mark.covers("S3")
def test_the_trainee_sets_a_target() -> None:
    given(TARGET).when(SET_TARGET).then(SET)


def test_a_target_is_set_once() -> None:
    given(TARGET, SET).when(SET_TARGET).refused(AlreadySet)


@pytest.mark.parametrize("due_on", [MONDAY, MONDAY - DAY])
def test_a_target_is_due_after_the_day_it_is_set(due_on: object) -> None:
    given(TARGET).when(set_target(due_on=due_on)).refused(Invalid, pointer="/due_on")


def test_a_target_is_set_within_the_relationship() -> None:
    early = SET_TARGET.model_copy(update={"on": STARTS_ON - DAY})
    given(TARGET).when(early).refused(OutsideTheRelationship, pointer="/on")


@pytest.mark.covers("S3")
@pytest.mark.parametrize("status", ["progressing", "met", "revised", "dropped"])
def test_a_target_is_reviewed(status: ReviewStatus) -> None:
    given(TARGET, SET).when(review(status)).then(target_reviewed(status))


@pytest.mark.covers("S3")
@pytest.mark.parametrize("closed", ["met", "dropped"])
def test_a_target_that_is_met_or_dropped_is_closed(closed: ReviewStatus) -> None:
    refusal = given(TARGET, SET, target_reviewed(closed)).when(review("progressing")).refused(TargetClosed)
    assert refusal.detail == f"This target is {closed}; set a new one to continue."


@drawn(st.lists(st.sampled_from(["progressing", "revised"])))
def test_a_target_is_reviewed_as_often_as_one_likes(earlier: list[ReviewStatus]) -> None:
    given(TARGET, SET, *map(target_reviewed, earlier)).when(review("met")).then(target_reviewed("met"))


def test_a_target_is_not_reviewed_before_it_was_set() -> None:
    met = review("met")
    early = met.model_copy(update={"review": met.review.model_copy(update={"on": MONDAY - DAY})})
    given(TARGET, SET).when(early).refused(Invalid, pointer="/on")


def test_a_target_that_nobody_set_cannot_be_reviewed() -> None:
    given(TARGET).when(review("met")).refused(NotFound)
