"""The seeded loop: virtual time, an order from the seed, killed and frozen nodes, reports of deadlocks."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.simulation.loop import Deadlock, Endless, Node, SeededLoop


@pytest.fixture
def loop() -> Iterator[SeededLoop]:
    with closing(SeededLoop(1)) as loop:
        yield loop


def order_of(seed: int) -> list[int]:
    seen = list[int]()

    async def step(number: int) -> None:
        await asyncio.sleep(0)
        seen.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*(step(number) for number in range(8)))

    with closing(SeededLoop(seed)) as loop:
        loop.run_until_complete(all_of_them())
    return seen


def test_the_seed_decides_the_order_and_nothing_else() -> None:
    assert order_of(1) == order_of(1)
    assert len({tuple(order_of(seed)) for seed in range(20)}) > 10


def test_the_clock_jumps_to_the_next_timer(loop: SeededLoop) -> None:
    loop.run_until_complete(asyncio.wait_for(asyncio.sleep(86_400), 100_000))
    assert loop.time() == 86_400


def test_a_timeout_strikes_in_virtual_time(loop: SeededLoop) -> None:
    with pytest.raises(TimeoutError):
        loop.run_until_complete(asyncio.wait_for(asyncio.sleep(3600), 60))
    assert loop.time() == 60


def test_a_deadlock_is_reported(loop: SeededLoop) -> None:
    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match="wait_for_ever"):
        loop.run_until_complete(wait_for_ever())


def test_an_endless_loop_is_reported() -> None:
    async def go_round() -> None:
        while True:  # noqa: ASYNC110  # it has nothing to wait for: that is the point
            await asyncio.sleep(0)

    with closing(SeededLoop(1, longest=1000)) as loop, pytest.raises(Endless):
        loop.run_until_complete(go_round())


class Patient:
    """Something that counts, and wants to say goodbye."""

    def __init__(self) -> None:
        self.counted = 0
        self.said_goodbye = False

    async def count(self) -> None:
        try:
            while True:
                await asyncio.sleep(1)
                self.counted += 1
        finally:
            self.said_goodbye = True


def test_a_killed_node_runs_no_further_line(loop: SeededLoop) -> None:
    node, patient = Node("one"), Patient()

    async def kill() -> None:
        loop.spawn(node, patient.count(), "patient")
        await asyncio.sleep(3.5)
        node.dead = True
        await asyncio.sleep(10)

    loop.run_until_complete(kill())
    assert (patient.counted, patient.said_goodbye) == (3, False)


def test_a_frozen_node_goes_on_where_it_was(loop: SeededLoop) -> None:
    node, patient = Node("one"), Patient()

    async def freeze() -> tuple[int, int]:
        loop.spawn(node, patient.count(), "patient")
        await asyncio.sleep(3.5)
        node.frozen = True
        await asyncio.sleep(10)
        frozen = patient.counted
        loop.thaw(node)
        await asyncio.sleep(2)
        return frozen, patient.counted

    frozen, thawed = loop.run_until_complete(freeze())
    assert frozen == 3
    assert thawed > 4
