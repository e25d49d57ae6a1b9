"""What processes and their tasks do on every store: the tests run on PostgreSQL and in memory.

The process is an invitation: whoever is invited is reminded a day later and has two days; then the invitation lapses.
Half of the tests are about who comes first, and about what a crash leaves.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, Self, cast
from uuid import UUID, uuid4

import pytest

from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.loops.dispatcher import ATTEMPTS, Dispatcher
from shared.kernel.processes import Process, ProcessRunner, TaskRequest, TaskWithdrawal, task_id
from shared.kernel.records import Conflict, RecordedEvent
from shared.kernel.unit import Unit
from tests.contract.stores import WholeStore, WholeTransaction
from tests.support.notes_service import cause

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TENANT = "north-star"


class Invited(Event):
    type = "inviting.invited"

    who: UUID


class Answered(Event):
    type = "inviting.answered"

    who: UUID


class Reminded(Event):
    type = "inviting.reminded"

    who: UUID


class Lapsed(Event):
    type = "inviting.lapsed"

    who: UUID


class AnswerAwaited(Event):
    type = "inviting.answer_awaited"

    who: UUID
    since: datetime


class AnswerCame(Event):
    type = "inviting.answer_came"

    who: UUID


class Say(Command):
    event: Invited | Answered | Reminded | Lapsed


class Past(DomainError):
    """The invitation has been answered, or has lapsed."""


Status = Literal["none", "open", "answered", "lapsed"]
AFTER: Mapping[type[Event], Status] = {Invited: "open", Reminded: "open", Answered: "answered", Lapsed: "lapsed"}


def _say(command: Say, status: Status, now: datetime) -> Sequence[Event]:
    if status not in ("none", "open"):
        raise Past(f"The invitation is {status}.")
    return [command.event]


INVITATION: Decider[Status, Say, Event] = Decider(
    "invitation", lambda: "none", _say, lambda _, event: AFTER[type(event)], tuple(AFTER)
)


def _hear(event: Event, waits: bool | None, now: datetime) -> Sequence[Event]:
    match event, waits:
        case Invited(who=who), None:
            return [AnswerAwaited(happened_on=event.happened_on, who=who, since=now)]
        case Answered(who=who), True:
            return [AnswerCame(happened_on=event.happened_on, who=who)]
        case _:
            return []  # what is known already, or comes too late to matter


def _requests(fact: Event) -> Sequence[TaskRequest | TaskWithdrawal]:
    match fact:
        case AnswerAwaited(who=who, since=since):
            about = {"who": str(who)}
            return [
                TaskRequest("greet", about),
                TaskRequest("remind", about, since + DAY),
                TaskRequest("lapse", about, since + 2 * DAY),
            ]
        case _:
            return [TaskWithdrawal("remind"), TaskWithdrawal("lapse")]


WAITING: Process[bool | None, Event] = Process(
    Decider(
        "inviting",
        lambda: None,
        _hear,
        lambda _, event: isinstance(event, AnswerAwaited),
        (AnswerAwaited, AnswerCame),
    ),
    {Invited: lambda event: event.who, Answered: lambda event: event.who},
    _requests,
)


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Party:
    """One test's store with the process, its dispatcher, and one guest."""

    store: WholeStore
    clock: Clock = field(default_factory=Clock)
    who: UUID = field(default_factory=uuid4)
    tenant: str = field(default_factory=lambda: f"{TENANT}-{uuid4().hex[:8]}")
    greeted: list[str] = field(default_factory=list)
    process: Process[Any, Any] = WAITING

    def __post_init__(self) -> None:
        # a process of the test's own: what it hears is no other test's, and its tasks are done by nobody else
        mark = self.tenant.rpartition("-")[2]
        self.names = {name: f"{name} {mark}" for name in ("greet", "remind", "lapse")}

        def requests(fact: Event) -> list[TaskRequest | TaskWithdrawal]:
            if getattr(fact, "who", None) != self.who:
                return []
            return [replace(request, name=self.names[request.name]) for request in _requests(fact)]

        self.process = replace(WAITING, decider=replace(WAITING.decider, category=f"inviting{mark}"), requests=requests)
        self.handlers = {
            self.names["greet"]: self.greet,
            self.names["remind"]: self.remind,
            self.names["lapse"]: self.lapse,
        }
        self.dispatcher = Dispatcher("parties", self.handlers, self.clock)

    @property
    def listens(self) -> ProcessRunner:
        return ProcessRunner([self.process], self.clock)

    async def run_also(self, decide: Callable[[Any, Any, datetime], Sequence[Event]]) -> ProcessRunner:
        """Run a second process, which follows the same events and decides by `decide`, together with the first."""
        decider = replace(self.process.decider, category=f"also{self.process.name}", decide=decide)
        processes = [replace(self.process, decider=decider), self.process]
        for process in processes:
            await self.store.ensure_cursor(process.cursor)
        return ProcessRunner(processes, self.clock)

    async def greet(self, unit: Unit, about: Mapping[str, Any]) -> None:
        self.greeted.append(about["who"])

    async def remind(self, unit: Unit, about: Mapping[str, Any]) -> None:
        await unit.decide(
            INVITATION, about["who"], Say(event=Reminded(happened_on=self.clock.now.date(), who=about["who"]))
        )

    async def lapse(self, unit: Unit, about: Mapping[str, Any]) -> None:
        await unit.decide(
            INVITATION, about["who"], Say(event=Lapsed(happened_on=self.clock.now.date(), who=about["who"]))
        )

    async def say(self, event: type[Invited | Answered]) -> None:
        async with self.store.transaction() as transaction:
            unit = Unit.begin(transaction, self.tenant, cause(), now=self.clock)
            fact = event(happened_on=self.clock.now.date(), who=self.who)
            await unit.decide(INVITATION, self.who, Say(event=fact))
            await unit.commit(transaction)

    async def hear(self) -> None:
        await self.store.ensure_cursor(self.process.cursor)
        while await self.listens.step(self.store):
            pass

    async def do(self) -> int:
        return await self.dispatcher.step(self.store)

    async def later(self, days: float) -> None:
        self.clock.now += timedelta(days=days)
        while await self.do():
            pass

    async def read_events(self) -> list[RecordedEvent[str]]:
        """Return every stored event of this test's tenant."""
        async with self.store.transaction() as transaction:
            return [event for event in await transaction.read_after(0, 1_000_000) if event.tenant == self.tenant]

    async def events_of_invitation(self) -> list[str]:
        return [
            event.type.partition(".")[2]
            for event in await self.read_events()
            if event.stream == f"invitation-{self.who}"
        ]


class GivenUp(BaseException):
    """A crash between two steps, which no error handling sees."""


async def keep_stepping(runner: ProcessRunner, store: "_Counting") -> None:
    while await runner.step(store):
        pass


class Processes:
    """The tests; `TestX(Processes)` runs them over X."""

    @pytest.fixture
    def party(self, store: WholeStore) -> Party:
        return Party(store)

    async def test_a_task_without_a_time_runs_at_once_and_a_timer_at_its_time(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        await party.later(0)
        assert party.greeted == [str(party.who)]
        await party.later(0.9)
        assert await party.events_of_invitation() == ["invited"]
        await party.later(0.1)
        assert await party.events_of_invitation() == ["invited", "reminded"]
        await party.later(1)
        assert await party.events_of_invitation() == ["invited", "reminded", "lapsed"]
        await party.later(100)
        assert len(party.greeted) == 1
        assert len(await party.events_of_invitation()) == 3

    async def test_each_event_of_a_process_names_the_event_or_task_that_caused_it(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        await party.later(1)
        invited, awaited, reminded = await party.read_events()
        assert awaited.cause.causation_id == invited.id
        assert reminded.cause.causation_id == task_id(awaited.id, 1)
        assert {event.cause.correlation_id for event in (awaited, reminded)} == {invited.cause.correlation_id}

    async def test_an_answer_takes_the_timers_back(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        await party.say(Answered)
        await party.hear()
        await party.later(10)
        assert await party.events_of_invitation() == ["invited", "answered"]

    async def test_an_answer_that_the_process_has_not_heard_of_yet_makes_its_timer_pointless(
        self, party: Party
    ) -> None:
        await party.say(Invited)
        await party.hear()
        await party.say(Answered)
        await party.later(10)
        assert await party.events_of_invitation() == ["invited", "answered"]
        await party.hear()
        assert [event.type for event in await party.read_events()][-1] == AnswerCame.type

    async def test_of_an_answer_and_a_timer_at_once_the_first_counts_and_the_other_is_refused(
        self, party: Party
    ) -> None:
        await party.say(Invited)
        await party.hear()
        await party.do()
        party.clock.now += 2 * DAY
        lapse = party.handlers[party.names["lapse"]]

        async def while_the_answer_comes(unit: Unit, about: Mapping[str, Any]) -> None:
            await lapse(unit, about)
            await party.say(Answered)

        party.handlers[party.names["remind"]] = party.greet
        party.handlers[party.names["lapse"]] = while_the_answer_comes
        with pytest.raises(Conflict):
            await party.do()
        party.handlers[party.names["lapse"]] = lapse
        await party.later(0)
        assert await party.events_of_invitation() == ["invited", "answered"]

    async def test_an_answer_after_the_timer_is_refused(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        await party.later(2)
        with pytest.raises(Past):
            await party.say(Answered)
        await party.hear()
        assert await party.events_of_invitation() == ["invited", "reminded", "lapsed"]

    @pytest.mark.parametrize("where", ["add_tasks", "append", "move_cursors"])
    async def test_a_crash_while_the_process_hears_leaves_nothing_and_it_hears_again(
        self, party: Party, where: str
    ) -> None:
        await party.say(Invited)
        await party.store.ensure_cursor(party.process.cursor)
        crashing = _Crashing(party.store, where)
        with pytest.raises(GivenUp):
            await keep_stepping(party.listens, crashing)
        assert len(await party.read_events()) == 1
        assert await party.do() == 0
        await party.hear()
        await party.later(2)
        assert await party.events_of_invitation() == ["invited", "reminded", "lapsed"]
        assert len(party.greeted) == 1

    @pytest.mark.parametrize("where", ["lock_due_tasks", "settle_tasks", "append"])
    async def test_a_crash_while_a_task_is_done_leaves_it_undone_and_it_is_done_again(
        self, party: Party, where: str
    ) -> None:
        await party.say(Invited)
        await party.hear()
        await party.do()
        party.clock.now += DAY
        with pytest.raises(GivenUp):
            await party.dispatcher.step(_Crashing(party.store, where))
        assert await party.events_of_invitation() == ["invited"]
        await party.later(0)
        assert await party.events_of_invitation() == ["invited", "reminded"]

    async def test_replicas_share_the_tasks_and_each_is_done_once(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        party.clock.now += 3 * DAY

        async def replica() -> None:
            for _ in range(5):
                with suppress(Conflict):
                    await party.do()

        await asyncio.gather(*(replica() for _ in range(4)))
        await party.later(0)
        assert await party.events_of_invitation() == ["invited", "reminded", "lapsed"]

    async def test_replicas_hear_each_event_once(self, party: Party) -> None:
        await party.say(Invited)
        await party.store.ensure_cursor(party.process.cursor)
        await asyncio.gather(*(party.hear() for _ in range(3)))
        await party.hear()
        assert [event.type for event in await party.read_events()] == [Invited.type, AnswerAwaited.type]

    async def test_the_streams_of_all_events_of_a_batch_are_read_in_one_round_trip(self, party: Party) -> None:
        await party.hear()  # past the events of other tests
        for party.who in [uuid4() for _ in range(3)]:
            await party.say(Invited)
        counting = _Counting(party.store, "read_streams")
        await keep_stepping(party.listens, counting)
        assert [event.type for event in await party.read_events()][3:] == [AnswerAwaited.type] * 3
        assert counting.calls == 1

    async def test_an_answer_in_the_batch_of_the_invitation_withdraws_what_the_invitation_requested(
        self, party: Party
    ) -> None:
        late: list[str] = []

        async def too_late(unit: Unit, about: Mapping[str, Any]) -> None:
            late.append(about["who"])

        party.handlers |= {party.names["remind"]: too_late, party.names["lapse"]: too_late}
        await party.say(Invited)
        await party.say(Answered)
        await party.hear()
        await party.later(3)
        assert (party.greeted, late) == ([str(party.who)], [])

    async def test_processes_that_hear_the_same_event_each_act_on_it_once(self, party: Party) -> None:
        runner = await party.run_also(party.process.decider.decide)
        await party.say(Invited)
        while await runner.step(party.store):
            pass
        waiting = [event.stream for event in await party.read_events() if event.type == AnswerAwaited.type]
        assert sorted(waiting) == [f"also{party.process.name}-{party.who}", f"{party.process.name}-{party.who}"]

    async def test_a_process_that_fails_stops_alone_and_goes_on_where_it_stood(self, party: Party) -> None:
        def fail(event: Event, waits: bool | None, now: datetime) -> Sequence[Event]:
            raise ZeroDivisionError

        runner = await party.run_also(fail)
        await party.say(Invited)
        await party.say(Answered)
        while await runner.step(party.store):
            pass
        assert [event.type for event in await party.read_events()][2:] == [AnswerAwaited.type, AnswerCame.type]

        mended = await party.run_also(party.process.decider.decide)
        while await mended.step(party.store):
            pass
        assert [event.type for event in await party.read_events()][4:] == [AnswerAwaited.type, AnswerCame.type]

    async def test_a_task_that_fails_is_put_off_for_longer_each_time_and_holds_no_other_up(self, party: Party) -> None:
        attempts: list[datetime] = []

        async def fails(unit: Unit, about: Mapping[str, Any]) -> None:
            attempts.append(party.clock.now)
            raise ZeroDivisionError

        party.handlers[party.names["greet"]] = fails
        await party.say(Invited)
        await party.hear()
        for _ in range(2**ATTEMPTS // 60 + 60 * ATTEMPTS):
            await party.later(1 / 24 / 60)  # a minute
        assert len(attempts) == ATTEMPTS
        pauses = [after - before for before, after in pairwise(attempts)]
        assert pauses == sorted(pauses)
        await party.later(2)
        assert await party.events_of_invitation() == ["invited", "reminded", "lapsed"]

    async def test_a_task_that_no_handler_knows_waits_for_one(self, party: Party) -> None:
        await party.say(Invited)
        await party.hear()
        remind = party.handlers.pop(party.names["remind"])
        await party.later(1)
        assert await party.events_of_invitation() == ["invited"]
        party.handlers[party.names["remind"]] = remind
        await party.later(0)
        assert await party.events_of_invitation() == ["invited", "reminded"]


class _Counting:
    """The store, which counts how often its transactions take one step."""

    transient_errors: tuple[type[BaseException], ...] = ()

    def __init__(self, store: WholeStore, where: str) -> None:
        self._store = store
        self._where = where
        self.calls = 0

    def after(self) -> None:
        self.calls += 1

    def transaction(self) -> Self:
        self._opened = self._store.transaction()
        return self

    async def __aenter__(self) -> WholeTransaction:
        inner = await self._opened.__aenter__()
        where, after = self._where, self.after

        class Watching:
            def __getattr__(self, name: str) -> Any:
                step = getattr(inner, name)
                if name != where:
                    return step

                async def take_step(*args: Any, **kwargs: Any) -> Any:
                    answer = await step(*args, **kwargs)
                    after()
                    return answer

                return take_step

        return cast("WholeTransaction", Watching())

    async def __aexit__(self, *error: object) -> None:
        await self._opened.__aexit__(*error)  # type: ignore[arg-type]  # handed on as it came


class _Crashing(_Counting):
    """The store, whose transactions crash at one step."""

    def after(self) -> None:
        raise GivenUp
