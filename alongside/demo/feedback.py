"""The demo's feedback: mentors and the tutor say what they saw; each trainee keeps it or releases it to the tutor."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from alongside.demo.personas import TUTOR, Persona, mentor, trainee
from alongside.demo.relationships import relationship_path
from alongside.demo.steps import FIRST_MONDAY, DemoRun

BY_MENTORS_ON = FIRST_MONDAY + timedelta(weeks=1, days=3)
BY_TUTOR_ON = FIRST_MONDAY + timedelta(weeks=7, days=3)
SEEN_BY_TUTOR = 6
"""How many trainees get feedback from the tutor as well."""
RELEASES_EVERY = 3
"""Every third trainee releases the mentor's feedback to the tutor."""


def give_feedback(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Let the mentor of each pair give feedback, which the trainee acknowledges and may release to the tutor."""

    def give(numbered: tuple[int, dict[str, Any]]) -> None:
        number, relationship = numbered
        path = _give(run, mentor(relationship["mentor_id"]), relationship, BY_MENTORS_ON)
        if number % RELEASES_EVERY == 0:
            release = {"to": {"role": "tutor"}, "on": f"{BY_MENTORS_ON}"}
            run.client.post(trainee(relationship["trainee_id"]), "sessions", f"{path}/releases", release)

    run.for_each("Feedback from mentors", list(enumerate(relationships)), give)


def give_feedback_as_tutor(run: DemoRun, relationships: Sequence[dict[str, Any]]) -> None:
    """Let the tutor give feedback to some trainees; a grade in it is refused."""
    seen = relationships[:SEEN_BY_TUTOR]
    graded = _feedback(BY_TUTOR_ON) | {"grade": "good"}
    run.expect_refusal(
        "A tutor writes a grade into feedback",
        lambda: run.client.post(TUTOR, "sessions", f"{relationship_path(seen[0])}/feedback", graded),
    )

    def give(relationship: dict[str, Any]) -> None:
        _give(run, TUTOR, relationship, BY_TUTOR_ON)

    run.for_each("Feedback from the tutor", seen, give)


def _give(run: DemoRun, who: Persona, relationship: dict[str, Any], on: date) -> str:
    """Give feedback that the trainee acknowledges, and return its path."""
    given = run.client.post(who, "sessions", f"{relationship_path(relationship)}/feedback", _feedback(on))
    path = f"/feedback/{given['feedback_id']}"
    acknowledgement = {"on": f"{on + timedelta(days=1)}"}
    run.client.put(trainee(relationship["trainee_id"]), "sessions", f"{path}/acknowledgement", acknowledgement)
    return path


def _feedback(on: date) -> dict[str, Any]:
    return {
        "on": f"{on}",
        "text": "Everybody could see the board, and most began at once.",
        "next_step": "Wait before you repeat a question.",
        "areas": ["pedagogy"],
        "development_needs": ["TS7"],
    }
