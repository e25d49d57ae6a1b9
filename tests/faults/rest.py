"""Waits until nothing is under way any more: everything published, taken in and shown, or nothing moves for a while."""

import asyncio

from tests.faults.evidence import TOPICS, service, topic_of
from tests.faults.site import PUBLISHING, SERVICES, Site, connect_to

NOWHERE = (0, 0)
PATIENCE = 45.0
"""Seconds without any progress after which what is still missing is missing."""


async def at_rest(site: Site) -> None:
    """Until relays, consumers and read models have caught up; returns too where they never do: the checks then tell."""
    loop = asyncio.get_running_loop()
    before: object = None
    end = loop.time() + PATIENCE
    while True:
        now = [await _relays(site), *[await _consumers(site)], await _models(site)]
        if not any(behind for behind, _ in now):
            return
        if now != before:
            before, end = now, loop.time() + PATIENCE
        if loop.time() > end:
            return
        await asyncio.sleep(0.2)


async def _relays(site: Site) -> tuple[int, object]:
    behind = 0
    for name in PUBLISHING:
        connection = await connect_to(site, name)
        try:
            behind += await connection.fetchval(
                """select count(*) from events e
                   where e.position > coalesce((select position from cursors where name = 'relay'), 0)"""
            )
        finally:
            await connection.close()
    return behind, behind


async def _consumers(site: Site) -> tuple[int, object]:
    """Partitions whose last message some consumer has not had."""
    last: dict[tuple[str, str, int], tuple[int, int]] = {}
    for topic in TOPICS:
        for message in await topic_of(site, topic):
            where = message.envelope.source, site.settings.topic(topic), message.partition
            last[where] = max(last.get(where, NOWHERE), (message.envelope.incarnation, message.envelope.sequence))
    behind, marks = 0, []
    for name in SERVICES:
        topics = {site.settings.topic(topic) for topic in service(name).listens_to}
        connection = await connect_to(site, name)
        try:
            rows = await connection.fetch("select source, topic, partition, incarnation, position from high_water")
            behind += await connection.fetchval(
                """select count(*) from unheard u join high_water h using (consumer, source, topic, partition)
                   where (u.incarnation, u.position) < (h.incarnation, h.position)"""
            )
        finally:
            await connection.close()
        reached = {
            (row["source"], row["topic"], row["partition"]): (row["incarnation"], row["position"]) for row in rows
        }
        behind += sum(reached.get(where, NOWHERE) < end for where, end in last.items() if where[1] in topics)
        marks.append(sorted(reached.items()))
    return behind, (behind, marks)


async def _models(site: Site) -> tuple[int, object]:
    behind, cursors = 0, []
    for name in SERVICES:
        connection = await connect_to(site, name)
        try:
            rows = await connection.fetch(
                """select c.position, (select coalesce(max(position), 0) from events) as head
                   from read_models r join cursors c on c.name = r.name || '@' || r.version where r.live"""
            )
        finally:
            await connection.close()
        behind += sum(row["position"] < row["head"] for row in rows) + (len(rows) < len(service(name).read_models))
        cursors.append([row["position"] for row in rows])
    return behind, (behind, cursors)
