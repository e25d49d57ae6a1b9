"""Who may do or see what in sessions: by relation first, by role for those who answer for the partnership."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.sessions.domain.trainees import Trainee
from shared.events.words import Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

OVERSEERS = ("partnership_lead", "tutor")
"""They see every relationship of the partnership, but nothing that was said in one."""


class Between(Protocol):
    """A relationship, as policy looks at it."""

    @property
    def mentor_id(self) -> UUID: ...
    @property
    def trainee_id(self) -> UUID: ...
    @property
    def school_urn(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Which relationships a person may know of: all, those of some schools, and their own."""

    everything: bool
    schools: frozenset[str]
    person_id: UUID | None


def person_id(who: Principal) -> UUID | None:
    """The id under which somebody may be a mentor, trainee or assessor; None for a subject that is no person's."""
    try:
        return UUID(who.subject)
    except ValueError:
        return None


def scope(who: Principal) -> Scope:
    """The partnership's leads and tutors: all; school leads: their schools; everybody: their own."""
    return Scope(who.has(*OVERSEERS), who.schools if who.has("school_lead") else frozenset(), person_id(who))


def side_of(who: Principal, relationship: Between) -> Side | None:
    """The person's side in a relationship, None for everybody else."""
    match person_id(who):
        case None:
            return None
        case person if person == relationship.mentor_id:
            return "mentor"
        case person if person == relationship.trainee_id:
            return "trainee"
        case _:
            return None


def may_know_of(who: Principal, relationship: Between | None) -> None:
    """Know that the relationship is there; everybody else is told that there is none."""
    seen = scope(who)
    if relationship is None or not (
        seen.everything or relationship.school_urn in seen.schools or side_of(who, relationship)
    ):
        raise NotFound("There is no such relationship.")


def may_record(who: Principal, relationship: Between) -> Side:
    """Record meetings, set and review targets: the two of them; answers for which side."""
    may_know_of(who, relationship)
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Only the mentor and the trainee record what they do together.")
    return side


def may_keep_a_note(who: Principal, relationship: Between) -> UUID:
    """Keep a private note: the mentor. To everybody else, the trainee included, there is no such thing."""
    if side_of(who, relationship) != "mentor":
        raise NotFound("There is no such note.")
    return relationship.mentor_id


def may_assess(who: Principal, relationship: Between, trainee: Trainee) -> UUID:
    """Assess: a tutor, or a lead of the host school, who does not mentor the trainee; answers the assessor's id."""
    person = person_id(who)
    if person is not None:
        trainee.must_not_be_mentored_by(person)
    may_know_of(who, relationship)
    leads_here = who.has("school_lead") and relationship.school_urn in who.schools
    if person is None or person == relationship.trainee_id or not (who.has("tutor") or leads_here):
        raise NotAllowed("An assessment is written by a tutor or by a lead of the trainee's school.")
    return person


def may_see_all_assessments(who: Principal, trainee_id: UUID) -> bool:
    """The trainee and the partnership lead see every assessment of the trainee; an assessor sees their own."""
    return who.has("partnership_lead") or person_id(who) == trainee_id
