"""How far the days of a request may be from today, by kind."""

from datetime import date, timedelta
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.referral.domain.training_statuses import Deferral
from services.sessions.domain.meetings import HeldMeeting, NewMeeting
from shared.inputs.days import FIRST, KINDS, LAST, Of, StepDay, first_day, improbable_days, last_day, why_improbable

TODAY = date(2026, 11, 29)


def improbable(hint: Any, sent: object) -> list[tuple[str, str]]:
    found = improbable_days(hint, TypeAdapter(hint).validate_python(sent), TODAY)
    return [("".join(f"/{part}" for part in day.at), day.detail) for day in found]


@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        ("training_status", date(2206, 10, 5), "Did you mean 5 October 2026?"),
        ("step", date(2206, 7, 2), "Did you mean 2 July 2026?"),
        ("step", date(1926, 7, 2), "Did you mean 2 July 2026?"),
        ("step", date(2927, 12, 24), "Did you mean 24 December 2025?"),
        ("placement", date(2207, 1, 11), "Did you mean 11 January 2026?"),
        ("meeting", date(2026, 12, 14), "14 December 2026 is still to come"),
        ("assessment", date(2026, 12, 14), "14 December 2026 is still to come"),
        ("training", date(2999, 1, 1), "Did you mean 1 January 2026?"),
        ("step", date(2928, 2, 29), "29 February 2928 is still to come"),
    ],
)
def test_a_day_that_cannot_be_right_is_refused_with_help(kind: str, day: date, words: str) -> None:
    assert words in (why_improbable(kind, day, TODAY) or "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_and_the_last_day_of_a_kind_are_right_and_their_neighbours_are_not(kind: str) -> None:
    day = timedelta(days=1)
    assert why_improbable(kind, first_day(kind, TODAY), TODAY) is None
    assert why_improbable(kind, last_day(kind, TODAY), TODAY) is None
    for wrong in (first_day(kind, TODAY) - day, last_day(kind, TODAY) + day):
        assert (why_improbable(kind, wrong, TODAY) or "").startswith(f"{wrong.day} ")


@given(st.sampled_from(sorted(KINDS)), st.dates(FIRST, LAST), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_any_day_is_right_or_has_a_reason(kind: str, day: date, today: date) -> None:
    inside = first_day(kind, today) <= day <= last_day(kind, today)
    assert (why_improbable(kind, day, today) is None) == inside


def test_every_wrong_day_of_a_body_is_pointed_to() -> None:
    meeting = {
        "status": "held",
        "on": "2206-11-02",
        "minutes": 45,
        "agenda_by": "mentor",
        "targets": [{"text": "Plan.", "due_on": "2026-11-09"}, {"text": "Ask.", "due_on": "2206-11-09"}],
    }
    assert [at for at, _ in improbable(NewMeeting, meeting)] == ["/on", "/targets/1/due_on"]
    assert [at for at, _ in improbable(HeldMeeting, meeting)] == ["/on", "/targets/1/due_on"]


def test_a_day_that_may_be_left_out_is_held_to_its_kind() -> None:
    assert improbable(Deferral, {"on": "2026-10-05"}) == []
    assert [at for at, _ in improbable(Deferral, {"on": "2026-10-05", "expected_back_on": "2206-01-04"})] == [
        "/expected_back_on"
    ]


def test_a_day_without_a_kind_is_left_alone() -> None:
    assert list(improbable_days(date, date(2206, 1, 1), TODAY)) == []
    assert [each.at for each in improbable_days(Annotated[date, Of("step")], date(2206, 1, 1), TODAY)] == [()]


@pytest.mark.parametrize(
    "sent", [0, "0", 1792972800, "1792972800", 1.5, "2026-10-05T09:00", "2026-13-01", "0001-01-01"]
)
def test_a_day_has_one_form(sent: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(StepDay).validate_python(sent)
