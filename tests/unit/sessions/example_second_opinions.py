"""A second opinion on the first version of an assessment, as examples for the tests of sessions."""

import json
from collections.abc import Mapping
from typing import Any

from services.sessions.domain.second_opinions import OpinionAsked, OpinionRequestWithdrawn, OpinionWritten
from tests.unit.sessions.example_assessments import LEAD_ID, LEVELS, NAMES
from tests.unit.sessions.examples import STRANGER_ID

_NAMES: Mapping[str, Any] = {**NAMES, "version_number": 1}
ASKED = OpinionAsked.model_validate({**_NAMES, "step": 1, "person_id": LEAD_ID, "reason": "sealed: TS3 surprises me."})
WITHDRAWN = OpinionRequestWithdrawn.model_validate({**_NAMES, "step": 2, "person_id": LEAD_ID})
OPINION_WRITTEN = OpinionWritten.model_validate(
    {
        **_NAMES,
        "step": 2,
        "person_id": STRANGER_ID,
        "levels": LEVELS,
        "text": json.dumps({"summary": "sealed: I agree.", "comments": {}}, sort_keys=True),
    }
)
EVERY = (ASKED, WITHDRAWN, OPINION_WRITTEN)
