"""The loop that keeps the figures of today (`kept.py`), of every partnership."""

import asyncio
from collections.abc import Sequence
from datetime import date

from services.reporting.views.current_rows import current_rows
from services.reporting.views.delivery import KEPT_DELIVERIES
from services.reporting.views.judgements import KEPT_JUDGEMENTS
from services.reporting.views.kept import CHOSEN, SINCE, Kept
from services.reporting.views.over_capacity import KEPT_OVER_CAPACITY
from services.reporting.views.placement_statuses import KEPT_PLACEMENTS
from services.reporting.views.requirements import KEPT_REQUIREMENTS
from services.reporting.views.targets_left_alone import KEPT_TARGETS_LEFT_ALONE
from shared.kernel.loops.follower import repeat
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Connection, name_tenants
from shared.kernel.postgres.progress import PROJECTED, projected_position
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.settings import Settings
from shared.kernel.unit import utc_now

KEPT: Sequence[Kept] = (
    *(KEPT_DELIVERIES, KEPT_PLACEMENTS, KEPT_REQUIREMENTS),
    *(KEPT_JUDGEMENTS, KEPT_OVER_CAPACITY, KEPT_TARGETS_LEFT_ALONE),
)
AT_MOST_EVERY = 1.0
"""Seconds between two turns: while many events come, each would change a few figures."""
PAUSE = 9
"""How many times as long as a turn the pause after it is at least, so that the loop takes a tenth of a processor."""
WITHIN = 3_600.0
"""Seconds that the figures of a whole partnership may take."""

PARTNERSHIPS = """
    partnerships as (  -- from one to the next in the index, without reading all events
        select min(tenant) as tenant from events
        union all
        select (select min(tenant) from events e where e.tenant > p.tenant)
        from partnerships p where p.tenant is not null
    )"""
"""A recursive common table expression with the tenants that have events, and a null."""

_BEHIND = f"""
    with recursive {PARTNERSHIPS}
    select p.tenant, k.name
    from partnerships p cross join unnest($2::text[], $3::text[]) as k (name, definition)
    left join kept_figures f using (tenant, name)
    where p.tenant is not null and (
        f.as_of is distinct from $1 or f.definition <> k.definition
        or exists (
            select from events e
            where e.tenant = p.tenant and e.position > f.position and e.position <= ({PROJECTED})
        )
    )"""
_LOCK = "hashtextextended('kept/' || $1 || '/' || $2, 0)"


async def keep_figures(store: PostgresStore, notifier: Notifier, settings: Settings) -> None:
    """Keep the figures of today of every partnership until cancelled: a loop of reporting's worker."""

    async def take_turn() -> int:
        clock = asyncio.get_running_loop().time
        begun = clock()
        kept = await keep_figures_up_to(store, settings.today(utc_now()))
        await asyncio.sleep(max(AT_MOST_EVERY, PAUSE * (clock() - begun)))
        return kept

    await repeat("figures", take_turn, store.transient_errors, notifier, 1)


async def keep_figures_up_to(store: PostgresStore, today: date) -> int:
    """Bring the kept figures up to a day and to what is known now; return how many sets of a partnership were not.

    Each set is left to one of the workers that do so at the same time.
    """
    by_name = {kept.name: kept for kept in KEPT}
    definitions = [kept.definition for kept in KEPT]
    async with store.pool.acquire() as connection:
        behind = await connection.fetch(_BEHIND, today, list(by_name), definitions)
        for tenant, name in behind:
            if await connection.fetchval(f"select pg_try_advisory_lock({_LOCK})", tenant, name):
                try:
                    await _keep(connection, by_name[name], tenant, today)
                finally:
                    await connection.execute(f"select pg_advisory_unlock({_LOCK})", tenant, name)
    return len(behind)


async def _keep(connection: Connection, kept: Kept, tenant: str, today: date) -> None:
    rows = current_rows(past=False, named=True)
    # one snapshot for all: the figures, and the position up to which they are reckoned
    async with connection.transaction(isolation="repeatable_read"):
        await name_tenants(connection, [tenant])
        await connection.execute("set local plan_cache_mode = 'force_custom_plan'")
        position = await projected_position(connection)
        if await choose_what_to_reckon(connection, rows, today, [kept]):
            await connection.execute(f"{rows}, {kept.forget}", timeout=WITHIN)
            await connection.execute(f"{rows}, {kept.keep}", today, tenant, timeout=WITHIN)
        await connection.execute(
            """insert into kept_figures (tenant, name, as_of, position, definition) values ($1, $2, $3, $4, $5)
               on conflict (tenant, name) do update
               set as_of = excluded.as_of, position = excluded.position, definition = excluded.definition""",
            tenant,
            kept.name,
            today,
            position,
            kept.definition,
        )


async def choose_what_to_reckon(
    connection: Connection, current: str, day: date | None, sets: Sequence[Kept]
) -> Sequence[Kept]:
    """Choose which figures up to a day the transaction reckons: all where none are kept, or the day is None.

    Return the sets of which there are any to reckon; of the others those that are kept are those of now.
    """
    rows = await connection.fetch(
        f"""select set_config('{SINCE}' || k.name, coalesce(f.position::text, ''), true),
                   set_config('{CHOSEN}' || k.name, '', true), f.position is not null as is_kept,
                   exists (
                       select from events e
                       where e.tenant = f.tenant and e.position > f.position and e.position <= ({PROJECTED})
                   ) as is_behind
            from unnest($1::text[], $2::text[]) with ordinality as k (name, definition, nth)
            left join kept_figures f
                 on f.tenant = any ((select named_tenants())::text[]) and f.name = k.name
                    and f.definition = k.definition and f.as_of = $3
            order by nth""",
        [kept.name for kept in sets],
        [kept.definition for kept in sets],
        day,
    )
    return [
        kept
        for kept, row in zip(sets, rows, strict=True)
        if not row["is_kept"] or (row["is_behind"] and await connection.fetchval(f"{current}, {kept.choose}"))
    ]
