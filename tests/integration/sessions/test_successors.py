"""Relationships of a closed school continue at its successor, in whichever order the events arrive."""

from datetime import date
from uuid import uuid4

import pytest

from shared.events.referral import SchoolClosed, SchoolSucceeded
from tests.integration.sessions.pairs import TENANT, Pair, a_pair
from tests.support.services import Platform, eventually, publish_events

pytestmark = pytest.mark.covers("R2")

DAY = date(2026, 9, 1)


def a_urn() -> str:
    return f"{uuid4().int % 900_000 + 100_000}"


async def publish_succession(platform: Platform, urn: str, by: str) -> None:
    event = SchoolSucceeded(happened_on=DAY, urn=urn, successor_urn=by)
    await publish_events(platform, "referral", TENANT, f"school-{urn}", event)


async def is_at(pair: Pair, urn: str) -> bool:
    lead = pair.platform.bearer("school_lead", schools=(urn,))
    answer = await pair.get(pair.path, lead)
    return answer.status_code == 200 and answer.json()["school_urn"] == urn


async def test_a_relationship_goes_on_at_the_successor_and_its_lead_sees_it(platform: Platform) -> None:
    old, new = a_urn(), a_urn()
    pair = await a_pair(platform, school_urn=old)
    await publish_succession(platform, old, new)
    await eventually(lambda: is_at(pair, new))
    assert (await pair.get(pair.path, pair.host_lead)).status_code == 404
    assert (await pair.get(pair.path, pair.mentor)).json()["school_urn"] == new


async def test_a_pair_that_is_confirmed_after_its_school_was_followed_opens_at_the_successor(
    platform: Platform,
) -> None:
    old, middle, new = a_urn(), a_urn(), a_urn()
    await publish_succession(platform, middle, new)
    await publish_succession(platform, old, middle)
    first = await a_pair(platform, school_urn=middle)
    await eventually(lambda: is_at(first, new))
    second = await a_pair(platform, school_urn=old)
    await eventually(lambda: is_at(second, new))


async def test_a_succession_that_was_a_mistake_gives_back_what_began_there_and_nothing_else(platform: Platform) -> None:
    old, new = a_urn(), a_urn()
    pair, other = await a_pair(platform, school_urn=old), await a_pair(platform, school_urn=new)
    await publish_succession(platform, old, new)
    await eventually(lambda: is_at(pair, new))
    await publish_events(platform, "referral", TENANT, f"school-{old}", SchoolClosed(happened_on=DAY, urn=old))
    await eventually(lambda: is_at(pair, old))
    assert await is_at(other, new)
