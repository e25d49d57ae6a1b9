"""The demo's weeks: a planned series of meetings, held, moved or missed, with targets that are reviewed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from alongside.client import wait_until
from alongside.demo.personas import mentor, trainee
from alongside.demo.relationships import PAUSED_WEEKS, PAUSES, relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun

WEEKS = 13
"""Full weeks of the term, the holidays among them."""
HOLIDAYS = 6
"""The week, counted from 0, that is all in the schools' holidays."""
MOVES = 5
"""The place in the list of relationships of the two who move a meeting."""
MOVED_WEEK = 3
WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday")
TARGETS = (
    ("Plan three questions that check understanding.", "The questions are in the plan; half the class answers."),
    ("Use the school's routine for entry in every lesson.", "The class is settled within three minutes."),
    ("Model one worked example step by step.", "Exit tickets show the method."),
)


def meeting_day(number: int, week: int) -> date:
    """Return the day on which a pair, by its place in the list, is to meet in a week."""
    return FIRST_MONDAY + timedelta(weeks=week, days=number % len(WEEKDAYS) + 1)


def plan_series(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Let the mentor of each pair choose the day of the week, and let one trainee move a planned meeting."""
    on = f"{FIRST_MONDAY}"

    def plan(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        days = {"weekdays": [WEEKDAYS[number % len(WEEKDAYS)]], "starts_on": on, "on": on}
        run.client.put(mentor(relationship["mentor_id"]), "sessions", _series(relationship), days)

    run.for_each("Meetings planned every week", list(enumerate(relationships)), plan)
    _move(run, relationships[MOVES])


def _move(run: DemoRun, relationship: dict[str, Any]) -> None:
    who, day = trainee(relationship["trainee_id"]), f"{meeting_day(MOVES, MOVED_WEEK)}"
    planned = wait_until(
        lambda: run.client.get(who, "sessions", _series(relationship))["meetings"],
        lambda meetings: day in {each["planned_on"] for each in meetings},
        "The planned meeting that is moved",
    )
    (meeting,) = (each for each in planned if each["planned_on"] == day)
    moved = {"on": f"{FIRST_MONDAY}", "to": f"{_moved_to()}", "reason": "school_event"}
    run.client.put(who, "sessions", f"{_series(relationship)}/{meeting['planned_id']}/day", moved)


def _moved_to() -> date:
    return meeting_day(MOVES, MOVED_WEEK) + timedelta(days=1)


def _series(relationship: dict[str, Any]) -> str:
    return f"{relationship_path(relationship)}/series"


def record_weeks(run: DemoRun, relationships: Sequence[dict[str, Any]], weeks: range) -> int:
    """Record weekly meetings, and return how many. A few are missed and a few not recorded, for the report to show."""
    recorded = 0
    for week in weeks:
        if week == HOLIDAYS:
            continue

        def meet(numbered: tuple[int, dict[str, Any]], week: int = week) -> None:
            nonlocal recorded
            recorded += _meeting(run, *numbered, week)

        run.for_each(f"Week {week + 1}: meetings and targets", list(enumerate(relationships)), meet)
    return recorded


def _meeting(run: DemoRun, number: int, relationship: dict[str, Any], week: int) -> bool:
    """Record the meeting of a week; return whether there is something to record."""
    if number == PAUSES and week in PAUSED_WEEKS:
        return False
    who = mentor(relationship["mentor_id"])
    on = _moved_to() if (number, week) == (MOVES, MOVED_WEEK) else meeting_day(number, week)
    path = f"{relationship_path(relationship)}/meetings"
    match (number * 7 + week * 5) % 17:
        case 0 | 1:
            body: dict[str, Any] = {"status": "missed", "on": f"{on}", "reason": "cover"}
            run.client.post(who, "sessions", path, body)
            return True
        case 2:
            return False  # it was due and nobody recorded anything
    text, measure = TARGETS[(number + week) % len(TARGETS)]
    target = {"text": text, "measure": measure, "due_on": f"{on + timedelta(weeks=1)}"}
    body = {
        "status": "held",
        "on": f"{on}",
        "minutes": 45 + 5 * ((number + week) % 4),
        "agenda_by": "mentee" if (number + week) % 3 else "mentor",
        "discussed": "How the week's lessons went and what to try next.",
        "targets": [target] if week % 2 == 0 else [],
    }
    held = run.client.post(who, "sessions", path, body)
    for target_id in held["target_ids"]:
        review = {"on": f"{on + timedelta(weeks=1)}", "status": "met" if (number + week) % 4 else "progressing"}
        run.client.post(trainee(relationship["trainee_id"]), "sessions", f"/targets/{target_id}/reviews", review)
    if week == 0:
        note = {"on": f"{on}", "note": "Quiet at first; ask about the year 9 group next time."}
        run.client.put(who, "sessions", f"/meetings/{held['meeting_id']}/note", note)
        acknowledgement = f"/meetings/{held['meeting_id']}/acknowledgement"
        run.client.put(trainee(relationship["trainee_id"]), "sessions", acknowledgement, {"on": f"{on}"})
    return True
