"""Mentors whose active relationships take more minutes a week than they have."""

from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED
from services.reporting.views.kept import Kept, changes, is_all, renamed_people

_NAME = "over_capacity"
_IS_ACTIVE = "starts_on <= $1::date and $1::date <= ends_on"

KEPT_OVER_CAPACITY = Kept(
    name=_NAME,
    key="mentor_id",
    figures=("school_urn", "capacity_hours", "minutes", "since"),
    made_from=(MENTORS, RELATIONSHIPS, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changes=f"""{renamed_people(_NAME)},
    changed as materialized (
        select coalesce(k.kept_id, each.mentor_id) as mentor_id
        from (
            {changes(_NAME, MENTORS, "mentor_id")}
            union all {changes(_NAME, RELATIONSHIPS, "mentor_id")}
            union all  -- a trainee whose registration was undone takes the relationship along
            select mentor_id from reading.{RELATIONSHIPS.name}
            where {NAMED} and exists (select from renamed) and trainee_id in (select person_id from renamed)
        ) each left join kept_records k on k.merged_id = each.mentor_id
        union select person_id from renamed where person_id is not null
    )""",
    reckon=f"""
    changed_records as materialized (
        select mentor_id as record_id from changed
        union all select merged_id from kept_records join changed on kept_id = mentor_id
    ), active as (
        select * from relationships where {_IS_ACTIVE} and {is_all(_NAME)}
        union all
        select * from relationships
        where {_IS_ACTIVE} and not {is_all(_NAME)} and mentor_record_id in (select record_id from changed_records)
    ), given as (
        select mentor_id, sum(mentor_minutes_per_week)::bigint as minutes, max(starts_on) as since
        from active group by mentor_id
    )""",
    reckoned="""mentor_id, school_urn, capacity_hours, minutes, since
    from mentors join given using (mentor_id) where minutes > round(capacity_hours * 60)""",
)
