"""The demo's observations: the trainee asks, says what to look at, and releases what was seen or keeps it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.personas import TUTOR, mentor, trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun

OBSERVED = 8
"""How many trainees ask their mentor to observe a lesson."""
RELEASED = 5
"""How many of these release what was seen to their tutor."""
ASKED_ON = FIRST_MONDAY + timedelta(weeks=1, days=2)
SEEN_ON = FIRST_MONDAY + timedelta(weeks=2, days=1)


Answers = Mapping[str, str]


def observe_lessons(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Observe a lesson of some trainees; some release it to the tutor, who can read no other."""
    kept: list[str] = []

    def observe_one(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        focus = {"focus": "How long I wait after a question."}
        path = observe(run, relationship, focus, {"strengths": "Four seconds, and six new hands."})
        if number < RELEASED:
            release = {"to": {"role": "tutor"}, "on": f"{SEEN_ON}"}
            run.client.post(trainee(relationship["trainee_id"]), "sessions", f"{path}/releases", release)
            run.client.get(TUTOR, "sessions", path)
        else:
            kept.append(path)

    run.for_each("Lessons observed", list(enumerate(relationships[:OBSERVED])), observe_one)
    run.expect_refusal(
        "A tutor opens an observation that the trainee keeps",
        lambda: run.client.get(TUTOR, "sessions", kept[0]),
    )


def observe(run: DemoRun, relationship: Mapping[str, Any], asked_for: Answers, seen: Answers) -> str:
    """Take an observation from the request to the conversation about it, and return its path.

    `asked_for` and `seen` are answers to the fields of the observed and of the observer in the programme's form.
    """
    observed, observer = trainee(relationship["trainee_id"]), mentor(relationship["mentor_id"])
    asked = {"on": f"{ASKED_ON}", "planned_on": f"{SEEN_ON}"}
    planned = run.client.post(observed, "sessions", f"{relationship_path(relationship)}/observations", asked)
    path = f"/observations/{planned['observation_id']}"
    run.client.put(observer, "sessions", f"{path}/acceptance", _on(ASKED_ON))
    run.client.put(observed, "sessions", f"{path}/answers", _on(ASKED_ON) | {"answers": asked_for})
    run.client.put(observer, "sessions", f"{path}/held", _on(SEEN_ON) | {"development_need": False})
    run.client.put(observer, "sessions", f"{path}/answers", _on(SEEN_ON) | {"answers": seen})
    run.client.put(observer, "sessions", f"{path}/feedback", _on(SEEN_ON))
    return path


def _on(day: date) -> dict[str, Any]:
    return {"on": f"{day}"}
