"""Words of the pages: days as people say them, roles, and names of what a form offers."""

from datetime import date, datetime

from shared.calendar import ENGLAND

ROLES = {
    "partnership_lead": "partnership lead",
    "school_lead": "school lead",
    "tutor": "tutor",
    "mentor": "mentor",
    "trainee": "trainee",
}
MISSED_REASONS = {
    "cover": "One of us had to cover a lesson",
    "mentor_absent": "The mentor was away",
    "trainee_absent": "The trainee was away",
    "school_closed": "The school was closed",
    "other": "Something else",
}
MISSED_BY = {"mentor": "The mentor", "mentee": "The trainee", "both": "Both of us"}
WARNINGS = {
    "without_placement": "Without a placement",
    "meetings_not_recorded": "Meetings not recorded",
    "missed_in_a_row": "Missed in a row",
    "over_capacity": "Mentors with more than they have hours for",
    "not_on_track": "Not on track",
    "days_to_book": "Days that have to be booked now",
}
TARGET_STATUSES = {
    "set": "open",
    "open": "open",
    "progressing": "on the way",
    "met": "met",
    "revised": "revised",
    "dropped": "dropped",
}


def day(value: date) -> str:
    """Write a day: 14 December 2026."""
    return f"{value.day} {value:%B %Y}"


def iso_day(value: str) -> str:
    """Write a day that stands as 2026-12-14 in a form: 14 December 2026."""
    return day(date.fromisoformat(value))


def moment(at: datetime) -> str:
    """Write a moment as the clocks in England show it: 14 December 2026, 09:05."""
    here = at.astimezone(ENGLAND)
    return f"{day(here)}, {here:%H:%M}"


def weekday(value: date) -> str:
    """Write a day with its weekday: Monday 14 December."""
    return f"{value:%A} {value.day} {value:%B}"


def near(value: date, today: date) -> str:
    """Write a day as somebody says it who speaks of it today: today, yesterday, on Monday, on 14 December."""
    match (value - today).days:
        case 0:
            return "today"
        case -1:
            return "yesterday"
        case 1:
            return "tomorrow"
        case days if 1 < days < 7:
            return f"on {value:%A}"
        case days if -7 < days < -1:
            return f"last {value:%A}"
        case _ if value.year == today.year:
            return f"on {value.day} {value:%B}"
        case _:
            return f"on {day(value)}"
