"""Commands that wait while a transaction commits go together in the next one, and none pays for another."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest

from shared.kernel.decider import DomainError
from shared.kernel.group import COMMANDS, EVENTS, GroupCommit
from shared.kernel.records import AppendRequest, AppendResult, Conflict, IdempotencyKey, NewEvent
from tests.support.notes_service import DAY, TENANT, NoteAmended, cause


class Slow:
    """A store that notes each group, and answers when it is let."""

    transient_errors: tuple[type[BaseException], ...] = (OSError,)

    def __init__(self) -> None:
        self.groups: list[list[AppendRequest]] = []
        self.lets = asyncio.Semaphore(0)
        self.fatal_errors: dict[str, Exception] = {}
        self.away = False

    async def append_each(self, group: Sequence[AppendRequest]) -> list[AppendResult | DomainError | Conflict]:
        self.groups.append(list(group))
        await self.lets.acquire()
        if self.away:
            raise OSError
        for request in group:
            if (error := self.fatal_errors.get(first_stream_of(request))) is not None:
                raise error
        return [
            Conflict()
            if first_stream_of(request).startswith("late")
            else AppendResult(1, {"of": first_stream_of(request)}, replayed=False)
            for request in group
        ]

    def let(self, times: int = 1000) -> None:
        for _ in range(times):
            self.lets.release()

    def names(self) -> list[list[str]]:
        return [[first_stream_of(request) for request in group] for group in self.groups]


def first_stream_of(request: AppendRequest) -> str:
    return next(iter(request.expected))[1]


def append_request(stream: str, *also: str, events: int = 1, key: str | None = None) -> AppendRequest:
    new = [
        NewEvent(TENANT, stream, NoteAmended(happened_on=DAY, note_id=uuid4(), words=1), cause()) for _ in range(events)
    ]
    kept = IdempotencyKey(TENANT, "somebody", key, b"asked", {}) if key else None
    return AppendRequest(new, {(TENANT, name): 0 for name in (stream, *also)}, kept)


async def waiting(group: GroupCommit, *commands: AppendRequest) -> list["asyncio.Task[AppendResult]"]:
    tasks = [asyncio.create_task(group.append(command)) for command in commands]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


@pytest.fixture
def slow() -> Slow:
    return Slow()


async def test_commands_that_arrive_during_a_commit_go_into_the_next_group(slow: Slow) -> None:
    group = GroupCommit(slow)
    first = await waiting(group, append_request("a"))
    rest = await waiting(group, append_request("b"), append_request("c"), append_request("d"))
    slow.let()
    done = await asyncio.gather(*first, *rest)
    assert [result.answer for result in done] == [{"of": name} for name in "abcd"]
    assert slow.names() == [["a"], ["b", "c", "d"]]


async def test_of_those_who_want_one_stream_or_key_each_has_a_group_of_its_own_in_their_order(slow: Slow) -> None:
    group = GroupCommit(slow)
    first = await waiting(group, append_request("a"))
    rest = await waiting(
        group,
        append_request("b", "shared"),
        append_request("c", "shared", "third"),
        append_request("d", "third"),
        append_request("e", key="same"),
        append_request("f", key="same"),
        append_request("g"),
    )
    slow.let()
    await asyncio.gather(*first, *rest)
    assert slow.names() == [["a"], ["b", "e", "g"], ["c", "f"], ["d"]]


async def test_a_group_is_no_larger_than_it_may_be(slow: Slow) -> None:
    group = GroupCommit(slow)
    tasks = await waiting(group, append_request("first"))
    tasks += await waiting(group, *(append_request(f"s{number}") for number in range(COMMANDS + 1)))
    tasks += await waiting(group, append_request("large", events=EVENTS + 1), append_request("after"))
    slow.let()
    await asyncio.gather(*tasks)
    assert [len(group) for group in slow.groups] == [1, COMMANDS, 1, 1, 1]
    assert slow.names()[2:] == [[f"s{COMMANDS}"], ["large"], ["after"]]


async def test_a_conflict_of_one_fails_only_its_own(slow: Slow) -> None:
    group = GroupCommit(slow)
    first = await waiting(group, append_request("a"))
    rest = await waiting(group, append_request("b"), append_request("late"), append_request("c"))
    slow.let()
    done = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(result) for result in done] == [AppendResult, AppendResult, Conflict, AppendResult]


async def test_a_command_that_the_store_cannot_take_fails_alone(slow: Slow) -> None:
    slow.fatal_errors["odd"] = ValueError("cannot be stored")
    group = GroupCommit(slow)
    first = await waiting(group, append_request("a"))
    rest = await waiting(group, append_request("b"), append_request("odd"), append_request("c"))
    slow.let()
    done = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(result) for result in done] == [AppendResult, AppendResult, ValueError, AppendResult]


async def test_a_store_that_is_away_fails_everybody_who_waited_for_it_and_nobody_after(slow: Slow) -> None:
    group = GroupCommit(slow)
    slow.away = True
    tasks = await waiting(group, append_request("a"), append_request("b"))
    slow.let(1)
    failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in failed] == [OSError, OSError]
    slow.away = False
    slow.let()
    assert await group.append(append_request("c")) == AppendResult(1, {"of": "c"}, replayed=False)


async def test_a_caller_that_gives_up_does_not_affect_the_others(slow: Slow) -> None:
    group = GroupCommit(slow)
    (first,) = await waiting(group, append_request("a"))
    gives_up, stays = await waiting(group, append_request("b"), append_request("c"))
    first.cancel()
    gives_up.cancel()
    slow.let()
    assert (await stays).answer == {"of": "c"}
