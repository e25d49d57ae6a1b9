"""A support plan from its draft to its end, as examples for the tests of sessions."""

import json
from collections.abc import Mapping
from typing import Any

from services.sessions.domain.support_plans import (
    Goal,
    SupportPlanAcknowledged,
    SupportPlanClosed,
    SupportPlanReopened,
    SupportPlanReviewed,
    SupportPlanShared,
    SupportPlanWritten,
)
from tests.unit.sessions.example_assessments import NAMES
from tests.unit.sessions.examples import MONDAY, RELATIONSHIP_ID, TUTOR_ID, WEEK

GOAL = Goal(goal="Calm starts.", help="Ms Fox, in two lessons a week.", standards=("TS7",))
REVIEW_DAYS = (MONDAY + WEEK, MONDAY + 2 * WEEK)
_NAMES: Mapping[str, Any] = {**NAMES, "version_number": 1}
WRITTEN = SupportPlanWritten.model_validate(
    {
        **_NAMES,
        "relationship_id": RELATIONSHIP_ID,
        "author_id": TUTOR_ID,
        "review_on": REVIEW_DAYS,
        "text": json.dumps([GOAL.model_dump(mode="json")], sort_keys=True),
    }
)
SHARED = SupportPlanShared.model_validate(_NAMES)
ACKNOWLEDGED = SupportPlanAcknowledged.model_validate(_NAMES)
REVIEWED = SupportPlanReviewed.model_validate(
    {
        **_NAMES,
        "step": 1,
        "person_id": TUTOR_ID,
        "review_on": REVIEW_DAYS[0],
        "progress": "go_on",
        "text": "sealed: Two of three starts were calm.",
    }
)
CLOSED = SupportPlanClosed.model_validate(
    {**_NAMES, "step": 2, "person_id": TUTOR_ID, "outcome": "achieved", "text": "sealed: All starts are calm."}
)
REOPENED = SupportPlanReopened.model_validate(
    {**_NAMES, "step": 3, "person_id": TUTOR_ID, "text": "sealed: Closed by mistake."}
)
EVERY = (WRITTEN, SHARED, ACKNOWLEDGED, REVIEWED, CLOSED, REOPENED)
