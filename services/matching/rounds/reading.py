"""Read the input of a round at one moment.

A round must see everything that earlier rounds allocated. Their pairs are in read models, which run a little behind the
streams. So a round waits until the read models have passed the last event of the allocation stream; an event that comes
after that makes the round's append fail (see `domain.allocations`). The alternative, reading the stream of every mentor
and pair, would cost a round trip over the whole partnership; and the API cannot ask for the store's head, because it
sees its own tenant only. It does no harm if the read models are behind with other events: a refusal that they do not
show yet leaves capacity unused for one more round.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP
from services.matching.domain.programmes import PROGRAMME, PROGRAMME_RULES, ProgrammeKnown, programme_on
from services.matching.rounds.own_rows import snapshot
from services.matching.rounds.rows import Rows, read_rows
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.progress import projected_position, wait_until_projected
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.store import StreamReader
from shared.kernel.unit import Unit

PATIENCE = 10.0
"""Seconds that a round waits until the round before it is projected."""
LAST_ROUND = "The last round is still being projected; ask again in a moment."

_WAITING = """
    select count(distinct c.trainee_id) from candidates c
    join trainees t on t.tenant = c.tenant and t.trainee_id = c.trainee_id
    where c.tenant = any ((select named_tenants())::text[]) and c.programme_id = $1 and c.status = 'waiting'
          and not exists (select from trainee_standings s where s.tenant = c.tenant and s.trainee_id = c.trainee_id
                                                                and s.standing in ('deferred', 'withdrawn'))"""


async def load_programme(unit: Unit, programme_id: UUID, day: date) -> ProgrammeKnown | None:
    """Load a programme with the rules of a day; None where matching knows no such programme."""
    (programme,) = await unit.load(PROGRAMME, programme_id)
    (changed,) = await unit.load(PROGRAMME_RULES, programme_id)
    return programme and programme_on(programme, changed, day)


async def read_at_one_moment(streams: StreamReader, tenant: str, programme: ProgrammeKnown, on: date) -> Rows:
    """Read the rows of a round, no earlier than the last round's allocation; raises `NotYet`."""
    connection, _ = connection_and_keyring(streams)
    await wait_for_streams(connection, tenant, [ALLOCATION.stream(PARTNERSHIP)], LAST_ROUND)
    async with snapshot(connection, tenant) as own:
        return await read_rows(own, programme, on)


async def count_waiting(streams: StreamReader, tenant: str, programme: ProgrammeKnown) -> int:
    """Count the trainees who wait in a programme, have a record and are neither deferred nor withdrawn; raises
    `NotYet`.
    """
    connection, _ = connection_and_keyring(streams)
    await wait_for_streams(connection, tenant, [ALLOCATION.stream(PARTNERSHIP)], LAST_ROUND)
    async with snapshot(connection, tenant) as own:
        return int(await own.connection.fetchval(_WAITING, programme.programme_id))


async def reached_position(streams: StreamReader) -> int:
    """Return the position up to which everything is in the read models."""
    connection, _ = connection_and_keyring(streams)
    return await projected_position(connection)


async def has_changed_since(streams: StreamReader, tenant: str, position: int, *, apart_from: Sequence[str]) -> bool:
    """Whether the partnership has recorded anything after a position, apart from these streams."""
    connection, _ = connection_and_keyring(streams)
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        return bool(
            await connection.fetchval(
                "select exists (select from events where position > $2 and tenant = $1 and stream <> all ($3))",
                tenant,
                position,
                apart_from,
            )
        )


async def wait_for_streams(connection: Connection, tenant: str, streams: Sequence[str], sentence: str) -> None:
    """Wait until the read models have passed the last event of these streams; raises `NotYet` with the sentence."""
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        last = await connection.fetchval(
            """select max(e.position) from unnest($2::text[]) as s (stream) cross join lateral (
                   select position from events where tenant = $1 and stream = s.stream order by version desc limit 1
               ) e""",
            tenant,
            streams,
        )
    if last is not None:
        await wait_until_projected(connection, last, sentence, PATIENCE)
