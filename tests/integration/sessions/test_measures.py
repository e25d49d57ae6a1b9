"""Instruments over HTTP: a baseline and the same again, released by the mentee, and compared for those who may."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.sessions import storage
from tests.integration.sessions.pairs import Headers, Pair, a_placed_pair, a_returning_pair, a_tutor, outsiders
from tests.integration.sessions.test_agreements import sign_agreement
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("S6")
QUESTIONS = ("behaviour_management", "pedagogy", "curriculum", "assessment", "professional_behaviours", "workload")
TO_TUTORS = {"to": {"role": "tutor"}, "on": "2026-09-22"}
TO_REPORTS = {"to": {"role": "partnership_lead"}, "on": "2026-09-22"}


@pytest.fixture
async def pair(platform: Platform) -> Pair:
    """A pair in the programme of placements."""
    return await a_placed_pair(platform)


async def take(pair: Pair, level: int = 4, on: str = "2026-09-21", **fields: Any) -> dict[str, Any]:
    body = {"instrument": "confidence", "on": on, "answers": dict.fromkeys(QUESTIONS, level)} | fields
    answer = await pair.post(f"{pair.path}/measures", body, pair.trainee)
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    return taken | {"position": answer}


def path_of(taken: dict[str, Any]) -> str:
    return f"/measures/{taken['series_id']}"


async def change(pair: Pair, taken: dict[str, Any], who: Headers) -> dict[str, Any]:
    """The difference of each question, by its field, as somebody sees it."""
    opened = await pair.get(path_of(taken), who)
    assert opened.status_code == 200, opened.text
    return {each["field"]: each["difference"] for each in opened.json()["change"]}


async def test_a_baseline_repeats_and_an_end_are_taken_and_compared(pair: Pair) -> None:
    first = await take(pair)
    second = await take(pair, 5, "2026-11-02")
    last = await take(pair, 7, "2026-12-14", is_end=True)
    assert [each["occasion"] for each in (first, second, last)] == ["baseline", "repeat", "end"]

    assert await change(pair, first, pair.trainee) == dict.fromkeys(QUESTIONS, 3)
    amended = {"answers": dict.fromkeys(QUESTIONS, 8), "amended_on": "2026-12-15"}
    of_last = f"{path_of(last)}/{last['measure_id']}"
    assert (await pair.put(of_last, amended, pair.trainee)).json()["version"] == 2
    assert (await pair.put(of_last, amended, pair.mentor)).status_code == 404
    assert await change(pair, first, pair.trainee) == dict.fromkeys(QUESTIONS, 4)
    body = {"instrument": "confidence", "on": "2026-12-16", "answers": dict.fromkeys(QUESTIONS, 1)}
    refused = await pair.post(f"{pair.path}/measures", body, pair.trainee)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:alongside:problem:measures-are-over")


async def test_what_is_due_and_what_was_taken_is_listed_without_the_answers(platform: Platform, pair: Pair) -> None:
    (before,) = (await pair.get(f"{pair.path}/measures", pair.trainee)).json()
    assert before["due"] == [{"role": "trainee", "occasion": "baseline", "on": "2026-09-14"}]
    assert [question["id"] for question in before["yours"]] == list(QUESTIONS)
    taken = await take(pair)
    for who in (pair.mentor, pair.host_lead, platform.bearer("partnership_lead")):
        (listed,) = (await pair.get(f"{pair.path}/measures", who, taken["position"])).json()
        assert ([each["occasion"] for each in listed["times"]], listed["yours"]) == (["baseline"], None)
        assert listed["due"] == [{"role": "trainee", "occasion": "repeat", "on": "2026-11-02"}]
    for who in outsiders(platform):
        assert (await pair.get(f"{pair.path}/measures", who)).status_code == 404


@pytest.mark.covers("S11")
async def test_nobody_else_reads_them_until_they_are_released_one_by_one(
    platform: Platform, pair: Pair, postgres_admin_url: str
) -> None:
    first, second = await take(pair), await take(pair, 9, "2026-11-02")
    tutor = await a_tutor(pair)
    for who in (pair.mentor, pair.host_lead, tutor, platform.bearer("partnership_lead"), *outsiders(platform)):
        assert (await pair.get(path_of(first), who)).status_code == 404
    kept = await storage.rows(platform, postgres_admin_url)
    assert "sessions.measures_taken" in kept
    assert 'workload": 4' not in kept.replace("\\", "")

    await pair.post(f"{path_of(first)}/{first['measure_id']}/releases", TO_TUTORS, pair.trainee)
    opened = (await pair.get(path_of(first), tutor)).json()
    assert ([each["occasion"] for each in opened["times"]], opened["change"]) == (["baseline"], [])
    last = await pair.post(f"{path_of(first)}/{second['measure_id']}/releases", TO_TUTORS, pair.trainee)
    assert await change(pair, first, tutor) == dict.fromkeys(QUESTIONS, 5)
    assert (await pair.post(f"{path_of(first)}/{first['measure_id']}/releases", TO_TUTORS, tutor)).status_code == 404
    reads = (await pair.get("/record/reads", pair.trainee, last)).json()
    assert {each["item_id"] for each in reads} >= {first["measure_id"]}
    assert {each["kind"] for each in reads} == {"measures"}


async def test_numbers_reach_the_topic_only_once_they_are_released_to_the_partnership(
    platform: Platform, pair: Pair
) -> None:
    taken = await take(pair, 6)

    async def is_published() -> bool:
        return taken["measure_id"] in await storage.messages(platform)

    await eventually(is_published)
    assert '"pedagogy"' not in await storage.messages(platform)
    released = await pair.post(f"{path_of(taken)}/{taken['measure_id']}/releases", TO_REPORTS, pair.trainee)
    assert released.status_code == 201

    async def numbers_are_published() -> bool:
        return '"pedagogy"' in await storage.messages(platform)

    await eventually(numbers_are_published)


async def test_mentor_and_staff_give_another_view_which_is_the_mentees(platform: Platform) -> None:
    pair = await a_returning_pair(platform)
    await sign_agreement(pair)
    view = {"instrument": "ease", "on": "2026-09-21", "answers": {"at_ease": 6, "mood": "rested"}}
    head = pair.platform.bearer("school_lead", subject=f"{uuid4()}", schools=(pair.school_urn,))
    for who, role in ((pair.mentor, "companion"), (head, "head_of_staff")):
        answer = await pair.post(f"{pair.path}/measures", view, who)
        assert answer.status_code == 201, answer.text
        opened = (await pair.get(f"/measures/{answer.json()['series_id']}", pair.trainee)).json()
        assert (opened["role"], opened["owner_id"]) == (role, str(pair.trainee_id))
        assert (await pair.get(f"/measures/{answer.json()['series_id']}", who)).status_code == 200
    refused = await pair.post(f"{pair.path}/measures", view, platform.bearer("partnership_lead"))
    assert refused.status_code == 403
    listed = (await pair.get("/record", pair.trainee, answer)).json()
    assert [(each["kind"], len(each["readers"])) for each in listed] == [("measures", 1), ("measures", 1)]


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"answers": {}}, 422, "/answers"),
        ({"answers": dict.fromkeys(QUESTIONS, 11)}, 422, "/answers/behaviour_management"),
        ({"instrument": "other"}, 422, "/instrument"),
        ({"is_end": True}, 422, "/is_end"),
        ({"on": "2026-08-01"}, 422, "/on"),
    ],
)
async def test_bad_answers_are_answered_with_the_field_and_not_stored(
    platform: Platform, pair: Pair, fields: dict[str, Any], status: int, pointer: str
) -> None:
    before = await storage.events(platform)
    body = {"instrument": "confidence", "on": "2026-09-21", "answers": dict.fromkeys(QUESTIONS, 4)} | fields
    refused = await pair.post(f"{pair.path}/measures", body, pair.trainee)
    assert _pointers(refused) == (status, [pointer])
    assert await storage.events(platform) == before


def _pointers(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [error["pointer"] for error in answer.json()["errors"]]
