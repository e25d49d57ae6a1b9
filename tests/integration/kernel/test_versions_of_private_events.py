"""A service's own event gets a second version: what is stored is read through the upcaster and stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

from shared.events import Undecodable
from shared.kernel.decider import Command, Decider, Event
from shared.kernel.postgres import Pool
from shared.kernel.postgres.events import read_after
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.readmodel import ReadModel, Step, key_from
from shared.kernel.records import ModelEvent
from shared.kernel.unit import Unit
from tests.support.notes_service import DAY, TENANT, cause, keyring


class FirstHoursGiven(Event):
    """Somebody gave hours, as it was written once."""

    type: ClassVar[str] = "lamps.time_given"

    lamp_id: UUID
    hours: float


class MinutesGiven(Event):
    """Somebody gave minutes: the same fact, in its second version."""

    type: ClassVar[str] = "lamps.time_given"
    version: ClassVar[int] = 2

    lamp_id: UUID
    minutes: int


def in_minutes(body: dict[str, Any]) -> dict[str, Any]:
    """Upcast version 1, in hours, to version 2, in minutes."""
    return {name: value for name, value in body.items() if name != "hours"} | {"minutes": round(body["hours"] * 60)}


UPCASTERS = {("lamps.time_given", 1): in_minutes}


class Give(Command):
    lamp_id: UUID
    minutes: int


def first_decide(command: Give, hours: float, now: datetime) -> Sequence[FirstHoursGiven]:
    return [FirstHoursGiven(happened_on=DAY, lamp_id=command.lamp_id, hours=command.minutes / 60)]


def decide(command: Give, minutes: int, now: datetime) -> Sequence[MinutesGiven]:
    """As many as are asked for, but no more than three hours in all."""
    return [MinutesGiven(happened_on=DAY, lamp_id=command.lamp_id, minutes=min(command.minutes, 180 - minutes))]


BEFORE: Decider[float, Give, FirstHoursGiven] = Decider(
    "lamp", lambda: 0.0, first_decide, lambda hours, event: hours + event.hours, (FirstHoursGiven,)
)
NOW: Decider[int, Give, MinutesGiven] = Decider(
    "lamp", lambda: 0, decide, lambda minutes, event: minutes + event.minutes, (MinutesGiven,), UPCASTERS
)


@dataclass(frozen=True, slots=True)
class Lamp:
    lamp_id: UUID
    minutes: int


LAMPS = ReadModel(
    "lamps",
    Lamp,
    ("lamp_id",),
    {
        MinutesGiven: Step(
            key_from("lamp_id"), lambda row, event: Lamp(event.lamp_id, (row.minutes if row else 0) + event.minutes)
        )
    },
    upcasters=UPCASTERS,
)


@pytest.fixture
def store(app_pool: Pool) -> PostgresStore:
    return PostgresStore(app_pool, keyring())


async def give(store: PostgresStore, decider: Decider[Any, Give, Any], lamp: UUID, minutes: int) -> None:
    unit = Unit.begin(store, TENANT, cause())
    await unit.decide(decider, lamp, Give(lamp_id=lamp, minutes=minutes))
    await unit.append(store)


async def state(store: PostgresStore, lamp: UUID) -> int:
    (minutes,) = await Unit.begin(store, TENANT, cause()).load(NOW, lamp)
    return minutes


async def test_a_decision_is_taken_on_what_both_versions_say(store: PostgresStore) -> None:
    lamp = uuid4()
    await give(store, BEFORE, lamp, 66)
    await give(store, BEFORE, lamp, 66)

    await give(store, NOW, lamp, 66)

    assert await state(store, lamp) == 180


async def test_stored_events_keep_their_version_and_body(store: PostgresStore) -> None:
    lamp = uuid4()
    await give(store, BEFORE, lamp, 66)
    before = await store.read_streams([(TENANT, NOW.stream(lamp))])

    await give(store, NOW, lamp, 66)

    after = await store.read_streams([(TENANT, NOW.stream(lamp))])
    assert after[:1] == before
    assert [event.schema_version for event in after] == [1, 2]


async def test_a_read_model_folds_both_versions(store: PostgresStore, worker_pool: Pool) -> None:
    lamp = uuid4()
    await give(store, BEFORE, lamp, 66)
    await give(store, NOW, lamp, 60)
    async with worker_pool.acquire() as connection:
        stored = [
            ModelEvent.of(each) for each in await read_after(connection, 0, 10_000) if each.stream == NOW.stream(lamp)
        ]
    rows: dict[tuple[object, ...], Any] = {}

    LAMPS.fold(rows, ((envelope.tenant, event) for envelope, event in LAMPS.decode(stored)))

    assert rows == {(TENANT, lamp): Lamp(lamp, 126)}


async def test_a_replica_of_before_decides_nothing_on_what_it_cannot_read(store: PostgresStore) -> None:
    lamp = uuid4()
    await give(store, NOW, lamp, 66)

    with pytest.raises(Undecodable, match="version 2 is newer than 1"):
        await give(store, BEFORE, lamp, 66)

    assert await state(store, lamp) == 66
