"""Policy of reporting: who may see what. The role decides which reports, the relation decides which rows.

Source: product.md P14. What lies outside a person's scope does not exist for them (`NotFound`); a report that is for
none of their roles is refused (`NotAllowed`).
"""

from dataclasses import dataclass
from uuid import UUID

from shared.events.sessions import (
    AnotherMentorRequested,
    MentorRequestWithdrawn,
    NumbersReleased,
    RelationshipBrokenOff,
)
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

LEAD = "partnership_lead"
SCHOOL_LEAD = "school_lead"
MENTOR = "mentor"
TRAINEE = "trainee"
TUTOR = "tutor"
EVENTS_READER = "events_reader"
"""The role of a program outside that reads the feed of events, and nothing else."""

WITHHELD = frozenset(
    each.type for each in (AnotherMentorRequested, MentorRequestWithdrawn, RelationshipBrokenOff, NumbersReleased)
)
"""Types of events that only the services read.

Who wants another mentor is known to a safe contact, and that it was the mentee who broke off to the mentee alone. The
numbers of an instrument are a mentee's, who can take their release back; nobody can take an event back.
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a person sees: everything, or those of these schools, this mentor or this trainee."""

    everything: bool = False
    schools: frozenset[str] = frozenset()
    mentor_id: UUID | None = None
    trainee_id: UUID | None = None


EVERYTHING = Scope(everything=True)


def caseloads(who: Principal) -> Scope:
    """Partnership leads see every caseload, school leads those at their schools, mentors their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, MENTOR):
        raise NotAllowed("Caseloads are for mentors, school leads and the partnership lead.")
    return Scope(schools=_schools(who), mentor_id=_person(who, MENTOR))


def meetings_by_school(who: Principal) -> Scope:
    """Partnership leads see every school, school leads their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD):
        raise NotAllowed("Meetings by school are for school leads and the partnership lead.")
    return Scope(schools=_schools(who))


def progress(who: Principal, trainee_id: UUID) -> Scope:
    """Partnership leads and tutors see any trainee, school leads what was done at their schools, trainees their own.

    Mentors see none.
    """
    if who.has(LEAD, TUTOR) or trainee_id == _person(who, TRAINEE):
        return EVERYTHING
    if who.has(SCHOOL_LEAD):
        return Scope(schools=_schools(who))
    if who.has(TRAINEE):
        raise NotFound("There is no such trainee.")
    raise NotAllowed("Progress is for the trainee, tutors, school leads and the partnership lead.")


def placements(who: Principal) -> Scope:
    """Partnership leads see every placement, school leads those at their schools, trainees their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, TRAINEE):
        raise NotAllowed("Placements are for trainees, school leads and the partnership lead.")
    return Scope(schools=_schools(who), trainee_id=_person(who, TRAINEE))


def requirements(who: Principal) -> Scope:
    """Partnership leads and tutors see what every trainee still needs, trainees what they need themselves."""
    if who.has(LEAD, TUTOR):
        return EVERYTHING
    if not who.has(TRAINEE):
        raise NotAllowed("Placement requirements are for trainees, tutors and the partnership lead.")
    return Scope(trainee_id=_person(who, TRAINEE))


def early_warnings(who: Principal) -> Scope:
    """Partnership leads see every warning, school leads those at their schools."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD):
        raise NotAllowed("Early warnings are for school leads and the partnership lead.")
    return Scope(schools=_schools(who))


def targets(who: Principal) -> Scope:
    """Partnership leads and tutors see every target, school leads those of their schools, mentors and trainees theirs.

    They see its days, its standards and what became of it; its words stay in sessions.
    """
    if who.has(LEAD, TUTOR):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, MENTOR, TRAINEE):
        raise NotAllowed("Targets are for trainees, mentors, tutors, school leads and the partnership lead.")
    return Scope(schools=_schools(who), mentor_id=_person(who, MENTOR), trainee_id=_person(who, TRAINEE))


def training(who: Principal) -> Scope:
    """Partnership leads see the training of every mentor, school leads of those at their schools, mentors their own."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD, MENTOR):
        raise NotAllowed("The training of mentors is for mentors, school leads and the partnership lead.")
    return Scope(schools=_schools(who), mentor_id=_person(who, MENTOR))


def common_needs(who: Principal) -> Scope:
    """Partnership leads see the needs of every school, school leads those of their schools."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD):
        raise NotAllowed("Common needs are for school leads and the partnership lead.")
    return Scope(schools=_schools(who))


def parity(who: Principal) -> Scope:
    """Partnership leads see the figures of every group, school leads those of their schools beside everybody's."""
    if who.has(LEAD):
        return EVERYTHING
    if not who.has(SCHOOL_LEAD):
        raise NotAllowed("Parity of experience is for school leads and the partnership lead.")
    return Scope(schools=_schools(who))


def impact(who: Principal) -> Scope:
    """Partnership leads see the change over whole programmes, of mentees who released their numbers to be counted."""
    if not who.has(LEAD):
        raise NotAllowed("Impact is for the partnership lead.")
    return EVERYTHING


def reads(who: Principal, person_id: UUID) -> None:
    """Partnership leads see who has read reports about anybody, trainees and mentors about themselves."""
    if who.has(LEAD) or person_id in (_person(who, TRAINEE), _person(who, MENTOR)):
        return
    if who.has(TRAINEE, MENTOR):
        raise NotFound("There is no such person.")
    raise NotAllowed("Who has read a report about somebody is for that person and the partnership lead.")


def programme_report(who: Principal) -> None:
    """Only partnership leads see the report on a programme."""
    if not who.has(LEAD):
        raise NotAllowed("The partnership's report is for the partnership lead.")


def event_feed(who: Principal) -> None:
    """Partnership leads read the events of their partnership, and so do programs with the role events_reader."""
    if not who.has(LEAD, EVENTS_READER):
        raise NotAllowed("Events are for the partnership lead, and for programs with the role events_reader.")


def webhooks(who: Principal) -> None:
    """Only partnership leads say where the events of their partnership are sent, and see what becomes of that."""
    if not who.has(LEAD):
        raise NotAllowed("Webhooks are for the partnership lead.")


def exports(who: Principal) -> bool:
    """Partnership leads see every export of the partnership, others their own.

    Returns whether they see every one.
    """
    return who.has(LEAD)


def narrow(then: Scope, now: Scope) -> Scope:
    """Return what lies in both scopes; where it cannot be told, less."""
    if then.everything or now.everything:
        return now if then.everything else then
    return Scope(
        schools=then.schools & now.schools,
        mentor_id=then.mentor_id if then.mentor_id == now.mentor_id else None,
        trainee_id=then.trainee_id if then.trainee_id == now.trainee_id else None,
    )


def _schools(who: Principal) -> frozenset[str]:
    return who.schools if who.has(SCHOOL_LEAD) else frozenset()


def _person(who: Principal, role: str) -> UUID | None:
    """Return the person's own id if they have the role; None without it, or where the token names no known person."""
    try:
        return UUID(who.subject) if who.has(role) else None
    except ValueError:
        return None
