"""Impact: what changed between the baseline and the end, for those whose numbers are released."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.groups.intervals import middle
from services.reporting.reports.periods import SETTLED_MEANS, Period, Programme, last_term
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Report, in_scope, reckoned_rows
from services.reporting.reports.settled import SettledFigures
from services.reporting.tables.measures import MEASURES
from services.reporting.tables.programmes import PROGRAMMES
from services.reporting.tables.relationships import RELATIONSHIPS
from shared.kernel.answers import Answer


class Impact(Answer):
    """The change of an answer over the mentorings that ended in a term."""

    programme_id: UUID = Field(description="The programme.")
    instrument: str = Field(description="The instrument, by the programme's code.")
    role: str = Field(description="In which role it was answered.")
    item: str = Field(description="The question.")
    until: date = Field(description="The last day of the term in which the mentorings ended.")
    mentorings: int = Field(description="Mentorings that ended in the term and have a baseline.")
    without_end: int = Field(description="Of these, those in which it was not answered at the end.")
    not_released: int = Field(
        description="Of the others, those whose mentee did not release both answers to be counted, or which do not "
        "have a number for this question both times."
    )
    people: int | None = Field(
        description="Mentees whose change is counted. Empty, as all that follows, where they are fewer than the "
        "programme's smallest group."
    )
    at_baseline: float | None = Field(description="The median of their baselines.")
    at_end: float | None = Field(description="The median of their answers at the end.")
    change: float | None = Field(description="The median of their changes.")
    low: float | None = Field(description="The low end of its interval of 95 %; empty for fewer than six people.")
    high: float | None = Field(description="The high end of the interval.")
    went_up: int | None = Field(description="People whose number went up.")
    went_down: int | None = Field(description="People whose number went down.")
    settled: bool = Field(description="Whether the figures are as they were known when the term was settled.")


class _Mentoring(Answer):
    """The baseline of a mentoring that ended in the term, and what it was at the end."""

    programme_id: UUID
    trainee_id: UUID
    instrument: str
    role: str
    at_baseline: dict[str, float] | None
    has_end: bool
    at_end: dict[str, float] | None


_MEASURED = """
    with measured as (
        select relationship_id, instrument, role, occasion, numbers,
               row_number() over (
                   partition by relationship_id, instrument, role, occasion order by taken_on desc, measure_id
               ) as nth
        from measures where taken_on <= $3
    )
    select r.programme_id, r.trainee_id, b.instrument, b.role, b.numbers as at_baseline,
           e.relationship_id is not null as has_end, e.numbers as at_end
    from relationships r
    join measured b on b.relationship_id = r.relationship_id and b.occasion = 'baseline' and b.nth = 1
    left join measured e on e.relationship_id = r.relationship_id and e.instrument = b.instrument and e.role = b.role
         and e.occasion = 'end' and e.nth = 1
    where r.ends_on between $1 and $2 and r.programme_id = any ($4)
    order by r.programme_id, b.instrument, b.role, r.relationship_id"""
"""The mentorings of these programmes that ended from $1 to $2 and have a baseline, with what was measured by $3."""


async def _count(reader: ReportReader, period: Period, programmes: Sequence[Programme]) -> list[Mapping[str, object]]:
    smallest = {programme.programme_id: programme.smallest_group for programme in programmes}
    found = defaultdict(list)
    for each in await _measured(reader, period, list(smallest)):
        found[each.programme_id, each.instrument, each.role].append(each)
    return [
        {"programme_id": programme_id, "instrument": instrument, "role": role, "until": period.last_day, **figure}
        for (programme_id, instrument, role), mentorings in found.items()
        for figure in changes(mentorings, smallest[programme_id])
    ]


async def _measured(reader: ReportReader, period: Period, programmes: Sequence[UUID]) -> list[_Mentoring]:
    return await reader.all(
        _Mentoring,
        f"{reader.current_rows} select * from ({_MEASURED}) mentoring",
        period.first_day,
        period.last_day,
        period.settled_on,
        programmes,
    )


_SHOWN = ("people", "at_baseline", "at_end", "change", "low", "high", "went_up", "went_down")
"""What is empty where too few are counted."""


def changes(mentorings: Sequence[_Mentoring], smallest: int) -> Iterator[Mapping[str, object]]:
    """Yield a row for each question of an instrument that has a number: without figures where too few are counted.

    Somebody with several mentorings in the term counts with the first of them.
    """
    without_end = sum(not each.has_end for each in mentorings)
    numbers = {item for each in mentorings for when in (each.at_baseline, each.at_end) for item in when or ()}
    for item in sorted(numbers):
        both = [
            (each.trainee_id, each.at_baseline[item], each.at_end[item])
            for each in mentorings
            if each.at_baseline and each.at_end and item in each.at_baseline and item in each.at_end
        ]
        people = {trainee_id: (before, after) for trainee_id, before, after in reversed(both)}
        yield {
            "item": item,
            "mentorings": len(mentorings),
            "without_end": without_end,
            "not_released": len(mentorings) - without_end - len(both),
            **_figures(list(people.values()), smallest),
        }


def _figures(pairs: Sequence[tuple[float, float]], smallest: int) -> Mapping[str, object]:
    if not pairs or len(pairs) < smallest:
        return dict.fromkeys(_SHOWN)
    differences = [after - before for before, after in pairs]
    change = middle(differences)
    return {
        "people": len(pairs),
        "at_baseline": middle([before for before, _ in pairs]).value,
        "at_end": middle([after for _, after in pairs]).value,
        "change": change.value,
        "low": change.low,
        "high": change.high,
        "went_up": sum(difference > 0 for difference in differences),
        "went_down": sum(difference < 0 for difference in differences),
    }


SETTLED_IMPACT = SettledFigures("impact", Impact, last_term, _count)
"""The figures by term."""

IMPACT = Report(
    name="impact",
    title="Impact",
    question="What changed between the baseline and the end of the mentorings that ended in a term?",
    row=Impact,
    key=("programme_id", "instrument", "role", "item"),
    filters=("programme_id", "instrument", "role", "item"),
    scope=policy.impact,
    made_from=(MEASURES, RELATIONSHIPS, PROGRAMMES),
    notes=(
        SETTLED_MEANS,
        "Only numbers that a mentee released to be counted are in a figure, both those of the baseline and of the end.",
        "The interval is that of the median by the binomial distribution: it covers the true one in 19 of 20 groups.",
        (
            "What mentees wrote is never here: reporting holds no words of theirs. Whoever they released an answer to "
            "reads it in sessions, with `GET /measures/{series_id}`."
        ),
    ),
    not_for="saying that mentoring was the cause: nobody was compared with somebody who had none.",
    reckon=SETTLED_IMPACT.reckon,
    sql=f"select * from {reckoned_rows(Impact, SETTLED_IMPACT.table)} where {in_scope()}",
)
