"""Who may do or see what in matching, by role and by relation."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.pair import Pair, Proposed
from shared.events.words import Side
from shared.kernel.auth import Principal
from shared.kernel.decider import Invalid, NotAllowed, NotFound


def may_run_rounds(who: Principal) -> None:
    """Rounds, their results and the candidates: the partnership lead."""
    if not who.has("partnership_lead"):
        raise NotAllowed("Only the partnership lead can do this.")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose pairs somebody sees: everybody's, or those of some schools, of a mentor, of a trainee."""

    all: bool = False
    schools: tuple[str, ...] = ()
    mentor_id: UUID | None = None
    trainee_id: UUID | None = None

    def holds(self, proposal: Proposed) -> bool:
        """Whether a pair is among them."""
        return (
            self.all
            or proposal.placement.school_urn in self.schools
            or proposal.mentor_id == self.mentor_id
            or proposal.trainee_id == self.trainee_id
        )


def scope(who: Principal) -> Scope:
    """The pairs that somebody may see: the partnership lead all, a school's lead the school's, the two sides theirs."""
    if who.has("partnership_lead"):
        return Scope(all=True)
    return Scope(
        schools=tuple(sorted(who.schools)) if who.has("school_lead") else (),
        mentor_id=_person(who) if who.has("mentor") else None,
        trainee_id=_person(who) if who.has("trainee") else None,
    )


def answers_for(who: Principal, proposal: Proposed) -> frozenset[Side]:
    """The sides that somebody may answer for: their own; a school's lead its mentors'; the partnership lead both."""
    if who.has("partnership_lead"):
        return frozenset({"mentor", "trainee"})
    sides: set[Side] = set()
    seen = scope(who)
    if proposal.placement.school_urn in seen.schools or proposal.mentor_id == seen.mentor_id:
        sides.add("mentor")
    if proposal.trainee_id == seen.trainee_id:
        sides.add("trainee")
    return frozenset(sides)


def answering(who: Principal, pair: Pair, side: Side | None) -> Side:
    """The side that somebody answers for, which they name where there are two.

    Raises `NotFound` for a pair they may not know of, `NotAllowed` for a side that is not theirs, `Invalid` where they
    have to say which.
    """
    if pair.proposal is None or not scope(who).holds(pair.proposal):
        raise NotFound("There is no such pair.")
    sides = answers_for(who, pair.proposal)
    if side is None:
        if len(sides) > 1:
            raise Invalid("Say for which side you answer: mentor or trainee.", pointer="/side")
        (side,) = sides
    if side not in sides:
        raise NotAllowed(f"The {side}'s answer is not yours to give.")
    return side


def may_read_reason(who: Principal, decliner_id: UUID | None) -> bool:
    """Why somebody said no is for themselves and the partnership lead, never for the other side."""
    return who.has("partnership_lead") or (decliner_id is not None and _person(who) == decliner_id)


def _person(who: Principal) -> UUID | None:
    try:
        return UUID(who.subject)
    except ValueError:
        return None
