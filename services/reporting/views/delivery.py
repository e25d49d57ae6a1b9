"""Meetings due and delivered, and the mentor's time, for each relationship."""

from shared.kernel.answers import Answer

DUE_MEANS = "Full weeks from the first day of a relationship, times its meetings a week; holidays are not taken out."
"""How answers explain what counts as a meeting due."""


class MeetingCounts(Answer):
    """Meetings due by now, held, missed, and due but recorded neither as held nor as missed."""

    due: int
    held: int
    missed: int
    not_recorded: int


DELIVERY = """
    select r.relationship_id, r.programme_id, r.trainee_id, r.mentor_id, r.mentor_record_id, r.school_urn,
           r.starts_on, r.ends_on, r.role, r.mentor_minutes_per_week, r.starts_on <= $1 and $1 <= r.ends_on as active,
           -- full weeks, both days counted; nothing is due before the first has passed
           greatest(least($1::date, r.ends_on) - r.starts_on + 1, 0) / 7 * r.meetings_per_week as due,
           m.held, m.missed, m.minutes, m.last_held_on
    from relationships r cross join lateral (
        select count(held_on) as held, count(missed_on) filter (where held_on is null) as missed,
               coalesce(sum(minutes) filter (where held_on is not null), 0)::bigint as minutes,
               max(held_on) as last_held_on
        from meetings m
        where m.relationship_id = r.relationship_id and coalesce(m.held_on, m.missed_on) <= $1
    ) m
    where r.starts_on <= least($1, r.ends_on)"""
"""Every relationship that has begun by the day $1, with the meetings due and delivered up to and with that day.

$1 is a parameter of the query that uses this one, which begins with `CURRENT_ROWS`.
"""
