"""Who may review a relationship, and who sees what was decided."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def reviews_relationship(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> bool:
    """Leads and tutors in the role that the programme names to review, unless they are the mentor or the trainee."""
    rules = programme.practice.review
    accounts = programme.accounts_of(rules.by) if rules else frozenset()
    is_one_of_the_two = side_of(who, relationship) is not None
    return not is_one_of_the_two and not accounts.isdisjoint(accounts_for(who, relationship, assigned))


def may_review(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> UUID:
    """Leads and tutors in the role that the programme names to review, unless they are the mentor or the trainee.

    Returns the reviewer's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship, assigned)
    person = person_id(who)
    if person is None or not reviews_relationship(who, relationship, programme, assigned):
        raise NotAllowed("This relationship is reviewed by those whom its programme names.")
    return person


def may_see_reviews(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> bool:
    """The mentor, the trainee and those who review see what was decided; the note is for the trainee and those.

    Returns whether the person reads the note. Raises `NotAllowed` for others who may see the relationship, `NotFound`
    for everybody else.
    """
    may_see(who, relationship, assigned)
    side, is_reviewer = side_of(who, relationship), reviews_relationship(who, relationship, programme, assigned)
    if side is None and not is_reviewer:
        raise NotAllowed("Reviews are for the two of the relationship and for those whom its programme names.")
    return is_reviewer or side == "trainee"
