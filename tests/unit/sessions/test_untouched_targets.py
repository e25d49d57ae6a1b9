"""When the owner of a target, and later the mentor, is told that nobody touches it."""

import pytest

from services.sessions.domain.untouched_targets import UNTOUCHED_TARGET, TellingDue
from services.sessions.processes.untouched_targets import PROCESSES, TELL
from shared.calendar import morning_of
from shared.kernel.processes import TaskRequest, TaskWithdrawal
from tests.support.given import given
from tests.unit.sessions.example_events import REVIEWED, SET
from tests.unit.sessions.examples import MONDAY, TARGET_ID, WEEK

OWNER, MENTOR = MONDAY + 2 * WEEK, MONDAY + 3 * WEEK
WATCHED = SET.model_copy(update={"owner_told_on": OWNER, "mentor_told_on": MENTOR})
DUE = TellingDue(happened_on=MONDAY, target_id=TARGET_ID, owner_told_on=OWNER, mentor_told_on=MENTOR)
NOTHING_DUE = TellingDue(happened_on=MONDAY + WEEK, target_id=TARGET_ID, owner_told_on=None, mentor_told_on=None)


@pytest.mark.covers("S3")
def test_each_touch_puts_the_days_off_and_a_closed_target_has_none() -> None:
    given(UNTOUCHED_TARGET).when(WATCHED).then(DUE)
    given(UNTOUCHED_TARGET, DUE).when(REVIEWED).then(NOTHING_DUE)
    given(UNTOUCHED_TARGET, DUE, NOTHING_DUE).when(REVIEWED).then()
    given(UNTOUCHED_TARGET).when(SET).then()


def test_each_is_told_on_the_morning_of_their_day() -> None:
    (process,) = PROCESSES
    owner = {"target_id": f"{TARGET_ID}", "to": "trainee"}
    assert process.requests(DUE) == [
        TaskWithdrawal(TELL),
        TaskRequest(TELL, owner, morning_of(OWNER)),
        TaskRequest(TELL, owner | {"to": "mentor"}, morning_of(MENTOR)),
    ]
    assert process.requests(NOTHING_DUE) == [TaskWithdrawal(TELL)]
