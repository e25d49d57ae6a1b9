"""Who may do or see what in sessions. The first sentence of each rule names the people whom it lets pass.

Rules go by the relation of a person to a relationship first, and by role for those who oversee the partnership.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.sessions.domain.access import AudienceRole
from services.sessions.domain.days import DayRole, ReturnableState
from services.sessions.domain.programmes import Programme
from services.sessions.domain.trainees import Trainee
from shared.events.practices import AccountRole
from shared.events.words import Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

OVERSEERS = ("partnership_lead", "tutor")
"""They see every relationship of the partnership, but no text that its two people wrote."""
OVERSEER_ROLES: tuple[AudienceRole, ...] = ("partnership_lead", "tutor")
"""The same, as roles to which an item can be released."""


class Relationship(Protocol):
    """The fields of a relationship that the rules need."""

    @property
    def mentor_id(self) -> UUID: ...
    @property
    def trainee_id(self) -> UUID: ...
    @property
    def school_urn(self) -> str: ...


class ReadableRelationship(Relationship, Protocol):
    """The fields of a relationship that decide for how long its texts are read."""

    @property
    def ends_on(self) -> date: ...
    @property
    def mentor_reads_for_days(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class RelationshipScope:
    """The relationships that a person may see: all of them, those at some schools, and the person's own."""

    everything: bool
    schools: frozenset[str]
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class BreakOffScope:
    """The break-offs that a person may see: those told to their roles or to leads of their schools, and their own."""

    roles: frozenset[AudienceRole]
    schools: frozenset[str]
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class AssessmentScope:
    """The assessments of a trainee that a person may see: all of them, or those that the person wrote."""

    everything: bool
    assessor_id: UUID | None


def visible_relationships(who: Principal) -> RelationshipScope:
    """Leads and tutors see all relationships, school leads those at their schools, everybody else their own."""
    schools = who.schools if who.has("school_lead") else frozenset()
    return RelationshipScope(who.has(*OVERSEERS), schools, _person_id(who))


def may_see(who: Principal, relationship: Relationship | None) -> None:
    """Leads and tutors of the partnership, leads of the school, and the mentor and the trainee of the relationship.

    Raises `NotFound` for everybody else, and where there is no such relationship.
    """
    scope = visible_relationships(who)
    if relationship is None or not (
        scope.everything or relationship.school_urn in scope.schools or side_of(who, relationship)
    ):
        raise NotFound("There is no such relationship.")


def reading_side(who: Principal, relationship: ReadableRelationship, today: date) -> Side | None:
    """Only the mentor and the trainee read the texts of meetings and targets, and only the trainee their own pulse.

    The mentor reads for as many days after the end as the programme says. Returns the person's side, None for everybody
    else.
    """
    side, days = side_of(who, relationship), relationship.mentor_reads_for_days
    over = days is not None and (today - relationship.ends_on).days > days
    return None if side == "mentor" and over else side


def may_read_form(
    who: Principal, relationship: ReadableRelationship, accounts: Collection[AccountRole], today: date
) -> None:
    """The mentor and the trainee, and those who see the relationship in a role that the programme lets read the form.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship)
    if reading_side(who, relationship, today) is None and not who.has(*accounts):
        raise NotAllowed("Only those whom the programme lets read this form can see it.")


def may_record(who: Principal, relationship: Relationship) -> Side:
    """The mentor and the trainee of the relationship.

    Returns the person's side. Raises `NotAllowed` for those who may only see the relationship, `NotFound` for others.
    """
    may_see(who, relationship)
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Only the mentor and the trainee record their meetings and targets.")
    return side


def may_answer_survey(who: Principal, relationship: Relationship | None) -> Side:
    """The mentor and the mentee of the relationship, each their own answers.

    Returns the person's side. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship)
    assert relationship is not None  # nobody may see a relationship that does not exist
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Only the mentor and the mentee see this survey, and each only their own answers.")
    return side


def may_pass_on(who: Principal, relationship: Relationship) -> None:
    """The trainee of the relationship, who owns what is passed on.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("It is for the mentee to pass this on, to a mentor whom they choose.")


def may_break_off(who: Principal, relationship: Relationship) -> None:
    """The trainee of the relationship.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed(
            "Only the mentee breaks off. Propose a last day to each other instead, or ask your coordinator."
        )


def break_off_reader(who: Principal, relationship: Relationship, contact: AccountRole) -> UUID:
    """The trainee, and those in the role that the trainee chose as safe contact, but never the mentor.

    Returns the reader's id. Raises `NotFound` for everybody else.
    """
    person, side = _person_id(who), side_of(who, relationship)
    here = contact != "school_lead" or relationship.school_urn in who.schools
    if person is None or side == "mentor" or not (side == "trainee" or (who.has(contact) and here)):
        raise NotFound("There is no such break-off.")
    return person


def visible_break_offs(who: Principal) -> BreakOffScope:
    """Tutors and leads see those in which a trainee chose their role as safe contact, and a trainee their own."""
    schools = who.schools if who.has("school_lead") else frozenset()
    roles = frozenset(role for role in OVERSEER_ROLES if who.has(role))
    return BreakOffScope(roles, schools, _person_id(who))


def may_plan_days(who: Principal, relationship: Relationship, programme: Programme) -> DayRole:
    """The trainee, leads of the host school, and those who accept days for the provider.

    Returns the role in which they plan. Raises `NotAllowed` for others who may see the relationship.
    """
    roles = _day_roles(who, relationship, programme)
    if not roles:
        raise NotAllowed("Days are planned by the trainee, the host school or the provider.")
    return roles[0]


def may_log_days(who: Principal, relationship: Relationship, programme: Programme) -> DayRole:
    """The trainee of the relationship, for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "trainee" not in _day_roles(who, relationship, programme):
        raise NotAllowed("Only the trainee logs their days, or removes them. A school returns what is wrong.")
    return "trainee"


def may_confirm_days(who: Principal, relationship: Relationship, programme: Programme) -> DayRole:
    """Leads of the host school, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "school" not in _day_roles(who, relationship, programme):
        raise NotAllowed("Days are confirmed by a lead of the school where the trainee was.")
    return "school"


def may_accept_days(who: Principal, relationship: Relationship, programme: Programme) -> DayRole:
    """Leads of the partnership, and those whom the programme names, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "provider" not in _day_roles(who, relationship, programme):
        raise NotAllowed("Days are accepted by the partnership lead, or by those whom the programme names.")
    return "provider"


def may_return_days(
    who: Principal, relationship: Relationship, programme: Programme, state: ReturnableState
) -> DayRole:
    """Leads of the host school until the provider has accepted; those who accept, once the school has confirmed.

    Returns the role in which they return a day from this state. Raises `NotAllowed` for others who may see the
    relationship.
    """
    may: Mapping[ReturnableState, tuple[DayRole, ...]] = {
        "logged": ("school",),
        "confirmed": ("school", "provider"),
        "accepted": ("provider",),
    }
    roles = [role for role in _day_roles(who, relationship, programme) if role in may[state]]
    if not roles:
        raise NotAllowed("The school returns what is logged or confirmed, the provider what is confirmed or accepted.")
    return roles[0]


def _day_roles(who: Principal, relationship: Relationship, programme: Programme) -> Sequence[DayRole]:
    """The roles in which somebody takes steps with the days of a trainee; nobody judges their own days."""
    if side_of(who, relationship) == "trainee":
        return ("trainee",)
    rules = programme.practice.days
    accepting = programme.accounts_of(rules.accepted_by) if rules else frozenset()
    leads_here = who.has("school_lead") and relationship.school_urn in who.schools
    roles: list[DayRole] = ["school"] if leads_here else []
    return [*roles, "provider"] if who.has("partnership_lead", *(accepting - {"school_lead"})) else roles


def may_write_note(who: Principal, relationship: Relationship) -> UUID:
    """The mentor and the trainee of the relationship, each a note of their own.

    Returns the author's id. Raises `NotFound` for everybody else.
    """
    match side_of(who, relationship):
        case "mentor":
            return relationship.mentor_id
        case "trainee":
            return relationship.trainee_id
        case None:
            raise NotFound("There is no such note.")


def note_author(who: Principal) -> UUID | None:
    """The mentor or the trainee who wrote the note.

    Returns the id of the person as an author of notes, None for a subject that is not a person's id.
    """
    return _person_id(who)


def journal_owner(who: Principal) -> UUID:
    """A trainee or a mentor, for themselves.

    Returns the owner's id. Raises `NotAllowed` for everybody else.
    """
    person = _person_id(who)
    if person is None or not who.has("trainee", "mentor"):
        raise NotAllowed("A journal is kept by a trainee or a mentor, each for themselves.")
    return person


def mentee(who: Principal) -> UUID | None:
    """Trainees and other mentees see their own mentors.

    Returns the id of the person as a mentee, None for a subject that is not a person's id.
    """
    return _person_id(who)


def item_owner(who: Principal) -> UUID | None:
    """The person who owns the item.

    Returns the id of the person as an owner of items, None for a subject that is not a person's id.
    """
    return _person_id(who)


def item_reader(who: Principal) -> UUID | None:
    """The person who owns the item, or to whom the owner released it.

    Returns the id of the person as a reader of items, None for a subject that is not a person's id.
    """
    return _person_id(who)


def audience_roles(who: Principal, owner_schools: Collection[str]) -> frozenset[AudienceRole]:
    """Tutors, leads of the partnership, and leads of a school where the owner is or was, if released to their role.

    Returns the roles by which something that the owner released reaches the person.
    """
    roles: set[AudienceRole] = {role for role in OVERSEER_ROLES if who.has(role)}
    if who.has("school_lead") and not who.schools.isdisjoint(owner_schools):
        roles.add("school_lead")
    return frozenset(roles)


def may_assess(who: Principal, relationship: Relationship, trainee: Trainee) -> UUID:
    """A tutor, or a lead of the trainee's school, who does not mentor the trainee.

    Returns the assessor's id. Raises `MentorsDoNotAssess` for a mentor of the trainee, `NotAllowed` for others who may
    see the relationship, and `NotFound` for everybody else.
    """
    person = _person_id(who)
    may_see(who, relationship)
    if person is not None:
        trainee.must_not_be_mentored_by(person)
    leads_here = who.has("school_lead") and relationship.school_urn in who.schools
    if person is None or person == relationship.trainee_id or not (who.has("tutor") or leads_here):
        raise NotAllowed("An assessment is written by a tutor or by a lead of the trainee's school.")
    return person


def visible_assessments(who: Principal, trainee_id: UUID) -> AssessmentScope:
    """The trainee and the partnership lead see all assessments of the trainee, an assessor their own."""
    person = _person_id(who)
    return AssessmentScope(who.has("partnership_lead") or person == trainee_id, person)


def _person_id(who: Principal) -> UUID | None:
    """The id of the person as a mentor, trainee or assessor; None for a subject that is not a person's id."""
    try:
        return UUID(who.subject)
    except ValueError:
        return None


def side_of(who: Principal, relationship: Relationship) -> Side | None:
    """The mentor and the trainee of the relationship.

    Returns the person's side, None for everybody else.
    """
    match _person_id(who):
        case None:
            return None
        case person if person == relationship.mentor_id:
            return "mentor"
        case person if person == relationship.trainee_id:
            return "trainee"
        case _:
            return None
