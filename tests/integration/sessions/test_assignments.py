"""A lead assigns tutors and assessors to a trainee; from and to those days they see what such people see."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.events.referral import PersonErased
from shared.events.sessions import AssignmentSet
from tests.integration.sessions import storage
from tests.integration.sessions.pairs import TENANT, Headers, Pair, a_pair, a_tutor, assign, outsiders
from tests.integration.sessions.test_one_person import merge, until_theirs
from tests.support.services import TODAY, Platform, eventually, publish_events

pytestmark = pytest.mark.covers("S8")


def today() -> date:
    """The day by which the services say who is assigned."""
    return datetime.now(UTC).date()


def days_of(pair: Pair, assigned: httpx.Response) -> str:
    return f"/trainees/{pair.trainee_id}/assignments/{assigned.json()['assignment_id']}"


async def sees(pair: Pair, who: Headers, after: httpx.Response) -> int:
    return (await pair.get(pair.path, who, after)).status_code


async def test_a_tutor_sees_a_trainee_from_the_first_day_of_the_assignment_to_the_last(
    platform: Platform, pair: Pair
) -> None:
    tutor_id = uuid4()
    tutor = platform.bearer("tutor", subject=f"{tutor_id}")
    assert (await pair.get(pair.path, tutor)).status_code == 404

    made = await assign(pair, tutor_id, starts_on=f"{today() + timedelta(days=1)}")
    assert await sees(pair, tutor, made) == 404
    lead = platform.bearer("partnership_lead")
    begun = await pair.put(days_of(pair, made), {"starts_on": "2026-09-01", "on": "2026-09-01"}, lead)
    assert await sees(pair, tutor, begun) == 200
    ended = {"starts_on": "2026-09-01", "ends_on": f"{today() - timedelta(days=1)}", "on": "2026-09-01"}
    over = await pair.put(days_of(pair, made), ended, lead)
    assert await sees(pair, tutor, over) == 404
    (listed,) = (await pair.get(f"/trainees/{pair.trainee_id}/assignments", pair.trainee, over)).json()["assignments"]
    assert (listed["person_id"], listed["role"], listed["ends_on"]) == (f"{tutor_id}", "tutor", ended["ends_on"])


async def test_a_lead_of_an_earlier_school_assigns_nobody_who_would_see_what_the_trainee_does_now(
    platform: Platform,
) -> None:
    now = await a_pair(platform, terms={"ends_on": TODAY})
    over = {"terms": {"ends_on": date(2026, 10, 2)}, "trainee_id": now.trainee_id}
    earlier = await a_pair(platform, school_urn="900003", **over)
    made = await assign(now, uuid4(), role="assessor", who=now.host_lead)
    assert made.status_code == 201, made.text

    refused = await assign(now, uuid4(), role="assessor", who=earlier.host_lead)

    assert refused.status_code == 404
    days = {"starts_on": "2026-09-01", "on": "2026-09-01"}
    assert (await now.put(days_of(now, made), days, earlier.host_lead)).status_code == 404
    path = f"/trainees/{now.trainee_id}/assignments"
    assert (await now.get(path, earlier.host_lead, made)).status_code == 404
    assert (await now.get(path, now.host_lead)).status_code == 200


async def test_who_assigns_and_who_sees_it(platform: Platform) -> None:
    pair = await a_pair(platform, terms={"ends_on": TODAY})
    made = await assign(pair, uuid4(), role="assessor", who=pair.host_lead)
    assert made.status_code == 201, made.text
    refused = await assign(pair, uuid4(), who=pair.host_lead)
    assert (refused.status_code, "you can assign assessors" in refused.json()["detail"]) == (403, True)
    path, tutor = f"/trainees/{pair.trainee_id}/assignments", await a_tutor(pair)
    nobody = [pair.mentor, platform.bearer("tutor"), *outsiders(platform)]
    *others, _ = (pair.trainee, tutor, *nobody)  # the lead of another partnership assigns, but to nobody in this one
    for who in others:
        assert (await assign(pair, uuid4(), who=who)).status_code == 404
        assert (await pair.put(days_of(pair, made), {"starts_on": "2026-09-01", "on": "2026-09-01"}, who)).is_error
    for who in (pair.trainee, tutor, pair.host_lead, platform.bearer("partnership_lead")):
        assert len((await pair.get(path, who)).json()["assignments"]) == 2
    for who in nobody:
        assert (await pair.get("/assignments", who)).json() == []
    for who in nobody[:-1]:
        assert (await pair.get(path, who)).status_code == 404
    assert (await pair.get(path, nobody[-1])).json()["assignments"] == []


async def test_a_bad_assignment_is_answered_with_the_field_and_not_stored(platform: Platform, pair: Pair) -> None:
    tutor_id = uuid4()
    await assign(pair, tutor_id)
    before = await storage.events(platform)
    cases: tuple[tuple[UUID, dict[str, Any], int, str], ...] = (
        (tutor_id, {}, 409, "/starts_on"),
        (pair.trainee_id, {}, 422, "/person_id"),
        (uuid4(), {"role": "judge"}, 422, "/role"),
        (uuid4(), {"ends_on": "2026-08-01"}, 422, "/ends_on"),
        (uuid4(), {"starts_on": "soon"}, 422, "/starts_on"),
    )
    for person_id, fields, status, pointer in cases:
        refused = await assign(pair, person_id, **fields)
        assert refused.status_code == status, refused.text
        assert pointer in refused.text
    assert await storage.events(platform) == before


async def test_a_change_that_is_meant_for_an_older_version_is_refused(platform: Platform, pair: Pair) -> None:
    lead = platform.bearer("partnership_lead")
    made = await assign(pair, uuid4())
    shown = await pair.get(f"/trainees/{pair.trainee_id}/assignments", lead, made)
    body = {"starts_on": "2026-09-07", "on": "2026-09-01"}
    match = {"If-Match": shown.headers["ETag"]}
    assert (await pair.put(days_of(pair, made), body, lead | match)).status_code == 200
    assert (await pair.put(days_of(pair, made), body | {"starts_on": "2026-09-08"}, lead | match)).status_code == 412


async def test_an_assignment_is_published(platform: Platform, pair: Pair) -> None:
    made = (await assign(pair, uuid4())).json()
    published = AssignmentSet(happened_on=date(2026, 9, 1), **made).model_dump_json()

    async def is_published() -> bool:
        return published in await storage.messages(platform)

    await eventually(is_published)


@pytest.mark.covers("R7")
async def test_the_assignments_of_a_merged_person_go_on(platform: Platform) -> None:
    pair = await a_pair(platform)
    tutor, old, new = await a_tutor(pair), uuid4(), uuid4()
    await a_tutor(pair, "mentor", person_id=old, role="assessor")
    kept = replace(pair, trainee_id=uuid4())
    await merge(platform, pair.trainee_id, kept.trainee_id, "trainee")
    await merge(platform, old, new, "mentor")
    await until_theirs(kept)

    async def are_theirs() -> bool:
        path = f"/trainees/{pair.trainee_id}/assignments"
        listed = (await kept.get(path, kept.trainee)).json().get("assignments", [])
        return {each["trainee_id"] for each in listed} == {f"{kept.trainee_id}"} and f"{new}" in f"{listed}"

    await eventually(are_theirs)
    for who in (tutor, platform.bearer("mentor", subject=f"{new}"), platform.bearer("mentor", subject=f"{old}")):
        assert (await kept.get(kept.path, who)).status_code == 200


@pytest.mark.covers("R8")
async def test_the_assignments_of_an_erased_person_end(platform: Platform) -> None:
    pair, assessor_id = await a_pair(platform), uuid4()
    tutor = await a_tutor(pair)
    await a_tutor(pair, "mentor", person_id=assessor_id, role="assessor")
    assessor = platform.bearer("mentor", subject=f"{assessor_id}")
    for who, person_id in ((assessor, assessor_id), (tutor, pair.trainee_id)):
        assert (await pair.get(pair.path, who)).status_code == 200
        erased = PersonErased(happened_on=date(2026, 10, 1), person_id=person_id)
        await publish_events(platform, "referral", TENANT, f"person-{person_id}", erased)

        async def is_gone(who: Headers = who) -> bool:
            return (await pair.get(pair.path, who)).status_code == 404

        await eventually(is_gone)
        refused = await assign(pair, person_id if person_id != pair.trainee_id else uuid4())
        assert (refused.status_code, refused.json()["type"]) == (410, "urn:alongside:problem:erased")
