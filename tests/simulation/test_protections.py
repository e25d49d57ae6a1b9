"""Take each protection out, and the simulation finds it: a check that cannot fail protects nothing.

Each test puts one fault into the kernel, or into what a server promises, and runs timelines until one goes wrong.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from services.sessions.domain.access import Access, AccessEvent, ItemReleaseRevoked
from services.sessions.domain.journal import ReleaseRevoked
from services.sessions.domain.relationships import AgreeRelationship
from services.sessions.projections.access import ITEMS
from shared.events.matching import PairWithdrawn
from shared.kernel.loops.consumer import Consumer, ConsumerTransaction
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import Relay, RelayTransaction
from shared.kernel.readmodel import ReadModel, Step, key_from
from shared.kernel.records import HighWaterMark, ModelEvent
from shared.kernel.store import Transactions
from shared.kernel.unit import Unit
from tests.simulation import mentoring
from tests.simulation.database import Database
from tests.simulation.memory import MemoryTransaction
from tests.simulation.timeline import TimelineResult, run_timeline
from tests.simulation.topics import MemoryPublisher

TIMELINES = 1000
step = Follower.step


RECORDS = ("records: ",)


def finding(database: Callable[[], Database] = Database, *, first: tuple[str, ...] = ("",)) -> TimelineResult:
    """The first of a thousand timelines that goes wrong, and begins to say so with one of these words."""
    for seed in range(TIMELINES):
        result = run_timeline(seed, database=database)
        if result.wrong and result.wrong[0].startswith(first):
            return result
    pytest.fail(f"{TIMELINES} timelines did not find it")


def test_the_simulation_finds_an_append_that_does_not_compare_and_set() -> None:
    assert "its decider believed" in finding(partial(Database, compare_and_set=False)).wrong[0]


def test_the_simulation_finds_positions_that_are_drawn_without_the_lock() -> None:
    signs = ("publications: ", "read_models: ")
    assert finding(partial(Database, lock=False), first=signs).wrong[0].startswith(signs)


def test_the_simulation_finds_a_cursor_that_moves_before_its_batch_is_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def move_first(self: Follower[RelayTransaction], store: Transactions[RelayTransaction]) -> int:
        if self.name != "relay":
            return await step(self, store)
        async with store.transaction() as transaction:
            cursor = await transaction.lock_cursor(self.name)
            events = await transaction.read_after(cursor.position, self.batch) if cursor else []
            if cursor and events:
                await transaction.move_cursors([cursor.name], events[-1].position)
        if cursor and events:
            async with store.transaction() as transaction:
                await self.handle(transaction, cursor, events)
        return len(events)

    monkeypatch.setattr(Follower, "step", move_first)
    assert finding().wrong[0].startswith(("publications: ", "tallies: ", "keepers: "))


def test_the_simulation_finds_a_read_model_that_is_written_outside_of_its_cursors_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = ReadModel.project

    async def apart(self: ReadModel, into: MemoryTransaction, version: int, events: Sequence[ModelEvent]) -> None:
        async with MemoryTransaction(into.database, into._way) as other:
            await project(self, other, version, events)

    monkeypatch.setattr(ReadModel, "project", apart)
    assert "read_models: " in finding().wrong[0]


def test_the_simulation_finds_a_consumer_without_a_high_water_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    async def all_of_them(_: Consumer, __: ConsumerTransaction, batch: Sequence[Any]) -> list[Any]:
        return list(batch)

    monkeypatch.setattr(Consumer, "_new_messages", all_of_them)
    assert "twice" in "".join(finding().wrong)


def test_the_simulation_finds_a_mark_that_moves_before_its_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Consumer._new_messages

    async def apart(self: Consumer, _: ConsumerTransaction, batch: Sequence[Any]) -> list[Any]:
        async with self._store.transaction() as transaction:
            return await fresh(self, transaction, batch)

    monkeypatch.setattr(Consumer, "_new_messages", apart)
    assert "missing" in finding(first=("tallies: ", "keepers: ")).wrong[0]


class Nothing(set[tuple[str, str]]):
    """A set that stays empty."""

    def add(self, _: tuple[str, str]) -> None:
        pass


def test_the_simulation_finds_events_that_overtake_a_poisoned_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_: MemoryTransaction, __: str, ___: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        return Nothing()

    monkeypatch.setattr(MemoryTransaction, "parked_streams", nobody)
    assert "in another order" in "".join(finding().wrong)


def test_the_simulation_finds_a_refused_event_whose_decisions_are_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Unit, "undo", lambda *_: None)
    assert finding().wrong


def test_the_simulation_finds_a_relay_that_does_not_wait_for_acknowledgements(monkeypatch: pytest.MonkeyPatch) -> None:
    publish = MemoryPublisher.publish

    async def publish_ignoring_errors(self: MemoryPublisher, messages: Sequence[Any]) -> None:
        try:
            await publish(self, messages)
        except OSError:
            return

    monkeypatch.setattr(MemoryPublisher, "publish", publish_ignoring_errors)
    assert "publications: " in finding().wrong[0]


def test_the_simulation_finds_answers_that_are_not_kept_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        return None

    monkeypatch.setattr(MemoryTransaction, "_claim", never)
    monkeypatch.setattr("tests.simulation.memory.MemoryStore.stored_answer", never)
    assert "commands: " in finding().wrong[0]


def test_the_simulation_finds_relays_that_go_on_where_a_new_log_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Relay, "_begin", lambda _, cursor: cursor.position)
    # consumers that lack it too may be what is seen first in other timelines
    assert "publications: " in finding(first=("publications: ",)).wrong[0]


def test_the_simulation_finds_consumers_that_ignore_incarnations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.kernel.loops.consumer.mark_of", lambda envelope: HighWaterMark(1, envelope.sequence))
    assert "missing" in "".join(finding().wrong)


def test_the_simulation_finds_a_record_that_was_decided_on_an_older_version_of_it() -> None:
    assert "its decider believed" in finding(partial(Database, compare_and_set=False), first=RECORDS).wrong[0]


def test_the_simulation_finds_what_is_recorded_after_an_end_that_came_in_the_meantime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Unit, "read_and_compare", Unit.read)
    assert "after the end" in finding().wrong[0]


def test_the_simulation_finds_a_release_that_survives_its_revocation(monkeypatch: pytest.MonkeyPatch) -> None:
    after = Access.after

    def keep_releases(self: Access, event: AccessEvent) -> Access:
        return self if isinstance(event, ItemReleaseRevoked) else after(self, event)

    monkeypatch.setattr(Access, "after", keep_releases)
    assert "released to" in finding(first=RECORDS).wrong[0]


def test_the_simulation_finds_items_that_are_shown_as_released_after_their_revocation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: dict[type[BaseModel], Step] = {**ITEMS.on, ReleaseRevoked: Step(key_from("entry_id"), lambda row, _: row)}
    monkeypatch.setattr(mentoring, "SESSIONS_MODELS", (replace(ITEMS, on=shown),))
    assert "entries are shown to" in finding(first=RECORDS).wrong[0]


def test_the_simulation_finds_a_pair_that_was_withdrawn_and_works_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pass_over(_: Unit, __: PairWithdrawn) -> None:
        return

    monkeypatch.setattr(mentoring, "REACTIONS", mentoring.REACTIONS | {PairWithdrawn: pass_over})
    assert "has no sessions.relationship_ended" in finding(first=("relationships: ",)).wrong[0]


def test_the_simulation_finds_a_signature_that_leaves_half_of_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Unit.decide

    async def drop_agreeing(self: Unit, decider: Any, key: object, command: Any) -> Any:
        return [] if isinstance(command, AgreeRelationship) else await decide(self, decider, key, command)

    monkeypatch.setattr(Unit, "decide", drop_agreeing)
    assert "which is not in force" in finding(first=RECORDS).wrong[0]
