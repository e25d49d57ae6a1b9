"""A target is set for a later day and looked at again until it is met or dropped."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.targets import (
    TARGET,
    AlreadySet,
    AmendedReview,
    AmendedTarget,
    AmendReview,
    AmendTarget,
    Commands,
    NotReviewed,
    ReviewStatus,
    ReviewTarget,
    SetTarget,
    TargetClosed,
    TargetDetails,
    TargetReview,
    TargetReviewed,
    TargetSet,
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
        version_number=2,
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
    assert refusal.detail.startswith(f"This target is {closed}; set a new one to continue.")


@drawn(st.lists(st.sampled_from(["progressing", "revised"])))
def test_a_target_is_reviewed_as_often_as_one_likes(earlier: list[ReviewStatus]) -> None:
    last = target_reviewed("met").model_copy(update={"version_number": len(earlier) + 2})
    given(TARGET, SET, *map(target_reviewed, earlier)).when(review("met")).then(last)


def test_a_target_is_not_reviewed_before_it_was_set() -> None:
    met = review("met")
    early = met.model_copy(update={"review": met.review.model_copy(update={"on": MONDAY - DAY})})
    given(TARGET, SET).when(early).refused(Invalid, pointer="/on")


def test_a_target_that_nobody_set_cannot_be_reviewed() -> None:
    given(TARGET).when(review("met")).refused(NotFound)


AMENDED = SET.model_copy(
    update={"by": "mentor", "text": "Wait five seconds.", "version_number": 2, "amended_on": MONDAY + DAY}
)


def amend(**fields: object) -> AmendTarget:
    target = AmendedTarget(
        text="Wait five seconds.", measure="Two lessons observed.", due_on=MONDAY + WEEK, amended_on=MONDAY + DAY
    )
    amended = target.model_copy(update=fields)
    return AmendTarget(relationship=RELATIONSHIP, target_id=TARGET_ID, by="mentor", target=amended)


def amend_review(status: ReviewStatus, **fields: object) -> AmendReview:
    right = AmendedReview(on=MONDAY + WEEK, status=status, note="Not quite.", amended_on=MONDAY + WEEK)
    amended = right.model_copy(update=fields)
    return AmendReview(relationship=RELATIONSHIP, target_id=TARGET_ID, by="mentor", review=amended)


@pytest.mark.covers("S3")
def test_a_target_is_amended_by_another_version() -> None:
    given(TARGET, SET).when(amend()).then(AMENDED)
    given(TARGET, SET, target_reviewed("met")).when(amend()).then(AMENDED.model_copy(update={"version_number": 3}))
    assert given(TARGET, SET, target_reviewed("met"), AMENDED).state == given(TARGET, SET, target_reviewed("met")).state


@pytest.mark.parametrize(
    ("fields", "pointer"), [({"due_on": MONDAY}, "/due_on"), ({"amended_on": MONDAY - DAY}, "/amended_on")]
)
def test_an_amended_target_is_due_after_it_was_set_and_written_after_that(
    fields: dict[str, object], pointer: str
) -> None:
    given(TARGET, SET).when(amend(**fields)).refused(Invalid, pointer=pointer)


@pytest.mark.covers("S3")
def test_a_target_that_was_called_met_by_mistake_is_open_again_once_its_review_is_amended() -> None:
    amended = target_reviewed("progressing").model_copy(
        update={"note": "Not quite.", "version_number": 3, "amended_on": MONDAY + WEEK}
    )
    given(TARGET, SET, target_reviewed("met")).when(amend_review("progressing")).then(amended)
    assert given(TARGET, SET, target_reviewed("met"), amended).when(review("met")).refusal is None


def test_there_is_no_review_to_amend_before_the_first() -> None:
    given(TARGET, SET).when(amend_review("met")).refused(NotReviewed)
    given(TARGET).when(amend_review("met")).refused(NotFound)
    given(TARGET).when(amend()).refused(NotFound)


def test_an_amended_review_is_of_a_day_of_the_target_and_written_after_it() -> None:
    given(TARGET, SET, target_reviewed("met")).when(amend_review("met", on=MONDAY - DAY)).refused(
        Invalid, pointer="/on"
    )
    late = amend_review("met", amended_on=MONDAY)
    given(TARGET, SET, target_reviewed("met")).when(late).refused(Invalid, pointer="/amended_on")


@drawn(st.lists(st.sampled_from(["review", "amend", "amend_review"])))
def test_each_version_has_a_number_of_its_own(steps: list[str]) -> None:
    events: list[TargetSet | TargetReviewed] = [SET]
    commands: dict[str, Commands] = {
        "review": review("progressing"),
        "amend": amend(),
        "amend_review": amend_review("revised"),
    }
    for step in steps:
        outcome = given(TARGET, *events).when(commands[step])
        assert (outcome.refusal is not None) is _is_refused(step, events)
        events.extend(outcome.events)
    assert [event.version_number for event in events] == list(range(1, len(events) + 1))


def _is_refused(step: str, events: list[TargetSet | TargetReviewed]) -> bool:
    return step == "amend_review" and not any(isinstance(event, TargetReviewed) for event in events)
