"""Days of trainees in schools, counted by what became of them. Half a day counts 0.5."""

from services.reporting.tables.days import DAYS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED
from services.reporting.views.kept import Kept, changes, is_kept, people_referred_again, since

_NAME = "days"
_DONE = "state in ('logged', 'confirmed', 'accepted') and day <= $1"
_PLANNED = "state in ('planned', 'returned') and day > $1"


def _half_days(kind: str, condition: str) -> str:
    return f"count(*) filter (where kind = '{kind}' and {condition}) / 2.0::float8"


def _schools(condition: str) -> str:
    return f"coalesce(array_agg(distinct school_urn) filter (where {condition}), '{{}}')"


_FIGURES = {
    "days_done": _half_days("general", _DONE),
    "days_logged": _half_days("general", f"state = 'logged' and {_DONE}"),
    "days_confirmed": _half_days("general", f"state = 'confirmed' and {_DONE}"),
    "days_accepted": _half_days("general", f"state = 'accepted' and {_DONE}"),
    "days_planned": _half_days("general", _PLANNED),
    "intensive_done": _half_days("intensive", _DONE),
    "intensive_planned": _half_days("intensive", _PLANNED),
    "schools_taught": _schools(_DONE),
    "schools_planned": _schools(_PLANNED),
}

_CHANGED = f"""
    changed as materialized (
        select coalesce(k.kept_id, person_id) as trainee_id from (
            {changes(_NAME, DAYS, "trainee_id as person_id")}
            union all {changes(_NAME, MERGES, "merged_id")}
            union all {changes(_NAME, UNDONE_REGISTRATIONS, "person_id")}
            union all {people_referred_again(_NAME)}
        ) each left join kept_records k on k.merged_id = each.person_id
    )"""

_RECKON = f"""
    chosen as (  -- all days, or by an index those of trainees for whom something has changed
        select * from days where {since(_NAME)} is null
        union all
        select * from days where {since(_NAME)} is not null and trainee_record_id in (
            select trainee_id from changed
            union all select merged_id from kept_records join changed on kept_id = trainee_id
        )
    ), half as (  -- a half that two merged records have counts once
        select distinct on (trainee_id, day, half) trainee_id, day, state, kind, school_urn
        from chosen cross join lateral (
            values ('morning', morning_state, morning_kind, morning_school),
                   ('afternoon', afternoon_state, afternoon_kind, afternoon_school)
        ) each (half, state, kind, school_urn)
        where state is not null order by trainee_id, day, half, state, kind, school_urn
    )"""

_RECKONED = f"""trainee_id, {", ".join(f"{sql} as {figure}" for figure, sql in _FIGURES.items())}
    from half group by trainee_id"""

KEPT_DAYS = Kept(
    name=_NAME,
    key="trainee_id",
    figures=tuple(_FIGURES),
    made_from=(DAYS, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changed=_CHANGED,
    reckon=_RECKON,
    reckoned=_RECKONED,
)

DAYS_IN_SCHOOLS = f"""
    with {_CHANGED}, {_RECKON}
    select trainee_id, {", ".join(_FIGURES)} from {KEPT_DAYS.table}
    where {NAMED} and {is_kept(_NAME, "trainee_id")}
    union all
    select {_RECKONED}"""
"""Every trainee with days in schools: those done up to the day $1, those planned after it, and at which schools.

$1 is a parameter of the query that uses this one, which begins with the reader's `current_rows`.
"""
