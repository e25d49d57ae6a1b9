"""A person has at most one calendar feed, which they change, rotate and end."""

from datetime import date, time
from uuid import UUID

import pytest

from services.portal.domain.calendars import (
    FEED,
    EndFeed,
    FeedChanged,
    FeedEnded,
    FeedMade,
    FeedOptions,
    FeedRotated,
    MakeFeed,
    RotateFeed,
)
from shared.kernel.decider import NotFound
from tests.support.given import given

pytestmark = pytest.mark.covers("U7")
DAY = date(2026, 9, 1)
OWNER = UUID(int=1)
PLAIN, WITH_NAMES = FeedOptions(), FeedOptions(names=True, meetings_at=time(15, 30))
MADE = FeedMade(account_id=OWNER, options=PLAIN, happened_on=DAY)
ROTATING = RotateFeed(account_id=OWNER, on=DAY)
ENDING = EndFeed(account_id=OWNER, on=DAY)


def making(options: FeedOptions = PLAIN) -> MakeFeed:
    return MakeFeed(account_id=OWNER, options=options, on=DAY)


def test_a_feed_is_made_once() -> None:
    given(FEED).when(making()).then(MADE)
    given(FEED, MADE).when(making()).then()


def test_a_feed_shows_what_its_owner_asks_for() -> None:
    given(FEED, MADE).when(making(WITH_NAMES)).then(FeedChanged(account_id=OWNER, options=WITH_NAMES, happened_on=DAY))


def test_a_feed_gets_another_address_each_time_that_its_owner_asks() -> None:
    rotated = FeedRotated(account_id=OWNER, happened_on=DAY)
    given(FEED, MADE, rotated).when(ROTATING).then(rotated)
    given(FEED).when(ROTATING).refused(NotFound)


def test_a_feed_that_has_ended_can_be_made_anew() -> None:
    ended = FeedEnded(account_id=OWNER, happened_on=DAY)
    given(FEED, MADE).when(ENDING).then(ended)
    given(FEED, MADE, ended).when(ENDING).then()
    given(FEED, MADE, ended).when(ROTATING).refused(NotFound)
    given(FEED, MADE, ended).when(making()).then(MADE)
