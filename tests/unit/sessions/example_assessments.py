"""An assessment of a trainee in the placement programme, step by step, as examples for the tests of sessions."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import (
    STANDARDS,
    AssessmentAcknowledged,
    AssessmentReturned,
    AssessmentShared,
    AssessmentSigned,
    AssessmentSubmitted,
    AssessmentTakenOver,
    AssessmentText,
    AssessmentWritten,
    TraineeCommented,
)
from services.sessions.domain.assessments import WriteAssessment
from shared.events.words import Standard
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, programme

PLACEMENT = programme(EVERY_TEMPLATE["ite-placement"])
INDUCTION = programme(EVERY_TEMPLATE["ect-induction"])
RULES = rules_of(PLACEMENT, "interim")
LEAD_ID = UUID("00000000-0000-4000-8000-000000000007")
LEVELS: Mapping[Standard, str] = dict.fromkeys(STANDARDS, "on_track")
NAMES: Mapping[str, Any] = {"happened_on": MONDAY, "assessment_id": ASSESSMENT_ID, "trainee_id": TRAINEE_ID}


def text_of(comments: Mapping[str, str] | None = None, answers: Mapping[str, str] | None = None) -> str:
    """The comments and answers as one text."""
    return json.dumps({"comments": comments or {}, "answers": answers or {}}, sort_keys=True)


def write(on: date = MONDAY, levels: Mapping[Standard, str] = LEVELS, **fields: Any) -> WriteAssessment:
    """The command to write it; `fields` are of the text, `command_*` of the command."""
    command = {name.removeprefix("command_"): fields.pop(name) for name in [*fields] if name.startswith("command_")}
    defaults = {
        "assessment_id": ASSESSMENT_ID,
        "relationship": RELATIONSHIP,
        "rules": RULES,
        "assessor_id": TUTOR_ID,
        "excepted": False,
        "kind": "interim",
        "text": AssessmentText(on=on, judgements=levels, **fields),
    }
    return WriteAssessment.model_validate({**defaults, **command})


def assessment_written(version: int = 1, levels: Mapping[Standard, str] = LEVELS, **fields: Any) -> AssessmentWritten:
    """The event of it."""
    defaults = {
        **NAMES,
        "version_number": version,
        "relationship_id": RELATIONSHIP_ID,
        "assessor_id": TUTOR_ID,
        "kind": "interim",
        "levels": levels,
        "evidence": (),
        "observed_on": (),
        "filled": (),
        "excepted": False,
        "text": text_of(),
    }
    return AssessmentWritten.model_validate({**defaults, **fields})


def assessment_signed(role: str, person_id: UUID, *, complete: bool = False, version: int = 1) -> AssessmentSigned:
    """The event of a signature."""
    signature = {"version_number": version, "role": role, "person_id": person_id, "complete": complete}
    return AssessmentSigned.model_validate({**NAMES, **signature})


SHARED = AssessmentShared.model_validate(NAMES)
COMMENTED = TraineeCommented.model_validate({**NAMES, "comment": "sealed: I agree."})
BY_TUTOR = assessment_signed("tutor", TUTOR_ID)
BY_COORDINATOR = assessment_signed("coordinator", STRANGER_ID)
BY_TRAINEE = assessment_signed("trainee", TRAINEE_ID, complete=True)
SUBMITTED = AssessmentSubmitted.model_validate(
    {
        **NAMES,
        "relationship_id": RELATIONSHIP_ID,
        "assessor_id": TUTOR_ID,
        "kind": "interim",
        "judgements": LEVELS,
        "levels": LEVELS,
    }
)
ACKNOWLEDGED = AssessmentAcknowledged.model_validate({**NAMES, "person_id": LEAD_ID})
RETURNED = AssessmentReturned.model_validate({**NAMES, "person_id": LEAD_ID, "reason": "sealed: TS7 has no comment."})
SIGNED = (assessment_written(), SHARED, COMMENTED, BY_TUTOR, BY_COORDINATOR, BY_TRAINEE)
"""From the first draft to the last signature."""
TAKEN_OVER = AssessmentTakenOver.model_validate(
    {
        **assessment_written(2).model_dump(),
        "assessor_id": STRANGER_ID,
        "taken_over_because": "sealed: She left.",
    }
)
EVERY = (*SIGNED, SUBMITTED, ACKNOWLEDGED, RETURNED, TAKEN_OVER)
