"""Circles over HTTP: by invitation, with a note that each keeps, and for nobody outside."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_pair, a_returning_pair, outsiders
from tests.support.services import Platform

pytestmark = pytest.mark.covers("S14")
ON = "2026-10-05"
NOTE = "canary-circle"


@dataclass(frozen=True)
class Circle:
    """A circle that the mentor of a pair convenes, with another mentor in it."""

    pair: Pair
    other: Headers
    other_id: UUID
    path: str

    async def put(self, step: str, who: Headers, **body: Any) -> httpx.Response:
        return await self.pair.put(f"{self.path}/{step}", {"on": ON} | body, who)


async def a_circle(pair: Pair, *, joins: bool = True) -> Circle:
    other = await a_pair(pair.platform, programme_id=pair.programme_id)
    made = await pair.post("/circles", {"on": ON, "programme_id": f"{pair.programme_id}"}, pair.mentor)
    assert made.status_code == 201, made.text
    circle = Circle(pair, other.mentor, other.mentor_id, f"/circles/{made.json()['circle_id']}")
    invited = await circle.put("invitations", pair.mentor, person_id=f"{other.mentor_id}")
    assert invited.status_code == 200, invited.text
    if joins:
        assert (await circle.put("answer", circle.other, joins=True)).status_code == 200
    return circle


async def meet(circle: Circle, note: str, *attended: UUID) -> httpx.Response:
    there = [f"{person}" for person in attended or (circle.other_id,)]
    met = await circle.put("meetings", circle.pair.mentor, minutes=60, attended=there, note=note)
    assert met.status_code == 200, met.text
    return met


@pytest.fixture
async def circle(platform: Platform) -> Circle:
    """A circle of two in the tenth programme."""
    return await a_circle(await a_returning_pair(platform))


async def test_each_who_was_there_keeps_the_note_and_nobody_else_sees_the_circle(
    platform: Platform, circle: Circle, postgres_admin_url: str
) -> None:
    met = await meet(circle, NOTE)
    for who in (circle.pair.mentor, circle.other):
        shown = (await circle.pair.get(circle.path, who, after=met)).json()
        assert ([each["note"] for each in shown["meetings"]], shown["reminder"]) == ([NOTE], "Name no returner.")
    for who in (circle.pair.trainee, platform.bearer("partnership_lead"), circle.pair.host_lead, *outsiders(platform)):
        assert (await circle.pair.get(circle.path, who)).status_code == 404
        assert (await circle.put("answer", who, joins=True)).status_code == 404
        assert circle.path.rpartition("/")[2] not in (await circle.pair.get("/circles", who)).text
    assert NOTE not in await storage.rows(platform, postgres_admin_url)
    assert "circle" not in await storage.messages(platform)


async def test_whoever_is_only_invited_sees_neither_members_nor_meetings(platform: Platform) -> None:
    circle = await a_circle(await a_returning_pair(platform), joins=False)
    met = await circle.put("meetings", circle.pair.mentor, minutes=30, attended=[], note=NOTE)
    shown = (await circle.pair.get(circle.path, circle.other, after=met)).json()
    assert (shown["membership"], shown["members"], shown["meetings"]) == ("invited", [], [])
    early = await circle.put("meetings", circle.pair.mentor, minutes=30, attended=[f"{circle.other_id}"])
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/attended/0")


async def test_only_mentors_who_are_known_are_invited_and_only_where_there_are_circles(
    platform: Platform, circle: Circle
) -> None:
    for person_id in (UUID(int=7), circle.pair.trainee_id, (await a_pair(platform)).trainee_id):
        refused = await circle.put("invitations", circle.pair.mentor, person_id=f"{person_id}")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/person_id")
        assert "Only mentors are invited" in refused.json()["detail"]
    body = {"on": ON, "programme_id": f"{circle.pair.programme_id}"}
    assert (await circle.pair.post("/circles", body, circle.pair.trainee)).status_code == 403
    assert (await circle.put("closure", circle.other)).status_code == 403
    closed = await circle.put("closure", circle.pair.mentor)
    assert closed.json()["closed"]
    late = await circle.put("meetings", circle.pair.mentor, minutes=30, attended=[])
    assert (late.status_code, late.json()["type"]) == (409, "urn:alongside:problem:circle-is-closed")
    assert not (await circle.put("reopening", circle.pair.mentor)).json()["closed"]
