"""When a delivery that failed is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.webhooks.schedule import Schedule

SCHEDULE = Schedule()
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def test_pauses_double_up_to_an_hour() -> None:
    pauses = [SCHEDULE.pause(failures, lambda _, most: most).total_seconds() for failures in (1, 2, 3, 9, 10, 11, 99)]

    assert pauses == [5, 10, 20, 1280, 2560, 3600, 3600]


@given(st.integers(1, 10_000))
def test_a_pause_is_shortened_by_at_most_half(failures: int) -> None:
    longest = SCHEDULE.pause(failures, lambda _, most: most)

    assert longest / 2 <= SCHEDULE.pause(failures) <= longest


def test_an_event_is_put_aside_after_twelve_refusals_and_a_webhook_disabled_after_three_days() -> None:
    assert [SCHEDULE.puts_aside(refusals) for refusals in (1, 11, 12)] == [False, False, True]
    assert not SCHEDULE.disables(NOW - timedelta(days=2, hours=23), NOW)
    assert SCHEDULE.disables(NOW - timedelta(days=3), NOW)


def test_three_days_of_failures_are_at_most_160_attempts() -> None:
    waited, failures = timedelta(), 0
    while waited < timedelta(days=3):
        failures += 1
        waited += SCHEDULE.pause(failures, lambda least, _: least)

    assert failures < 160
