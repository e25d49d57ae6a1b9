"""Who may assign tutors and assessors to a trainee, and who sees them."""

from collections.abc import Collection
from uuid import UUID

from services.sessions.policy.relations import leads_one_of, person_id
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal


def may_assign(who: Principal, role: AssignedRole, schools: Collection[str]) -> None:
    """The partnership lead; a lead of one of the trainee's schools assigns assessors.

    `schools` are those where the trainee has a mentor or will have: who led an earlier one would let somebody see what
    the trainee does elsewhere.

    Raises `NotAllowed` for leads of the school who assign tutors, `NotFound` for everybody else.
    """
    if who.has("partnership_lead"):
        return
    if not leads_one_of(who, schools):
        raise NotFound("There is no such trainee.")
    if role != "assessor":
        raise NotAllowed("Tutors are assigned by the partnership lead; you can assign assessors.")


def may_list_assignments(
    who: Principal, trainee_id: UUID, schools: Collection[str], assigned: Collection[AssignedRole]
) -> None:
    """The trainee, those who are assigned, leads of the trainee's schools, and the partnership lead.

    Raises `NotFound` for everybody else.
    """
    allowed = who.has("partnership_lead") or person_id(who) == trainee_id or assigned or leads_one_of(who, schools)
    if not allowed:
        raise NotFound("There is no such trainee.")


def assigned_person(who: Principal) -> UUID | None:
    """Return the id of the person as a tutor or assessor, None for a subject that is not a person's id."""
    return person_id(who)
