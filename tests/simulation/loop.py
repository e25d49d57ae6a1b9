"""A seeded event loop: no sockets, no threads, no clock but its own; ready tasks run in an order drawn from the seed.

What runs belongs to a node. A node that is killed never runs another line, not even a `finally`; one that is frozen
runs nothing until it is thawed, and then goes on as if nothing had been. When nothing is ready the clock jumps to the
next timer.
"""

import asyncio
import heapq
import random
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(eq=False)
class Node:
    """An operating system's process: it is killed, frozen and thawed as one."""

    name: str
    dead: bool = False
    frozen: bool = False
    held: list[asyncio.Handle] = field(default_factory=list)


HERE: ContextVar[Node | None] = ContextVar("node", default=None)
"""The node that the running code belongs to; None is outside, where the world's own machinery is."""


class Deadlock(RuntimeError):
    """Nothing is ready, no timer is set, and the timeline has not ended."""


class Endless(RuntimeError):
    """The timeline took more steps than any that ends."""


class SeededLoop(asyncio.BaseEventLoop):
    """One timeline's event loop. `time()` is in virtual seconds from 0."""

    def __init__(self, seed: object, longest: int = 2_000_000) -> None:
        super().__init__()
        self.chance = random.Random(f"loop {seed}")
        self.steps = 0
        self.complaints: list[dict[str, Any]] = []
        self._longest = longest
        self._now = 0.0
        self._runnable: list[tuple[Node | None, asyncio.Handle]] = []
        self._timers: list[tuple[float, int, Node | None, asyncio.TimerHandle]] = []
        self._number = count()
        self._tasks: list[asyncio.Task[Any]] = []

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        context = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        self._runnable.append((context.get(HERE), handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        context = copy_context() if context is None else context
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._number), context.get(HERE), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass  # it is passed over when its time comes

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        if context is not None:
            context.run(HERE.set, HERE.get())  # an empty context is a task's own, but it does not leave its node
        task = asyncio.Task(
            coro, loop=self, name=str(name or "-"), context=context
        )  # asyncio's own names count processes
        self._tasks.append(task)
        return task

    def spawn(self, node: Node | None, work: Coroutine[Any, Any, T], name: str) -> "asyncio.Task[T]":
        """Let a node do something."""
        return copy_context().run(self._spawn, node, work, name)

    def _spawn(self, node: Node | None, work: Coroutine[Any, Any, T], name: str) -> "asyncio.Task[T]":
        HERE.set(node)
        return self.create_task(work, name=name)

    def thaw(self, node: Node) -> None:
        """Let a frozen node go on."""
        node.frozen = False
        self._runnable += [(node, handle) for handle in node.held]
        node.held.clear()

    def run_until_complete(self, future: Any) -> Any:
        asyncio._set_running_loop(self)
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, lambda _: None)  # a killed node's generators run no `finally` either
        try:
            awaited = asyncio.ensure_future(future, loop=self)
            while not awaited.done():
                self._step()
            return awaited.result()
        finally:
            sys.set_asyncgen_hooks(*hooks)
            asyncio._set_running_loop(None)

    def _step(self) -> None:
        if not self._runnable:
            self._leap()
        self.steps += 1
        if self.steps > self._longest:
            raise Endless(f"{self.steps} steps, {self._now:.0f} s: {self._describe_running()}")
        ready = self._runnable
        drawn = int(self.chance.random() * len(ready))
        ready[drawn], ready[-1] = ready[-1], ready[drawn]
        node, handle = ready.pop()
        if node is not None and node.frozen:
            node.held.append(handle)
        elif (node is None or not node.dead) and not handle.cancelled():
            handle._run()

    def _leap(self) -> None:
        """Go on to the next timer that means anything."""
        while self._timers:
            when, _, node, handle = heapq.heappop(self._timers)
            if not handle.cancelled() and (node is None or not node.dead):
                self._now = max(self._now, when)
                self._runnable.append((node, handle))
                return
        raise Deadlock(f"at {self._now:.3f} s nobody can go on: {self._describe_running()}")

    def _describe_running(self) -> str:
        frames = [(task.get_name(), task.get_stack(limit=1)) for task in self._tasks if not task.done()]
        return "; ".join(f"{name} in {stack[0].f_code.co_qualname}" for name, stack in frames if stack)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if "exception" in context and "never retrieved" not in context["message"]:
            self.complaints.append(context)

    def close(self) -> None:
        """End whatever has not ended, wherever it is."""
        for task in self._tasks:
            coroutine = task.get_coro()
            for _ in range(10):  # one that awaits in a `finally` is closed again there
                with suppress(Exception):
                    assert coroutine is not None
                    coroutine.close()
                    break
        self._tasks.clear()
        super().close()

    def get_debug(self) -> bool:
        return False
