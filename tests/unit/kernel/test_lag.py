"""A worker's look at its own group: what stands still, and for how long."""

import asyncio

from aiokafka import TopicPartition

from shared.kernel.kafka.lag import Place, Watch

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


def a_watch() -> Watch:
    return Watch("nobody:1", "a group", ["t"])


async def test_a_partition_with_work_waiting_that_does_not_move_stands_still() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    watch.saw({FIRST: Place(3, 5, None), SECOND: Place(7, 9, None)}, now - 60)
    watch.saw({FIRST: Place(3, 6, None), SECOND: Place(8, 9, None)}, now - 20)

    assert 60 <= watch.stands_still() < 70
    (lag,) = watch.lags
    assert (lag.topic, lag.events) == ("t", 4)


async def test_one_that_moves_does_not_stand_still_however_much_waits() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    for step in range(10):
        watch.saw({FIRST: Place(step, 1_000, None)}, now - 100 + 10 * step)

    assert 10 <= watch.stands_still() < 20


async def test_one_with_nothing_to_take_does_not_stand_still_however_long_it_has_not_moved() -> None:
    now = asyncio.get_running_loop().time()
    watch = a_watch()

    watch.saw({FIRST: Place(3, 5, None)}, now - 90)
    watch.saw({FIRST: Place(5, 5, None)}, now - 60)
    watch.saw({FIRST: Place(5, 5, None)}, now - 30)

    assert watch.stands_still() == 0


async def test_before_the_first_look_nothing_is_said() -> None:
    assert a_watch().lags == []
    assert a_watch().stands_still() == 0
