"""Who may draft a summary of a relationship, and who opens it."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.domain.programmes import Programme
from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole, Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


def receives_summary(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> bool:
    """Leads and tutors to whom the programme sends the summary that both have signed, except the two themselves."""
    accounts = programme.accounts_of(programme.practice.confidentiality.summary_to)
    is_one_of_the_two = side_of(who, relationship) is not None
    return not is_one_of_the_two and not accounts.isdisjoint(accounts_for(who, relationship, assigned))


def may_open_summary(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> UUID:
    """Leads and tutors to whom the programme sends the summary that both have signed.

    Returns the reader's id. Raises `NotFound` for everybody else.
    """
    person = person_id(who)
    if person is None or not receives_summary(who, relationship, programme, assigned):
        raise NotFound("There is no such summary.")
    return person


def may_draft_summary(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> Side:
    """The mentor and the trainee of the relationship.

    Returns the person's side. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship, assigned)
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Until both have signed it, the summary is between the two; read it in the list of summaries.")
    return side
