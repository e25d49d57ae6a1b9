"""Who may write, read and acknowledge a support plan."""

from collections.abc import Collection
from typing import get_args
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.domain.support_plans import PlanState
from services.sessions.policy.relations import Relationship, accounts_for, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal

ALL_PLAN_STATES: frozenset[PlanState] = frozenset(get_args(PlanState))
"""Every state of a support plan."""


def may_write_support_plan(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    assessor: bool,
) -> UUID:
    """The assessor, and those whom the programme names for it, but not the trainee.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person, side = person_id(who), side_of(who, relationship)
    writes = assessor or rules.plan_written_by.has(side, accounts_for(who, relationship, assigned))
    if person is None or side == "trainee" or not writes:
        raise NotAllowed("A support plan is written by the assessor, or by those whom the programme names.")
    return person


def may_acknowledge_support_plan(
    who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]
) -> None:
    """The trainee for whom the plan is.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the trainee acknowledges their support plan.")


def readable_plan_states(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    assessor: bool,
) -> frozenset[PlanState]:
    """The assessor and those who write the support plan see it from its first draft on; the trainee, those who receive
    the assessment and those with whom the programme shares the plan once it is shared.

    Returns the states in which the person reads it; none for everybody else.
    """
    side, accounts = side_of(who, relationship), accounts_for(who, relationship, assigned)
    if side != "trainee" and (assessor or rules.plan_written_by.has(side, accounts)):
        return ALL_PLAN_STATES
    receives = side is None and not accounts.isdisjoint(rules.received_by)
    if side == "trainee" or receives or rules.plan_shared_with.has(side, accounts):
        return ALL_PLAN_STATES - {"drafting"}
    return frozenset()
