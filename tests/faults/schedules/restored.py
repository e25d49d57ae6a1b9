"""A service's database is put back to an older backup, and its positions go back with it.

Consumers that have seen later ones do not take new events for those: the life of the store comes before its position.
Protected by `shared/kernel/loops/consumer.py`, `_new_messages`: `(mark := mark_of(read.envelope)) > marks[place]:`.
Protected by `shared/kernel/loops/relay.py`, `_compare`: `raise StoreOlderThanTopic(`.
"""

import re
from random import Random

import asyncpg

from alongside.operations.restore import begin_incarnation
from tests.faults import backup
from tests.faults.marks import mark_of
from tests.faults.scene import Scene, faults
from tests.faults.site import ASKED, connect_to

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def database_is_put_back_to_an_older_backup(scene: Scene, random: Random) -> None:
    """As the runbook has it: stop the service, put the backup back, say so, start it again."""
    name = random.choice(ASKED)
    programs = scene.site.of(service=name)
    async with scene.alone_with("kafka", "postgres", *(program.name for program in programs)):
        older = await backup.take(scene.site, name)
        await scene.commands(random.randrange(20, 80))
        for program in programs:
            await program.stop()
        later = await _read_later_events(scene, name, older)
        await backup.put_back(scene.site, name, older)
        _write_down(scene, name, later)
        reopened = await begin_incarnation(scene.site.known, name)
        reported = {event.id for event in reopened.lost}
        assert reported <= scene.clients.history.lost.events, "an event is said to be lost that is there"
        await scene.site.restart(*programs)


async def _read_later_events(scene: Scene, name: str, older: str) -> list[asyncpg.Record]:
    """Read what was recorded after a backup: only who looks before the database goes can know."""
    in_backup = set(UUID.findall(older))
    connection = await connect_to(scene.site, name)
    try:
        now = await connection.fetch("select id, type, actor, tenant, stream, body::text from events order by position")
    finally:
        await connection.close()
    return [row for row in now if str(row["id"]) not in in_backup]


def _write_down(scene: Scene, name: str, rows: list[asyncpg.Record]) -> None:
    """Tell the checker what was lost: once it is, since a fault may be cut off before."""
    lost = scene.clients.history.lost
    for row in rows:
        lost.events.add(row["id"])
        lost.actors.add(row["actor"])
        if (mark := mark_of(name, row["type"], row["actor"], row["body"])) is not None:
            lost.marks.add(mark)
        lost.keys.add(f"{row['tenant']}/{row['stream']}")


FAULTS = faults(__name__, database_is_put_back_to_an_older_backup)
