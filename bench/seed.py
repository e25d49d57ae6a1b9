"""Stores with many events in them, written by SQL as a superuser may: what is measured comes after.

The events are real ones of sessions and reporting, with the traces that every request leaves.
"""

from datetime import date, timedelta
from uuid import UUID, uuid5

from shared.calendar import bank_holiday_on
from shared.kernel.postgres import connect

TENANT = "bench"
SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
MENTOR = uuid5(SPACE, "mentor")
STARTS, ENDS = date(2026, 9, 1), date(2027, 7, 31)
_ALL_DAYS = (STARTS + timedelta(days=nth) for nth in range((ENDS - STARTS).days))
DAYS = tuple(day for day in _ALL_DAYS if bank_holiday_on(day) is None)
"""The days on which a meeting can be recorded."""
COHORT = 2500
"""Targets that are followed up side by side: an event is that far from the one before it in its stream."""

_INTO = """
    insert into events (id, tenant, stream, version, type, schema_version, body, happened_on,
                        actor, correlation_id, traceparent)"""
_CAUSE = """
    'bench', gen_random_uuid(), '00-' || md5(n::text) || '-' || left(md5(n::text || 'span'), 16) || '-01'"""

_TARGETS = f"""
    with numbered as (
        select n, n / (4 * $2) * $2 + n % $2 as target, n % (4 * $2) / $2 as nth from generate_series(0, $1 - 1) n
    ), named as (
        select n, nth, md5('target' || target)::uuid as target_id,
               md5('relationship' || target / 10)::uuid as relationship_id
        from numbered
    )
    {_INTO}
    select gen_random_uuid(), '{TENANT}', 'sessions/target-' || target_id, nth + 1,
           case nth when 0 then 'sessions.target_set' else 'sessions.target_reviewed' end, 1,
           jsonb_build_object('happened_on', date '2026-09-14' + 7 * nth, 'target_id', target_id,
                              'relationship_id', relationship_id, 'trainee_id', md5(relationship_id::text)::uuid)
           || case nth when 0 then jsonb_build_object('due_on', date '2026-12-14')
                       else jsonb_build_object('status', case nth when 3 then 'met' else 'progressing' end) end,
           date '2026-09-14' + 7 * nth, {_CAUSE}
    from named order by n"""

_MEETINGS = f"""
    {_INTO}
    select gen_random_uuid(), '{TENANT}', 'meeting-' || md5('meeting' || n)::uuid, 1, 'sessions.meeting_missed', 1,
           jsonb_build_object('happened_on', date '2026-09-14', 'meeting_id', md5('meeting' || n)::uuid,
                              'relationship_id', md5('relationship' || n / 30)::uuid,
                              'trainee_id', md5('trainee' || n / 30)::uuid, 'by', 'mentor', 'reason', 'cover'),
           date '2026-09-14', {_CAUSE}
    from generate_series(0, $1 - 1) n order by n"""

_RELATIONSHIPS = f"""
    {_INTO}
    select gen_random_uuid(), '{TENANT}', 'relationship-' || id, 1, 'sessions.relationship_opened', 1,
           jsonb_build_object('happened_on', $2::date, 'relationship_id', id, 'programme_id', '{SPACE}',
                              'trainee_id', md5(id::text)::uuid, 'mentor_id', '{MENTOR}', 'school_urn', '100001',
                              'starts_on', $2::date, 'ends_on', date '{ENDS}', 'meetings_per_week', 1,
                              'targets_per_meeting', 3, 'assessor_is_not_mentor', true, 'mentor_hours_per_week', 1.5),
           $2::date, {_CAUSE}
    from unnest($1::uuid[]) with ordinality r (id, n) order by n"""

_STREAMS = """
    insert into streams (tenant, stream, version) select tenant, stream, max(version) from events group by 1, 2
    on conflict (tenant, stream) do update set version = excluded.version"""


async def seed_targets(url: str, events: int) -> None:
    """Reporting's store: targets set and reviewed three times, `COHORT` of them at a time."""
    await _seed(url, _TARGETS, events, COHORT)


async def seed_meetings(url: str, events: int) -> None:
    """Sessions' store: so many meetings that were missed."""
    await _seed(url, _MEETINGS, events)


async def seed_relationships(url: str, ids: list[UUID], starts: date = STARTS) -> None:
    """Sessions' store: relationships of one mentor, `MENTOR`, to `ENDS`."""
    await _seed(url, _RELATIONSHIPS, ids, starts)


async def _seed(url: str, sql: str, *values: object) -> None:
    connection = await connect(url)
    try:
        await connection.execute(sql, *values, timeout=600)
        await connection.execute(_STREAMS, timeout=600)
        await connection.execute("vacuum analyze", timeout=600)
    finally:
        await connection.close()


def meetings(number: int, first: int = 0) -> list[tuple[UUID, date]]:
    """Places for so many meetings, each a relationship and a day, beginning with the `first`."""
    return [
        (uuid5(SPACE, f"relationship {nth // len(DAYS)}"), DAYS[nth % len(DAYS)])
        for nth in range(first, first + number)
    ]


def relationships(number: int) -> list[UUID]:
    """The relationships in which so many meetings find a place."""
    return list(dict.fromkeys(relationship for relationship, _ in meetings(number)))
