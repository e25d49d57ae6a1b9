"""Policy of matching: who may do or see what, by role and by relation."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.pairs import Pair, Proposed
from shared.events.words import Side, SupportSide
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from shared.kernel.principal import Principal


def may_run_rounds(who: Principal) -> None:
    """The partnership lead. Raises `NotAllowed` for anybody else."""
    if not who.has("partnership_lead"):
        raise NotAllowed("Only the partnership lead can do this.")


@dataclass(frozen=True, slots=True)
class PairScope:
    """The pairs that somebody may see: all, or those of some schools, of a mentor, of a trainee."""

    all: bool = False
    schools: tuple[str, ...] = ()
    mentor_id: UUID | None = None
    trainee_id: UUID | None = None

    def holds(self, proposal: Proposed) -> bool:
        """Whether a pair is in the scope."""
        return (
            self.all
            or proposal.placement.school_urn in self.schools
            or proposal.mentor_id == self.mentor_id
            or proposal.trainee_id == self.trainee_id
        )


def pair_scope(who: Principal) -> PairScope:
    """The partnership lead sees every pair, a school's lead those at the school, and mentor and trainee their own.

    Returns the pairs that the person may see.
    """
    if who.has("partnership_lead"):
        return PairScope(all=True)
    return PairScope(
        schools=tuple(sorted(who.schools)) if who.has("school_lead") else (),
        mentor_id=_person(who) if who.has("mentor") else None,
        trainee_id=_person(who) if who.has("trainee") else None,
    )


def answers_for(who: Principal, proposal: Proposed) -> frozenset[Side]:
    """The mentor and the trainee answer for themselves, a school's lead for its mentors, the partnership lead for both.

    Returns the sides that the person may answer for.
    """
    if who.has("partnership_lead"):
        return frozenset({"mentor", "trainee"})
    sides: set[Side] = set()
    seen = pair_scope(who)
    if proposal.placement.school_urn in seen.schools or proposal.mentor_id == seen.mentor_id:
        sides.add("mentor")
    if proposal.trainee_id == seen.trainee_id:
        sides.add("trainee")
    return frozenset(sides)


def side_to_answer(who: Principal, pair: Pair, side: Side | None) -> Side:
    """The mentor or the trainee for themselves, a lead of the school for the mentor, or the partnership lead for both.

    Returns the side for which the person answers; they name it where there are two. Raises `NotFound` for a pair that
    they may not know of, `NotAllowed` for a side that is not theirs, `Invalid` where they have to name the side.
    """
    if pair.proposal is None or not pair_scope(who).holds(pair.proposal):
        raise NotFound("There is no such pair.")
    sides = answers_for(who, pair.proposal)
    if side is None:
        if len(sides) > 1:
            raise Invalid("Name the side for which you answer: mentor or trainee.", pointer="/side")
        (side,) = sides
    if side not in sides:
        raise NotAllowed(f"You cannot answer for the {side}.")
    return side


def may_read_reason(who: Principal, decliner_id: UUID | None) -> bool:
    """Only the person who declined and the partnership lead read why a pair was declined."""
    return who.has("partnership_lead") or (decliner_id is not None and _person(who) == decliner_id)


def may_read_details(who: Principal) -> bool:
    """Only the partnership lead reads the numbers and relations because of which a proposal cannot be confirmed."""
    return who.has("partnership_lead")


def may_request_support_for(who: Principal, person_id: UUID, school_urn: str | None) -> None:
    """The person, a lead of the person's school, or the partnership lead.

    Raises `NotFound` for anybody else. The school is that of a mentor or of a mentee at a school; a trainee has none.
    """
    if not (who.has("partnership_lead") or _person(who) == person_id or _leads(who, school_urn)):
        raise NotFound("There is no such person.")


@dataclass(frozen=True, slots=True)
class SupportParties:
    """The school of a support, its two people, and the schools that these belong to.

    A trainee belongs to no school, so that no school lead answers for them.
    """

    school_urn: str
    people: Mapping[SupportSide, UUID]
    schools: Mapping[SupportSide, str | None]


def sides_of(who: Principal, parties: SupportParties) -> frozenset[SupportSide]:
    """The mentor and the mentee answer for themselves, a school's lead for its people, the partnership lead for both.

    Returns the sides that the person may answer for.
    """
    return frozenset(
        side
        for side, person_id in parties.people.items()
        if who.has("partnership_lead") or _person(who) == person_id or _leads(who, parties.schools[side])
    )


def support_side_to_answer(who: Principal, parties: SupportParties, side: SupportSide | None) -> SupportSide:
    """The mentor or the mentee for themselves, a lead of a school for its people, or the partnership lead for both.

    Returns the side for which the person answers; they name it where there are two. Raises `NotFound`, `NotAllowed`
    and `Invalid` as `side_to_answer` does.
    """
    sides = _sides_seen(who, parties)
    if side is None:
        if len(sides) > 1:
            raise Invalid("Name the side for which you answer: mentor or mentee.", pointer="/side")
        (side,) = sides or ("mentor",)
    if side not in sides:
        raise NotAllowed(f"You cannot answer for the {side}.")
    return side


def may_end_support(who: Principal, parties: SupportParties) -> None:
    """The mentor, the mentee, a lead of their school, or the partnership lead."""
    if not _sides_seen(who, parties):
        raise NotAllowed("Only the mentor, the mentee or a lead of their school can end this support.")


def _sides_seen(who: Principal, parties: SupportParties) -> frozenset[SupportSide]:
    sides = sides_of(who, parties)
    if not sides and not _leads(who, parties.school_urn):
        raise NotFound("There is no such support.")
    return sides


@dataclass(frozen=True, slots=True)
class SupportScope:
    """The supports that somebody may see: all, or those of some schools and of their people, and their own."""

    all: bool
    schools: tuple[str, ...]
    person_id: UUID | None


def support_scope(who: Principal) -> SupportScope:
    """The partnership lead sees every support, a school's lead those of its people, and everybody their own.

    Returns the supports that the person may see: also those that take place at the school of a school's lead.
    """
    schools = tuple(sorted(who.schools)) if who.has("school_lead") else ()
    return SupportScope(who.has("partnership_lead"), schools, _person(who))


def own_id(who: Principal) -> UUID:
    """A mentor or a trainee, for themselves. Returns their id; raises `NotAllowed` for anybody else."""
    person = _person(who) if who.has("mentor") or who.has("trainee") else None
    if person is None:
        raise NotAllowed("Only mentors and trainees can state this.")
    return person


def is_themselves(who: Principal, person_id: UUID) -> bool:
    """Whether this is the person's own id, as a mentor or trainee."""
    return (who.has("mentor") or who.has("trainee")) and _person(who) == person_id


def person_to_speak_for(who: Principal, person_id: UUID | None) -> UUID:
    """A mentor or a trainee for themselves, or the partnership lead for anybody.

    Returns the person whose wishes, vetoes or choices are stated. Raises `Invalid` where a lead has to name the person,
    `NotAllowed` where somebody names another person.
    """
    if person_id is None and who.has("partnership_lead") and not (who.has("mentor") or who.has("trainee")):
        raise Invalid("Name the person for whom you speak.", pointer="/person_id")
    return person_to_read(who, person_id)


def person_to_read(who: Principal, person_id: UUID | None) -> UUID:
    """A mentor or a trainee reads their own, the partnership lead anybody's.

    Returns the person whose wishes and choices are read. Raises `NotAllowed` where somebody names another person.
    """
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
