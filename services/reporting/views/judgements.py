"""Trainees who, by their last assessment, are not on track in a standard."""

from services.reporting.tables.assessments import ASSESSMENTS
from services.reporting.tables.merges import MERGES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.undone_registrations import UNDONE_REGISTRATIONS
from services.reporting.views.kept import (
    CHANGED_RECORDS,
    Kept,
    changed_relationships,
    changed_trainees,
    of_changed_trainees,
)

_NAME = "judgements"

KEPT_JUDGEMENTS = Kept(
    name=_NAME,
    key="trainee_id",
    figures=("programme_id", "school_urn", "assessed_on", "standards"),
    made_from=(ASSESSMENTS, RELATIONSHIPS, MERGES, UNDONE_REGISTRATIONS, REFERRALS),
    changes=changed_trainees(
        _NAME,
        (ASSESSMENTS, RELATIONSHIPS),
        # an assessment may come before the relationship that it is of, and either may name another record of the two
        f"""
        union
        select trainee_id from assessments where relationship_id in (
            {changed_relationships(_NAME)}
        )""",
    ),
    reckon=f"""{CHANGED_RECORDS}, chosen_assessments as (
        {of_changed_trainees(_NAME, ASSESSMENTS)}
    ), last as (
        select distinct on (a.trainee_id) a.trainee_id, r.programme_id, r.school_urn, a.assessed_on, a.judgements
        from chosen_assessments a join relationships r using (relationship_id) where a.assessed_on <= $1
        order by a.trainee_id, a.assessed_on desc, a.assessment_id
    )""",
    reckoned="""trainee_id, programme_id, school_urn, assessed_on, (
            select string_agg(standard, ', ' order by standard)
            from jsonb_each_text(judgements) judged (standard, judgement) where judgement = 'not_on_track'
        ) as standards
    from last where jsonb_path_exists(judgements, '$.* ? (@ == "not_on_track")')""",
)
