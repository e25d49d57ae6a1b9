"""Who answers the survey of views of mentoring."""

from collections.abc import Collection

from services.sessions.policy.relations import NOBODY, Relationship, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole, Side
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_answer_survey(
    who: Principal, relationship: Relationship | None, assigned: Collection[AssignedRole] = NOBODY
) -> Side:
    """The mentor and the mentee of the relationship, each their own answers.

    Returns the person's side. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship, assigned)
    assert relationship is not None  # nobody may see a relationship that does not exist
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Only the mentor and the mentee see this survey, and each only their own answers.")
    return side
