"""How many trainees are hosted at one time at most, and what a limit is for."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.limits import LIMIT, HostingLimit, HostingLimitSet, SetHostingLimit, limit_id
from shared.kernel.decider import Invalid
from tests.support.given import given

pytestmark = pytest.mark.covers("M1")

JULY, LATER = date(2026, 7, 1), date(2026, 7, 8)
SCHOOL: dict[str, Any] = {"scope": "school", "academic_year": "2026/27", "school_urn": "990001", "places": 4}
ONE = UUID(int=1)


def limit(on: date = JULY, **other: Any) -> SetHostingLimit:
    return SetHostingLimit(limit_id=ONE, by="head", on=on, **SCHOOL | other)


def was_set(on: date = JULY, **other: Any) -> HostingLimitSet:
    return HostingLimitSet(limit_id=ONE, by="head", happened_on=on, **SCHOOL | other)


def test_a_limit_is_set_once_changed_and_taken_away() -> None:
    given(LIMIT).when(limit()).then(was_set())
    given(LIMIT, was_set()).when(limit(LATER)).then()
    given(LIMIT, was_set()).when(limit(LATER, places=0)).then(was_set(LATER, places=0))
    given(LIMIT, was_set()).when(limit(LATER, places=None)).then(was_set(LATER, places=None))
    given(LIMIT).when(limit(places=None)).then()
    given(LIMIT, was_set(LATER)).when(limit(places=3)).refused(Invalid, pointer="/on")


def test_the_id_of_a_limit_depends_on_tenant_scope_year_school_and_subject() -> None:
    several = [SCHOOL, SCHOOL | {"academic_year": "2027/28"}, SCHOOL | {"school_urn": "990002"}]
    several += [SCHOOL | {"scope": "department", "subject": code} for code in ("physics", "mathematics")]
    ids = {limit_id(tenant, HostingLimit(**each)) for tenant in ("north", "south") for each in several}
    assert len(ids) == 10
    assert limit_id("north", HostingLimit(**SCHOOL)) == limit_id("north", HostingLimit(**SCHOOL | {"places": 1}))
