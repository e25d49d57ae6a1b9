"""Who may record and see a teacher's induction."""

from collections.abc import Collection

from services.sessions.policy.relations import NOBODY, Relationship, accounts_for, side_of
from services.sessions.policy.relationships import may_see
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal


def may_record_induction(
    who: Principal,
    relationship: Relationship,
    accounts: Collection[AccountRole],
    assigned: Collection[AssignedRole],
) -> None:
    """Leads and tutors whom the programme names for it, but not the mentor or the teacher.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if not sees_induction(who, relationship, accounts, NOBODY) or side_of(who, relationship):
        raise NotAllowed("Periods and absences of an induction are recorded by those whom the programme names.")


def sees_induction(
    who: Principal,
    relationship: Relationship,
    accounts: Collection[AccountRole],
    assigned: Collection[AssignedRole],
) -> bool:
    """The trainee of the induction, those who record it, and tutors and assessors who are assigned to the trainee."""
    if side_of(who, relationship) == "mentor":
        return False
    records = not accounts_for(who, relationship, assigned).isdisjoint(accounts)
    return side_of(who, relationship) == "trainee" or records or bool(assigned)
