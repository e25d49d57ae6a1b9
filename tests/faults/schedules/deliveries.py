"""Messages come twice, late and after later ones; some can never be taken; a consumer's database fails for a while.

At or below the mark a message is a repeat.
Protected by `shared/kernel/loops/consumer.py`, `_new_messages`: `(mark := mark_of(read.envelope)) > marks[place]:`.
What comes behind a parked event of its stream is parked too.
Protected by `shared/kernel/loops/consumer.py`, `_handle_in`: `failed[index] = BehindParkedEvent()`.
"""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError

from alongside.operations.parked import discard_parked, list_parked, replay_parked
from shared.events import Envelope
from tests.faults.evidence import FAULTY, Message, topic_of
from tests.faults.scene import Scene, faults
from tests.faults.site import SERVICES, connect_to, until

CONSUMING = ("matching", "sessions", "reporting")
POISON = b"{"


async def messages_come_again_after_later_ones(scene: Scene, random: Random) -> None:
    """A hundred of long ago, copied to the end of their partitions in no order."""
    async with scene.alone_with("kafka"):
        lie_there = await topic_of(scene.site, "referral")
        chosen = random.sample(lie_there, min(100, len(lie_there)))
        async with _producer(scene) as producer:
            for message in chosen:
                await producer.send_and_wait(
                    scene.site.settings.topic("referral"),
                    message.value,
                    key=message.key.encode(),
                    partition=message.partition,
                    headers=message.envelope.headers(),
                )


async def relay_sends_again(scene: Scene, random: Random) -> None:
    """Its cursor goes back, as where it was killed between acknowledgement and commit."""
    async with scene.alone_with("postgres"):
        connection = await connect_to(scene.site, "referral")
        try:
            await connection.execute(
                "update cursors set position = greatest(position - $1, 0) where name = 'relay'",
                random.randrange(1, 300),
            )
        finally:
            await connection.close()


async def messages_come_late(scene: Scene, random: Random) -> None:
    """A service's workers stand still while commands go on; then all comes at once."""
    workers = scene.site.of("worker", random.choice(CONSUMING))
    async with scene.alone_with("postgres", *(worker.name for worker in workers)):
        children = [worker.child for worker in workers if worker.child is not None]
        for child in children:
            child.freeze()
        try:
            await scene.commands(random.randrange(20, 60), within=5)
        finally:
            for child in children:
                child.thaw()


async def offsets_go_back(scene: Scene, random: Random) -> None:
    """A group begins again somewhere in the past, as where its offsets were lost."""
    service = random.choice(CONSUMING)
    workers = scene.site.of("worker", service)
    async with scene.alone_with("kafka", *(worker.name for worker in workers)):
        for worker in workers:
            await worker.stop()
        topic = scene.site.settings.topic("referral")
        consumer = AIOKafkaConsumer(
            bootstrap_servers=scene.site.settings.kafka_bootstrap_servers,
            group_id=scene.site.settings.consumer_group(service),
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, number) for number in range(4)]
            consumer.assign(partitions)
            share = {at: random.random() for at in partitions}

            async def put_back() -> bool:
                # never forward: what the group has not had yet it would not have at all
                taken = {at: await consumer.committed(at) or 0 for at in partitions}
                try:
                    await consumer.commit({at: int(share[at] * (taken[at] + 1)) for at in partitions})
                except CommitFailedError:  # a member that was killed counts until its session has ended
                    return False
                return True

            await until(put_back, "the group has no members and takes offsets from others", 60)
        finally:
            await consumer.stop()
            await scene.site.restart(*workers)


async def poison_among_good_events(scene: Scene, random: Random) -> None:
    """Two messages that nobody can take, in a stream that goes on; an operator gives them up."""
    async with scene.alone_with("kafka", "postgres", *(p.name for s in CONSUMING for p in scene.site.of("worker", s))):
        lie_there: list[Message] = []

        async def something_lies_there() -> bool:
            lie_there[:] = await topic_of(scene.site, "referral")
            return bool(lie_there)

        await until(something_lies_there, "a log that was lost is filled again", 60)
        among = random.choice(lie_there[-50:])
        poison = _poison(among.key, random)
        async with _producer(scene) as producer:
            for headers in (poison.headers(), [("ce_id", b"broken")]):
                await producer.send_and_wait(
                    scene.site.settings.topic("referral"),
                    POISON,
                    key=among.key.encode(),
                    partition=among.partition,
                    headers=headers,
                )

        async def are_parked() -> bool:
            everything = await list_parked(scene.site.known)
            copies_parked = Counter(name for name, message in everything if message.value == POISON)
            return all(copies_parked[name] == 2 for name in CONSUMING)

        await until(are_parked, "both are parked by every consumer", 90)
        await scene.commands(random.randrange(5, 20))
        await _give_up(scene)


def _poison(key: str, random: Random) -> Envelope:
    tenant, _, stream = key.partition("/")
    return Envelope(
        id=UUID(int=random.getrandbits(128), version=4),
        type="referral.mentor_recorded",
        version=1,
        source=FAULTY,
        subject=stream,
        time=datetime.now(UTC),
        tenant=tenant,
        sequence=time.time_ns(),  # a source counts upwards: below the high-water mark it would pass for a repetition
        correlation_id=UUID(int=random.getrandbits(128), version=4),
    )


async def _give_up(scene: Scene) -> None:
    """Discard what can never be taken; what waits behind it is taken with that."""

    async def none_parked() -> bool:
        for name, message in await list_parked(scene.site.known):
            if message.value == POISON and message.id is not None:
                await discard_parked(scene.site.known, name, message.id)
            elif message.id is not None:
                await replay_parked(scene.site.known, name, message.id)
            break
        else:
            return True
        return False

    await until(none_parked, "nothing is parked any more", 60)


async def consumers_database_fails(scene: Scene, random: Random) -> None:
    workers = scene.site.of("worker", random.choice(SERVICES))
    async with scene.alone_with(*(worker.name for worker in workers)):
        for worker in workers:
            worker.database.close()
        try:
            await scene.commands(random.randrange(20, 60), within=6)
        finally:
            for worker in workers:
                worker.database.open()
        await asyncio.gather(*(worker.ready() for worker in workers))


def _producer(scene: Scene) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=scene.site.settings.kafka_bootstrap_servers, acks="all")


FAULTS = faults(
    __name__,
    messages_come_again_after_later_ones,
    relay_sends_again,
    messages_come_late,
    offsets_go_back,
    poison_among_good_events,
    consumers_database_fails,
)
