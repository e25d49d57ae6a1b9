"""What every store must do: PostgreSQL and the store in memory pass these same tests.

Whoever runs them makes a subclass with a fixture `store` and says how a read model is made. The store need not be
empty: every test uses names of its own.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from shared.kernel.postgres.personal import Erased
from shared.kernel.readmodel import Change, ReadModel, Row, RowStore, Step, key_from, remove_row
from shared.kernel.records import (
    AppendRequest,
    AppendResult,
    Conflict,
    HighWaterMark,
    IdempotencyKey,
    Incarnation,
    KeyReused,
    ModelEvent,
    NewEvent,
    ParkedMessage,
    ReceivedBody,
    RecordedEvent,
    RowKey,
    SourcePartition,
    StreamKey,
    Unheard,
)
from shared.kernel.store import (
    Appender,
    CommandStore,
    Cursors,
    EventLog,
    HasFatalErrors,
    Hearing,
    Incarnations,
    Marks,
    Parking,
    Session,
    StreamReader,
    Tasks,
    Transactions,
    UnitTransaction,
)
from tests.support.notes_service import DAY, NoteAmended, NoteWritten, cause, note_message

MOMENT = 0.05
"""Seconds in which something would have happened that must not."""


@dataclass(frozen=True, slots=True)
class Tally:
    note_id: UUID
    words: tuple[int, ...]
    heard: bool | None


def tallies(name: str, indexes: tuple[str, ...] = (), *, keeps_past: bool = False) -> ReadModel:
    step = Step(key_from("note_id"), remove_row)
    return ReadModel(name, Tally, ("note_id",), {NoteAmended: step}, indexes, keeps_past=keeps_past)


def stream() -> StreamKey:
    return f"tenant-{uuid4().hex[:8]}", f"note-{uuid4()}"


def amendments(of: StreamKey, *words: int) -> list[NewEvent]:
    return [
        NewEvent(*of, NoteAmended(happened_on=DAY, note_id=UUID(of[1][5:]), words=number), cause()) for number in words
    ]


def key_of(of: StreamKey, digest: bytes = b"asked") -> IdempotencyKey:
    return IdempotencyKey(of[0], "somebody", f"key of {of[1]}", digest, {"note": of[1]})


def make_parked_message(consumer: str, offset: int, *, sequence: int | None, note: UUID) -> ParkedMessage:
    message = note_message(note, offset, offset=offset)
    return replace(ParkedMessage.of(consumer, message, None, "for a test"), sequence=sequence)


class WholeTransaction(
    UnitTransaction, EventLog, Incarnations, Cursors, Marks, Hearing, Parking, Tasks, RowStore, HasFatalErrors, Protocol
):
    """A transaction in every role that a loop may need."""


class WholeStore(CommandStore, StreamReader, Appender, Transactions[WholeTransaction], Protocol):
    """A store in every role."""

    async def ensure_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, if there is none."""
        ...


class GivenUp(Exception):
    """Raised in a transaction to roll it back."""


class Stores:
    """The tests; `TestX(Stores)` runs them over X."""

    async def make(self, store: WholeStore, *models: ReadModel) -> None:
        """Make the first version of each read model, empty and live, with its cursor at the beginning."""
        raise NotImplementedError

    async def past(self, store: WholeStore, model: ReadModel) -> set[tuple[UUID, int, int]]:
        """Read the notes of the rows that were replaced or removed, with `known_from` and `known_until`."""
        raise NotImplementedError

    async def move_without_record(
        self, store: WholeStore, consumer: str, place: SourcePartition, mark: HighWaterMark
    ) -> None:
        """Move a mark as versions do that keep no record of what they pass over."""
        raise NotImplementedError

    async def know_before(self, store: WholeStore, consumer: str, *types: str) -> None:
        """Enter types that versions that keep no record reacted to, as a migration of a service does."""
        raise NotImplementedError

    async def words(self, store: WholeStore, of: StreamKey) -> list[tuple[int, int]]:
        """What a stream holds: each event's version in it, and its words."""
        return [
            (event.version, NoteAmended.model_validate_json(event.body).words)
            for event in await store.read_streams([of])
        ]

    async def after(self, store: WholeStore, position: int, limit: int = 1000) -> list[RecordedEvent[str]]:
        async with store.transaction() as transaction:
            return await transaction.read_after(position, limit)

    async def head(self, store: WholeStore) -> int:
        async with store.transaction() as transaction:
            return await transaction.head()

    # streams

    async def test_appended_events_are_read_back_in_the_order_of_their_stream(self, store: WholeStore) -> None:
        one, other = stream(), stream()
        await store.append(amendments(one, 1, 2), {one: 0})
        await store.append([*amendments(other, 7), *amendments(one, 3)], {one: 2, other: 0})
        assert await self.words(store, one) == [(1, 1), (2, 2), (3, 3)]
        assert await self.words(store, other) == [(1, 7)]
        read = await store.read_streams([one, other, stream()])
        assert sorted({(event.tenant, event.stream) for event in read}) == sorted([one, other])
        assert {(event.type, event.schema_version) for event in read} == {(NoteAmended.type, 1)}

    async def test_an_append_says_its_last_position_and_the_events_lie_there_in_their_order(
        self, store: WholeStore
    ) -> None:
        one, other = stream(), stream()
        before = await self.head(store)
        new = [*amendments(one, 1), *amendments(other, 2), *amendments(one, 3)]

        done = await store.append(new, {one: 0, other: 0})

        found = await self.after(store, before)
        assert [event.id for event in found] == [item.id for item in new]
        assert [(event.tenant, event.stream, event.version) for event in found] == [(*one, 1), (*other, 1), (*one, 2)]
        assert [event.cause for event in found] == [item.cause for item in new]
        assert {(event.type, event.happened_on) for event in found} == {(NoteAmended.type, DAY)}
        assert all(event.recorded_at.tzinfo is not None for event in found)
        assert done == AppendResult(found[-1].position, None, replayed=False)
        assert await self.head(store) == done.position

    async def test_a_batch_is_read_after_a_position_and_no_longer_than_it_may_be(self, store: WholeStore) -> None:
        one = stream()
        before = await self.head(store)
        await store.append(amendments(one, *range(7)), {one: 0})
        first = await self.after(store, before, 3)
        rest = await self.after(store, first[-1].position, 100)
        positions = [event.position for event in (*first, *rest)]
        assert (len(first), len(rest)) == (3, 4)
        assert positions == sorted(set(positions))
        assert await self.after(store, positions[-1]) == []

    async def test_read_models_read_the_same_events_in_the_same_order(self, store: WholeStore) -> None:
        one, other = stream(), stream()
        before = await self.head(store)
        traced = replace(cause(), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        await store.append([*amendments(one, 1), *amendments(other, 2)], {one: 0, other: 0})
        await store.append([replace(amendments(one, 3)[0], cause=traced)], {one: 1})

        async with store.transaction() as transaction:
            events = await transaction.read_model_events(before, 1000)
            first = await transaction.read_model_events(before, 2)
            assert await transaction.read_model_events(events[-1].position, 10) == []

        assert events == [ModelEvent.of(stored) for stored in await self.after(store, before)]
        assert (first, events[-1].traceparent) == (events[:2], traced.traceparent)

    @pytest.mark.parametrize("wrong", [0, 1, 3])
    async def test_a_stream_that_has_moved_on_refuses_the_whole_append(self, store: WholeStore, wrong: int) -> None:
        one, other = stream(), stream()
        await store.append(amendments(one, 1, 2), {one: 0})
        before = await self.head(store)
        with pytest.raises(Conflict):
            await store.append([*amendments(other, 9), *amendments(one, 3)], {one: wrong, other: 0}, key_of(one))
        assert await self.after(store, before) == []
        assert (await self.words(store, other), len(await self.words(store, one))) == ([], 2)
        assert await store.stored_answer(one[0], "somebody", key_of(one).key) is None
        await store.append([*amendments(other, 9), *amendments(one, 3)], {one: 2, other: 0}, key_of(one))

    @pytest.mark.parametrize("together", [False, True])
    async def test_a_stream_that_is_only_compared_refuses_the_append_where_it_has_moved_on(
        self, store: WholeStore, together: bool
    ) -> None:
        one, other, absent = stream(), stream(), stream()
        await store.append(amendments(other, 1), {other: 0})

        async def append(number: int, expected: dict[StreamKey, int | None]) -> object:
            if not together:
                return await store.append(amendments(one, number), expected)
            (outcome,) = await store.append_each([AppendRequest(amendments(one, number), expected)])
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        with pytest.raises(Conflict):
            await append(9, {one: 0, other: 0, absent: 0})
        await append(2, {one: 0, other: 1, absent: 0})
        assert (await self.words(store, one), await self.words(store, other)) == ([(1, 2)], [(1, 1)])
        # a comparison moves no version, also of a stream that is not there
        await append(3, {one: 1, other: 1, absent: 0})
        await store.append(amendments(absent, 4), {absent: 0})
        assert await self.words(store, absent) == [(1, 4)]

    async def test_a_stream_that_is_not_there_has_version_0(self, store: WholeStore) -> None:
        one = stream()
        with pytest.raises(Conflict):
            await store.append(amendments(one, 1), {one: 1})
        await store.append(amendments(one, 1), {one: 0})

    async def test_without_an_expected_version_an_append_takes_whatever_there_is(self, store: WholeStore) -> None:
        one = stream()
        for number in (1, 2, 3):
            await store.append(amendments(one, number), {one: None})
        assert await self.words(store, one) == [(1, 1), (2, 2), (3, 3)]

    async def test_of_appends_to_one_stream_at_once_one_succeeds(self, store: WholeStore) -> None:
        one = stream()
        done = await asyncio.gather(
            *(store.append(amendments(one, number), {one: 0}) for number in range(4)), return_exceptions=True
        )
        assert [type(result) for result in done if not isinstance(result, AppendResult)] == [Conflict] * 3
        assert len(await self.words(store, one)) == 1

    async def test_appends_to_the_same_streams_in_other_orders_do_not_wait_for_each_other_crosswise(
        self, store: WholeStore
    ) -> None:
        one, other = stream(), stream()
        ways = [(one, other), (other, one)] * 4
        async with asyncio.timeout(20):
            await asyncio.gather(
                *(store.append([*amendments(a, 1), *amendments(b, 2)], {a: None, b: None}) for a, b in ways)
            )
        assert [len(await self.words(store, each)) for each in (one, other)] == [8, 8]

    # positions

    async def test_an_append_waits_for_the_one_before_it_so_that_positions_become_visible_in_order(
        self, store: WholeStore
    ) -> None:
        first, second = stream(), stream()
        before = await self.head(store)
        async with store.transaction() as slow:
            await slow.append(amendments(first, 1), {first: 0})
            quick = asyncio.create_task(store.append(amendments(second, 2), {second: 0}))
            await asyncio.wait([quick], timeout=MOMENT)
            assert not quick.done()
            assert await self.after(store, before) == []
        await quick
        assert [event.stream for event in await self.after(store, before)] == [first[1], second[1]]

    async def test_a_follower_misses_no_event_while_many_append(self, store: WholeStore) -> None:
        writers, each = 6, 8
        before = position = await self.head(store)
        streams = [stream() for _ in range(writers)]

        async def write(of: StreamKey) -> None:
            for number in range(each):
                async with store.transaction() as transaction:
                    await transaction.append(amendments(of, number, number), {of: 2 * number})
                    await asyncio.sleep(0)  # others have their turn between the insert and the commit

        writing = asyncio.gather(*(write(of) for of in streams))
        seen: list[RecordedEvent[str]] = []
        async with asyncio.timeout(30):
            while len(seen) < 2 * writers * each:
                seen += (batch := await self.after(store, position, 10))
                position = batch[-1].position if batch else position
                await asyncio.sleep(0)
        await writing
        assert seen == await self.after(store, before)
        for of in streams:
            versions = [event.version for event in seen if event.stream == of[1]]
            assert versions == list(range(1, 2 * each + 1))

    async def test_missing_events_are_those_that_the_store_does_not_hold(self, store: WholeStore) -> None:
        one = stream()
        done = await store.append(amendments(one, 1, 2), {one: 0})
        assert done.position is not None
        first, second = await self.after(store, done.position - 2)
        here = {(first.position, first.id), (second.position, second.id)}
        gone = {(first.position, second.id), (second.position, uuid4()), (done.position + 1, first.id)}
        async with store.transaction() as transaction:
            assert await transaction.missing_events(here | gone) == gone
            assert await transaction.missing_events(set()) == set()

    async def test_its_first_life_begins_before_its_first_event_and_others_are_opened(self, store: WholeStore) -> None:
        async def open_next() -> list[Incarnation]:
            async with store.transaction() as transaction:
                before = await transaction.incarnations()
                await transaction.open_incarnation(Incarnation(before[-1].number + 3, await transaction.head()))
                return [*before, Incarnation(before[-1].number + 3, await transaction.head())]

        one = stream()
        await store.append(amendments(one, 1), {one: 0})
        wanted = await open_next()
        async with store.transaction() as transaction:
            assert (await transaction.incarnations(), wanted[0]) == (wanted, Incarnation(1, 0))

    # keys

    async def test_the_same_key_has_one_effect_and_one_answer(self, store: WholeStore) -> None:
        one = stream()
        first = await store.append(amendments(one, 1), {one: 0}, key_of(one))
        again = await store.append(amendments(one, 1), {one: 1}, replace(key_of(one), answer={"note": "another"}))
        assert (first.answer, first.replayed) == ({"note": one[1]}, False)
        assert again == AppendResult(first.position, first.answer, replayed=True)
        assert await self.words(store, one) == [(1, 1)]
        kept = await store.stored_answer(one[0], "somebody", key_of(one).key)
        assert kept is not None
        assert (kept.digest, kept.position, kept.answer) == (b"asked", first.position, first.answer)

    async def test_the_same_key_with_another_body_is_refused_and_has_no_effect(self, store: WholeStore) -> None:
        one = stream()
        await store.append(amendments(one, 1), {one: 0}, key_of(one))
        with pytest.raises(KeyReused):
            await store.append(amendments(one, 2), {one: 1}, key_of(one, b"something else"))
        assert await self.words(store, one) == [(1, 1)]

    async def test_a_key_belongs_to_a_tenant_and_an_actor(self, store: WholeStore) -> None:
        one, other = stream(), stream()
        await store.append(amendments(one, 1), {one: 0}, key_of(one))
        for key in (replace(key_of(one), tenant=other[0]), replace(key_of(one), actor="another")):
            assert not (await store.append([], {}, key)).replayed

    async def test_an_answer_is_kept_for_a_command_that_decided_nothing(self, store: WholeStore) -> None:
        one = stream()
        assert await store.append([], {}, key_of(one)) == AppendResult(None, {"note": one[1]}, replayed=False)
        assert await store.append([], {}, key_of(one)) == AppendResult(None, {"note": one[1]}, replayed=True)

    async def test_of_commands_with_one_key_at_once_one_has_an_effect_and_all_its_answer(
        self, store: WholeStore
    ) -> None:
        one = stream()
        done = await asyncio.gather(*(store.append(amendments(one, 1), {one: None}, key_of(one)) for _ in range(4)))
        assert sorted(result.replayed for result in done) == [False, True, True, True]
        assert {result.position for result in done} == {await self.head(store)}
        assert await self.words(store, one) == [(1, 1)]

    # groups

    async def test_commands_of_a_group_are_appended_each_to_its_own_streams(self, store: WholeStore) -> None:
        first, second, third = stream(), stream(), stream()
        group = [
            AppendRequest(amendments(first, 1, 2), {first: 0}),
            AppendRequest([*amendments(second, 3), *amendments(third, 4)], {second: 0, third: 0}, key_of(second)),
        ]
        one, other = await store.append_each(group)
        assert isinstance(one, AppendResult)
        assert isinstance(other, AppendResult)
        assert (one.answer, one.replayed) == (None, False)
        assert (other.answer, other.replayed) == ({"note": second[1]}, False)
        assert await self.words(store, first) == [(1, 1), (2, 2)]
        assert await self.words(store, second) + await self.words(store, third) == [(1, 3), (1, 4)]
        assert one.position is not None
        assert other.position is not None
        assert {one.position + 2, other.position} == {await self.head(store)}
        kept = await store.stored_answer(second[0], "somebody", key_of(second).key)
        assert kept is not None
        assert kept.position == other.position

    async def test_an_append_conflicts_if_its_reads_are_older_than_the_connection(self, store: WholeStore) -> None:
        before, since, good = stream(), stream(), stream()
        now = asyncio.get_running_loop().time
        async with store.session():
            pass  # there is a connection now, if the store has any
        group = [
            AppendRequest(amendments(before, 1), {before: 0}, key_of(before), as_of=-1.0),
            AppendRequest(amendments(since, 1), {since: 0}, as_of=now()),
            AppendRequest(amendments(good, 1), {good: 0}),
        ]
        outcomes = await store.append_each(group)
        assert [type(outcome) for outcome in outcomes] == [Conflict, AppendResult, AppendResult]
        assert await self.words(store, before) == []
        assert await store.stored_answer(before[0], "somebody", key_of(before).key) is None

    async def test_a_conflict_of_one_fails_no_other_and_leaves_nothing(self, store: WholeStore) -> None:
        late, also, good, fresh = stream(), stream(), stream(), stream()
        await store.append(amendments(late, 1), {late: 0})
        conflict, done = await store.append_each(
            [
                AppendRequest(
                    [*amendments(also, 7), *amendments(late, 7), *amendments(fresh, 7)],
                    {also: 0, late: 0, fresh: 3},
                    key_of(late),
                ),
                AppendRequest(amendments(good, 2), {good: 0}, key_of(good)),
            ]
        )
        assert isinstance(conflict, Conflict)
        assert isinstance(done, AppendResult)
        assert await self.words(store, late) == [(1, 1)]
        assert await self.words(store, also) == await self.words(store, fresh) == []
        assert await self.words(store, good) == [(1, 2)]
        assert await store.stored_answer(late[0], "somebody", key_of(late).key) is None
        # what it had claimed is free: decided again, it goes in as if it had never been tried
        again = await store.append([*amendments(also, 7), *amendments(late, 8)], {also: 0, late: 1}, key_of(late))
        assert not again.replayed

    async def test_keys_that_came_before_are_answered_inside_a_group(self, store: WholeStore) -> None:
        same, other, good = stream(), stream(), stream()
        first = await store.append(amendments(same, 1), {same: 0}, key_of(same))
        await store.append(amendments(other, 1), {other: 0}, key_of(other))
        replayed, reused, done = await store.append_each(
            [
                AppendRequest(amendments(same, 2), {same: 1}, replace(key_of(same), answer={"note": "another"})),
                AppendRequest(amendments(other, 2), {other: 1}, key_of(other, b"something else")),
                AppendRequest(amendments(good, 2), {good: 0}),
            ]
        )
        assert replayed == AppendResult(first.position, {"note": same[1]}, replayed=True)
        assert isinstance(reused, KeyReused)
        assert isinstance(done, AppendResult)
        assert await self.words(store, same) == await self.words(store, other) == [(1, 1)]
        assert await self.words(store, good) == [(1, 2)]

    async def test_commands_that_decided_nothing_keep_their_answers_in_a_group(self, store: WholeStore) -> None:
        one, other = stream(), stream()
        outcomes = await store.append_each(
            [AppendRequest([], {}, key_of(one)), AppendRequest(amendments(other, 1), {other: 0})]
        )
        assert outcomes[0] == AppendResult(None, {"note": one[1]}, replayed=False)
        assert (await store.append_each([AppendRequest([], {}, key_of(one))]))[0] == replace(outcomes[0], replayed=True)

    async def test_an_erased_person_fails_only_the_command_that_concerns_them(self, store: WholeStore) -> None:
        gone_, here, good = stream(), stream(), stream()
        async with store.transaction() as transaction:
            await transaction.destroy_key(gone_[0], "erased")

        def events_by(of: StreamKey, by: str) -> list[NewEvent]:
            return [
                NewEvent(*of, NoteWritten(happened_on=DAY, note_id=uuid4(), author_id=by, text="A secret."), cause())
            ]

        refused, done, plain = await store.append_each(
            [
                AppendRequest(events_by(gone_, "erased"), {gone_: 0}),
                AppendRequest(events_by(here, "somebody"), {here: 0}),
                AppendRequest(amendments(good, 1), {good: 0}),
            ]
        )
        assert isinstance(refused, Erased)
        assert isinstance(done, AppendResult)
        assert isinstance(plain, AppendResult)
        assert await store.read_streams([gone_]) == []
        assert "secret" not in (await store.read_streams([here]))[0].body

    async def test_a_received_body_is_stored_as_it_came_in_its_own_version(self, store: WholeStore) -> None:
        one = stream()
        body = b'{"happened_on": "2026-09-14", "words": 7, "unknown": {"text": "not sealed"}}'
        event = NoteAmended(happened_on=DAY, note_id=uuid4(), words=7)
        before = await self.head(store)

        await store.append(
            [NewEvent(*one, event, cause(), received=ReceivedBody(3, body)), *amendments(one, 8)], {one: None}
        )

        received, written = await self.after(store, before)
        assert (received.type, received.schema_version, received.happened_on) == (NoteAmended.type, 3, DAY)
        assert json.loads(received.body) == json.loads(body)
        assert (written.schema_version, json.loads(written.body)["words"]) == (1, 8)

    async def test_groups_of_the_same_streams_in_other_orders_do_not_wait_for_each_other_crosswise(
        self, store: WholeStore
    ) -> None:
        streams = [stream() for _ in range(6)]

        async def write(order: Sequence[StreamKey]) -> None:
            for _ in range(5):
                outcomes = await store.append_each(
                    [AppendRequest(amendments(of, 1), {of: None}, key_of(stream())) for of in order]
                )
                assert all(isinstance(outcome, AppendResult) for outcome in outcomes)

        async with asyncio.timeout(20):
            await asyncio.gather(write(streams), write(streams[::-1]), write(streams[3:] + streams[:3]))
        assert [len(await self.words(store, of)) for of in streams] == [15] * 6

    # transactions

    async def test_a_rollback_leaves_nothing(self, store: WholeStore) -> None:
        one, consumer, note = stream(), f"consumer-{uuid4()}", uuid4()
        place, model = SourcePartition("source", f"topic-{uuid4()}", 0), tallies("rolled_back")
        row: RowKey = (one[0], note)
        await self.make(store, model)
        before = await self.head(store)

        async def give_up() -> None:
            async with store.transaction() as transaction:
                held = await transaction.lock_live_cursors({model.name: model.definition})
                await transaction.move_cursors([held[model.name].name], 17)
                await transaction.lock_marks(consumer, [place])
                await transaction.move_marks(consumer, {place: HighWaterMark(1, 3)})
                await transaction.park(make_parked_message(consumer, 1, sequence=None, note=note))
                await transaction.write_rows(model, 1, {row: Tally(note, (1,), None)})
                await transaction.destroy_key(one[0], "ada")
                await transaction.append(amendments(one, 1), {one: 0}, key_of(one))
                raise GivenUp

        with pytest.raises(GivenUp):
            await give_up()

        assert await self.after(store, before) == []
        assert (await self.words(store, one), await store.stored_answer(one[0], "somebody", key_of(one).key)) == (
            [],
            None,
        )
        async with store.transaction() as transaction:
            assert await transaction.lock_live_cursors({model.name: model.definition}) == {
                model.name: (model.cursor(1), 0)
            }
            assert await transaction.lock_marks(consumer, [place]) == {place: HighWaterMark(1, 0)}
            assert await transaction.park(make_parked_message(consumer, 1, sequence=None, note=note))
            assert await transaction.read_rows(model, 1, [row]) == {}
            written = NoteWritten(happened_on=DAY, note_id=note, author_id="ada", text="Still here.")
            await transaction.append([NewEvent(*one, written, cause())], {one: 0})

    async def test_a_transaction_sees_what_it_has_done_itself(self, store: WholeStore) -> None:
        one, consumer, note = stream(), f"consumer-{uuid4()}", uuid4()
        place, model = SourcePartition("source", f"topic-{uuid4()}", 0), tallies("seen")
        message = make_parked_message(consumer, 1, sequence=1, note=note)
        await self.make(store, model)
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            await transaction.move_marks(consumer, {place: HighWaterMark(1, 3)})
            assert await transaction.lock_marks(consumer, [place]) == {place: HighWaterMark(1, 3)}
            await transaction.park(message)
            assert await transaction.parked_streams(consumer, [(message.topic, message.stream)])
            await transaction.write_rows(model, 1, {(one[0], note): Tally(note, (1,), heard=True)})
            assert len(await transaction.read_rows(model, 1, [(one[0], note)])) == 1
            done = await transaction.append(amendments(one, 1), {one: 0})
            assert len(await transaction.read_streams([one])) == 1
            assert await transaction.head() == done.position

    async def test_a_session_has_transactions_too(self, store: WholeStore) -> None:
        one = stream()

        async def give_up(session: Session) -> None:
            async with session.transaction() as transaction:
                await transaction.append(amendments(one, 1), {one: 0})
                raise GivenUp

        async with store.session() as session:
            with pytest.raises(GivenUp):
                await give_up(session)
            assert await session.read_streams([one]) == []
            async with session.transaction() as transaction:
                await transaction.append(amendments(one, 1), {one: 0}, key_of(one))
            await session.append(amendments(one, 2), {one: 1})
            assert len(await session.read_streams([one])) == 2
            assert await session.stored_answer(one[0], "somebody", key_of(one).key) is not None

    # cursors

    async def test_a_cursor_that_is_held_elsewhere_is_skipped(self, store: WholeStore) -> None:
        name = f"follower-{uuid4()}"
        await store.ensure_cursor(name)
        async with store.transaction() as one, store.transaction() as other:
            assert await one.lock_cursor(name) == (name, 0)
            assert await other.lock_cursor(name) is None
            await one.move_cursors([name], 5)
        await store.ensure_cursor(name)
        async with store.transaction() as next_one:
            assert await next_one.lock_cursor(name) == (name, 5)

    async def test_a_cursor_that_was_not_made_is_none(self, store: WholeStore) -> None:
        async with store.transaction() as transaction:
            assert await transaction.lock_cursor(f"follower-{uuid4()}") is None

    async def test_the_cursor_of_a_read_model_is_its_live_version_s_if_the_definition_is_the_same(
        self, store: WholeStore
    ) -> None:
        model, other = tallies("defined"), tallies("defined_too")
        await self.make(store, model, other)
        wanted = {model.name: model.definition, other.name: other.definition}
        async with store.transaction() as transaction:
            changed = {model.name: tallies("defined", indexes=("heard",)).definition}
            assert await transaction.lock_live_cursors({**wanted, **changed}) == {other.name: (other.cursor(1), 0)}
        async with store.transaction() as transaction:
            assert await transaction.lock_live_cursors(wanted) == {
                read_model.name: (read_model.cursor(1), 0) for read_model in (model, other)
            }

    async def test_live_cursors_that_are_held_elsewhere_are_skipped_and_several_move_at_once(
        self, store: WholeStore
    ) -> None:
        models = [tallies("one_of_two"), tallies("two_of_two")]
        await self.make(store, *models)
        wanted = {model.name: model.definition for model in models}
        async with store.transaction() as one, store.transaction() as other:
            assert await one.lock_cursor(models[0].cursor(1)) is not None
            assert list(await other.lock_live_cursors(wanted)) == ["two_of_two"]
        async with store.transaction() as transaction:
            held = await transaction.lock_live_cursors(wanted)
            await transaction.move_cursors([cursor.name for cursor in held.values()], 7)
        async with store.transaction() as transaction:
            assert [cursor.position for cursor in (await transaction.lock_live_cursors(wanted)).values()] == [7, 7]

    # marks

    async def test_marks_begin_at_the_beginning_and_only_grow(self, store: WholeStore) -> None:
        consumer, topic = f"consumer-{uuid4()}", f"topic-{uuid4()}"
        places = [SourcePartition("source", topic, number) for number in range(3)]

        async def move(*to: int) -> dict[SourcePartition, HighWaterMark]:
            async with store.transaction() as transaction:
                before = await transaction.lock_marks(consumer, places)
                await transaction.move_marks(
                    consumer, dict(zip(places, (HighWaterMark(1, position) for position in to), strict=True))
                )
                return before

        assert await move(5, 1, 0) == dict.fromkeys(places, HighWaterMark(1, 0))
        assert await move(4, 2, 0) == dict(
            zip(places, (HighWaterMark(1, position) for position in (5, 1, 0)), strict=True)
        )
        assert await move(0, 0, 0) == dict(
            zip(places, (HighWaterMark(1, position) for position in (5, 2, 0)), strict=True)
        )
        async with store.transaction() as transaction:
            assert await transaction.lock_marks(f"another-{consumer}", places[:1]) == {places[0]: HighWaterMark(1, 0)}

    async def test_a_later_incarnation_is_above_every_position_of_an_earlier_one(self, store: WholeStore) -> None:
        consumer, place = f"consumer-{uuid4()}", SourcePartition("source", f"topic-{uuid4()}", 0)
        seen: list[HighWaterMark] = []
        for mark in (
            HighWaterMark(1, 100),
            HighWaterMark(2, 7),
            HighWaterMark(1, 300),
            HighWaterMark(2, 6),
            HighWaterMark(2, 8),
            HighWaterMark(4, 1),
        ):
            async with store.transaction() as transaction:
                await transaction.lock_marks(consumer, [place])
                await transaction.move_marks(consumer, {place: mark})
                seen += (await transaction.lock_marks(consumer, [place])).values()
        assert seen == [
            HighWaterMark(1, 100),
            HighWaterMark(2, 7),
            HighWaterMark(2, 7),
            HighWaterMark(2, 7),
            HighWaterMark(2, 8),
            HighWaterMark(4, 1),
        ]

    @pytest.mark.parametrize("by_topic", [True, False])
    async def test_marks_that_are_held_elsewhere_are_waited_for(self, store: WholeStore, *, by_topic: bool) -> None:
        consumer, topic = f"consumer-{uuid4()}", f"topic-{uuid4()}"
        places = [SourcePartition("source", topic, number) for number in range(2)]

        async def hold(transaction: WholeTransaction) -> None:
            if by_topic:
                await transaction.lock_topic(consumer, topic)
            else:
                await transaction.lock_marks(consumer, places)

        async def take() -> dict[SourcePartition, HighWaterMark]:
            async with store.transaction() as transaction:
                await hold(transaction)
                return await transaction.lock_marks(consumer, places)

        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, places)
        async with store.transaction() as first:
            await first.lock_marks(consumer, places[1:])
            taking = asyncio.create_task(take())
            await asyncio.wait([taking], timeout=MOMENT)
            assert not taking.done()
            await first.move_marks(consumer, {places[1]: HighWaterMark(1, 9)})
        assert await taking == {places[0]: HighWaterMark(1, 0), places[1]: HighWaterMark(1, 9)}

    async def test_marks_held_in_any_order_are_not_waited_for_crosswise(self, store: WholeStore) -> None:
        consumer, topic = f"consumer-{uuid4()}", f"topic-{uuid4()}"
        places = [SourcePartition("source", topic, number) for number in range(4)]

        async def hold(wanted: Sequence[SourcePartition]) -> None:
            async with store.transaction() as transaction:
                held = await transaction.lock_marks(consumer, wanted)
                await transaction.move_marks(
                    consumer, {place: HighWaterMark(1, mark.position + 1) for place, mark in held.items()}
                )

        async with asyncio.timeout(20):
            await asyncio.gather(*(hold(places[:: 1 - 2 * (nth % 2)]) for nth in range(8)))
        async with store.transaction() as transaction:
            assert await transaction.lock_marks(consumer, places) == dict.fromkeys(places, HighWaterMark(1, 8))

    # what is unheard

    async def test_a_type_that_is_new_to_a_consumer_is_unheard_from_the_beginning_where_it_has_marks(
        self, store: WholeStore
    ) -> None:
        consumer, topic = f"consumer-{uuid4()}", f"topic-{uuid4()}"
        place, new_place, elsewhere = (SourcePartition("source", of, n) for of, n in ((topic, 0), (topic, 1), ("x", 0)))
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place, elsewhere])
            await transaction.move_marks(consumer, dict.fromkeys((place, elsewhere), HighWaterMark(1, 5)))
        reactions = {"old": 1, "again": 2, "new": 1}
        await self.know_before(store, consumer, "old", "again")
        async with store.transaction() as transaction:
            await transaction.enter_reactions(consumer, [topic], reactions)

        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place, new_place, elsewhere])
            unheard = await transaction.read_unheard(consumer, [place, new_place, elsewhere], reactions)
            assert await transaction.topics_with_unheard(consumer, reactions) == {topic}
            assert await transaction.topics_with_unheard(consumer, {"old": 1, "new": 2}) == set()

        beginning = HighWaterMark(1, 0)
        assert unheard[place] == {"again": Unheard(2, beginning), "new": Unheard(1, beginning)}
        assert new_place not in unheard
        assert elsewhere not in unheard

    async def test_the_first_reader_of_a_consumer_that_is_new_leaves_nothing_unheard(self, store: WholeStore) -> None:
        consumer, place = f"consumer-{uuid4()}", SourcePartition("source", f"topic-{uuid4()}", 0)
        async with store.transaction() as transaction:
            await transaction.enter_reactions(consumer, [place.topic], {"old": 1, "again": 2})
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            assert await transaction.read_unheard(consumer, [place], {"old": 1, "again": 2}) == {}

    async def test_what_an_older_reader_passes_over_is_unheard_from_where_it_stood(self, store: WholeStore) -> None:
        consumer, place = f"consumer-{uuid4()}", SourcePartition("source", f"topic-{uuid4()}", 0)
        newer, older = {"old": 2, "new": 1}, {"old": 1}
        async with store.transaction() as transaction:
            await transaction.enter_reactions(consumer, [place.topic], newer)
            await transaction.enter_reactions(consumer, [place.topic], older)
        for reactions, to in ((newer, 3), (older, 5), (older, 9), (newer, 11)):
            async with store.transaction() as transaction:
                await transaction.lock_marks(consumer, [place])
                unheard = await transaction.read_unheard(consumer, [place], reactions)
                await transaction.move_marks(consumer, {place: HighWaterMark(1, to)})

        assert unheard == {place: {"old": Unheard(2, HighWaterMark(1, 3)), "new": Unheard(1, HighWaterMark(1, 3))}}

        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            moved = {(place, "old"): HighWaterMark(1, 7), (place, "new"): HighWaterMark(1, 11)}
            await transaction.move_unheard(consumer, moved, [place], newer)
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            unheard = await transaction.read_unheard(consumer, [place], newer)
            assert unheard == {place: {"old": Unheard(2, HighWaterMark(1, 7))}}

    async def test_what_a_reader_passed_over_that_keeps_no_record_is_unheard_unless_it_was_known_before(
        self, store: WholeStore
    ) -> None:
        """Versions that keep no record move the mark, and nothing else."""
        consumer, place = f"consumer-{uuid4()}", SourcePartition("source", f"topic-{uuid4()}", 0)
        second = {"old": 1, "new": 1}
        await self.know_before(store, consumer, "old")
        async with store.transaction() as transaction:
            await transaction.enter_reactions(consumer, [place.topic], second)
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            await transaction.read_unheard(consumer, [place], second)
            await transaction.move_marks(consumer, {place: HighWaterMark(1, 4)})
        await self.move_without_record(store, consumer, place, HighWaterMark(1, 8))
        async with store.transaction() as transaction:
            assert await transaction.topics_with_unheard(consumer, {"old": 1}) == set()
            assert await transaction.topics_with_unheard(consumer, second) == {place.topic}

        for _ in range(2):
            async with store.transaction() as transaction:
                await transaction.lock_marks(consumer, [place])
                unheard = await transaction.read_unheard(consumer, [place], second)
            assert unheard == {place: {"new": Unheard(1, HighWaterMark(1, 4))}}
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            await transaction.move_unheard(consumer, {(place, "new"): HighWaterMark(1, 8)}, [place], second)
        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            assert await transaction.read_unheard(consumer, [place], second) == {}

    async def test_whoever_enters_reactions_waits_for_those_who_move_marks(self, store: WholeStore) -> None:
        consumer, place = f"consumer-{uuid4()}", SourcePartition("source", f"topic-{uuid4()}", 0)

        async def enter() -> None:
            async with store.transaction() as transaction:
                await transaction.enter_reactions(consumer, [place.topic], {"old": 1, "again": 2})

        await self.know_before(store, consumer, "old")
        async with store.transaction() as first:
            await first.lock_marks(consumer, [place])
            entering = asyncio.create_task(enter())
            await asyncio.wait([entering], timeout=MOMENT)
            assert not entering.done()
            await first.move_marks(consumer, {place: HighWaterMark(1, 9)})
        await entering

        async with store.transaction() as transaction:
            await transaction.lock_marks(consumer, [place])
            unheard = await transaction.read_unheard(consumer, [place], {"old": 1, "again": 2})
        assert unheard == {place: {"again": Unheard(2, HighWaterMark(1, 0))}}

    async def test_what_is_parked_is_set_aside(self, store: WholeStore) -> None:
        consumer, note = f"consumer-{uuid4()}", uuid4()
        message = make_parked_message(consumer, 1, sequence=7, note=note)
        async with store.transaction() as transaction:
            await transaction.park(message)
        event = (message.topic, message.source, 7)
        async with store.transaction() as transaction:
            assert await transaction.set_aside(consumer, [event, (message.topic, message.source, 8)]) == {event}

    # parking

    async def test_parked_messages_of_a_stream_are_locked_in_order_until_they_are_closed(
        self, store: WholeStore
    ) -> None:
        consumer, note, other = f"consumer-{uuid4()}", uuid4(), uuid4()
        messages = [make_parked_message(consumer, number, sequence=number, note=note) for number in (3, 1, 2)]
        where = (messages[0].topic, messages[0].stream)
        elsewhere = (where[0], make_parked_message(consumer, 9, sequence=9, note=other).stream)
        async with store.transaction() as transaction:
            assert [await transaction.park(message) for message in messages] == [True] * 3
        async with store.transaction() as transaction:
            assert await transaction.parked_streams(consumer, [where, elsewhere]) == {where}
            assert await transaction.parked_streams(f"another-{consumer}", [where]) == set()
            found = await transaction.lock_parked(consumer, *where)
            assert [replace(each, id=None, parked_at=None) for each in found] == messages
            numbers = [each.id for each in found if each.id is not None]
            assert numbers == sorted(set(numbers))
            await transaction.close_parked(numbers[:1])
        async with store.transaction() as transaction:
            assert [each.offset for each in await transaction.lock_parked(consumer, *where)] == [1, 2]
            await transaction.close_parked(numbers[1:])
        async with store.transaction() as transaction:
            assert await transaction.lock_parked(consumer, *where) == []
            assert await transaction.parked_streams(consumer, [where]) == set()

    async def test_a_message_without_a_sequence_is_parked_once_and_one_with_it_as_often_as_it_is_let_in(
        self, store: WholeStore
    ) -> None:
        consumer, note = f"consumer-{uuid4()}", uuid4()
        unread, read = (make_parked_message(consumer, 5, sequence=sequence, note=note) for sequence in (None, 5))
        async with store.transaction() as transaction:
            assert [await transaction.park(unread) for _ in range(2)] == [True, False]
        async with store.transaction() as transaction:
            assert not await transaction.park(unread)
            assert [await transaction.park(read) for _ in range(2)] == [True, True]
            assert await transaction.park(replace(unread, partition=1))
            assert await transaction.park(replace(unread, consumer=f"another-{consumer}"))

    # rows

    async def test_rows_are_written_replaced_and_removed(self, store: WholeStore) -> None:
        model = tallies("written")
        await self.make(store, model)
        (tenant, _), (another, _) = stream(), stream()
        one, other = uuid4(), uuid4()
        keys: list[RowKey] = [(tenant, one), (tenant, other), (another, one)]
        first: dict[RowKey, Row | None] = {
            (tenant, one): Tally(one, (1, 2), None),
            (another, one): Tally(one, (), heard=False),
        }
        async with store.transaction() as transaction:
            await transaction.write_rows(model, 1, first)
        async with store.transaction() as transaction:
            assert await transaction.read_rows(model, 1, keys) == first
            second: dict[RowKey, Row | None] = {
                (tenant, one): Tally(one, (3,), heard=True),
                (tenant, other): Tally(other, (), None),
                (another, one): None,
            }
            await transaction.write_rows(model, 1, second)
        async with store.transaction() as transaction:
            assert await transaction.read_rows(model, 1, keys) == {key: second[key] for key in keys[:2]}
            await transaction.write_rows(model, 1, dict.fromkeys(keys))
            assert await transaction.read_rows(model, 1, keys) == {}

    async def test_rows_that_were_not_found_are_new_and_a_row_in_the_way_is_an_error(self, store: WholeStore) -> None:
        model = tallies("found")
        await self.make(store, model)
        (tenant, _) = stream()
        there, new, later = uuid4(), uuid4(), uuid4()
        rows: dict[RowKey, Row | None] = {(tenant, there): Tally(there, (1,), None)}
        async with store.transaction() as transaction:
            await transaction.write_rows(model, 1, rows, found=[])
        rows = {(tenant, there): Tally(there, (2,), None), (tenant, new): Tally(new, (), None), (tenant, later): None}
        async with store.transaction() as transaction:
            found = await transaction.read_rows(model, 1, list(rows))
            assert set(found) == {(tenant, there)}
            await transaction.write_rows(model, 1, rows, found)
        with pytest.raises(Exception, match=r"is there already|duplicate key"):
            async with store.transaction() as transaction:
                await transaction.write_rows(model, 1, {(tenant, new): Tally(new, (9,), None)}, found=[])
        async with store.transaction() as transaction:
            written = {key: row for key, row in rows.items() if row is not None}
            assert await transaction.read_rows(model, 1, list(rows)) == written

    @pytest.mark.parametrize("found", [True, False])
    async def test_changes_keep_the_rows_that_they_replace_or_remove(self, store: WholeStore, *, found: bool) -> None:
        model = tallies(f"changed_{found}".lower(), keeps_past=True)
        await self.make(store, model)
        (tenant, _) = stream()
        replaced, removed, new, brief = uuid4(), uuid4(), uuid4(), uuid4()

        def row(note: UUID, *words: int) -> Row:
            return Tally(note, words, None)

        async def write(changes: dict[UUID, list[Change]]) -> None:
            by_key: dict[RowKey, list[Change]] = {(tenant, note): of_row for note, of_row in changes.items()}
            async with store.transaction() as transaction:
                there = await transaction.read_rows(model, 1, list(by_key)) if found else None
                await transaction.write_changes(model, 1, by_key, there)

        await write({replaced: [(1, row(replaced, 1))], removed: [(2, row(removed, 1)), (3, row(removed, 2))]})
        await write(
            {
                replaced: [(4, None), (6, row(replaced, 2)), (7, row(replaced, 3))],
                removed: [(5, None)],
                new: [(8, row(new, 1))],
                brief: [(9, row(brief, 1)), (10, None)],
            }
        )

        async with store.transaction() as transaction:
            keys: list[RowKey] = [(tenant, note) for note in (replaced, removed, new, brief)]
            live = await transaction.read_rows(model, 1, keys)
        assert live == {(tenant, replaced): row(replaced, 3), (tenant, new): row(new, 1)}
        assert await self.past(store, model) == {
            (removed, 2, 3),
            (replaced, 1, 4),
            (removed, 3, 5),
            (replaced, 6, 7),
            (brief, 9, 10),
        }
        await write({new: [(11, row(new, 2))]})
        assert (new, 8, 11) in await self.past(store, model)

    # personal text

    async def test_a_personal_text_is_stored_encrypted_and_not_accepted_after_its_key_is_destroyed(
        self, store: WholeStore
    ) -> None:
        one, author = stream(), f"author-{uuid4()}"

        def events_by(by: str) -> list[NewEvent]:
            event = NoteWritten(happened_on=DAY, note_id=uuid4(), author_id=by, text="A secret.")
            return [NewEvent(*one, event, cause())]

        await store.append(events_by(author), {one: 0})
        (stored,) = await store.read_streams([one])
        assert "secret" not in stored.body
        for _ in range(2):
            async with store.transaction() as transaction:
                await transaction.destroy_key(one[0], author)
        with pytest.raises(Erased):
            await store.append(events_by(author), {one: 1})
        assert len(await store.read_streams([one])) == 1
        await store.append(events_by("another"), {one: 1})
