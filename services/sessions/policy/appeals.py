"""Who may appeal against an assessment, decide an appeal, and read it."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.policy.relations import Relationship, accounts_for, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_appeal(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]) -> None:
    """The trainee of the assessment.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the trainee appeals against an assessment, or takes an appeal back.")


def may_decide_appeal(
    who: Principal, relationship: Relationship, rules: AssessmentRules, assigned: Collection[AssignedRole]
) -> UUID:
    """Tutors and leads whom the programme names for it, but neither the mentor nor the trainee, nor whoever wrote or
    signed the assessment.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person, accounts = person_id(who), accounts_for(who, relationship, assigned)
    if person is None or side_of(who, relationship) or accounts.isdisjoint(rules.appeals_decided_by):
        raise NotAllowed("An appeal is decided by those whom the programme names.")
    return person


def reads_appeals(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    writes: bool,
) -> bool:
    """Whether somebody reads why the trainee appealed and how it was decided: the trainee, the assessor, and those who
    decide.
    """
    accounts = accounts_for(who, relationship, assigned)
    return writes or side_of(who, relationship) == "trainee" or not accounts.isdisjoint(rules.appeals_decided_by)
