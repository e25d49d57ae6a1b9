"""The demo's measures: each trainee says three times how confident they feel; some release the numbers to the lead."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.personas import trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun

INSTRUMENT = "confidence"
QUESTIONS = ("behaviour_management", "pedagogy", "curriculum", "assessment", "professional_behaviours", "workload")
FIRST_ON = FIRST_MONDAY + timedelta(days=1)
AGAIN_ON = FIRST_MONDAY + timedelta(weeks=7)
LAST_ON = FIRST_MONDAY + timedelta(weeks=12, days=4)


def take_measures(run: DemoRun, relationships: Sequence[dict[str, Any]], on: date, *, is_end: bool = False) -> None:
    """Let each trainee answer the programme's instrument on a day, the last time if `is_end`."""

    def answer(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        who = trainee(relationship["trainee_id"])
        body = {"instrument": INSTRUMENT, "on": f"{on}", "answers": _answers(number, on)}
        path = f"{relationship_path(relationship)}/measures"
        taken = run.client.post(who, "sessions", path, body | ({"is_end": True} if is_end else {}))
        if number % 5 < 2:
            release = {"to": {"role": "partnership_lead"}, "on": f"{on}"}
            released = f"/measures/{taken['series_id']}/{taken['measure_id']}/releases"
            run.client.post(who, "sessions", released, release)

    run.for_each("How confident trainees feel, one to ten", list(enumerate(relationships)), answer)


def _answers(number: int, on: date) -> Mapping[str, int]:
    """Answers that rise over the term, for some more than for others."""
    weeks = (on - FIRST_MONDAY).days // 7
    return {
        question: min(10, 3 + (number * 3 + nth * 2) % 4 + weeks * (1 + (number + nth) % 3) // 8)
        for nth, question in enumerate(QUESTIONS)
    }
