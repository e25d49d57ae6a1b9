"""Open targets that are past their day, or that nobody has looked at again for weeks."""

from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.targets import TARGETS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.current_rows import NAMED
from services.reporting.views.kept import Kept, changed_relationships, changes, renamed_people, to_reckon
from services.reporting.views.open_targets import targets_on

LEFT_ALONE = 28
"""Days after which a target is left alone, if it was neither reviewed nor set anew in them."""

_NAME = "targets_left_alone"
_OF_TARGET = ("relationship_id", "standards", "set_on", "due_on")
_OF_RELATIONSHIP = ("trainee_id", "mentor_id", "programme_id", "school_urn", "ends_on")

KEPT_TARGETS_LEFT_ALONE = Kept(
    name=_NAME,
    key="target_id",
    figures=(*_OF_TARGET, *_OF_RELATIONSHIP, "reviewed_on", "looked_at_on"),
    made_from=(TARGETS, RELATIONSHIPS, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changes=f"""{renamed_people(_NAME)},
    changed_relationships as materialized (
        {changed_relationships(_NAME)}
    ), changed as materialized (
        {changes(_NAME, TARGETS, "target_id")}
        union all
        select target_id from reading.{TARGETS.name}
        where {NAMED} and exists (select from changed_relationships)
              and relationship_id in (select relationship_id from changed_relationships)
    )""",
    reckon=f"""chosen as (
        select *, greatest(set_on, case when reviewed_on <= $1::date then reviewed_on end) as looked_at_on
        from ({targets_on("$1::date")}) target where open and set_on is not null and {to_reckon(_NAME, "target_id")}
    )""",
    reckoned=f"""t.target_id, {", ".join(f"t.{column}" for column in _OF_TARGET)},
           {", ".join(f"r.{column}" for column in _OF_RELATIONSHIP)},
           case when t.reviewed_on <= $1::date then t.reviewed_on end as reviewed_on, t.looked_at_on
    from chosen t join relationships r using (relationship_id)
    where t.due_on < $1::date and t.looked_at_on < t.due_on or $1::date - t.looked_at_on > {LEFT_ALONE}""",
)
