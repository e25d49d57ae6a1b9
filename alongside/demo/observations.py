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


def observe_lessons(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> Mapping[str, int]:
    """Observe a lesson of some trainees, and return how many were released and kept; the tutor reads no kept one."""
    kept: list[str] = []
    released: list[str] = []

    def observe(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        path = _observe(run, relationship)
        if number < RELEASED:
            release = {"to": {"role": "tutor"}, "on": f"{SEEN_ON}"}
            run.client.post(trainee(relationship["trainee_id"]), "sessions", f"{path}/releases", release)
            run.client.get(TUTOR, "sessions", path)
            released.append(path)
        else:
            kept.append(path)

    run.for_each("Lessons observed", list(enumerate(relationships[:OBSERVED])), observe)
    run.expect_refusal(
        "A tutor opens an observation that the trainee keeps",
        lambda: run.client.get(TUTOR, "sessions", kept[0]),
    )
    return {"released": len(released), "kept": len(kept)}


def _observe(run: DemoRun, relationship: dict[str, Any]) -> str:
    """Take an observation from the request to the conversation about it, and return its path."""
    observed, observer = trainee(relationship["trainee_id"]), mentor(relationship["mentor_id"])
    asked = {"on": f"{ASKED_ON}", "planned_on": f"{SEEN_ON}"}
    planned = run.client.post(observed, "sessions", f"{relationship_path(relationship)}/observations", asked)
    path = f"/observations/{planned['observation_id']}"
    run.client.put(observer, "sessions", f"{path}/acceptance", _on(ASKED_ON))
    focus = _on(ASKED_ON) | {"answers": {"focus": "How long I wait after a question."}}
    run.client.put(observed, "sessions", f"{path}/answers", focus)
    run.client.put(observer, "sessions", f"{path}/held", _on(SEEN_ON) | {"development_need": False})
    seen = _on(SEEN_ON) | {"answers": {"strengths": "Four seconds, and six new hands."}}
    run.client.put(observer, "sessions", f"{path}/answers", seen)
    run.client.put(observer, "sessions", f"{path}/feedback", _on(SEEN_ON))
    return path


def _on(day: date) -> dict[str, Any]:
    return {"on": f"{day}"}
