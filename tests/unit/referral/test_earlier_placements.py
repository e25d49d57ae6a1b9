"""Where trainees were placed before."""

from datetime import date
from uuid import UUID

import pytest

from services.referral.domain.earlier_placements import (
    EARLIER,
    EarlierPlacementsRecorded,
    Placement,
    RecordEarlier,
    RestoreEarlier,
)
from tests.support.given import given

pytestmark = pytest.mark.covers("R3", "M8")

WHO = UUID("00000000-0000-4000-8000-000000000001")
DAY = date(2026, 7, 1)
FIRST, SECOND = Placement(school_urn="100001"), Placement(school_urn="100002", starts_on=date(2025, 1, 6))


def placements_recorded(*placements: Placement) -> EarlierPlacementsRecorded:
    return EarlierPlacementsRecorded(happened_on=DAY, trainee_id=WHO, placements=placements)


def record(placement: Placement) -> RecordEarlier:
    return RecordEarlier(trainee_id=WHO, placement=placement, on=DAY)


def test_earlier_placements_are_recorded_together_each_school_once() -> None:
    given(EARLIER).when(record(FIRST)).then(placements_recorded(FIRST))
    given(EARLIER, placements_recorded(FIRST)).when(record(SECOND)).then(placements_recorded(FIRST, SECOND))
    given(EARLIER, placements_recorded(FIRST, SECOND)).when(record(FIRST)).then()


def test_a_missing_date_keeps_the_recorded_one_and_a_given_date_replaces_it() -> None:
    given(EARLIER, placements_recorded(SECOND)).when(record(Placement(school_urn="100002"))).then()
    later = Placement(school_urn="100002", ends_on=date(2025, 3, 28))
    both = Placement(school_urn="100002", starts_on=date(2025, 1, 6), ends_on=date(2025, 3, 28))
    given(EARLIER, placements_recorded(SECOND)).when(record(later)).then(placements_recorded(both))


def test_placements_are_restored_to_what_they_were() -> None:
    given(EARLIER, placements_recorded(FIRST, SECOND)).when(
        RestoreEarlier(trainee_id=WHO, placements=(FIRST,), on=DAY)
    ).then(placements_recorded(FIRST))
    given(EARLIER, placements_recorded(FIRST)).when(RestoreEarlier(trainee_id=WHO, placements=(FIRST,), on=DAY)).then()
