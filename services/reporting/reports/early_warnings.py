"""Early warnings: facts that call for somebody's attention, each with what to do about it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind, behind_delivery, behind_placement
from services.reporting.reports.placement_requirements import PLACEMENT_REQUIREMENTS
from services.reporting.reports.report import AS_OF, Report, in_scope
from services.reporting.tables.assessments import ASSESSMENTS
from services.reporting.tables.mentors import MENTORS
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.programmes import PROGRAMMES
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.relationships import RELATIONSHIPS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.unplaced import UNPLACED
from services.reporting.views.delivery import DELIVERY, DUE_MEANS, KEPT_DELIVERIES, MADE_FROM
from services.reporting.views.judgements import KEPT_JUDGEMENTS
from services.reporting.views.over_capacity import KEPT_OVER_CAPACITY
from services.reporting.views.placement_statuses import KEPT_PLACEMENTS
from services.reporting.views.requirements import KEPT_REQUIREMENTS
from shared.kernel.answers import Answer

SOON = 28
"""Days before something begins, or has to be booked, from which on it is a warning that it is not arranged."""
RECENT = 21
"""Days within which the last week without a record lies: an older one is no early warning any more."""

WarningKind = Literal[
    "without_placement", "meetings_not_recorded", "missed_in_a_row", "over_capacity", "not_on_track", "days_to_book"
]

ACTIONS: dict[WarningKind, str] = {
    "without_placement": "Look at what would help in the placements report, and ask a school for one more place.",
    "meetings_not_recorded": "Ask the two whether they met; it takes one request to record it.",
    "missed_in_a_row": "Ask the two what keeps them from meeting, and whether another time would suit them better.",
    "over_capacity": "Ask for more hours for the mentor, or find another mentor for one of them.",
    "not_on_track": "See that there is a support plan, and that the trainee knows of it.",
    "days_to_book": "Book the days that are missing with a school, or move the end of the course.",
}
"""What can be done about each kind of warning."""


KINDS_MEAN = (
    f"`without_placement`: accepted or unplaced, in a programme that runs or begins within {SOON} days; a line for "
    "each programme. Not of somebody whom a review let go, or who has a mentor for it without a placement, such as a "
    "teacher in induction, a pupil or a peer, until one of the two ends that early. "
    f"`meetings_not_recorded`: at least two, the last in a week that began in the last {RECENT} days. "
    "`missed_in_a_row`: at least two since the last meeting that was held. "
    "`over_capacity`: the active relationships of a mentor take more minutes a week than they have. "
    "`not_on_track`: in a standard of the last assessment. "
    f"`days_to_book`: they have to begin within {SOON} days, or it is too late for them."
)
"""How answers explain when there is a warning."""


class EarlyWarning(Answer):
    """A fact that somebody should look into now, and what can be done."""

    kind: WarningKind = Field(description="What it is.")
    about_id: UUID = Field(description="The relationship, the trainee or the mentor that it is about.")
    programme_id: UUID | None = Field(description="The programme, where it is about one.")
    trainee_id: UUID | None = Field(description="The trainee, where it is about one.")
    mentor_id: UUID | None = Field(description="The mentor, where it is about one.")
    school_urn: str | None = Field(description="The school, where it is about one.")
    school_name: str | None = Field(description="Its name.")
    since: date = Field(description="The day from which it is so, or by which something has to be done.")
    fact: str = Field(description="What is so, as a sentence.")
    action: str = Field(description="What can be done about it.")


def _in_words(day: str) -> str:
    return f"to_char({day}, 'FMDD FMMonth YYYY')"


_IDS = {"programme_id": "uuid", "trainee_id": "uuid", "mentor_id": "uuid", "school_urn": "text"}
"""What a warning can be about, with the SQL type of each."""


def _kind(kind: WarningKind, about: str, since: str, fact: str, source: str, *, ids: Collection[str] = _IDS) -> str:
    """One kind of warning as a query over `source`, which has the columns `ids`; the others are null."""
    named = ", ".join(f"{name if name in ids else 'null'}::{sql} as {name}" for name, sql in _IDS.items())
    return f"""
        select '{kind}' as kind, {about} as about_id, {named}, {since}::date as since, {fact} as fact,
               '{ACTIONS[kind]}' as action
        from {source}"""


_WARNINGS = " union all ".join(
    (
        _kind(
            "without_placement",
            "trainee_id",
            "p.starts_on",
            f"'Accepted and without a placement; the programme begins on ' || {_in_words('p.starts_on')} || '.'",
            f"waiting join programmes p using (programme_id) where p.starts_on <= {AS_OF} + {SOON} "
            f"and p.ends_on >= {AS_OF}",
            ids=("programme_id", "trainee_id"),
        ),
        _kind(
            "meetings_not_recorded",
            "relationship_id",
            "missing_weeks[1]",
            "not_recorded || ' meetings that were due are not recorded, the last in the week from ' "
            f"|| {_in_words('missing_weeks[cardinality(missing_weeks)]')} || '.'",
            f"running where not_recorded >= 2 and missing_weeks[cardinality(missing_weeks)] >= {AS_OF} - {RECENT}",
        ),
        _kind(
            "missed_in_a_row",
            "relationship_id",
            "first_missed_on",
            "missed_in_row || ' meetings in a row were missed.'",
            "running where missed_in_row >= 2",
        ),
        _kind(
            "over_capacity",
            "mentor_id",
            "since",
            "'Gives ' || minutes::float8 / 60 || ' hours a week, and has ' || capacity_hours || '.'",
            "over_capacity",
            ids=("mentor_id", "school_urn"),
        ),
        _kind(
            "not_on_track",
            "trainee_id",
            "assessed_on",
            "'The last assessment says not on track in ' || standards || '.'",
            "judgements",
            ids=("programme_id", "trainee_id", "school_urn"),
        ),
        _kind(
            "days_to_book",
            "trainee_id",
            "book_by",
            "(coalesce(days_to_book, 0) + coalesce(intensive_to_book, 0)) || ' days are neither done nor planned.'",
            f"requirements where verdict in ('to_book', 'too_late') and book_by <= {AS_OF} + {SOON}",
            ids=("trainee_id",),
        ),
    )
)


_WITHOUT_PLACEMENT = "role not in ('lead', 'supporting')"
"""Of a relationship: it needs no placement, and is no support beside the mentor of one."""
_GOES_ON = f"(ends_on >= {AS_OF} or coalesce(ended_because, 'closed_in_review') = 'closed_in_review')"
"""Of a relationship: it goes on, or has ended as it should."""


def _is(kind: WarningKind) -> str:
    return f"shown.kind = '{kind}'"


_OF_SHOWN = behind_placement("shown.about_id", "shown.programme_id")
_IS_ACTIVE = f"t.starts_on <= {AS_OF} and {AS_OF} <= t.ends_on"

EARLY_WARNINGS = Report(
    name="early-warnings",
    title="Early warnings",
    question="What should somebody look into now, before it grows?",
    row=EarlyWarning,
    key=("kind", "about_id", "programme_id"),
    filters=("kind", "programme_id", "trainee_id", "mentor_id", "school_urn"),
    scope=policy.early_warnings,
    made_from=(
        *MADE_FROM,
        *(REFERRALS, UNPLACED, PROGRAMMES, ASSESSMENTS),
        *(model for model in PLACEMENT_REQUIREMENTS.made_from if model not in MADE_FROM),
    ),
    figures=(KEPT_DELIVERIES, KEPT_PLACEMENTS, KEPT_REQUIREMENTS, KEPT_JUDGEMENTS, KEPT_OVER_CAPACITY),
    behind=(
        *behind_delivery("r.relationship_id = shown.about_id"),
        Behind(RELATIONSHIPS, f"{_is('over_capacity')} and t.mentor_id = shown.about_id and {_IS_ACTIVE}"),
        Behind(MENTORS, f"{_is('over_capacity')} and t.mentor_id = shown.about_id"),
        Behind(REFERRALS, f"{_is('without_placement')} and {_OF_SHOWN}"),
        Behind(UNPLACED, f"{_is('without_placement')} and {_OF_SHOWN}"),
        Behind(PAIRS, f"{_is('without_placement')} and {_OF_SHOWN}"),
        Behind(TRAINING_STATUSES, f"{_is('without_placement')} and t.trainee_id = shown.about_id"),
        Behind(
            RELATIONSHIPS,
            f"{_is('without_placement')} and t.{_WITHOUT_PLACEMENT} and t.programme_id = shown.programme_id "
            "and (t.trainee_id = shown.about_id or (t.role = 'peer' and t.mentor_id = shown.about_id))",
        ),
        Behind(PROGRAMMES, f"{_is('without_placement')} and t.programme_id = shown.programme_id"),
        Behind(
            ASSESSMENTS,
            f"{_is('not_on_track')} and t.trainee_id = shown.about_id and t.assessed_on <= {AS_OF}",
        ),
        Behind(
            RELATIONSHIPS,
            f"{_is('not_on_track')} and t.relationship_id in "
            "(select relationship_id from assessments where trainee_id = shown.about_id)",
        ),
        *(
            replace(each, where=f"{_is('days_to_book')} and {each.where}", columns=None)
            for each in PLACEMENT_REQUIREMENTS.behind
        ),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=(KINDS_MEAN, DUE_MEANS),
    not_for="judging anybody: each line is a fact with many possible reasons, and the first step is to ask.",
    sql=f"""
        with running as not materialized (  -- of a few warnings, no more than theirs are read
            select * from ({DELIVERY}) delivery where active
        ), mentored as materialized (  -- in a programme that needs no placement; of two peers both
            select programme_id,
                   unnest(array[trainee_id] || case when role = 'peer' then array[mentor_id] end) as trainee_id
            from relationships where {_WITHOUT_PLACEMENT} and {_GOES_ON}
        ), waiting as (
            select programme_id, trainee_id from placements
            where standing in ('accepted', 'unplaced') and reason is distinct from 'closed_in_review'
              and not exists (select from mentored m where m.programme_id = placements.programme_id
                                and m.trainee_id = placements.trainee_id)
        ), warned as ({_WARNINGS})
        select w.*, s.name as school_name from warned w left join schools s on s.urn = w.school_urn
        where {in_scope(school="w.school_urn")}""",
)
