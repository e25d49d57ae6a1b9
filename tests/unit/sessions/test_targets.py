"""A target is set for a later day and looked at again until it is met or dropped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.relationships import OutsideTheRelationship
from services.sessions.domain.target_states import ReviewStatus, Status, days_to_tell
from services.sessions.domain.targets import (
    TARGET,
    AlreadySet,
    AmendedReview,
    AmendedTarget,
    AmendReview,
    AmendTarget,
    Commands,
    Events,
    NewTargetDetails,
    NotReviewed,
    ReviewTarget,
    SetTarget,
    TargetClosed,
    TargetDetails,
    TargetReview,
    TargetReviewed,
    TargetSet,
    TargetUntouched,
    TellOfUntouched,
)
from shared.events.practices import Form, FormField, TargetRules
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotFound
from tests.support.given import given
from tests.unit.sessions import example_events
from tests.unit.sessions.examples import (
    DAY,
    ERASED,
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


REVISED = NewTargetDetails(text="Wait five seconds.", due_on=MONDAY + 2 * WEEK)


NEEDED: Mapping[str, Mapping[str, object]] = {"dropped": {"reason": "too_much"}, "revised": {"revised": REVISED}}


def review(status: ReviewStatus, **fields: object) -> ReviewTarget:
    said = TargetReview(on=MONDAY + WEEK, status=status, note="Seen on Thursday.")
    return ReviewTarget(
        relationship=RELATIONSHIP,
        target_id=TARGET_ID,
        by="mentor",
        review=said.model_copy(update={**NEEDED.get(status, {}), **fields}),
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
        reason="too_much" if status == "dropped" else None,
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
@pytest.mark.parametrize("status", ["progressing", "met", "dropped"])
def test_a_target_is_reviewed(status: ReviewStatus) -> None:
    given(TARGET, SET).when(review(status)).then(target_reviewed(status))


@pytest.mark.covers("S3")
def test_a_target_that_is_revised_goes_on_in_another_version() -> None:
    reviewed = target_reviewed("revised")
    anew = SET.model_copy(
        update={
            "by": "mentor",
            "text": "Wait five seconds.",
            "measure": None,
            "due_on": MONDAY + 2 * WEEK,
            "version_number": 3,
            "amended_on": MONDAY + WEEK,
        }
    )
    given(TARGET, SET).when(review("revised")).then(reviewed, anew)
    assert given(TARGET, SET, reviewed, anew).when(review("met")).refusal is None


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (review("revised", revised=None), "/revised"),
        (review("met", revised=REVISED), "/revised"),
        (review("dropped", reason=None), "/reason"),
        (review("met", reason="other"), "/reason"),
        (review("revised", revised=REVISED.model_copy(update={"due_on": MONDAY + WEEK})), "/revised/due_on"),
        (review("revised", revised=REVISED.model_copy(update={"answers": {"luck": "x"}})), "/revised/answers/luck"),
    ],
)
def test_a_review_says_what_its_status_needs_and_nothing_else(wrong: ReviewTarget, pointer: str) -> None:
    given(TARGET, SET).when(wrong).refused(Invalid, pointer=pointer)


@pytest.mark.covers("S3")
def test_a_target_may_fill_in_the_programmes_form_and_none_of_it_has_to_be() -> None:
    named = {"kind": "academic", "standards": ("TS7",), "answers": {"specific": "In 8B.", "relevant": None}}
    sent = SET_TARGET.model_copy(update={"target": REVISED.model_copy(update=named)})
    (event,) = given(TARGET).when(sent).events
    assert isinstance(event, TargetSet)
    assert (event.kind, event.standards, event.answers) == ("academic", ("TS7",), '{"specific": "In 8B."}')

    wrong = REVISED.model_copy(update={"answers": {"courage": 11}})
    form = Form(
        id="own", title="Own", read_by=(), fields=(FormField(id="courage", text="How much", kind="one_to_ten"),)
    )
    own = SET_TARGET.model_copy(update={"target": wrong, "form": form})
    given(TARGET).when(own).refused(Invalid, pointer="/answers/courage")
    given(TARGET).when(SET_TARGET.model_copy(update={"target": wrong})).refused(Invalid, pointer="/answers/courage")


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
    events: list[Events] = [SET]
    commands: dict[str, Commands] = {
        "review": review("progressing"),
        "amend": amend(),
        "amend_review": amend_review("progressing"),
    }
    for step in steps:
        outcome = given(TARGET, *events).when(commands[step])
        assert (outcome.refusal is not None) is _is_refused(step, events)
        events.extend(outcome.events)
    assert [event.version_number for event in events] == list(range(1, len(events) + 1))


def _is_refused(step: str, events: list[Events]) -> bool:
    return step == "amend_review" and not any(isinstance(event, TargetReviewed) for event in events)


RULES = TargetRules(untouched_after=10, mentor_after=5)
TELL_OWNER, TELL_MENTOR = MONDAY + 2 * WEEK, MONDAY + 3 * WEEK
WATCHED = SET.model_copy(update={"owner_told_on": TELL_OWNER, "mentor_told_on": TELL_MENTOR})


def telling(to: Side, on: date, **fields: object) -> TellOfUntouched:
    command = TellOfUntouched(relationship=RELATIONSHIP, target_id=TARGET_ID, to=to, on=on)
    return command.model_copy(update=fields)


def target_untouched(side: Side, on: date, version: int) -> TargetUntouched:
    return TargetUntouched(
        happened_on=on,
        target_id=TARGET_ID,
        relationship_id=RELATIONSHIP_ID,
        trainee_id=TRAINEE_ID,
        by=side,
        version_number=version,
    )


@pytest.mark.covers("S3")
def test_whoever_touches_a_target_has_it_watched_for_working_days() -> None:
    given(TARGET).when(SET_TARGET.model_copy(update={"rules": RULES})).then(WATCHED)
    (reviewed,) = given(TARGET, WATCHED).when(review("progressing").model_copy(update={"rules": RULES})).events
    assert isinstance(reviewed, TargetReviewed)
    assert (reviewed.owner_told_on, reviewed.mentor_told_on) == (MONDAY + 3 * WEEK, MONDAY + 4 * WEEK)
    (met,) = given(TARGET, WATCHED).when(review("met").model_copy(update={"rules": RULES})).events
    assert isinstance(met, TargetReviewed)
    assert met.owner_told_on is None


@pytest.mark.covers("S3")
@pytest.mark.parametrize(
    ("sent_on", "owner_told_on"),
    [
        (TELL_OWNER - 4 * DAY, TELL_OWNER),  # on a Thursday
        (TELL_OWNER - 3 * DAY, TELL_OWNER),  # on the Friday before the owner's day
        (TELL_OWNER, TELL_OWNER + DAY),
        (TELL_OWNER + 9 * WEEK, TELL_OWNER + 9 * WEEK + DAY),
    ],
)
def test_of_a_target_that_is_recorded_late_nobody_is_told_before_the_next_working_day(
    sent_on: date, owner_told_on: date
) -> None:
    now = datetime.combine(sent_on, time(16, 45), UTC)
    days = {"owner_told_on": owner_told_on, "mentor_told_on": owner_told_on + WEEK}
    given(TARGET).when(SET_TARGET.model_copy(update={"rules": RULES}), now).then(WATCHED.model_copy(update=days))
    (reviewed,) = given(TARGET, SET).when(review("progressing").model_copy(update={"rules": RULES}), now).events
    assert isinstance(reviewed, TargetReviewed)
    assert reviewed.owner_told_on == max(MONDAY + 3 * WEEK, owner_told_on)


def test_what_is_recorded_after_the_owner_was_told_and_is_no_later_touch_leaves_the_mentors_day() -> None:
    owner = target_untouched("trainee", TELL_OWNER, 2)
    now = datetime.combine(TELL_OWNER + DAY, time(9), UTC)
    words = AmendedTarget(text="Wait five seconds.", due_on=MONDAY + WEEK, amended_on=MONDAY)
    amending = AmendTarget(relationship=RELATIONSHIP, rules=RULES, target_id=TARGET_ID, by="trainee", target=words)
    (again,) = given(TARGET, WATCHED, owner).when(amending, now).events
    assert isinstance(again, TargetSet)
    assert (again.owner_told_on, again.mentor_told_on) == (TELL_OWNER, TELL_MENTOR)


@pytest.mark.covers("S3")
def test_the_owner_is_told_first_and_the_mentor_later() -> None:
    given(TARGET, WATCHED).when(telling("trainee", TELL_OWNER - DAY)).then()
    given(TARGET, WATCHED).when(telling("trainee", TELL_OWNER)).then(target_untouched("trainee", TELL_OWNER, 2))
    owner = target_untouched("trainee", TELL_OWNER, 2)
    given(TARGET, WATCHED, owner).when(telling("trainee", TELL_OWNER)).then()
    given(TARGET, WATCHED, owner).when(telling("mentor", TELL_MENTOR - DAY)).then()
    given(TARGET, WATCHED, owner).when(telling("mentor", TELL_MENTOR)).then(target_untouched("mentor", TELL_MENTOR, 3))


def test_the_mentor_is_never_told_without_the_owner() -> None:
    given(TARGET, WATCHED).when(telling("mentor", TELL_MENTOR)).then(
        target_untouched("trainee", TELL_MENTOR, 2), target_untouched("mentor", TELL_MENTOR, 3)
    )


def test_nobody_is_told_of_a_target_that_somebody_touched_or_closed_or_whose_relationship_is_over() -> None:
    later = target_reviewed("progressing").model_copy(update={"owner_told_on": MONDAY + 5 * WEEK})
    given(TARGET, WATCHED, later).when(telling("trainee", TELL_OWNER)).then()
    given(TARGET, WATCHED, target_reviewed("met")).when(telling("trainee", TELL_OWNER)).then()
    given(TARGET, WATCHED).when(telling("trainee", TELL_OWNER, relationship=ERASED)).then()
    over = replace(RELATIONSHIP, ends_on=TELL_OWNER - DAY)
    given(TARGET, WATCHED).when(telling("trainee", TELL_OWNER, relationship=over)).then()
    given(TARGET, SET).when(telling("trainee", TELL_OWNER)).then()


def test_telling_starts_anew_once_somebody_touches_the_target() -> None:
    owner = target_untouched("trainee", TELL_OWNER, 2)
    touched = target_reviewed("progressing").model_copy(
        update={"version_number": 3, "owner_told_on": TELL_MENTOR, "mentor_told_on": TELL_MENTOR + WEEK}
    )
    given(TARGET, WATCHED, owner, touched).when(telling("trainee", TELL_MENTOR)).then(
        target_untouched("trainee", TELL_MENTOR, 4)
    )


def test_what_is_recorded_late_does_not_make_a_target_look_untouched() -> None:
    days = {"owner_told_on": MONDAY + 4 * WEEK, "mentor_told_on": MONDAY + 5 * WEEK}
    last = target_reviewed("progressing").model_copy(update={"happened_on": MONDAY + 2 * WEEK, **days})
    owner = target_untouched("trainee", MONDAY + 4 * WEEK, 3)
    late = target_reviewed("progressing").model_copy(update={"version_number": 4, **days})
    reviewing = review("progressing").model_copy(update={"rules": RULES})
    given(TARGET, WATCHED, last, owner).when(reviewing).then(late)
    given(TARGET, WATCHED, last, owner, late).when(telling("trainee", MONDAY + 4 * WEEK)).then()


@pytest.mark.parametrize("status", ["open", "progressing", "revised"])
def test_without_a_rule_nobody_is_told(status: Status) -> None:
    assert days_to_tell(TargetRules(), None, MONDAY, MONDAY, status) == {"owner_told_on": None, "mentor_told_on": None}
