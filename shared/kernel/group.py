"""Group commit: commands that wait while one transaction commits are appended together in the next one.

The store's lock is held until a commit is durable, so appends of a service follow one another; what a commit costs is
paid once for all who waited for it. Each command keeps its own compare-and-set and its own Idempotency-Key.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field

from shared.kernel.store import Appended, Decided, Store, StreamOf

COMMANDS = 128
"""How many commands go together at most."""
EVENTS = 1000
"""How many events go together at most; a command with more goes by itself."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    decided: Decided
    done: "asyncio.Future[Appended]"
    claims: frozenset[StreamOf | tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        key = self.decided.key
        keys = [(key.tenant, key.actor, key.key)] if key else []
        object.__setattr__(self, "claims", frozenset((*self.decided.expected, *keys)))


class Group:
    """The one way in which the commands of a process reach their store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def append(self, decided: Decided) -> Appended:
        """Append with whatever else waits; raises `Conflict`, a `DomainError`, or what kept the store from answering.

        Who is cancelled while waiting does not know whether it was done, as with a connection that breaks.
        """
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(decided, done))
        if self._writer is None:
            # in a context of its own: the group belongs to no request
            self._writer = asyncio.create_task(self._write(), name="group commit", context=Context())
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                group = self._next()
                try:
                    outcomes = await self._store.append_each([one.decided for one in group])
                except Exception as error:  # noqa: BLE001  # it belongs to those who wait
                    await self._apart(group, error)
                else:
                    _tell(group, outcomes)
        finally:
            self._writer = None

    async def _apart(self, group: Sequence[_Waiting], error: Exception) -> None:
        """What failed them all: the store's trouble is everybody's, but what one command holds is only its own."""
        if isinstance(error, self._store.transient) or len(group) == 1:
            for one in group:
                _fail(one, error)
            return
        for one in group:
            try:
                _tell([one], await self._store.append_each([one.decided]))
            except Exception as own:  # noqa: BLE001  # it belongs to the one who waits
                _fail(one, own)

    def _next(self) -> list[_Waiting]:
        """Those who wait, in their order, but of those who want the same stream or key only the first."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        claimed: set[object] = set()
        events = 0
        while self._waiting and len(group) < COMMANDS:
            one = self._waiting.popleft()
            events += len(one.decided.new)
            if group and events > EVENTS:
                self._waiting.appendleft(one)
                break
            (left if one.claims & claimed else group).append(one)
            claimed |= one.claims
        self._waiting.extendleft(reversed(left))
        return group


def _tell(group: Sequence[_Waiting], outcomes: "Sequence[Appended | Exception]") -> None:
    for one, outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, Exception):
            _fail(one, outcome)
        elif not one.done.done():
            one.done.set_result(outcome)


def _fail(one: _Waiting, error: Exception) -> None:
    if not one.done.done():
        one.done.set_exception(error)
