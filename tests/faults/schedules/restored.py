"""A service's database is put back to an older backup, and its positions go back with it.

Consumers that have seen later ones do not take new events for those: the life of the store comes before its position.
Protected by `shared/kernel/loops/consumer.py`, `_new_messages`: `(mark := mark_of(read.envelope)) > marks[place]:`.
Protected by `shared/kernel/loops/relay.py`, `_compare`: `raise StoreOlderThanTopic(`.
"""

from random import Random

from alongside.operations.restore import begin_incarnation
from tests.faults import backup
from tests.faults.scene import Scene, faults
from tests.faults.site import connect_to


async def database_is_put_back_to_an_older_backup(scene: Scene, random: Random) -> None:
    """As the runbook has it: stop the service, put the backup back, say so, start it again."""
    programs = scene.site.of(service="referral")
    async with scene.alone_with("kafka", "postgres", *(program.name for program in programs)):
        older = await backup.take(scene.site, "referral")
        await scene.commands(random.randrange(20, 80))
        for program in programs:
            await program.stop()
        await _will_be_lost(scene, older)
        await backup.put_back(scene.site, "referral", older)
        reopened = await begin_incarnation(scene.site.known, "referral")
        reported = {event.id for event in reopened.lost}
        assert reported <= scene.clients.history.lost.events, "an event is said to be lost that is there"
        await scene.site.restart(*programs)


async def _will_be_lost(scene: Scene, older: str) -> None:
    """Write down what only somebody can know who looked into the database before it went."""
    connection = await connect_to(scene.site, "referral")
    try:
        now = await connection.fetch("select id, actor, tenant, stream from events order by position")
    finally:
        await connection.close()
    lost = scene.clients.history.lost
    for row in now:
        if str(row["id"]) not in older:
            lost.events.add(row["id"])
            lost.actors.add(row["actor"])
            lost.keys.add(f"{row['tenant']}/{row['stream']}")


FAULTS = faults(__name__, database_is_put_back_to_an_older_backup)
