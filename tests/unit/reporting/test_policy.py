"""Who sees what, as a table."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from services.reporting import policy
from services.reporting.policy import EVERYTHING, Scope
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

ME, OTHER = uuid4(), uuid4()
MINE = frozenset({"900001"})

Ask = Callable[[Principal], Scope | None]
Outcome = Scope | type[Exception] | None


def somebody(*roles: str, subject: str = str(ME)) -> Principal:
    return Principal(subject, "north-star", frozenset(roles), MINE)


def my_progress(who: Principal) -> Scope:
    return policy.progress(who, ME)


def anothers_progress(who: Principal) -> Scope:
    return policy.progress(who, OTHER)


OWN_SCHOOLS = Scope(schools=MINE)
OWN_CASELOAD = Scope(mentor_id=ME)
OWN_PLACEMENT = Scope(trainee_id=ME)

TABLE: list[tuple[Ask, dict[str, Outcome]]] = [
    (
        policy.caseloads,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": OWN_CASELOAD,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.meetings_by_school,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        my_progress,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": EVERYTHING,
            "tutor": EVERYTHING,
            "operator": NotAllowed,
        },
    ),
    (
        anothers_progress,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": NotFound,
            "tutor": EVERYTHING,
            "operator": NotAllowed,
        },
    ),
    (
        policy.placements,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": OWN_PLACEMENT,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.requirements,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": NotAllowed,
            "mentor": NotAllowed,
            "trainee": OWN_PLACEMENT,
            "tutor": EVERYTHING,
            "operator": NotAllowed,
        },
    ),
    (
        policy.early_warnings,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.targets,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": OWN_CASELOAD,
            "trainee": OWN_PLACEMENT,
            "tutor": EVERYTHING,
            "operator": NotAllowed,
        },
    ),
    (
        policy.parity,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.impact,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": NotAllowed,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.training,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": OWN_CASELOAD,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.common_needs,
        {
            "partnership_lead": EVERYTHING,
            "school_lead": OWN_SCHOOLS,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.programme_report,
        {
            "partnership_lead": None,
            "school_lead": NotAllowed,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.webhooks,
        {
            "partnership_lead": None,
            "events_reader": NotAllowed,
            "school_lead": NotAllowed,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
    (
        policy.event_feed,
        {
            "partnership_lead": None,
            "events_reader": None,
            "school_lead": NotAllowed,
            "mentor": NotAllowed,
            "trainee": NotAllowed,
            "tutor": NotAllowed,
            "operator": NotAllowed,
        },
    ),
]

CASES = [
    pytest.param(ask, role, outcome, id=f"{ask.__name__} of a {role}")
    for ask, outcomes in TABLE
    for role, outcome in outcomes.items()
]


@pytest.mark.covers("P14")
@pytest.mark.parametrize(("ask", "role", "outcome"), CASES)
def test_each_role_sees_its_own_scope(ask: Ask, role: str, outcome: Outcome) -> None:
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            ask(somebody(role))
    else:
        assert ask(somebody(role)) == outcome


def test_a_school_lead_who_mentors_elsewhere_sees_both_caseloads() -> None:
    assert policy.caseloads(somebody("school_lead", "mentor")) == Scope(schools=MINE, mentor_id=ME)


def test_schools_in_a_token_count_for_school_leads_only() -> None:
    assert policy.placements(somebody("trainee")) == Scope(trainee_id=ME)


def test_a_token_that_names_no_person_of_ours_has_nothing_of_its_own() -> None:
    assert policy.placements(somebody("trainee", subject="demo-trainee")) == Scope()
    with pytest.raises(NotFound):
        policy.progress(somebody("trainee", subject="demo-trainee"), UUID(int=0))


def test_partnership_leads_see_every_export_and_others_their_own() -> None:
    assert [policy.exports(somebody(role)) for role in ("partnership_lead", "school_lead", "trainee")] == [
        True,
        False,
        False,
    ]


@pytest.mark.covers("P11", "P14")
def test_a_narrowed_scope_has_what_lies_in_both() -> None:
    wide = Scope(schools=frozenset({"900001", "900002"}), mentor_id=ME, trainee_id=OTHER)
    assert policy.narrow(EVERYTHING, wide) == policy.narrow(wide, EVERYTHING) == policy.narrow(wide, wide) == wide
    assert policy.narrow(wide, Scope(schools=MINE, mentor_id=OTHER)) == OWN_SCHOOLS
    assert policy.narrow(wide, Scope()) == Scope()
