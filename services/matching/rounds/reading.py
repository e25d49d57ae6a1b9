"""The moment at which a round looks.

A round must see everything that earlier rounds gave out. Their pairs stand in read models, which run a little behind
the streams, so it waits until these have passed the last event of the allocation stream; an event that comes after
that makes the round's append fail (see `domain.allocation`). Reading every mentor's and pair's stream instead would
cost a round trip over the whole partnership; asking for the store's head is not the API's to do, since it sees its own
tenant only. What else the read models may be behind with does no harm: a refusal not seen yet leaves capacity unused
for one more round.
"""

from datetime import date
from uuid import UUID

from services.matching.domain.allocations import ALLOCATION, PARTNERSHIP
from services.matching.domain.known import PROGRAMME, PROGRAMME_RULES, ProgrammeKnown, on_the_day
from services.matching.rounds.inputs import Standing, standing_of
from services.matching.rounds.own_rows import moment
from services.matching.rounds.rows import Rows, rows
from services.matching.rounds.supports import Beside, rows_beside
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.progress import wait_until_projected
from shared.kernel.postgres.store import connection_and_keyring
from shared.kernel.store import StreamReader
from shared.kernel.unit import Unit

PATIENCE = 10.0
"""Seconds that a round waits for the round before it to be seen."""


async def programme_on(unit: Unit, programme_id: UUID, day: date) -> ProgrammeKnown | None:
    """A programme with the rules that it has on a day; None where matching knows of none."""
    (programme,) = await unit.load(PROGRAMME, programme_id)
    (changed,) = await unit.load(PROGRAMME_RULES, programme_id)
    return programme and on_the_day(programme, changed, day)


async def stand(
    reads: StreamReader, tenant: str, programme: ProgrammeKnown, on: date, *, placed_too: bool = False
) -> Standing:
    """How things stand for a round of the programme on a day, no earlier than the last round; raises `NotYet`.

    `programme` has the rules of that day (`programme_on`); `placed_too` is for a repair, see `standing_of`.
    """
    connection, _ = connection_and_keyring(reads)
    await _caught_up(connection, tenant)
    async with moment(connection, tenant) as own:
        found = await rows(own, programme, on)
    return standing_of(programme, on, found, placed_too=placed_too)


async def stand_beside(reads: StreamReader, tenant: str, programme: ProgrammeKnown, on: date) -> tuple[Rows, Beside]:
    """What is known of who asks and who could be there for them, no earlier than the last round; raises `NotYet`."""
    connection, _ = connection_and_keyring(reads)
    await _caught_up(connection, tenant)
    async with moment(connection, tenant) as own:
        return await rows(own, programme, on), await rows_beside(own)


async def _caught_up(connection: Connection, tenant: str) -> None:
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        last = await connection.fetchval(
            "select position from events where tenant = $1 and stream = $2 order by version desc limit 1",
            tenant,
            ALLOCATION.stream(PARTNERSHIP),
        )
    if last is not None:
        await wait_until_projected(
            connection, last, "The round before this one is still being written up; ask again in a moment.", PATIENCE
        )
