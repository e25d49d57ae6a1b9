"""A reaction that is new in a service hears what came before it, once and in order, while the service works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from alongside.local.issuer import Issuer
from shared.events import PublicEvent
from shared.kernel.kafka import catching_up
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.postgres import Pool, open_pool, parking
from shared.kernel.postgres.status import status
from shared.kernel.reactions import Reaction, catalogue_of, react_with
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings
from shared.kernel.unit import Unit
from tests.support.databases import Urls, database
from tests.support.notes_service import LONGEST, REACTIONS, SERVICE, AuthorGone, Notes, NoteTold, serve_notes
from tests.support.services import eventually, settings_for

pytestmark = pytest.mark.timeout(120)


async def ignore(unit: Unit, event: AuthorGone) -> None:
    """The one reaction that the service had at first."""


def reacting(reactions: dict[type[PublicEvent], Reaction], again: int = 0) -> Service:
    return replace(
        SERVICE,
        catalogue=catalogue_of(reactions),
        effect=react_with("notes", reactions),
        heard_again={NoteTold: again},
    )


OLDER = reacting({AuthorGone: ignore})
NEWER = reacting({AuthorGone: ignore, **REACTIONS})
NEWEST = reacting({AuthorGone: ignore, **REACTIONS}, again=1)
"""Its reaction to what is told of notes has changed, and hears the past again."""


@dataclass
class Deployment:
    """A database and a topic, on which versions of the service run, one or several at a time."""

    settings: Settings
    issuer: Issuer
    urls: Urls
    pool: Pool

    def serve(self, service: Service) -> AbstractAsyncContextManager[Notes]:
        return serve_notes(self.urls, self.settings, self.issuer, service, work=True)

    async def words_heard(self, note_id: str) -> list[int]:
        rows = await self.pool.fetch("select body from events where stream = $1 order by position", f"ear-{note_id}")
        return [row["body"]["words"] for row in rows]

    async def has_heard(self, words: list[int], *notes: str) -> None:
        """Wait until all this has been heard of each of these notes, and nothing is left."""

        async def has() -> bool:
            everything = [await self.words_heard(note) for note in notes]
            return everything == [words] * len(notes) and not (await status("notes", self.pool)).unheard

        await eventually(has)

    async def has_passed(self, number: int) -> None:
        """Wait until the consumer has passed over so many messages of notes."""

        async def has() -> bool:
            passed = await self.pool.fetchval("select coalesce(sum(position), 0) from high_water")
            head = await self.pool.fetchval("select max(position) from events")
            return passed > 0 and head == number and await self._marks_are_at_the_head(head)

        await eventually(has)

    async def _marks_are_at_the_head(self, head: int) -> bool:
        return bool(await self.pool.fetchval("select max(position) from high_water") == head)


@pytest.fixture
async def deployment(
    postgres_admin_url: str, kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Deployment]:
    monkeypatch.setattr(catching_up, "LOOK_INTERVAL", 0.2)
    issuer = Issuer(tmp_path)
    settings = settings_for(issuer, kafka_bootstrap, f"t{uuid4().hex[:12]}")
    await create_topics(kafka_bootstrap, [Topic(settings.topic("notes"), 4)])
    async with database(postgres_admin_url) as urls, await open_pool(urls["worker"], size=4) as pool:
        yield Deployment(settings, issuer, urls, pool)


async def test_a_new_reaction_hears_what_the_older_version_passed_over(deployment: Deployment) -> None:
    async with deployment.serve(OLDER) as older:
        notes = [await older.write() for _ in range(3)]
        for note in notes:
            await older.amend(note, 2)
        await deployment.has_passed(6)
    assert [await deployment.words_heard(note) for note in notes] == [[]] * 3

    async with deployment.serve(NEWER) as newer:
        for note in notes:
            await newer.amend(note, 3)
        await deployment.has_heard([1, 2, 3], *notes)


async def test_versions_that_work_beside_one_another_lose_and_double_nothing(deployment: Deployment) -> None:
    async with deployment.serve(OLDER) as older:
        notes = [await older.write() for _ in range(4)]
        async with deployment.serve(NEWER) as newer:
            for words in range(2, 7):
                await asyncio.gather(
                    *(version.amend(note, words) for note, version in zip(notes, [older, newer] * 2, strict=True))
                )
        for note in notes:  # the newer one has gone, and the older one passes over again
            await older.amend(note, 7)
        async with deployment.serve(NEWER) as newer:
            for note in notes:
                await newer.amend(note, 8)
    async with deployment.serve(NEWER):
        await deployment.has_heard([1, 2, 3, 4, 5, 6, 7, 8], *notes)


async def test_a_reaction_that_has_changed_hears_the_past_again_though_it_was_killed_meanwhile(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with deployment.serve(NEWER) as newer:
        notes = [await newer.write() for _ in range(6)]
        await deployment.has_heard([1], *notes)

    monkeypatch.setattr(catching_up, "BATCH", 1)
    async with deployment.serve(NEWEST):

        async def has_begun() -> bool:
            return any([len(await deployment.words_heard(note)) == 2 for note in notes])

        await eventually(has_begun)
    async with deployment.serve(NEWEST) as newest:
        for note in notes:
            await newest.amend(note, 2)
        await deployment.has_heard([1, 1, 2], *notes)


async def test_what_fails_is_parked_with_its_stream_and_what_was_discarded_is_not_heard_again(
    deployment: Deployment,
) -> None:
    async with deployment.serve(OLDER) as older:
        refused, good = await older.write(), await older.write()
        await older.amend(refused, LONGEST + 1)
        await older.amend(refused, 3)
        await deployment.has_passed(4)

    async with deployment.serve(NEWER):
        await deployment.has_heard([1], refused, good)
    parked = await parking.list_parked(deployment.pool)
    assert [message.reason for message in parked] == [
        "Nobody listens that long.",
        "waits behind a parked event of its stream",
    ]

    for message in parked:
        assert message.id is not None
        await parking.discard(deployment.pool, message.id)
    async with deployment.serve(NEWEST):
        await deployment.has_heard([1, 1], refused, good)
    assert await parking.list_parked(deployment.pool) == []


async def test_an_operator_sees_what_is_not_heard_yet(deployment: Deployment) -> None:
    async with deployment.serve(NEWER) as newer:
        note = await newer.write()
        await deployment.has_heard([1], note)
    async with deployment.serve(OLDER) as older:
        await older.amend(note, 2)

        async def is_shown() -> bool:
            return (await status("notes", deployment.pool)).unheard == {NoteTold.type: 1}

        await eventually(is_shown)
    assert await deployment.words_heard(note) == [1]
    async with deployment.serve(NEWER):
        await deployment.has_heard([1, 2], note)
