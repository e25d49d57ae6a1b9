"""One private event of each kind that a target has, besides that it was set and reviewed."""

from services.sessions.domain.target_weeks import TargetCounted, TargetUncounted
from services.sessions.domain.targets import TargetUntouched
from shared.kernel.decider import Event
from tests.unit.sessions.examples import MONDAY, RELATIONSHIP_ID, STRANGER_ID, TARGET_ID, TRAINEE_ID
from tests.unit.sessions.test_target_progress import NOTED, TAKEN_BACK
from tests.unit.sessions.test_target_sharing import SOMEBODY, share_revoked, target_acknowledged, target_shared
from tests.unit.sessions.test_untouched_targets import DUE

COUNTED = TargetCounted(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, week=MONDAY, target_id=TARGET_ID)
UNTOUCHED = TargetUntouched(
    happened_on=MONDAY,
    target_id=TARGET_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    version_number=2,
)
TARGET_EVENTS: tuple[Event, ...] = (
    NOTED,
    TAKEN_BACK,
    target_shared(SOMEBODY),
    target_acknowledged(SOMEBODY, STRANGER_ID),
    share_revoked(SOMEBODY),
    UNTOUCHED,
    COUNTED,
    TargetUncounted(**COUNTED.model_dump()),
    DUE,
)
