"""On which working days somebody is reminded of something: before its day, on it, and after it. Pure.

Source: domain.md (g): a week before, the day before, on the day, the day after, then every week; in working days of
England. Reminders end four weeks after the day, so that nobody gets the same one for ever.
"""

from datetime import date

from shared.calendar import working_days_after, working_days_before

WEEK = 5
"""Working days."""
WHOLE_LADDER = (-WEEK, -1, 0, 1, 1 + WEEK, 1 + 2 * WEEK, 1 + 3 * WEEK, 1 + 4 * WEEK)
"""Working days from the day on which something is due."""
FROM_ITS_DAY = (0, 1, 1 + WEEK, 1 + 2 * WEEK, 1 + 3 * WEEK, 1 + 4 * WEEK)
"""Of what cannot be done before its day."""
AFTER_A_WEEK = (1 + WEEK, 1 + 2 * WEEK, 1 + 3 * WEEK, 1 + 4 * WEEK)
"""Of what is somebody else's to do first."""


def day_of_step(due_on: date, step: int) -> date:
    """Return the working day of a step of the ladder.

    Something that is due on a day off is due on the next working day, and the steps count from there.
    """
    due_on = working_days_after(due_on, 0)
    return working_days_after(due_on, step) if step >= 0 else working_days_before(due_on, -step)


def step_reached(due_on: date, ladder: tuple[int, ...], since: date, today: date) -> int | None:
    """Return the latest step whose day came after `since` and not after today; None if none did.

    `since` is the last day for which somebody was reminded: a step of a day on which no mail went out is not lost.
    """
    reached = (step for step in ladder if since < day_of_step(due_on, step) <= today)
    return max(reached, default=None)
