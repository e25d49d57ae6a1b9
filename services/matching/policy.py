"""Who may do or see what in matching, by role and by relation."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.pairs import Pair, Proposed
from shared.events.words import Side, SupportSide
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from shared.kernel.principal import Principal


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


def may_ask_for(who: Principal, person_id: UUID, school_urn: str | None) -> None:
    """Say what somebody asks for: themselves, a lead of their school, the partnership lead.

    Raises `NotFound` for anybody else. The school is that of a mentor or of a mentee at a school; a trainee asks for
    themselves.
    """
    if not (who.has("partnership_lead") or _person(who) == person_id or _leads(who, school_urn)):
        raise NotFound("There is no such person.")


@dataclass(frozen=True, slots=True)
class Between:
    """A support as policy looks at it: where it is, its two people, and the schools that these are of.

    A trainee is of no school, so that no school's lead answers for them.
    """

    school_urn: str
    people: Mapping[SupportSide, UUID]
    schools: Mapping[SupportSide, str | None]


def sides_of(who: Principal, between: Between) -> frozenset[SupportSide]:
    """The sides that somebody may answer for: their own; a school's lead its people's; the partnership lead both."""
    return frozenset(
        side
        for side, person_id in between.people.items()
        if who.has("partnership_lead") or _person(who) == person_id or _leads(who, between.schools[side])
    )


def answering_support(who: Principal, between: Between, side: SupportSide | None) -> SupportSide:
    """Answer for a side: one's own; a school's lead for its people; the partnership lead for both.

    Where there are two they name it. Raises `NotFound`, `NotAllowed` and `Invalid` as `answering` does.
    """
    sides = _sides_seen(who, between)
    if side is None:
        if len(sides) > 1:
            raise Invalid("Say for which side you answer: mentor or mentee.", pointer="/side")
        (side,) = sides or ("mentor",)
    if side not in sides:
        raise NotAllowed(f"The {side}'s answer is not yours to give.")
    return side


def may_end_support(who: Principal, between: Between) -> None:
    """End a support: whoever may answer for one of the two."""
    if not _sides_seen(who, between):
        raise NotAllowed("One of the two ends this, or who leads their school.")


def _sides_seen(who: Principal, between: Between) -> frozenset[SupportSide]:
    sides = sides_of(who, between)
    if not sides and not _leads(who, between.school_urn):
        raise NotFound("There is no such support.")
    return sides


@dataclass(frozen=True, slots=True)
class SupportScope:
    """Whose supports somebody sees: everybody's, those of some schools and of their people, and their own."""

    all: bool
    schools: tuple[str, ...]
    person_id: UUID | None


def support_scope(who: Principal) -> SupportScope:
    """The supports that somebody may see."""
    schools = tuple(sorted(who.schools)) if who.has("school_lead") else ()
    return SupportScope(who.has("partnership_lead"), schools, _person(who))


def own_id(who: Principal) -> UUID:
    """The id under which a mentor or trainee is known; raises `NotAllowed` for who is neither."""
    person = _person(who) if who.has("mentor") or who.has("trainee") else None
    if person is None:
        raise NotAllowed("This is for mentors and trainees to say.")
    return person


def is_themselves(who: Principal, person_id: UUID) -> bool:
    """Whether somebody speaks for themselves."""
    return (who.has("mentor") or who.has("trainee")) and _person(who) == person_id


def speaking_for(who: Principal, person_id: UUID | None) -> UUID:
    """For whom somebody says wishes, vetoes or choices: for themselves; the partnership lead for anybody.

    Raises `Invalid` where a lead has to say for whom, `NotAllowed` for what is somebody else's to say.
    """
    if person_id is None and who.has("partnership_lead") and not (who.has("mentor") or who.has("trainee")):
        raise Invalid("Say for whom you speak.", pointer="/person_id")
    return reading_wishes_of(who, person_id)


def reading_wishes_of(who: Principal, person_id: UUID | None) -> UUID:
    """Whose wishes and choices somebody reads: their own, the partnership lead anybody's; raises `NotAllowed`."""
    if person_id is not None and who.has("partnership_lead"):
        return person_id
    own = own_id(who)
    if person_id not in (None, own):
        raise NotAllowed("You can do this for yourself only.")
    return own


def _leads(who: Principal, school_urn: str | None) -> bool:
    return who.has("school_lead") and school_urn in who.schools


def _person(who: Principal) -> UUID | None:
    try:
        return UUID(who.subject)
    except ValueError:
        return None
