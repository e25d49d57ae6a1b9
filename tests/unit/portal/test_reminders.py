"""A person pauses reminders until a day or for good, and lets them come again."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.portal.domain.reminders import (
    REMINDERS,
    Pause,
    PauseReminders,
    RemindersPaused,
    RemindersResumed,
    ResumeReminders,
)
from shared.kernel.decider import Invalid
from tests.support.given import given

pytestmark = pytest.mark.covers("U8")
DAY, LATER = date(2026, 9, 1), date(2026, 10, 1)
ACCOUNT = UUID(int=1)
RESUMING = ResumeReminders(account_id=ACCOUNT, on=DAY)


def pausing(until: date | None) -> PauseReminders:
    return PauseReminders(account_id=ACCOUNT, until=until, on=DAY)


def reminders_paused(until: date | None) -> RemindersPaused:
    return RemindersPaused(account_id=ACCOUNT, until=until, happened_on=DAY)


@pytest.mark.parametrize("until", [LATER, None])
def test_reminders_are_paused_once(until: date | None) -> None:
    given(REMINDERS).when(pausing(until)).then(reminders_paused(until))
    given(REMINDERS, reminders_paused(until)).when(pausing(until)).then()


def test_a_pause_can_be_made_longer_or_ended() -> None:
    resumed = RemindersResumed(account_id=ACCOUNT, happened_on=DAY)
    given(REMINDERS, reminders_paused(LATER)).when(pausing(None)).then(reminders_paused(None))
    given(REMINDERS, reminders_paused(LATER)).when(RESUMING).then(resumed)
    given(REMINDERS, reminders_paused(LATER), resumed).when(RESUMING).then()


@pytest.mark.parametrize("until", [DAY, DAY - timedelta(days=1)])
def test_a_pause_ends_after_today(until: date) -> None:
    given(REMINDERS).when(pausing(until)).refused(Invalid, pointer="/until")


def test_a_pause_covers_the_days_before_its_end() -> None:
    assert Pause(LATER).covers(LATER - timedelta(days=1))
    assert not Pause(LATER).covers(LATER)
    assert Pause(None).covers(date.max)
