"""Who may see what in reporting: by role whether at all, by relation which rows.

Source: product.md P14. What lies outside somebody's scope does not exist for them; a kind of answer that is not for
their role at all is refused.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

LEAD = "partnership_lead"
SCHOOL_LEAD = "school_lead"
MENTOR = "mentor"
TRAINEE = "trainee"
TUTOR = "tutor"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that somebody sees: everything, or those of these schools, this mentor or this trainee."""

    everything: bool = False
    schools: frozenset[str] = frozenset()
    mentor_id: UUID | None = None
    trainee_id: UUID | None = None


EVERYTHING = Scope(everything=True)


def caseload(who: Principal, mentor_id: UUID | None) -> Scope:
    """Leads all, school leads their schools' mentors, mentors themselves; another's caseload is not there."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, MENTOR):
        raise NotAllowed("Caseloads are for mentors, school leads and the partnership lead.")
    scope = Scope(schools=_schools(who), mentor_id=_person(who, MENTOR))
    if mentor_id is not None and not who.has(SCHOOL_LEAD) and mentor_id != scope.mentor_id:
        raise NotFound("There is no such mentor.")
    return scope


def meetings_by_school(who: Principal) -> Scope:
    """Leads all schools, school leads their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD):
        raise NotAllowed("This is for school leads and the partnership lead.")
    return Scope(schools=_schools(who))


def progress(who: Principal, trainee_id: UUID) -> Scope:
    """Leads and tutors any trainee, school leads what was done at their schools, trainees themselves; mentors none."""
    if who.has(LEAD, TUTOR) or trainee_id == _person(who, TRAINEE):
        return EVERYTHING
    if who.has(SCHOOL_LEAD):
        return Scope(schools=_schools(who))
    if who.has(TRAINEE):
        raise NotFound("There is no such trainee.")
    raise NotAllowed("Progress is for the trainee, tutors, school leads and the partnership lead.")


def placements(who: Principal) -> Scope:
    """Leads all, school leads pairs at their schools, trainees their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, TRAINEE):
        raise NotAllowed("Placements are for trainees, school leads and the partnership lead.")
    return Scope(schools=_schools(who), trainee_id=_person(who, TRAINEE))


def report(who: Principal) -> None:
    """The partnership lead only."""
    if not who.has(LEAD):
        raise NotAllowed("The partnership's report is for the partnership lead.")


def _schools(who: Principal) -> frozenset[str]:
    return who.schools if who.has(SCHOOL_LEAD) else frozenset()


def _person(who: Principal, role: str) -> UUID | None:
    """The person's own id in a role; None where they do not have it, or their token names no person of ours."""
    try:
        return UUID(who.subject) if who.has(role) else None
    except ValueError:
        return None
