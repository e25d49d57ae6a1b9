"""Who may do what in referral, as a table."""

from collections.abc import Callable

import pytest

from services.referral import policy
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal

ROLES = ("partnership_lead", "school_lead", "mentor", "trainee", "tutor", "operator")


def somebody(role: str, *schools: str) -> Principal:
    return Principal("someone", "north-star", frozenset({role}), frozenset(schools))


def allows(rule: Callable[[Principal], object], who: Principal) -> bool:
    try:
        rule(who)
    except NotAllowed:
        return False
    return True


@pytest.mark.covers("R1", "R3", "R4", "R5", "R8")
@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (policy.may_run_the_partnership, {"partnership_lead"}),
        (policy.may_refer, {"partnership_lead", "school_lead", "tutor"}),
        (policy.may_oversee, {"partnership_lead", "school_lead"}),
        (policy.referrals_seen, {"partnership_lead", "school_lead", "tutor", "trainee"}),
        (lambda who: policy.may_offer(who, "990001"), {"partnership_lead", "school_lead"}),
    ],
)
def test_a_rule_allows_these_roles_and_no_other(rule: Callable[[Principal], object], allowed: set[str]) -> None:
    assert {role for role in ROLES if allows(rule, somebody(role, "990001"))} == allowed


@pytest.mark.covers("R5")
def test_a_schools_lead_offers_for_that_school_only() -> None:
    assert not allows(lambda who: policy.may_offer(who, "990002"), somebody("school_lead", "990001"))
    assert not allows(lambda who: policy.may_offer(who, "990001"), somebody("mentor", "990001"))


@pytest.mark.covers("R5", "R6")
@pytest.mark.parametrize(
    ("role", "schools", "seen"),
    [
        ("partnership_lead", (), None),
        ("school_lead", ("990002", "990001"), ["990001", "990002"]),
        ("school_lead", (), []),
        ("mentor", ("990001",), []),
        ("trainee", (), []),
    ],
)
def test_leads_of_the_partnership_see_every_school_those_of_schools_theirs_and_others_none(
    role: str, schools: tuple[str, ...], seen: list[str] | None
) -> None:
    assert policy.schools_seen(somebody(role, *schools)) == seen
