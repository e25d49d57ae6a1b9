"""How long both sides have to answer a proposal: working days, from the day on which it was recorded."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.matching.domain.pair_answers import PAIR_ANSWERS, AnswersAwaited, AnswersClosed, PairChanged
from services.matching.domain.pairs import Lapsed
from services.matching.processes import PROCESSES
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from tests.support.given import given
from tests.unit.matching.facts import CONFIRMED, IDS, MONDAY, PAIR_ID, PROPOSED, TUESDAY, pair_accepted, pair_declined

SAME_DAY = datetime(2026, 7, 13, 10, tzinfo=UTC)
AWAITED = AnswersAwaited(happened_on=MONDAY, pair_id=PAIR_ID, remind_on=date(2026, 7, 20), answer_by=date(2026, 7, 27))
SETTLED = AnswersClosed(happened_on=TUESDAY, pair_id=PAIR_ID)
LAPSED = Lapsed(**IDS, happened_on=TUESDAY, waited_for=("mentor",))


@pytest.mark.covers("M5")
def test_ten_working_days_to_answer_and_a_reminder_half_way() -> None:
    given(PAIR_ANSWERS).when(PROPOSED, now=SAME_DAY).then(AWAITED)


def test_a_proposal_that_is_written_up_later_has_its_days_from_then() -> None:
    (awaited,) = given(PAIR_ANSWERS).when(PROPOSED, now=datetime(2026, 12, 21, 10, tzinfo=UTC)).events
    assert isinstance(awaited, AnswersAwaited)
    # Christmas, the substitute of Boxing Day and New Year are no working days
    assert (awaited.remind_on, awaited.answer_by) == (date(2026, 12, 30), date(2027, 1, 7))


@pytest.mark.parametrize("end", [CONFIRMED, pair_declined("mentor"), LAPSED], ids=["confirmed", "declined", "lapsed"])
def test_nobody_is_waited_for_once_the_proposal_has_ended(end: PairChanged) -> None:
    (settled,) = given(PAIR_ANSWERS, AWAITED).when(end).events
    assert isinstance(settled, AnswersClosed)
    given(PAIR_ANSWERS, AWAITED, settled).when(end).then()
    given(PAIR_ANSWERS).when(end).then()


def test_a_proposal_is_waited_for_once() -> None:
    given(PAIR_ANSWERS, AWAITED).when(PROPOSED).then()
    given(PAIR_ANSWERS, AWAITED, SETTLED).when(PROPOSED).then()


def test_both_timers_are_set_for_the_morning_and_taken_back() -> None:
    process: Process[Any, Any] = next(process for process in PROCESSES if process.name == PAIR_ANSWERS.category)
    remind, lapse = process.requests(AWAITED)
    assert isinstance(remind, TaskRequest)
    assert isinstance(lapse, TaskRequest)
    assert remind.at is not None
    assert lapse.at is not None
    assert remind.at.astimezone(UTC) == datetime(2026, 7, 20, 7, tzinfo=UTC)
    assert lapse.at.astimezone(UTC) == datetime(2026, 7, 28, 7, tzinfo=UTC)  # all of the last day is theirs
    assert process.requests(SETTLED) == [TaskWithdrawal(remind.name), TaskWithdrawal(lapse.name)]


def test_an_acceptance_by_one_side_is_not_what_is_waited_for() -> None:
    process: Process[Any, Any] = next(process for process in PROCESSES if process.name == PAIR_ANSWERS.category)
    assert type(pair_accepted("mentor")) not in process.hears
