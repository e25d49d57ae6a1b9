"""A sample of assessments, as examples for the tests of sessions."""

from typing import Any
from uuid import UUID

from services.sessions.domain.moderations import (
    Candidate,
    ModerationAgreed,
    ModerationSentBack,
    ModeratorNamed,
    SampleDiscarded,
    SampleDrawn,
)
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
    MONDAY,
    PROGRAMME_ID,
    STRANGER_ID,
    TRAINEE_ID,
    TUTOR_ID,
)

MODERATION_ID = UUID("00000000-0000-4000-8000-0000000000aa")
CANDIDATE = Candidate(assessment_id=ASSESSMENT_ID, version_number=1, trainee_id=TRAINEE_ID, assessor_id=TUTOR_ID)
DRAWN = SampleDrawn(
    happened_on=MONDAY,
    moderation_id=MODERATION_ID,
    programme_id=PROGRAMME_ID,
    kind="final",
    submitted_from=MONDAY - 7 * DAY,
    submitted_until=MONDAY,
    seed=7,
    share_percent=20,
    of_each_assessor=1,
    candidates=(CANDIDATE,),
    sampled=(0,),
)
_NAMES: dict[str, Any] = {
    "happened_on": MONDAY,
    "moderation_id": MODERATION_ID,
    "assessment_id": ASSESSMENT_ID,
    "trainee_id": TRAINEE_ID,
    "person_id": STRANGER_ID,
}
NAMED = ModeratorNamed.model_validate(_NAMES)
AGREED = ModerationAgreed.model_validate(_NAMES)
SENT_BACK = ModerationSentBack.model_validate({**_NAMES, "reason": "sealed: TS3 rests on nothing."})
DISCARDED = SampleDiscarded(happened_on=MONDAY, moderation_id=MODERATION_ID)
EVERY = (DRAWN, NAMED, AGREED, SENT_BACK, DISCARDED)
