"""One key and one body have one effect, however often and however fast they come."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from tests.support.notes_service import Notes


async def _count(notes: Notes, sql: str, *arguments: object) -> int:
    connection = await asyncpg.connect(notes.urls["worker"])
    try:
        return int(await connection.fetchval(sql, *arguments))
    finally:
        await connection.close()


async def test_a_command_sent_ten_times_at_once_has_one_effect_and_ten_equal_answers(notes: Notes) -> None:
    author = str(uuid4())
    headers = notes.bearer() | {"Idempotency-Key": str(uuid4())}

    answers = await asyncio.gather(
        *(notes.client.post("/notes", json={"author_id": author, "text": "Once."}, headers=headers) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert (
        len({(answer.text, answer.headers["Alongside-Position"], answer.headers["Location"]) for answer in answers})
        == 1
    )
    assert await _count(notes, "select count(*) from events where body->>'author_id' = $1", author) == 1


async def test_without_a_key_the_same_command_has_an_effect_each_time(notes: Notes) -> None:
    author = str(uuid4())
    for _ in range(3):
        await notes.write(author=author)
    assert await _count(notes, "select count(*) from events where body->>'author_id' = $1", author) == 3


async def test_another_body_with_the_same_key_is_refused_and_stores_nothing(notes: Notes) -> None:
    author, headers = str(uuid4()), notes.bearer() | {"Idempotency-Key": str(uuid4())}
    first = await notes.client.post("/notes", json={"author_id": author, "text": "One."}, headers=headers)
    assert first.status_code == 201

    other = await notes.client.post("/notes", json={"author_id": author, "text": "Two."}, headers=headers)

    assert (other.status_code, other.json()["type"]) == (422, "urn:alongside:problem:key-reused")
    assert await _count(notes, "select count(*) from events where body->>'author_id' = $1", author) == 1


async def test_two_bodies_at_once_with_one_key_have_one_effect_and_one_refusal(notes: Notes) -> None:
    author, headers = str(uuid4()), notes.bearer() | {"Idempotency-Key": str(uuid4())}

    answers = await asyncio.gather(
        *(
            notes.client.post("/notes", json={"author_id": author, "text": text}, headers=headers)
            for text in ("One.", "Two.")
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert await _count(notes, "select count(*) from events where body->>'author_id' = $1", author) == 1


@pytest.mark.parametrize(
    "other", [{"subject": "another person"}, {"tenant": "another-partnership"}], ids=["actor", "tenant"]
)
async def test_a_key_belongs_to_one_person_of_one_tenant(notes: Notes, other: dict[str, str]) -> None:
    author, key = str(uuid4()), {"Idempotency-Key": str(uuid4())}
    body = {"author_id": author, "text": "Mine."}

    mine = await notes.client.post("/notes", json=body, headers=notes.bearer() | key)
    theirs = await notes.client.post("/notes", json=body, headers=notes.bearer(**other) | key)

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json() != theirs.json()


async def test_a_key_that_came_with_a_refused_command_may_come_again(notes: Notes) -> None:
    headers = notes.bearer() | {"Idempotency-Key": str(uuid4())}
    note = uuid4()
    refused = await notes.client.post(f"/notes/{note}/amendments", json={"words": 3}, headers=headers)
    again = await notes.client.post(f"/notes/{note}/amendments", json={"words": 3}, headers=headers)
    assert (refused.status_code, again.status_code) == (404, 404)


async def test_ten_commands_at_once_on_one_stream_all_have_their_effect(notes: Notes) -> None:
    note = await notes.write()

    answers = await asyncio.gather(*(notes.amend(note, words) for words in range(10)))

    assert sorted(answer.json()["amendments"] for answer in answers) == list(range(1, 11))


async def test_a_key_is_stored_as_its_digest_alone(notes: Notes) -> None:
    key = f"ada@example.org {uuid4()}"
    body, headers = {"author_id": str(uuid4()), "text": "Once."}, notes.bearer() | {"Idempotency-Key": key}

    first = await notes.client.post("/notes", json=body, headers=headers)
    again = await notes.client.post("/notes", json=body, headers=headers)

    assert (first.status_code, again.json()) == (201, first.json())
    digest = "select count(*) from answers where key = encode(sha256(convert_to($1, 'UTF8')), 'hex')"
    assert await _count(notes, digest, key) == 1
    assert await _count(notes, "select count(*) from answers where key = $1", key) == 0
