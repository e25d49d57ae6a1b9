"""Who may ask for a second opinion on an assessment."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.policy.assessments import receives_assessment
from services.sessions.policy.relations import Relationship, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_ask_for_opinion(
    who: Principal, relationship: Relationship, rules: AssessmentRules, assigned: Collection[AssignedRole]
) -> UUID:
    """The trainee, and those to whom the programme sends the assessment.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person = person_id(who)
    asks = side_of(who, relationship) == "trainee" or receives_assessment(who, relationship, rules, assigned)
    if person is None or not asks:
        raise NotAllowed("A second opinion is asked for by the trainee, or by those to whom the assessment is sent.")
    return person
