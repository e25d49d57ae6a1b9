"""Queries of a mentor's time: minutes in recorded meetings, week by week, against the dated rule."""

from datetime import date
from uuid import UUID

from services.sessions.domain.mentor_time import weeks_of_mentoring
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.absences import Absence
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now
from shared.rulebook import Rule, rule


class MentorWeek(Answer):
    """A week from its Monday on, with the minutes of its meetings.

    `minutes_due` are those of the rule that is in force, None without one. `met` says whether the meetings reach them;
    it is None without a rule, and in a week that was cut short by the first or last day, a pause or an absence.
    """

    week_of: date
    minutes: int
    minutes_due: float | None
    edition: str | None
    met: bool | None


class MentorTime(Answer):
    """The time of a mentor in recorded meetings up to today, and the minutes a week that the pair's terms give.

    `rule` and `source` say what the weeks are compared with, None where the programme names no rule.
    """

    relationship_id: UUID
    minutes_agreed: float
    rule: str | None
    source: str | None
    weeks: list[MentorWeek]


async def show_mentor_time(reader: Reader, relationship_id: UUID) -> MentorTime:
    """Return a mentor's time week by week; raises `NotFound` for people who may not see the relationship."""
    relationship = (await find_to_see(reader, relationship_id)).relationship
    rule_id = (await find_programme(reader, relationship.programme_id)).practice.mentor_time_rule
    held = await reader.connection.fetch(
        "select happened_on, minutes from meetings where relationship_id = $1 and status = 'held'", relationship_id
    )
    away = await reader.connection.fetch(_HINDRANCES, relationship_id)

    def rule_on(day: date) -> Rule | None:
        return rule(rule_id, day) if rule_id is not None else None

    weeks = weeks_of_mentoring(
        relationship.starts_on,
        min(relationship.ends_on, utc_now().date()),
        {row["happened_on"]: row["minutes"] for row in held},
        [Absence(reason="deferred", since=row["since"], until=row["until"]) for row in away],
        rule_on,
    )
    last = next((week.rule for week in reversed(weeks) if week.rule is not None), None)
    return MentorTime(
        relationship_id=relationship_id,
        minutes_agreed=relationship.mentor_hours_per_week * 60,
        rule=rule_id,
        source=last.source if last else None,
        weeks=[
            MentorWeek(
                week_of=week.week_of,
                minutes=week.minutes,
                minutes_due=week.rule.quantity * 60 if week.rule else None,
                edition=week.rule.edition if week.rule else None,
                met=week.met,
            )
            for week in weeks
        ],
    )


_HINDRANCES = """
    select away.since, away.until from relationships r
    join absences a on a.subject in (r.trainee_id::text, r.mentor_id || '@' || r.school_urn, r.school_urn)
    cross join lateral jsonb_to_recordset(a.absences) as away (since date, until date)
    where r.relationship_id = $1
    union all
    select pause.since, pause.until from relationships r
    cross join lateral jsonb_to_recordset(r.pauses) as pause (since date, until date)
    where r.relationship_id = $1
    union all
    select paused_on, null from relationships where relationship_id = $1 and paused_on is not null"""
