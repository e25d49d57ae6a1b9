"""Parity: what mentees are entitled to and get, across schools, trusts, training routes and subjects."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.groups.disclosure import EVERYBODY, SMALL_GROUPS_HIDDEN, Group, Unit, groups_to_show
from services.reporting.groups.intervals import INTERVAL_MEANS, Figure, ratio, share
from services.reporting.reports.periods import SETTLED_MEANS, Period, Programme, last_month
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Report, in_scope, reckoned_rows
from services.reporting.reports.settled import SettledFigures
from services.reporting.tables.feedback import FEEDBACK
from services.reporting.tables.programmes import PROGRAMMES
from services.reporting.tables.targets import TARGETS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.views.delivery import DUE_MEANS, KEPT_DELIVERIES, MADE_FROM
from shared.kernel.answers import Answer

Entitlement = Literal[
    "meetings_held",
    "minutes_given",
    "missed_by_mentor",
    "missed_by_mentee",
    "targets_reviewed",
    "days_until_feedback",
]
GroupedBy = Literal["everybody", "trust", "school", "training_route", "subject"]


class ParityFigure(Answer):
    """What the people of a group got in a month of what they are entitled to."""

    programme_id: UUID = Field(description="The programme.")
    grouped_by: GroupedBy = Field(description="What the people of the group share.")
    value: str = Field(
        description="The value that they share: the code of a trust, the URN of a school, a route, or a route and a "
        "subject in it. Empty for everybody."
    )
    entitlement: Entitlement = Field(description="What is compared.")
    month: date = Field(description="The first day of the month.")
    school_urn: str | None = Field(description="The school, in a row of a school.")
    name: str | None = Field(description="The name of the school.")
    people: int | None = Field(description="Of how many people the figure is. Empty where it is not shown.")
    figure: float | None = Field(
        description="`meetings_held`: the part of the meetings due that were held in their week. `minutes_given`: "
        "minutes of meetings for each minute due. `missed_by_mentor` (absent, or covering a lesson) and "
        "`missed_by_mentee`: meetings missed for each meeting due. `targets_reviewed`: the part of the targets due in "
        "the month that were reviewed. "
        "`days_until_feedback`: days from the teaching to the feedback. Empty where it is not shown."
    )
    low: float | None = Field(description="The low end of its interval of 95 %.")
    high: float | None = Field(description="The high end of the interval.")
    settled: bool = Field(description="Whether the figure is as it was known when the month was settled.")


@dataclass(frozen=True, slots=True)
class _Entitlement:
    """Columns of `_Delivered`: the parts of a whole, and how the figure of a group is reckoned from both."""

    part: str
    whole: str
    reckon: Callable[[Sequence[tuple[float, float]]], Figure]


ENTITLEMENTS: Mapping[Entitlement, _Entitlement] = {
    "meetings_held": _Entitlement("held", "due", share),
    "minutes_given": _Entitlement("minutes", "minutes_due", ratio),
    "missed_by_mentor": _Entitlement("missed_by_mentor", "due", ratio),
    "missed_by_mentee": _Entitlement("missed_by_mentee", "due", ratio),
    "targets_reviewed": _Entitlement("targets_reviewed", "targets", share),
    "days_until_feedback": _Entitlement("feedback_days", "feedback", ratio),
}
_WHOLES = {each.whole for each in ENTITLEMENTS.values()}
"""Several entitlements are parts of one whole: the same people are counted in them, and so the same groups shown."""


class _Delivered(Answer):
    """What somebody got at a school in a month."""

    programme_id: UUID
    trainee_id: UUID
    school_urn: str
    name: str | None
    trust_code: str | None
    training_route: str | None
    subject: str | None
    due: int
    held: int
    minutes: int
    minutes_due: int
    missed_by_mentor: int
    missed_by_mentee: int
    targets: int
    targets_reviewed: int
    feedback: int
    feedback_days: int

    @property
    def unit(self) -> Unit:
        """The person in the groups that they are in."""
        trust = (Group("trust", self.trust_code),) if self.trust_code else ()
        route = (Group("training_route", self.training_route),) if self.training_route else ()
        subject = (Group("subject", f"{self.training_route} {self.subject}"),) if route and self.subject else ()
        return Unit(self.trainee_id, (*trust, Group("school", self.school_urn)), (*route, *subject))


_DELIVERED = f"""
    with by_the_end as (
        {KEPT_DELIVERIES.rows}
    ), before as (
        {KEPT_DELIVERIES.rows.replace("$1", "$2")}
    ), met as (
        select e.relationship_id, e.programme_id, e.trainee_id, e.school_urn, e.due - coalesce(b.due, 0) as due,
               e.due_held - coalesce(b.due_held, 0) as held, e.minutes - coalesce(b.minutes, 0) as minutes,
               e.minutes_due - coalesce(b.minutes_due, 0) as minutes_due
        from by_the_end e left join before b using (relationship_id)
        where e.programme_id = any ($3) and e.ends_on > $2
    ), missed as (
        select relationship_id, count(*) filter (where missed_reason in ('mentor_absent', 'cover')) as by_mentor,
               count(*) filter (where missed_reason = 'trainee_absent') as by_mentee
        from meetings where missed_on > $2 and missed_on <= $1 and held_on is null group by relationship_id
    ), looked_at as (
        select relationship_id, count(*) as due, count(*) filter (where reviewed_on <= $4) as reviewed
        from targets where due_on > $2 and due_on <= $1 group by relationship_id
    ), given as (
        select relationship_id, count(*) as number, sum(greatest(given_on - taught_on, 0)) as days
        from feedback where given_on > $2 and given_on <= $1 group by relationship_id
    )
    select m.programme_id, m.trainee_id, m.school_urn, s.name, s.trust_code, t.training_route, t.subject,
           sum(m.due)::bigint as due, sum(m.held)::bigint as held, sum(m.minutes)::bigint as minutes,
           sum(m.minutes_due)::bigint as minutes_due, coalesce(sum(missed.by_mentor), 0)::bigint as missed_by_mentor,
           coalesce(sum(missed.by_mentee), 0)::bigint as missed_by_mentee,
           coalesce(sum(looked_at.due), 0)::bigint as targets,
           coalesce(sum(looked_at.reviewed), 0)::bigint as targets_reviewed,
           coalesce(sum(given.number), 0)::bigint as feedback, coalesce(sum(given.days), 0)::bigint as feedback_days
    from met m left join schools s on s.urn = m.school_urn left join trainees t using (trainee_id)
    left join missed using (relationship_id) left join looked_at using (relationship_id)
    left join given using (relationship_id)
    group by m.programme_id, m.trainee_id, m.school_urn, s.name, s.trust_code, t.training_route, t.subject"""


async def _delivered(reader: ReportReader, period: Period, programmes: Sequence[UUID]) -> list[_Delivered]:
    await reader.reckon_all(KEPT_DELIVERIES)
    return await reader.all(
        _Delivered,
        f"{reader.current_rows} select * from ({_DELIVERED}) delivered",
        period.last_day,
        period.day_before,
        programmes,
        period.settled_on,
    )


async def _count(reader: ReportReader, period: Period, programmes: Sequence[Programme]) -> list[Mapping[str, object]]:
    by_programme: dict[UUID, list[_Delivered]] = defaultdict(list)
    for each in await _delivered(reader, period, [programme.programme_id for programme in programmes]):
        by_programme[each.programme_id].append(each)
    return [
        {"programme_id": programme.programme_id, "month": period.first_day, **figure}
        for programme in programmes
        for figure in figures(by_programme[programme.programme_id], programme.smallest_group)
    ]


def figures(delivered: Sequence[_Delivered], smallest: int) -> list[Mapping[str, object]]:
    """Return a row for each group and entitlement of a programme; without a figure where it would give people away.

    An entitlement that nobody of a group has in the month has no row.
    """
    names = {each.school_urn: each.name for each in delivered}
    counted = {whole: [each for each in delivered if getattr(each, whole) > 0] for whole in _WHOLES}
    shown = {whole: groups_to_show([each.unit for each in people], smallest) for whole, people in counted.items()}
    return [
        {
            "grouped_by": group.by,
            "value": group.value,
            "entitlement": entitlement,
            "school_urn": group.value if group.by == "school" else None,
            "name": names[group.value] if group.by == "school" else None,
            **figure,
        }
        for entitlement, columns in ENTITLEMENTS.items()
        for group, figure in _figures(counted[columns.whole], columns, shown[columns.whole]).items()
    ]


def _figures(
    counted: Sequence[_Delivered], columns: _Entitlement, shown: Collection[Group]
) -> Mapping[Group, Mapping[str, object]]:
    parts: dict[Group, dict[UUID, tuple[float, float]]] = defaultdict(dict)
    for each in counted:
        for group in each.unit.groups:
            part, whole = parts[group].get(each.trainee_id, (0, 0))
            more = getattr(each, columns.part), getattr(each, columns.whole)
            parts[group][each.trainee_id] = part + more[0], whole + more[1]
    found: dict[Group, Mapping[str, object]] = {}
    for group, people in parts.items():
        figure = columns.reckon(list(people.values())) if group in shown else None
        found[group] = {
            "people": figure and len(people),
            "figure": figure and figure.value,
            "low": figure and figure.low,
            "high": figure and figure.high,
        }
    return found


SETTLED_PARITY = SettledFigures("parity", ParityFigure, last_month, _count)
"""The figures by month."""

PARITY = Report(
    name="parity",
    title="Parity of experience",
    question="Do mentees get what they are entitled to, whichever school, trust, route or subject they are in?",
    row=ParityFigure,
    key=("programme_id", "grouped_by", "value", "entitlement"),
    filters=("programme_id", "grouped_by", "value", "entitlement"),
    scope=policy.parity,
    made_from=(*MADE_FROM, TARGETS, FEEDBACK, TRAINEES, PROGRAMMES),
    notes=(
        SETTLED_MEANS,
        SMALL_GROUPS_HIDDEN,
        INTERVAL_MEANS,
        DUE_MEANS,
    ),
    not_for="ranking schools or people: it says where to ask which support is needed.",
    reckon=SETTLED_PARITY.reckon,
    sql=f"""
        select * from {reckoned_rows(ParityFigure, SETTLED_PARITY.table)}
        where grouped_by = '{EVERYBODY.by}' or {in_scope(school="school_urn")}""",
)
