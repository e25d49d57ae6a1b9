"""Common needs: what several people of a school want to learn, for training of the whole school."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind
from services.reporting.reports.report import AS_OF, Report, in_scope
from services.reporting.tables.common_needs import COMMON_NEEDS
from services.reporting.tables.schools import SCHOOLS
from shared.kernel.answers import Answer


class CommonNeed(Answer):
    """A need that people of a school share in a term."""

    programme_id: UUID = Field(description="The programme whose codes name the need.")
    school_urn: str = Field(description="The school.")
    until: date = Field(description="The last day of the term for which it was counted.")
    code: str = Field(description="The need, by the programme's code.")
    school_name: str | None = Field(description="The school's name.")
    people: int = Field(description="How many people named it: never fewer than the programme's smallest group.")
    terms: int = Field(description="In how many counted terms up to this one the school had the need.")


COMMON_NEEDS_REPORT = Report(
    name="common-needs",
    title="Common needs",
    question="Which needs do several people of a school share, so that training of the whole school would help?",
    row=CommonNeed,
    key=("programme_id", "school_urn", "until", "code"),
    filters=("programme_id", "school_urn", "until", "code"),
    scope=policy.common_needs,
    made_from=(COMMON_NEEDS, SCHOOLS),
    behind=(
        Behind(
            COMMON_NEEDS,
            "(t.programme_id, t.school_urn) = (shown.programme_id, shown.school_urn) and t.until <= shown.until",
            ("people", "terms"),
        ),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=("A need of fewer people than the programme's smallest group is not counted anywhere.",),
    not_for="finding out who has a need: nobody is named, and the counts are made once a term so that none can be.",
    sql=f"""
        select programme_id, school_urn, until, need.code, s.name as school_name, need.people,
               count(*) over (partition by programme_id, school_urn, need.code order by until)::int as terms
        from common_needs n cross join lateral jsonb_to_recordset(needs) as need (code text, people int)
        left join schools s on s.urn = n.school_urn
        where until <= {AS_OF} and {in_scope(school="school_urn")}""",
)
