"""Who may give, see, amend and acknowledge formative feedback."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import MentoredRelationship, Relationship, RoleHolder, person_id, role_among
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


def may_give_feedback(
    who: Principal, relationship: MentoredRelationship, programme: Programme, assigned: Collection[AssignedRole]
) -> RoleHolder:
    """The mentor, and tutors and leads whom the programme names, but never the trainee.

    Returns who gives the feedback, and in which role of the programme. Raises `NotAllowed` for others who may see the
    relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    rules = programme.practice.feedback
    holder = role_among(who, relationship, programme, rules.by if rules else (), assigned)
    if holder is None:
        raise NotAllowed("Feedback is given by those whom the programme names, such as the mentor.")
    return holder


def may_see_feedback(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]) -> UUID | None:
    """The trainee, whoever gave the feedback, and those to whom the trainee released it.

    Returns the person's id, None for a subject that is not a person's id. Raises `NotFound` for people who may not see
    the relationship.
    """
    may_see(who, relationship, assigned)
    return person_id(who)


def feedback_author(who: Principal) -> UUID | None:
    """The person who gave the feedback.

    Returns the id of the person as an author, None for a subject that is not a person's id.
    """
    return person_id(who)


def may_acknowledge_feedback(who: Principal, owner_id: UUID) -> None:
    """The trainee to whom the feedback was given.

    Raises `NotFound` for everybody else.
    """
    if person_id(who) != owner_id:
        raise NotFound("There is no such feedback.")
