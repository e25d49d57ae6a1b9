"""Deferral and return, withdrawal and reinstatement: in order, and for reasons that the register knows."""

from datetime import date
from typing import Any

import pytest

from services.referral.domain.training_statuses import (
    REASONS,
    TRAINING_STATUS,
    Defer,
    Reinstate,
    Return,
    TraineeDeferred,
    TraineeReturned,
    TraineeWithdrawn,
    Trigger,
    Withdraw,
)
from shared.kernel.decider import Invalid
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.referral.states import JULY, JUNE, MAY, ONE, STANDINGS

pytestmark = pytest.mark.covers("R7")

BY: dict[str, Any] = {"person_id": ONE, "by": "lead"}


def leave(trigger: Trigger, *reasons: str, on: date = JULY) -> Withdraw:
    return Withdraw(trigger=trigger, reasons=reasons, future_interest="unknown", on=on, **BY)


def test_a_trainee_defers_until_a_day_and_comes_back() -> None:
    back = date(2027, 1, 4)
    given(TRAINING_STATUS).when(Defer(expected_back_on=back, reason="words", on=JULY, **BY)).then(
        TraineeDeferred(happened_on=JULY, expected_back_on=back, reason="words", **BY)
    )
    given(TRAINING_STATUS, *STANDINGS["deferred"]).when(Return(on=back, **BY)).then(
        TraineeReturned(happened_on=back, **BY)
    )


def test_a_return_is_expected_after_the_deferral() -> None:
    given(TRAINING_STATUS).when(Defer(expected_back_on=JULY, on=JULY, **BY)).refused(
        Invalid, pointer="/expected_back_on"
    )


@pytest.mark.parametrize("trigger", REASONS)
def test_each_reason_of_the_register_is_taken_from_whose_reason_it_is(trigger: Trigger) -> None:
    [event] = given(TRAINING_STATUS).when(leave(trigger, *REASONS[trigger])).events
    assert isinstance(event, TraineeWithdrawn)
    assert tuple(event.reasons.split()) == REASONS[trigger]


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [("trainee", "record_added_in_error"), ("provider", "does_not_want_to_become_a_teacher"), ("trainee", "weather")],
)
def test_a_reason_that_does_not_fit_the_trigger_is_refused_with_its_pointer(trigger: Trigger, reason: str) -> None:
    refused = (
        given(TRAINING_STATUS)
        .when(leave(trigger, "safeguarding_concerns", reason))
        .refused(Invalid, pointer="/reasons/1")
    )
    assert "safeguarding_concerns" in refused.detail


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("deferred", Return(on=MAY, **BY)),
        ("deferred", leave("trainee", "trainee_workload_issues", on=MAY)),
        ("withdrawn", Reinstate(on=MAY, **BY)),
        ("returned", Defer(on=MAY, **BY)),
    ],
)
def test_no_step_is_dated_before_the_previous_step(state: str, command: Any) -> None:
    assert JUNE > MAY
    given(TRAINING_STATUS, *STANDINGS[state]).when(command).refused(Invalid, pointer="/on")


def test_a_step_may_be_recorded_long_after_it_happened() -> None:
    given(TRAINING_STATUS).when(Defer(on=date(2020, 1, 6), **BY)).then(
        TraineeDeferred(happened_on=date(2020, 1, 6), **BY)
    )


def test_why_somebody_left_is_sealed_with_their_key() -> None:
    assert personal_fields(TraineeWithdrawn) == {"reasons": "person_id"}
    assert personal_fields(TraineeDeferred) == {"reason": "person_id"}


DEFERRED = TraineeDeferred(happened_on=JULY, reason="words", **BY)


def test_a_deferral_that_is_sent_again_with_other_values_corrects_it() -> None:
    mistyped = TraineeDeferred(happened_on=date(2206, 10, 5), **BY)
    right, back = date(2026, 10, 5), date(2027, 1, 4)
    corrected = TraineeDeferred(happened_on=right, expected_back_on=back, **BY)
    given(TRAINING_STATUS, mistyped).when(Return(on=back, **BY)).refused(Invalid, pointer="/on")
    given(TRAINING_STATUS, mistyped).when(Defer(on=right, expected_back_on=back, **BY)).then(corrected)
    given(TRAINING_STATUS, mistyped, corrected).when(Return(on=back, **BY)).then(
        TraineeReturned(happened_on=back, **BY)
    )


def test_a_corrected_deferral_does_not_precede_the_step_before_it() -> None:
    history = (*STANDINGS["returned"], DEFERRED)
    given(TRAINING_STATUS, *history).when(Defer(on=MAY, **BY)).refused(Invalid, pointer="/on")
    given(TRAINING_STATUS, *history).when(Defer(on=JUNE, reason="words", **BY)).then(
        DEFERRED.model_copy(update={"happened_on": JUNE})
    )


@pytest.mark.parametrize("state", ["returned", "reinstated"])
def test_an_absence_that_is_sent_again_with_its_day_takes_back_the_return(state: str) -> None:
    ended, back = STANDINGS[state]
    again = (
        Defer(on=JUNE, **BY)
        if state == "returned"
        else leave("trainee", "trainee_workload_issues", on=JUNE).model_copy(update={"future_interest": "yes"})
    )
    back = back.model_copy(update={"happened_on": JULY})
    [absent] = given(TRAINING_STATUS, ended, back).when(again).events
    after = given(TRAINING_STATUS, ended, back, absent).state
    before = given(TRAINING_STATUS, ended).state
    assert (after.status, after.since, after.before) == (before.status, before.since, before.before)
    right = Return(on=JUNE, **BY) if state == "returned" else Reinstate(on=JUNE, **BY)
    assert len(given(TRAINING_STATUS, ended, back, absent).when(right).events) == 1


def test_a_day_before_the_return_names_the_deferral_that_can_be_sent_again() -> None:
    history = (*STANDINGS["deferred"], TraineeReturned(happened_on=JULY, **BY))
    refused = given(TRAINING_STATUS, *history).when(Defer(on=MAY, **BY)).refused(Invalid, pointer="/on")
    assert f"send the deferral of {JUNE} again" in refused.detail


def test_a_withdrawal_that_is_sent_again_with_other_values_corrects_it() -> None:
    [left] = given(TRAINING_STATUS).when(leave("trainee", "trainee_workload_issues")).events
    for command in (leave("trainee", "trainee_workload_issues", on=JUNE), leave("provider", "mandatory_reasons")):
        [corrected] = given(TRAINING_STATUS, left).when(command).events
        assert isinstance(corrected, TraineeWithdrawn)
        given(TRAINING_STATUS, left, corrected).when(command).then()


@pytest.mark.parametrize(("reason", "events"), [("words", 0), ("other words", 1), (None, 1)])
def test_only_a_deferral_with_the_same_reason_is_a_repeat(reason: str | None, events: int) -> None:
    sealed = DEFERRED.model_copy(update={"reason": "sealed"})
    again = Defer(on=JULY, reason=reason, person_id=ONE, by="another lead", on_record="words")
    assert len(given(TRAINING_STATUS, sealed).when(again).events) == events
