"""Others' events have one effect each, in order; what fails for good is parked with those behind it, and heals."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events import Catalogue, PublicEvent
from shared.kernel.loops.consumer import Consumer
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, connect, open_pool, parking
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.reactions import Reaction, catalogue_of, react_with
from shared.kernel.records import ParkedMessage
from shared.kernel.store import UnitTransaction
from shared.kernel.unit import Unit
from tests.support.databases import Urls
from tests.support.notes_service import (
    EAR,
    REACTIONS,
    SOURCE,
    TENANT,
    AuthorGone,
    Hear,
    NoteTold,
    TooLong,
    count_note,
    note_message,
    store_of,
)
from tests.support.services import eventually, is_waiting_for_lock


class Listening:
    """A consumer on a database of its own, with queries of the effects and the parked messages."""

    def __init__(self, urls: Urls, pool: Pool) -> None:
        self.urls = urls
        self.pool = pool
        self.notifier = Notifier()
        self.store = store_of(pool)
        self.name = f"ears-{uuid4()}"

    def consumer(
        self, reactions: dict[type[PublicEvent], Reaction] | None = None, *, retry_for: float = 5, name: str = ""
    ) -> Consumer:
        reactions = REACTIONS if reactions is None else reactions
        return Consumer(
            self.name + name,
            self.store,
            self.notifier,
            react_with("notes", reactions),
            catalogue_of(reactions),
            retry_for,
        )

    async def words_heard(self, note_id: UUID) -> list[int]:
        rows = await self.pool.fetch("select body from events where stream = $1 order by position", f"ear-{note_id}")
        return [row["body"]["words"] for row in rows]

    async def list_parked(self) -> list[tuple[str, int | None, str]]:
        return [(message.stream, message.sequence, message.reason) for message in await self.messages()]

    async def messages(self) -> list[ParkedMessage]:
        return [message for message in await parking.list_parked(self.pool) if message.consumer.startswith(self.name)]

    async def replay(self, consumer: Consumer, note_id: UUID, topic: str = "t.notes.v1") -> int:
        return await consumer.replay(topic, f"{TENANT}/note-{note_id}")


@pytest.fixture(scope="module")
async def pool(urls: Urls) -> AsyncIterator[Pool]:
    async with await open_pool(urls["worker"], size=6) as pool:
        yield pool


@pytest.fixture
def listening(urls: Urls, pool: Pool) -> Listening:
    return Listening(urls, pool)


def key_of(note_id: UUID) -> str:
    return f"{TENANT}/note-{note_id}"


class TestOneEffect:
    async def test_a_batch_that_comes_again_has_no_further_effect(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        batch = [note_message(note, sequence, words=sequence) for sequence in (1, 2, 3)]
        await consumer.receive(batch)
        await consumer.receive(batch)
        await consumer.receive([*batch, note_message(note, 4, words=4)])
        assert await listening.words_heard(note) == [1, 2, 3, 4]

    async def test_without_the_mark_a_repeated_batch_would_have_its_effect_again(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        await consumer.receive([note_message(note, 1)])
        await listening.pool.execute("delete from high_water where consumer = $1", listening.name)
        await consumer.receive([note_message(note, 1)])
        assert await listening.words_heard(note) == [1, 1], "the hazard is gone: then this test proves nothing"

    async def test_repeats_within_a_batch_as_a_relay_that_starts_again_sends_them(self, listening: Listening) -> None:
        note = uuid4()
        batch = [
            note_message(note, sequence, words=sequence, offset=nth) for nth, sequence in enumerate((1, 2, 3, 2, 3, 4))
        ]
        await listening.consumer().receive(batch)
        assert await listening.words_heard(note) == [1, 2, 3, 4]

    async def test_each_partition_has_a_mark_of_its_own(self, listening: Listening) -> None:
        one, other = uuid4(), uuid4()
        await listening.consumer().receive([note_message(one, 9, partition=0), note_message(other, 3, partition=1)])
        assert (await listening.words_heard(one), await listening.words_heard(other)) == ([1], [1])

    async def test_each_topic_has_a_mark_of_its_own_where_a_service_fills_several(self, listening: Listening) -> None:
        one, other = uuid4(), uuid4()
        await listening.consumer().receive([note_message(one, 9, topic="t.notes.v1")])
        await listening.consumer().receive([note_message(other, 8, topic="t.people.v1")])
        assert (await listening.words_heard(one), await listening.words_heard(other)) == ([1], [1])

    async def test_two_replicas_that_get_the_same_batch_at_once_have_one_effect(self, listening: Listening) -> None:
        note = uuid4()
        batch = [note_message(note, sequence, words=sequence) for sequence in range(1, 30)]
        await asyncio.gather(*(listening.consumer().receive(batch) for _ in range(4)))
        assert await listening.words_heard(note) == list(range(1, 30))

    async def test_two_consumers_of_one_database_each_have_their_effect(self, listening: Listening) -> None:
        note = uuid4()
        await listening.consumer(name="one").receive([note_message(note, 1, words=1)])
        await listening.consumer(name="two").receive([note_message(note, 1, words=2)])
        assert await listening.words_heard(note) == [1, 2]


class TestParking:
    async def test_an_event_that_cannot_be_decoded_is_parked_with_those_behind_it_and_others_go_on(
        self, listening: Listening
    ) -> None:
        bad, good, consumer = uuid4(), uuid4(), listening.consumer()
        await consumer.receive(
            [
                note_message(bad, 1, words=1),
                note_message(bad, 2, value=b'{"note_id": 7}'),
                note_message(good, 3, words=3),
                note_message(bad, 4, words=4),
            ]
        )
        await consumer.receive([note_message(bad, 5, words=5), note_message(good, 6, words=6)])

        assert (await listening.words_heard(bad), await listening.words_heard(good)) == ([1], [3, 6])
        assert [(stream, sequence) for stream, sequence, _ in await listening.list_parked()] == [
            (key_of(bad), 2),
            (key_of(bad), 4),
            (key_of(bad), 5),
        ]

    async def test_replay_heals_it_in_order_and_the_stream_goes_on(self, listening: Listening) -> None:
        note = uuid4()
        old = listening.consumer({NoteTold: count_note})
        await old.receive(
            [note_message(note, 1, words=1, version=2), note_message(note, 2, words=2), note_message(note, 3, words=3)]
        )
        assert await listening.words_heard(note) == []

        class SecondVersion(NoteTold):
            version = 2

        async def hear_newer(unit: Unit, event: PublicEvent) -> None:
            assert isinstance(event, SecondVersion)
            await unit.decide(EAR, event.note_id, Hear(note_id=event.note_id, words=event.words))

        newer: Catalogue[PublicEvent] = Catalogue(
            [SecondVersion], {(NoteTold.type, 1): lambda body: body | {"words": body["words"] * 10}}
        )
        effect = react_with("notes", {SecondVersion: hear_newer})
        deployed = Consumer(listening.name, listening.store, listening.notifier, effect, newer)

        assert await listening.replay(deployed, note) == 3
        await deployed.receive([note_message(note, 4, words=4)])

        assert await listening.words_heard(note) == [1, 20, 30, 40]
        assert await listening.list_parked() == []

    async def test_a_message_that_cannot_be_decoded_is_parked_whatever_the_error(self, listening: Listening) -> None:
        class Unforeseen(Catalogue[PublicEvent]):
            def decode(self, *_: object) -> PublicEvent:
                raise RuntimeError("nobody thought of this")

        note, unforeseen = uuid4(), Unforeseen([NoteTold])
        consumer = Consumer(
            listening.name, listening.store, listening.notifier, react_with("notes", REACTIONS), unforeseen, retry_for=5
        )
        await consumer.receive([note_message(note, 1, words=1), note_message(note, 2, words=2)])

        said = [reason for _, _, reason in await listening.list_parked()]
        assert said[0].startswith("RuntimeError in ")
        assert len(said) == 2

        assert await listening.replay(listening.consumer(), note) == 2
        assert await listening.words_heard(note) == [1, 2]

    async def test_replay_stops_at_what_fails_again(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        broken = note_message(note, 1, value=b"?")
        await consumer.receive([broken, note_message(note, 2, words=2)])
        assert await listening.replay(consumer, note) == 0
        assert await listening.words_heard(note) == []
        assert len(await listening.list_parked()) == 2

    async def test_discard_removes_a_message_and_replay_processes_those_behind_it(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        await consumer.receive([note_message(note, 1, value=b"?"), note_message(note, 2, words=2)])
        first = (await listening.messages())[0]
        assert first.id is not None

        assert await parking.discard(listening.pool, first.id)
        assert not await parking.discard(listening.pool, first.id)
        assert await listening.replay(consumer, note) == 1
        assert await listening.words_heard(note) == [2]

    async def test_discard_waits_for_what_is_just_being_parked_behind(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        await consumer.receive([note_message(note, 1, value=b"?")])
        (first,) = await listening.messages()
        assert first.id is not None
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def stay(unit: Unit, event: NoteTold) -> None:
            begun.set()
            await go_on.wait()

        other = note_message(uuid4(), 2)  # what is behind the first is in the same batch as one that takes its time
        receiving = asyncio.create_task(
            listening.consumer({NoteTold: stay}).receive([other, note_message(note, 3, words=3)])
        )
        await begun.wait()
        discarding = asyncio.create_task(parking.discard(listening.pool, first.id))

        async with listening.pool.acquire() as observer:
            await eventually(lambda: is_waiting_for_lock(observer))
        go_on.set()
        await receiving
        assert await discarding
        assert await listening.replay(consumer, note) == 1
        assert await listening.words_heard(note) == [3]

    async def test_replay_while_the_consumer_runs_keeps_the_order(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        await consumer.receive(
            [note_message(note, 1, value=b"?"), *(note_message(note, n, words=n) for n in range(2, 20))]
        )
        first = (await listening.messages())[0]
        assert first.id is not None
        await parking.discard(listening.pool, first.id)

        async def live() -> None:
            for sequence in range(20, 40):
                await consumer.receive([note_message(note, sequence, words=sequence)])

        await asyncio.gather(live(), *(listening.replay(listening.consumer(), note) for _ in range(3)))
        await listening.replay(consumer, note)

        assert await listening.words_heard(note) == list(range(2, 40))

    async def test_a_message_with_a_broken_envelope_holds_its_stream_too(self, listening: Listening) -> None:
        note, other, consumer = uuid4(), uuid4(), listening.consumer()
        message = note_message(note, 1)
        message = replace(message, headers=[header for header in message.headers if header[0] != "ce_source"])

        await consumer.receive([message, note_message(note, 2), note_message(other, 3)])
        await consumer.receive([message, note_message(note, 4)])

        assert (await listening.words_heard(note), await listening.words_heard(other)) == ([], [1])
        assert [(sequence, reason) for _, sequence, reason in await listening.list_parked()] == [
            (None, "BrokenEnvelope: header ce_source is missing"),
            (2, "waits behind a parked event of its stream"),
            (4, "waits behind a parked event of its stream"),
        ]

    @pytest.mark.parametrize(
        "damage",
        [
            {"sequence": 2**63},
            {"sequence": -1},
            {"source": "urn:alongside:\0notes"},
            {"key": b"north-star/note-\0"},
            {"header": "ce_\0"},
        ],
        ids=str,
    )
    async def test_a_message_that_no_column_can_hold_is_parked_too(
        self, listening: Listening, damage: dict[str, Any]
    ) -> None:
        note, good = uuid4(), uuid4()
        bad = note_message(note, damage.get("sequence", 1), source=damage.get("source", SOURCE), offset=1, value=b"{")
        bad = replace(bad, key=damage.get("key", bad.key), headers=[*bad.headers, (damage.get("header", "x"), b"x")])
        await listening.consumer().receive([bad, note_message(good, 2)])
        assert (len(await listening.list_parked()), await listening.words_heard(good)) == (1, [1])

    async def test_an_event_without_a_reaction_is_skipped_in_a_parked_stream(self, listening: Listening) -> None:
        note, consumer = uuid4(), listening.consumer()
        await consumer.receive(
            [note_message(note, 1, value=b"?"), note_message(note, 2, type_="notes.unheard_of"), note_message(note, 3)]
        )
        assert [sequence for _, sequence, _ in await listening.list_parked()] == [1, 3]

    async def test_a_parked_event_without_a_reaction_does_not_hold_up_a_replay(self, listening: Listening) -> None:
        note = uuid4()
        then: dict[type[PublicEvent], Reaction] = {NoteTold: count_note, AuthorGone: count_note}
        gone = note_message(note, 1, type_=AuthorGone.type, value=b"?")
        await listening.consumer(then).receive([gone, note_message(note, 2, words=2)])
        assert await listening.replay(listening.consumer(), note) == 2
        assert await listening.words_heard(note) == [2]

    async def test_messages_of_a_topic_made_anew_are_parked_though_their_offsets_were_seen(
        self, listening: Listening
    ) -> None:
        before, after, consumer = uuid4(), uuid4(), listening.consumer()
        await consumer.receive([note_message(before, 1, value=b"?", offset=0)])
        await consumer.receive([note_message(after, 2, value=b"?", offset=0)])
        assert [stream for stream, _, _ in await listening.list_parked()] == [key_of(before), key_of(after)]


class TestReactions:
    async def test_a_refused_reaction_is_parked_and_leaves_nothing(self, listening: Listening) -> None:
        note, other = uuid4(), uuid4()
        await listening.consumer().receive(
            [note_message(note, 1, words=5000), note_message(other, 2), note_message(note, 3)]
        )
        assert (await listening.words_heard(note), await listening.words_heard(other)) == ([], [1])
        assert [reason for _, _, reason in await listening.list_parked()] == [
            "Nobody listens that long.",
            "waits behind a parked event of its stream",
        ]

    async def test_a_refused_event_is_parked_before_one_behind_it_that_cannot_be_read(
        self, listening: Listening
    ) -> None:
        note = uuid4()
        await listening.consumer().receive(
            [note_message(note, 1, words=5000), note_message(note, 2, value=b"{}"), note_message(note, 3)]
        )
        assert [sequence for _, sequence, _ in await listening.list_parked()] == [1, 2, 3]

    @pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, AssertionError, RecursionError])
    async def test_any_error_of_a_reaction_parks_and_its_words_are_kept_nowhere(
        self, listening: Listening, error: type[Exception], capsys: pytest.CaptureFixture[str]
    ) -> None:
        note, other = uuid4(), uuid4()

        async def stumble(unit: Unit, event: NoteTold) -> None:
            await count_note(unit, event)
            if event.note_id == note:
                raise error("Ada Lovelace")

        await listening.consumer({NoteTold: stumble}).receive([note_message(note, 1), note_message(other, 2)])

        assert (await listening.words_heard(note), await listening.words_heard(other)) == ([], [1])
        ((_, _, reason),) = await listening.list_parked()
        assert reason.startswith(f"{error.__name__} in test_consumer.py:")
        assert "Lovelace" not in "".join(capsys.readouterr())

    async def test_a_refused_reaction_destroys_no_key(self, listening: Listening) -> None:
        author = str(uuid4())

        async def forget_and_stumble(unit: Unit, event: NoteTold) -> None:
            unit.destroy_key(author)
            raise TooLong("Nobody listens that long.")

        await listening.consumer({NoteTold: forget_and_stumble}).receive([note_message(uuid4(), 1)])
        assert await listening.pool.fetch("select * from subject_keys where subject = $1", author) == []

    async def test_a_refusal_at_the_append_parks_only_the_event_that_it_concerns(self, listening: Listening) -> None:
        note, other = uuid4(), uuid4()

        async def refuse_at_append(unit: Unit, event: NoteTold) -> None:
            async def refuse(_: object) -> None:
                raise TooLong("The person's record was erased.")

            await count_note(unit, event)
            if event.note_id == note:
                unit.in_transaction(refuse)

        await listening.consumer({NoteTold: refuse_at_append}).receive(
            [note_message(note, 1), note_message(other, 2), note_message(note, 3)]
        )

        assert (await listening.words_heard(note), await listening.words_heard(other)) == ([], [1])
        assert len(await listening.list_parked()) == 2

    async def test_an_own_event_that_cannot_be_read_does_not_spoil_the_batch(self, listening: Listening) -> None:
        note, other, consumer = uuid4(), uuid4(), listening.consumer()
        await consumer.receive([note_message(note, 1), note_message(note, 2)])
        owner = await connect(listening.urls["owner"])
        await owner.execute("select set_config('alongside.tenants', $1, false)", TENANT)
        await owner.execute("alter table events disable trigger events_are_facts")
        await owner.execute("update events set schema_version = 9 where version = 2 and stream = $1", f"ear-{note}")
        await owner.execute("alter table events enable trigger events_are_facts")
        await owner.close()

        await consumer.receive([note_message(note, 3), note_message(other, 4), note_message(note, 5)])

        assert await listening.words_heard(other) == [1]
        assert [sequence for _, sequence, _ in await listening.list_parked()] == [3, 5]

    async def test_an_event_that_the_database_refuses_is_parked_alone(self, listening: Listening) -> None:
        bad, other, far = uuid4(), uuid4(), uuid4()

        async def note_it(unit: Unit, event: NoteTold) -> None:
            async def write(transaction: UnitTransaction) -> None:
                connection, _ = connection_and_keyring(transaction)
                if event.note_id == bad:
                    await connection.execute("select 1 / 0")
                if event.note_id == far:
                    await connection.execute("select $1::int", 2**40)

            await count_note(unit, event)
            unit.in_transaction(write)

        batch = [note_message(bad, 1), note_message(other, 2), note_message(bad, 3), note_message(far, 4)]
        await asyncio.wait_for(listening.consumer({NoteTold: note_it}).receive(batch), 5)

        assert await listening.words_heard(other) == [1]
        assert [(stream, sequence) for stream, sequence, _ in await listening.list_parked()] == [
            (key_of(bad), 1),
            (key_of(bad), 3),
            (key_of(far), 4),
        ]


class TestTransientFaults:
    async def test_a_batch_whose_connection_is_cut_is_taken_again(self, listening: Listening) -> None:
        note, cut = uuid4(), 0

        async def hear_though_cut(unit: Unit, event: NoteTold) -> None:
            nonlocal cut
            await count_note(unit, event)
            if cut < 3:
                cut += 1
                pid = connection_and_keyring(unit.reads)[0].get_server_pid()
                killer = await connect(listening.urls["worker"])
                await killer.execute("select pg_terminate_backend($1)", pid)
                await killer.close()

        batch = [note_message(note, sequence, words=sequence) for sequence in (1, 2, 3)]
        await listening.consumer({NoteTold: hear_though_cut}).receive(batch)

        assert cut == 3
        assert await listening.words_heard(note) == [1, 2, 3]
        assert await listening.list_parked() == []

    async def test_a_stream_that_others_change_at_the_same_time_is_decided_again(self, listening: Listening) -> None:
        note = uuid4()
        await asyncio.gather(
            *(
                listening.consumer(name=f"{nth}").receive([note_message(note, n, words=n) for n in (1, 2, 3)])
                for nth in range(4)
            )
        )
        assert len(await listening.words_heard(note)) == 12
        assert await listening.list_parked() == []

    async def test_an_error_that_outlasts_the_retries_returns_the_batch_to_kafka(self, listening: Listening) -> None:
        async def away(unit: Unit, event: NoteTold) -> None:
            raise asyncpg.CannotConnectNowError("starting up")

        with pytest.raises(asyncpg.CannotConnectNowError):
            await listening.consumer({NoteTold: away}, retry_for=0.2).receive([note_message(uuid4(), 1)])
        assert await listening.pool.fetchval("select count(*) from high_water where consumer = $1", listening.name) == 0

    async def test_a_cancelled_batch_leaves_nothing_and_no_connection(self, listening: Listening) -> None:
        note, entered = uuid4(), asyncio.Event()

        async def hang(unit: Unit, event: NoteTold) -> None:
            await count_note(unit, event)
            entered.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(listening.consumer({NoteTold: hang}).receive([note_message(note, 1)]))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await listening.consumer().receive([note_message(note, 1)])
        assert await listening.words_heard(note) == [1]
        assert listening.pool.get_idle_size() == listening.pool.get_size()


async def test_headers_and_bytes_of_a_parked_message_are_kept_as_they_came(listening: Listening) -> None:
    note = uuid4()
    message = replace(
        note_message(note, 1, value=b"\xff\x00"), headers=[*note_message(note, 1).headers, ("odd", b"\xfe\x00")]
    )
    await listening.consumer().receive([message])
    (parked,) = await listening.messages()
    assert (parked.key, parked.value) == (message.key, message.value)
    assert list(parked.headers) == list(message.headers)
