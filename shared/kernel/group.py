"""Group commit: append together all commands that wait while one transaction commits.

The store's lock is held until a commit is durable, so the appends of a service follow one another. With group commit,
the cost of a commit is paid once for all commands that waited for it. Each command keeps its own compare-and-set and
its own Idempotency-Key.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field

from shared.kernel.records import AppendRequest, AppendResult, StreamKey
from shared.kernel.store import GroupAppender

COMMANDS = 128
"""The most commands in one group."""
EVENTS = 1000
"""The most events in one group; a command with more is appended alone."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A command that waits for its append; `claims` are its streams and its key, of which a group takes each once."""

    decided: AppendRequest
    done: "asyncio.Future[AppendResult]"
    claims: frozenset[StreamKey | tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        key = self.decided.key
        keys = [(key.tenant, key.actor, key.key)] if key else []
        object.__setattr__(self, "claims", frozenset((*self.decided.expected, *keys)))


class GroupCommit:
    """Appends the decided events of all waiting commands of a process together."""

    def __init__(self, store: GroupAppender) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def append(self, decided: AppendRequest) -> AppendResult:
        """Append with the other waiting commands; raises `Conflict`, a `DomainError`, or the error of the store.

        A caller that is cancelled while it waits does not know whether its events were appended, as when a connection
        breaks.
        """
        done: asyncio.Future[AppendResult] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(decided, done))
        if self._writer is None:
            # in a context of its own: the group belongs to no request
            self._writer = asyncio.create_task(self._write(), name="group commit", context=Context())
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                group = self._next_group()
                try:
                    outcomes = await self._store.append_each([waiting.decided for waiting in group])
                except Exception as error:  # noqa: BLE001  # the waiting commands raise it
                    await self._write_one_by_one(group, error)
                else:
                    _resolve(group, outcomes)
        finally:
            self._writer = None

    async def _write_one_by_one(self, group: Sequence[_Waiting], error: Exception) -> None:
        """Append each command alone after the group failed; a transient error fails them all at once."""
        if isinstance(error, self._store.transient_errors) or len(group) == 1:
            for waiting in group:
                _fail(waiting, error)
            return
        for waiting in group:
            try:
                _resolve([waiting], await self._store.append_each([waiting.decided]))
            except Exception as own:  # noqa: BLE001  # the waiting command raises it
                _fail(waiting, own)

    def _next_group(self) -> list[_Waiting]:
        """The waiting commands in their order; of those that claim the same stream or key only the first."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        claimed: set[object] = set()
        events = 0
        while self._waiting and len(group) < COMMANDS:
            waiting = self._waiting.popleft()
            events += len(waiting.decided.new)
            if group and events > EVENTS:
                self._waiting.appendleft(waiting)
                break
            (left if waiting.claims & claimed else group).append(waiting)
            claimed |= waiting.claims
        self._waiting.extendleft(reversed(left))
        return group


def _resolve(group: Sequence[_Waiting], outcomes: "Sequence[AppendResult | Exception]") -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, Exception):
            _fail(waiting, outcome)
        elif not waiting.done.done():
            waiting.done.set_result(outcome)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
