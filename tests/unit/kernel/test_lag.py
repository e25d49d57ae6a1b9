"""A worker's look at its own group: what stands still, and for how long."""

import asyncio

from aiokafka import TopicPartition

from shared.kernel.kafka.lag import LagWatch, PartitionOffsets

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


def a_watch() -> LagWatch:
    return LagWatch("nobody:1", "a group", ["t"])


async def test_a_partition_with_waiting_messages_that_does_not_move_is_stalled() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    watch.update({FIRST: PartitionOffsets(3, 5, None), SECOND: PartitionOffsets(7, 9, None)}, now - 60)
    watch.update({FIRST: PartitionOffsets(3, 6, None), SECOND: PartitionOffsets(8, 9, None)}, now - 20)

    assert 60 <= watch.stalled_seconds() < 70
    (lag,) = watch.lags
    assert (lag.topic, lag.events) == ("t", 4)


async def test_a_partition_whose_offset_moves_is_not_stalled_however_much_waits() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    for step in range(10):
        watch.update({FIRST: PartitionOffsets(step, 1_000, None)}, now - 100 + 10 * step)

    assert 10 <= watch.stalled_seconds() < 20


async def test_a_partition_without_new_messages_is_not_stalled() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    watch.update({FIRST: PartitionOffsets(3, 5, None)}, now - 90)
    watch.update({FIRST: PartitionOffsets(5, 5, None)}, now - 60)
    watch.update({FIRST: PartitionOffsets(5, 5, None)}, now - 30)

    assert watch.stalled_seconds() == 0


async def test_the_lag_is_unknown_before_the_first_measurement() -> None:
    assert a_watch().lags == []
    assert a_watch().stalled_seconds() == 0
