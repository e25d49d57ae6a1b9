"""A person is forgotten: nothing that referral keeps or sends says their name any more."""

import asyncpg
import httpx
import pytest
from aiokafka import ConsumerRecord

from alongside.demo import partnership
from services.referral.projections.people import PEOPLE
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.read_models import rebuild_read_model
from tests.integration.referral.partnership import Partnership, topic_messages
from tests.support.services import Platform, eventually

pytestmark = pytest.mark.covers("R8")

TRAINEES = partnership.TRAINEES.read_bytes()
THEIR_WORDS = ("Hargreaves", "ben.hargreaves@trainees.example.org", "9920014", "T26-002")


@pytest.fixture
async def ours(platform: Platform) -> Partnership:
    """A partnership with its trainees, whose names have gone out."""
    ours = Partnership.new(platform)
    done = await ours.import_file("trainees", TRAINEES)
    people = await ours.people_by_reference(done["position"])

    async def names_are_published() -> bool:
        return len(await last_names(ours)) == len(people)

    await eventually(names_are_published)
    return ours


async def name_messages(ours: Partnership) -> list[ConsumerRecord]:
    return [
        message
        for message in await topic_messages(ours.platform, "people")
        if message.key.decode().startswith(ours.tenant)
    ]


async def last_names(ours: Partnership) -> dict[str, bytes | None]:
    """What compaction leaves: the last value of each key."""
    return {message.key.decode(): message.value for message in await name_messages(ours)}


async def erase(ours: Partnership, person_id: str) -> httpx.Response:
    return await ours.http.post(f"/people/{person_id}/erasure", json={"on": "2026-07-05"}, headers=ours.lead)


async def database_text(platform: Platform, admin_url: str) -> str:
    """Every row of every table, as text."""
    database = platform.urls["referral"]["owner"].rpartition("/")[2]
    connection = await asyncpg.connect(f"{admin_url.rpartition('/')[0]}/{database}")
    try:
        tables = await connection.fetch(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables "
            "where schemaname in ('public', 'reading')"
        )
        rows = [row for table in tables for row in await connection.fetch(f"select t::text from {table['name']} t")]
        return "\n".join(row[0] for row in rows)
    finally:
        await connection.close()


async def test_no_table_and_no_last_message_says_their_name(
    platform: Platform, ours: Partnership, postgres_admin_url: str
) -> None:
    person = (await ours.people_by_reference())["T26-002"]["person_id"]
    waiting = (await ours.check_file("trainees", TRAINEES)).json()["import_id"]

    erased = await erase(ours, person)
    assert (erased.status_code, erased.json()["status"]) == (200, "erased")

    position = erased.headers["Alongside-Position"]
    assert "T26-002" not in await ours.people_by_reference(position)
    assert (await ours.http.get(f"/people/{person}", headers=ours.lead)).status_code == 404
    assert (await ours.get(f"/imports/{waiting}"))["status"] == "abandoned"  # it names them too

    kept = await database_text(platform, postgres_admin_url)
    assert person in kept
    for words in (*THEIR_WORDS, *(words.encode().hex() for words in THEIR_WORDS)):
        assert words not in kept

    key = f"{ours.tenant}/person-{person}"

    async def erasure_is_published() -> bool:
        of_them = [message for message in await topic_messages(platform, "referral") if message.key.decode() == key]
        return any(("ce_type", b"referral.person_erased") in message.headers for message in of_them)

    async def name_is_gone() -> bool:
        return (await last_names(ours)).get(key) is None  # an empty value, or nothing where it was compacted already

    await eventually(erasure_is_published)
    await eventually(name_is_gone)
    left = b"".join(value or b"" for value in (await last_names(ours)).values())
    assert not any(words.encode() in left for words in THEIR_WORDS)
    public = [message.value for message in await topic_messages(platform, "referral") if message.key.decode() == key]
    assert b"person_id" in public[-1]
    assert not any(words.encode() in value for words in THEIR_WORDS for value in public)


async def test_a_republish_after_an_erasure_names_everybody_but_the_erased_person(
    platform: Platform, ours: Partnership
) -> None:
    person = (await ours.people_by_reference())["T26-002"]["person_id"]
    erased = await erase(ours, person)
    key = f"{ours.tenant}/person-{person}"

    worker = await asyncpg.connect(platform.urls["referral"]["worker"])

    async def all_sent() -> bool:
        reached = await worker.fetchval("select position from cursors where name = 'relay'")
        return bool(reached >= int(erased.headers["Alongside-Position"]))

    await eventually(all_sent)
    ends = {message.partition: message.offset for message in await topic_messages(platform, "people")}
    await worker.execute("update cursors set position = 0 where name = 'relay'")
    await eventually(all_sent)
    await worker.close()
    again = [message for message in await name_messages(ours) if message.offset > ends.get(message.partition, -1)]
    assert len({message.key for message in again}) == 36
    assert {message.value for message in again if message.key.decode() == key} == {None}
    assert all(message.value for message in again if message.key.decode() != key)


async def test_a_rebuild_after_an_erasure_gives_the_same_people(platform: Platform, ours: Partnership) -> None:
    person = (await ours.people_by_reference())["T26-002"]["person_id"]
    position = (await erase(ours, person)).headers["Alongside-Position"]
    before = await ours.people_by_reference(position)
    async with await open_pool(platform.urls["referral"]["worker"], size=2) as pool:
        await rebuild_read_model(pool, PEOPLE)
    assert await ours.people_by_reference() == before
    assert len(before) == 35


async def test_an_erased_reference_is_refused_by_row_when_it_is_imported_again(ours: Partnership) -> None:
    person = (await ours.people_by_reference())["T26-002"]["person_id"]
    await erase(ours, person)
    before = await ours.count_events()
    found = (await ours.check_file("trainees", TRAINEES)).json()
    assert [(error["line"], error["column"], error["code"]) for error in found["errors"]] == [
        (3, "provider_trainee_id", "erased")
    ]
    assert (await ours.confirm(found["import_id"])).status_code == 409
    assert await ours.count_events() == before


async def test_erasing_twice_is_erasing_once_and_nobody_unknown_is_erased(ours: Partnership) -> None:
    person = (await ours.people_by_reference())["T26-002"]["person_id"]
    assert (await erase(ours, person)).status_code == 200
    before = await ours.count_events()
    assert (await erase(ours, person)).status_code == 200
    assert await ours.count_events() == before
    assert (await erase(ours, "00000000-0000-4000-8000-000000000000")).status_code == 404
