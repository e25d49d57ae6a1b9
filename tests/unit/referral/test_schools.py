"""Schools as the register shows them."""

from datetime import date

import pytest

from services.referral.domain.schools import (
    SCHOOL,
    CloseSchool,
    FollowSchool,
    NoSuchSchool,
    RecordSchool,
    RegisterRow,
    RestoreSchool,
    School,
    SchoolClosed,
    SchoolFollowed,
    SchoolRecorded,
    SchoolRestored,
    SchoolSucceeded,
    SucceedSchool,
    what_changed,
)
from tests.support.given import given

pytestmark = pytest.mark.covers("R1", "R2")

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
ROW = RegisterRow(name="Kirkside High Academy", status="open", phases=("secondary",), pupils=1240)


def record(row: RegisterRow, on: date = JULY) -> RecordSchool:
    return RecordSchool(urn="990001", row=row, on=on)


def school_recorded(row: RegisterRow, on: date = JULY) -> SchoolRecorded:
    return SchoolRecorded(happened_on=on, urn="990001", row=row)


def test_a_school_is_recorded() -> None:
    given(SCHOOL).when(record(ROW)).then(school_recorded(ROW))


def test_an_unchanged_row_changes_nothing() -> None:
    given(SCHOOL, school_recorded(ROW)).when(record(ROW, AUGUST)).then()


def test_a_changed_row_is_recorded_whole() -> None:
    other = ROW.model_copy(update={"pupils": 1251})
    given(SCHOOL, school_recorded(ROW)).when(record(other, AUGUST)).then(school_recorded(other, AUGUST))


def test_a_row_that_goes_back_to_what_it_was_is_a_change() -> None:
    other = ROW.model_copy(update={"name": "Kirkside Academy"})
    given(SCHOOL, school_recorded(ROW), school_recorded(other)).when(record(ROW)).then(school_recorded(ROW))


def test_a_school_that_is_recorded_closes_once_and_opens_again_with_its_row() -> None:
    close = CloseSchool(urn="990001", reason="Closure", on=AUGUST)
    closed = SchoolClosed(happened_on=AUGUST, urn="990001", reason="Closure")
    given(SCHOOL, school_recorded(ROW)).when(close).then(closed)
    given(SCHOOL, school_recorded(ROW), closed).when(close).then()
    given(SCHOOL, school_recorded(ROW), closed).when(record(ROW, AUGUST)).then(school_recorded(ROW, AUGUST))


def test_a_school_that_is_not_recorded_has_nothing_to_close() -> None:
    given(SCHOOL).when(CloseSchool(urn="990001", reason=None, on=AUGUST)).then()


SUCCEED = SucceedSchool(urn="990001", successor_urn="990002", merged=True, on=AUGUST)
SUCCEEDED = SchoolSucceeded(happened_on=AUGUST, urn="990001", successor_urn="990002", merged=True)


def test_a_school_is_succeeded_once_and_keeps_its_row() -> None:
    given(SCHOOL, school_recorded(ROW)).when(SUCCEED).then(SUCCEEDED)
    after = given(SCHOOL, school_recorded(ROW), SUCCEEDED)
    assert (after.state.row, after.state.open, after.state.successor_urn) == (ROW, False, "990002")
    after.when(SUCCEED).then()


def test_only_recorded_schools_succeed_and_follow() -> None:
    given(SCHOOL).when(SUCCEED).refused(NoSuchSchool)
    given(SCHOOL).when(FollowSchool(urn="990002", predecessor_urn="990001", on=AUGUST)).refused(NoSuchSchool)


def test_a_school_follows_each_predecessor_once() -> None:
    follow = FollowSchool(urn="990001", predecessor_urn="990000", on=AUGUST)
    followed = SchoolFollowed(happened_on=AUGUST, urn="990001", predecessor_urn="990000")
    given(SCHOOL, school_recorded(ROW)).when(follow).then(followed)
    given(SCHOOL, school_recorded(ROW), followed).when(follow).then()


@pytest.mark.parametrize("history", [(), (school_recorded(ROW),), (school_recorded(ROW), SUCCEEDED)])
def test_a_school_is_restored_to_whatever_it_was(history: tuple[SchoolRecorded, ...]) -> None:
    before = given(SCHOOL, *history).state.snapshot
    other = school_recorded(ROW.model_copy(update={"pupils": 7}))
    restore = RestoreSchool(urn="990001", to=before, on=AUGUST)
    restored = SchoolRestored(happened_on=AUGUST, urn="990001", standing=before)
    given(SCHOOL, *history, other).when(restore).then(restored)
    assert given(SCHOOL, *history, other, restored).state == given(SCHOOL, *history).state
    given(SCHOOL, *history).when(restore).then()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, None),
        ({"pupils": 7}, ("changed", ("pupils",))),
        ({"trust_code": "9", "pupils": 7}, ("moved_trust", ("trust_code", "pupils"))),
        ({"status": "proposed_to_close"}, ("changed", ("status",))),
    ],
)
def test_what_changed_returns_the_most_specific_kind_of_change(change: dict[str, object], what: object) -> None:
    before = School(ROW)
    changed = what_changed(before, School(ROW.model_copy(update=change)))
    assert (changed and (changed[0], tuple(sorted(changed[1], reverse=True)))) == (
        what and (what[0], tuple(sorted(what[1], reverse=True)))  # type: ignore[index]  # a pair
    )


def test_opening_closing_and_succession_take_precedence_over_other_changes() -> None:
    assert what_changed(School(), School(ROW)) == ("opened", ())
    assert what_changed(School(ROW), School(ROW, closed=True)) == ("closed", ())
    assert what_changed(School(ROW, closed=True), School(ROW)) == ("reopened", ())
    assert what_changed(School(ROW), School(ROW, closed=True, successor_urn="1")) == ("succeeded", ())
    assert what_changed(School(ROW), School()) is None
