"""At most the programme's number of targets a week, against a plain model."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.sessions.domain.target_weeks import (
    TARGET_WEEK,
    CountTarget,
    TargetCounted,
    TooManyTargetsInWeek,
    UncountTarget,
    target_week_id,
)
from shared.kernel.decider import DomainError
from tests.support.given import NOW, given
from tests.unit.sessions.examples import DAY, MONDAY, RELATIONSHIP_ID, WEEK

IDS = [UUID(int=nth) for nth in range(1, 5)]


def counting(target_id: UUID, at_most: int | None = 2, on: date = MONDAY + DAY) -> CountTarget:
    return CountTarget(relationship_id=RELATIONSHIP_ID, target_id=target_id, set_on=on, at_most=at_most, on=on)


def target_counted(target_id: UUID) -> TargetCounted:
    return TargetCounted(happened_on=MONDAY + DAY, relationship_id=RELATIONSHIP_ID, week=MONDAY, target_id=target_id)


@pytest.mark.covers("S2", "S3")
def test_a_week_has_room_for_so_many_targets() -> None:
    given(TARGET_WEEK, target_counted(IDS[0])).when(counting(IDS[1])).then(target_counted(IDS[1]))
    given(TARGET_WEEK, target_counted(IDS[0])).when(counting(IDS[0])).then()
    full = given(TARGET_WEEK, target_counted(IDS[0]), target_counted(IDS[1]))
    refusal = full.when(counting(IDS[2])).refused(TooManyTargetsInWeek)
    assert refusal.detail.startswith("Your programme sets at most 2 targets a week, and the week of 21 September 2026")
    full.when(counting(IDS[2], at_most=None)).then(target_counted(IDS[2]))


def test_each_week_has_a_stream_of_its_own() -> None:
    assert target_week_id(RELATIONSHIP_ID, MONDAY) == target_week_id(RELATIONSHIP_ID, MONDAY + 6 * DAY)
    assert target_week_id(RELATIONSHIP_ID, MONDAY) != target_week_id(RELATIONSHIP_ID, MONDAY + WEEK)


@pytest.mark.covers("S3")
@drawn(st.lists(st.tuples(st.sampled_from(["count", "uncount"]), st.sampled_from(IDS))))
def test_a_target_set_by_mistake_leaves_room_for_another(steps: list[tuple[str, UUID]]) -> None:
    state: frozenset[UUID] = frozenset()
    model: list[UUID] = []
    for step, target_id in steps:
        command = (
            counting(target_id)
            if step == "count"
            else UncountTarget(relationship_id=RELATIONSHIP_ID, target_id=target_id, set_on=MONDAY, on=MONDAY)
        )
        try:
            for event in TARGET_WEEK.decide(command, state, NOW):
                state = TARGET_WEEK.evolve(state, event)
        except DomainError:
            assert step == "count"
            assert len(model) == 2
            assert target_id not in model
            continue
        if step == "count" and target_id not in model:
            model.append(target_id)
        elif step == "uncount" and target_id in model:
            model.remove(target_id)
        assert state == set(model)
