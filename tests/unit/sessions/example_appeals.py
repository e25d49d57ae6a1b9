"""An appeal against the first version of an assessment, step by step, as examples for the tests of sessions."""

from collections.abc import Mapping
from typing import Any

from services.sessions.domain.appeals import (
    AppealDecided,
    AppealDecisionReversed,
    AppealMade,
    AppealWithdrawn,
)
from tests.unit.sessions.example_assessments import LEAD_ID, NAMES

_NAMES: Mapping[str, Any] = {**NAMES, "version_number": 1}
MADE = AppealMade.model_validate({**_NAMES, "step": 1, "reason": "sealed: Not fair."})
WITHDRAWN = AppealWithdrawn.model_validate({**_NAMES, "step": 2})
DECIDED = AppealDecided.model_validate(
    {**_NAMES, "step": 2, "person_id": LEAD_ID, "outcome": "upheld", "reason": "sealed: TS3 has no evidence."}
)
REVERSED = AppealDecisionReversed.model_validate(
    {**_NAMES, "step": 3, "person_id": LEAD_ID, "reason": "sealed: The wrong one."}
)
EVERY = (MADE, DECIDED, REVERSED, WITHDRAWN.model_copy(update={"step": 4}))
