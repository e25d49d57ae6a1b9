"""A unit reads old events as the newest, and takes its time from whoever gives it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, create_model

from shared.kernel.answers import Answer
from shared.kernel.decider import Command, Decider, Event
from shared.kernel.notifier import Notifier
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row
from shared.kernel.records import AppendResult, Cause, IdempotencyKey, ModelEvent, NewEvent, StreamEvent, StreamKey
from shared.kernel.unit import CommandRequest, Commands, Unit
from tests.support.notes_service import DAY, TENANT, NoteRow, NoteWritten

EASTER = datetime(2027, 3, 28, 9, tzinfo=UTC)
CAUSE = Cause("somebody", uuid4())


class Moment(Answer):
    now: datetime


class Counted(Event):
    type = "notes.counted"
    version = 2

    number: int


COUNTER: Decider[int, Command, Counted] = Decider(
    "counter",
    lambda: 0,
    lambda *_: [],
    lambda total, event: total + event.number,
    (Counted,),
    {(Counted.type, 1): lambda body: {"happened_on": body["happened_on"], "number": int(body["digits"])}},
)
OLD = f'{{"happened_on": "{DAY}", "digits": "17"}}'


class Shelf:
    """A store that holds one stream, and keeps nothing."""

    transient_errors: tuple[type[BaseException], ...] = ()

    def __init__(self, *stored: StreamEvent) -> None:
        self.stored = list(stored)
        self.asked: list[Sequence[StreamKey]] = []

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        self.asked.append(streams)
        return self.stored

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        return AppendResult(None, None, replayed=False)

    @asynccontextmanager
    async def session(self) -> "AsyncIterator[Shelf]":
        yield self


async def test_a_decider_reads_an_older_event_by_its_upcaster() -> None:
    shelf = Shelf(StreamEvent(TENANT, "counter-1", 1, Counted.type, 1, OLD), _counter_event(2, 3))
    unit = Unit.begin(shelf, TENANT, CAUSE)
    assert await unit.load(COUNTER, 1) == [20]


async def test_aggregates_of_several_kinds_are_read_in_one_round_trip_each_by_its_own_decider() -> None:
    doubled = replace(COUNTER, category="double", evolve=lambda total, event: total + 2 * event.number)
    shelf = Shelf(_counter_event(1, 3), replace(_counter_event(1, 3), stream="double-1"))
    unit = Unit.begin(shelf, TENANT, CAUSE)

    await unit.read((COUNTER, 1), (doubled, 1), (COUNTER, 2))

    assert [*await unit.load(COUNTER, 1, 2), *await unit.load(doubled, 1)] == [3, 0, 6]
    assert shelf.asked == [[(TENANT, "counter-1"), (TENANT, "double-1"), (TENANT, "counter-2")]]


def _counter_event(version: int, number: int) -> StreamEvent:
    body = Counted(happened_on=DAY, number=number).model_dump_json()
    return StreamEvent(TENANT, "counter-1", version, Counted.type, 2, body)


def test_a_read_model_reads_an_older_event_by_its_upcaster() -> None:
    model = ReadModel(
        "counts", NoteRow, ("note_id",), {Counted: Step(key_from("number"), remove_row)}, (), COUNTER.upcasters
    )
    recorded = ModelEvent(1, TENANT, Counted.type, 1, OLD, None)
    assert [event for _, event in model.decode([recorded])] == [Counted(happened_on=DAY, number=17)]


def test_read_models_share_what_was_decoded_of_an_event_unless_their_classes_of_it_differ() -> None:
    class CountedElsewhere(Counted):
        pass

    one, same, other = (
        ReadModel("counts", NoteRow, ("note_id",), {event: Step(key_from("number"), remove_row)})
        for event in (Counted, Counted, CountedElsewhere)
    )
    stored = [ModelEvent(1, TENANT, Counted.type, 2, f'{{"happened_on": "{DAY}", "number": 17}}', None)]

    ((_, first),), ((_, second),), ((_, third),) = (model.decode(stored) for model in (one, same, other))

    assert first is second
    assert (type(first), type(third)) == (Counted, CountedElsewhere)


def test_upcasters_do_not_change_what_a_read_model_is() -> None:
    model = ReadModel("counts", NoteRow, ("note_id",), {NoteWritten: Step(key_from("note_id"), remove_row)})
    assert replace(model, upcasters=COUNTER.upcasters).definition == model.definition


def test_a_read_model_is_another_one_when_what_its_json_column_holds_gets_a_field() -> None:
    before, later = _profiles(ProfileRow, Profile), _profiles(ProfileRow, LaterProfile)
    assert before.columns == later.columns
    assert before.definition == _profiles(ProfileRow, Profile).definition != later.definition


def test_a_model_in_events_changes_no_definition_of_a_read_model_without_a_json_column() -> None:
    assert _profiles(NumberRow, Profile).definition == _profiles(NumberRow, LaterProfile).definition


class Profile(BaseModel):
    subject: str


class LaterProfile(BaseModel):
    subject: str
    has_qts: bool | None = None


@dataclass(frozen=True, slots=True)
class NumberRow:
    number: int


@dataclass(frozen=True, slots=True)
class ProfileRow(NumberRow):
    profile: dict[str, Any]


def _profiles(row: type[NumberRow], profile: type[BaseModel]) -> ReadModel:
    recorded: type[Event] = create_model("Recorded", __base__=Event, number=(int, ...), profile=(profile, ...))
    recorded.type = "notes.recorded"
    return ReadModel("profiles", row, ("number",), {recorded: Step(key_from("number"), remove_row)})


def test_a_catalogue_is_built_once() -> None:
    assert COUNTER.catalogue is COUNTER.catalogue


async def test_a_command_is_decided_at_the_time_of_the_clock_that_was_given() -> None:
    async def say_when(unit: Unit) -> Moment:
        return Moment(now=unit.now)

    commands = Commands(Shelf(), Notifier(), now=lambda: EASTER)  # type: ignore[arg-type]  # it has no transactions
    assert (await commands.run(CommandRequest(TENANT, CAUSE), say_when)).answer == {"now": "2027-03-28T09:00:00Z"}
