"""Who may do or see what in sessions. The first sentence of each rule names the people whom it lets pass.

Rules go by the relation of a person to a relationship first, and by role for those who oversee the partnership.
`assigned` are the roles in which the person is assigned to the trainee today, as `assigned_roles` counts them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, get_args
from uuid import UUID

from services.sessions.domain.access import AudienceRole
from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.domain.assessment_versions import State as AssessmentState
from services.sessions.domain.days import DayRole, ReturnableState
from services.sessions.domain.onward_referrals import Party
from services.sessions.domain.programmes import Programme
from services.sessions.domain.support_plans import PlanState
from services.sessions.domain.target_states import TargetAudience
from services.sessions.domain.trainees import Trainee
from services.sessions.story.chapters import LineReaders
from shared.events.practices import AccountRole, Instrument, PracticeRole
from shared.events.words import AssignedRole, MentoringRole, Side
from shared.kernel.decider import NotAllowed, NotFound
from shared.kernel.principal import Principal

NOBODY: frozenset[AssignedRole] = frozenset()
"""What somebody is to a trainee to whom they are not assigned."""


ALL_STATES: frozenset[AssessmentState] = frozenset(get_args(AssessmentState))
"""Every state of an assessment."""
ALL_PLAN_STATES: frozenset[PlanState] = frozenset(get_args(PlanState))
"""Every state of a support plan."""


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


class MentoredRelationship(Relationship, Protocol):
    """The fields of a relationship that decide in which role of the programme somebody mentors in it."""

    @property
    def role(self) -> MentoringRole: ...


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody who does something in a role of the programme."""

    person_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The roles in which a person is assigned to a trainee today, and whether an exception lets them assess although
    they mentor the trainee.
    """

    roles: frozenset[AssignedRole] = NOBODY
    excepted: bool = False


@dataclass(frozen=True, slots=True)
class RelationshipScope:
    """The relationships that a person may see: all, those at some schools, those of some trainees, and their own."""

    everything: bool
    schools: frozenset[str]
    trainees: frozenset[UUID]
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class BreakOffScope:
    """The break-offs that a person may see: those told to leads of the partnership, to leads of some schools, or to
    tutors of some trainees; and their own.
    """

    as_lead: bool
    schools: frozenset[str]
    trainees: frozenset[UUID]
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class StoryReader:
    """What somebody is to a relationship whose story they read: a side, one that reads the texts of the two, those who
    oversee it with an account; and the ids of all their records.
    """

    side: Side | None
    reading_side: Side | None
    accounts: frozenset[AccountRole]
    records: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class SampleScope:
    """The samples of assessments that a person may see: all, or those with an assessment that they moderate."""

    everything: bool
    person_id: UUID | None


def assigned_roles(who: Principal, roles: Collection[AssignedRole]) -> frozenset[AssignedRole]:
    """Return those of the roles in which a person is assigned to a trainee that their account lets them use: a tutor
    needs an account of a tutor, an assessor any.
    """
    return frozenset(role for role in roles if role != "tutor" or who.has("tutor"))


def may_assign(who: Principal, role: AssignedRole, schools: Collection[str]) -> None:
    """The partnership lead; a lead of one of the trainee's schools assigns assessors.

    Raises `NotAllowed` for leads of the school who assign tutors, `NotFound` for everybody else.
    """
    if who.has("partnership_lead"):
        return
    if not _leads_one_of(who, schools):
        raise NotFound("There is no such trainee.")
    if role != "assessor":
        raise NotAllowed("Tutors are assigned by the partnership lead; you can assign assessors.")


def may_list_assignments(
    who: Principal, trainee_id: UUID, schools: Collection[str], assigned: Collection[AssignedRole]
) -> None:
    """The trainee, those who are assigned, leads of the trainee's schools, and the partnership lead.

    Raises `NotFound` for everybody else.
    """
    allowed = who.has("partnership_lead") or _person_id(who) == trainee_id or assigned or _leads_one_of(who, schools)
    if not allowed:
        raise NotFound("There is no such trainee.")


def assigned_person(who: Principal) -> UUID | None:
    """Return the id of the person as a tutor or assessor, None for a subject that is not a person's id."""
    return _person_id(who)


def accounts_for(
    who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]
) -> frozenset[AccountRole]:
    """The partnership lead, leads of the school, and tutors who are assigned to the trainee.

    Returns the accounts by which the person oversees the relationship; none for everybody else.
    """
    accounts: set[AccountRole] = set()
    if who.has("partnership_lead"):
        accounts.add("partnership_lead")
    if who.has("school_lead") and relationship.school_urn in who.schools:
        accounts.add("school_lead")
    if "tutor" in assigned:
        accounts.add("tutor")
    return frozenset(accounts)


def visible_relationships(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> RelationshipScope:
    """The partnership lead sees all relationships, school leads those at their schools, tutors and assessors those of
    the trainees to whom they are assigned, everybody else their own.
    """
    schools = who.schools if who.has("school_lead") else frozenset()
    trainees = frozenset(trainee_id for trainee_id, roles in assigned.items() if assigned_roles(who, roles))
    return RelationshipScope(who.has("partnership_lead"), schools, trainees, _person_id(who))


def may_see(who: Principal, relationship: Relationship | None, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The partnership lead, leads of the school, tutors and assessors who are assigned to the trainee, and the mentor
    and the trainee of the relationship.

    Raises `NotFound` for everybody else, and where there is no such relationship.
    """
    if relationship is None or not (
        assigned or accounts_for(who, relationship, assigned) or side_of(who, relationship)
    ):
        raise NotFound("There is no such relationship.")


def needs_assignment(who: Principal, relationship: Relationship) -> bool:
    """Whether it matters to somebody's view of a relationship if they are assigned to its trainee."""
    oversees = bool(accounts_for(who, relationship, NOBODY))
    return side_of(who, relationship) is None and (who.has("tutor") or not oversees)


def reading_side(who: Principal, relationship: ReadableRelationship, today: date) -> Side | None:
    """Only the mentor and the trainee read the texts of meetings and targets, and only the trainee their own pulse.

    The mentor reads for as many days after the end as the programme says. Returns the person's side, None for everybody
    else.
    """
    side, days = side_of(who, relationship), relationship.mentor_reads_for_days
    over = days is not None and (today - relationship.ends_on).days > days
    return None if side == "mentor" and over else side


def may_read_form(
    who: Principal,
    relationship: ReadableRelationship,
    accounts: Collection[AccountRole],
    today: date,
    assigned: Collection[AssignedRole] = NOBODY,
) -> None:
    """The mentor and the trainee, and those who see the relationship in a role that the programme lets read the form.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    overseeing = accounts_for(who, relationship, assigned)
    if reading_side(who, relationship, today) is None and overseeing.isdisjoint(accounts):
        raise NotAllowed("Only those whom the programme lets read this form can see it.")


def may_record(
    who: Principal,
    relationship: Relationship,
    assigned: Collection[AssignedRole] = NOBODY,
    *,
    what: str = "record their meetings and targets",
) -> Side:
    """The mentor and the trainee of the relationship.

    `what` says in a refusal what the two do. Returns the person's side. Raises `NotAllowed` for those who may only see
    the relationship, `NotFound` for others.
    """
    may_see(who, relationship, assigned)
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed(f"Only the mentor and the trainee {what}.")
    return side


def may_answer_survey(
    who: Principal, relationship: Relationship | None, assigned: Collection[AssignedRole] = NOBODY
) -> Side:
    """The mentor and the mentee of the relationship, each their own answers.

    Returns the person's side. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship, assigned)
    assert relationship is not None  # nobody may see a relationship that does not exist
    side = side_of(who, relationship)
    if side is None:
        raise NotAllowed("Only the mentor and the mentee see this survey, and each only their own answers.")
    return side


def may_pass_on(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship, who owns what is passed on.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("It is for the mentee to pass this on, to a mentor whom they choose.")


def may_break_off(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed(
            "Only the mentee breaks off. Propose a last day to each other instead, or ask your coordinator."
        )


def may_request_mentor(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole] = NOBODY) -> None:
    """The trainee of the relationship.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the mentee asks for another mentor.")


def break_off_reader(
    who: Principal, relationship: Relationship, contact: AccountRole, assigned: Collection[AssignedRole] = NOBODY
) -> UUID:
    """The trainee, and those in the role that the trainee chose as safe contact, but never the mentor.

    A tutor is one who is assigned to the trainee. Returns the reader's id. Raises `NotFound` for everybody else.
    """
    person, side = _person_id(who), side_of(who, relationship)
    chosen = contact in accounts_for(who, relationship, assigned)
    if person is None or side == "mentor" or not (side == "trainee" or chosen):
        raise NotFound("There is no such break-off.")
    return person


def visible_break_offs(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> BreakOffScope:
    """Leads, and tutors who are assigned to the trainee, see those in which a trainee chose their role as safe
    contact, and a trainee their own.
    """
    schools = who.schools if who.has("school_lead") else frozenset()
    trainees = frozenset(trainee_id for trainee_id, roles in assigned.items() if "tutor" in assigned_roles(who, roles))
    return BreakOffScope(who.has("partnership_lead"), schools, trainees, _person_id(who))


def may_plan_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """The trainee, leads of the host school, and those who accept days for the provider.

    Returns the role in which they plan. Raises `NotAllowed` for others who may see the relationship.
    """
    roles = _day_roles(who, relationship, programme, assigned)
    if not roles:
        raise NotAllowed("Days are planned by the trainee, the host school or the provider.")
    return roles[0]


def may_log_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """The trainee of the relationship, for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "trainee" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Only the trainee logs their days, or removes them. A school returns what is wrong.")
    return "trainee"


def may_confirm_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """Leads of the host school, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "school" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Days are confirmed by a lead of the school where the trainee was.")
    return "school"


def may_accept_days(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> DayRole:
    """Leads of the partnership, and those whom the programme names, but not for themselves.

    Raises `NotAllowed` for others who may see the relationship.
    """
    if "provider" not in _day_roles(who, relationship, programme, assigned):
        raise NotAllowed("Days are accepted by the partnership lead, or by those whom the programme names.")
    return "provider"


def may_return_days(
    who: Principal,
    relationship: Relationship,
    programme: Programme,
    state: ReturnableState,
    assigned: Collection[AssignedRole] = NOBODY,
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
    roles = [role for role in _day_roles(who, relationship, programme, assigned) if role in may[state]]
    if not roles:
        raise NotAllowed("The school returns what is logged or confirmed, the provider what is confirmed or accepted.")
    return roles[0]


def _day_roles(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole]
) -> Sequence[DayRole]:
    """The roles in which somebody takes steps with the days of a trainee; nobody judges their own days."""
    if side_of(who, relationship) == "trainee":
        return ("trainee",)
    rules, accounts = programme.practice.days, accounts_for(who, relationship, assigned)
    accepting = programme.accounts_of(rules.accepted_by) if rules else frozenset()
    roles: list[DayRole] = ["school"] if "school_lead" in accounts else []
    accepts = not accounts.isdisjoint({"partnership_lead", *(accepting - {"school_lead"})})
    return [*roles, "provider"] if accepts else roles


def story_reader(
    who: Principal,
    relationship: ReadableRelationship,
    records: Collection[UUID],
    today: date,
    assigned: Collection[AssignedRole] = NOBODY,
) -> StoryReader:
    """The mentor and the trainee, and those who may see the relationship, each the lines of what they may read.

    `records` are the ids of all records of the person. Raises `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    return StoryReader(
        side=side_of(who, relationship),
        reading_side=reading_side(who, relationship, today),
        accounts=accounts_for(who, relationship, assigned),
        records=frozenset(records),
    )


def sees_line(
    reader: StoryReader, readers: LineReaders, readable_assessment: Collection[AssessmentState] = frozenset()
) -> bool:
    """Whether somebody who may see a relationship sees a line of its story: whoever may read what it tells of does.

    `readable_assessment` are the states in which the person reads the assessment of the line, if it is of one.
    """
    if readers.person_id is not None:
        return readers.person_id in reader.records
    if readers.assessment is not None:
        return readers.assessment in readable_assessment
    side = reader.reading_side if readers.while_reading else reader.side
    overseeing = reader.side != "mentor" and not reader.accounts.isdisjoint(readers.accounts)
    return readers.everybody or side in readers.sides or overseeing


def may_give_feedback(
    who: Principal, relationship: MentoredRelationship, programme: Programme, assigned: Collection[AssignedRole]
) -> RoleHolder:
    """The mentor, and tutors and leads whom the programme names, but never the trainee.

    Returns who gives the feedback, and in which role of the programme. Raises `NotAllowed` for others who may see the
    relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    rules = programme.practice.feedback
    holder = _role_among(who, relationship, programme, rules.by if rules else (), assigned)
    if holder is None:
        raise NotAllowed("Feedback is given by those whom the programme names, such as the mentor.")
    return holder


def may_take_measures(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    instrument: Instrument,
    assigned: Collection[AssignedRole] = NOBODY,
) -> RoleHolder:
    """The trainee and others whom the programme names, each for themselves.

    Returns who answers, and in which role of the programme. Raises `NotAllowed` for others who may see the
    relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    holder = _role_among(who, relationship, programme, instrument.by, assigned)
    if holder is None:
        raise NotAllowed("This is answered by those whom the programme names.")
    return holder


def measuring_role(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    instrument: Instrument,
    assigned: Collection[AssignedRole] = NOBODY,
) -> str | None:
    """The trainee and others whom the programme names, each for themselves.

    Returns the role of the programme in which the person answers an instrument, None for everybody else.
    """
    holder = _role_among(who, relationship, programme, instrument.by, assigned)
    return None if holder is None else holder.role


def _role_among(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    roles: Collection[str],
    assigned: Collection[AssignedRole],
) -> RoleHolder | None:
    """Return the person in the first of these roles of the programme that they have; None without any.

    Whoever is one of the two has the role of their side, and no other.
    """
    person, side = _person_id(who), side_of(who, relationship)
    accounts = accounts_for(who, relationship, assigned)
    mentors_role = programme.mentors_role(relationship.role)
    for role in programme.practice.roles:
        if side is None:
            has = role.side is None and role.held_by in accounts
        else:
            has = role.id == mentors_role if side == "mentor" else role.side == "mentee"
        if person is not None and has and role.id in roles:
            return RoleHolder(person, role.id)
    return None


def may_open_record(
    who: Principal,
    relationship: MentoredRelationship,
    programme: Programme,
    assigned: Collection[AssignedRole] = NOBODY,
) -> RoleHolder:
    """Leads and tutors whom the programme names for safeguarding, but neither of the two.

    Returns who opens the trainee's items, and in which role of the programme. Raises `NotAllowed` for others who may
    see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    rules = programme.practice.safeguarding
    holder = _role_among(who, relationship, programme, rules.by if rules else (), assigned)
    if holder is None or side_of(who, relationship) is not None:
        raise NotAllowed("Only those whom the programme names for safeguarding open what was not released to them.")
    return holder


def may_bring_figures(who: Principal, relationship: Relationship) -> bool:
    """Leads of the mentee's school, but not for themselves."""
    return side_of(who, relationship) is None and "school_lead" in accounts_for(who, relationship, NOBODY)


def may_see_figures(
    who: Principal, relationship: ReadableRelationship, today: date, assigned: Collection[AssignedRole] = NOBODY
) -> None:
    """The mentor and the mentee, and leads of the school, who brought them in.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if reading_side(who, relationship, today) is None and not may_bring_figures(who, relationship):
        raise NotAllowed("Only the mentee, the mentor and leads of the school see these figures.")


def measures_author(who: Principal) -> UUID | None:
    """The person who gave the answers.

    Returns the id of the person as the author, None for a subject that is not a person's id.
    """
    return _person_id(who)


def may_see_feedback(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]) -> UUID | None:
    """The trainee, whoever gave the feedback, and those to whom the trainee released it.

    Returns the person's id, None for a subject that is not a person's id. Raises `NotFound` for people who may not see
    the relationship.
    """
    may_see(who, relationship, assigned)
    return _person_id(who)


def feedback_author(who: Principal) -> UUID | None:
    """The person who gave the feedback.

    Returns the id of the person as an author, None for a subject that is not a person's id.
    """
    return _person_id(who)


def may_acknowledge_feedback(who: Principal, owner_id: UUID) -> None:
    """The trainee to whom the feedback was given.

    Raises `NotFound` for everybody else.
    """
    if _person_id(who) != owner_id:
        raise NotFound("There is no such feedback.")


def shared_target_readers(
    who: Principal, relationship: Relationship, roles: Collection[PracticeRole], assigned: Collection[AssignedRole]
) -> frozenset[str]:
    """Whether somebody has roles of the programme by their account: returns those in which they read what is shared."""
    accounts = accounts_for(who, relationship, assigned)
    return frozenset(role.id for role in roles if role.held_by in accounts)


def audiences_of_target(
    shared_with: Collection[TargetAudience], records: Collection[UUID], roles: Collection[str]
) -> tuple[TargetAudience, ...]:
    """Whether a target is shared with somebody: returns those of its audiences that mean one of their records, or one
    of their roles.
    """
    return tuple(to for to in shared_with if (to.role in roles if to.person_id is None else to.person_id in records))


def may_acknowledge(
    who: Principal,
    relationship: Relationship,
    through: Collection[TargetAudience],
    assigned: Collection[AssignedRole],
) -> Side | None:
    """The person with whom a target is shared, and those in a role with which it is; the mentor and the trainee for
    people without an account.

    `through` are the audiences of the target by which it reaches somebody. Returns the side of one of the two, None for
    others. Raises `NotAllowed` for those who may only see the relationship, `NotFound` for everybody else.
    """
    side = side_of(who, relationship)
    if side is not None or through:
        return side
    try:
        may_see(who, relationship, assigned)
    except NotFound:
        raise NotFound("There is no such target.") from None
    raise NotAllowed("This target is not shared with you, so that there is nothing to acknowledge.")


def shared_target_scope(who: Principal, assigned: Mapping[UUID, Collection[AssignedRole]]) -> RelationshipScope:
    """The person with whom a target is shared, and those in a role with which it is.

    Returns the relationships in which somebody may have such a role.
    """
    return visible_relationships(who, assigned)


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


def audience_roles(
    who: Principal, owner_schools: Collection[str], assigned: Collection[AssignedRole]
) -> frozenset[AudienceRole]:
    """Return the roles by which something that its owner released to roles reaches the person: of tutors and assessors
    who are assigned to the owner, of leads of the partnership, and of leads of a school where the owner is or was.
    """
    roles: set[AudienceRole] = {*assigned}
    if who.has("partnership_lead"):
        roles.add("partnership_lead")
    if _leads_one_of(who, owner_schools):
        roles.add("school_lead")
    return frozenset(roles)


def may_assess(
    who: Principal, relationship: Relationship, rules: AssessmentRules, trainee: Trainee, assigned: Assigned
) -> UUID:
    """An assessor who is assigned to the trainee, a tutor who is where the programme lets tutors assess, and a mentor
    where it lets mentors.

    A mentor of the trainee who has neither the programme's rule nor an exception for themselves does not. Returns the
    assessor's id. Raises `MentorsDoNotAssess` for them, `NotAllowed` for others who may see the relationship, and
    `NotFound` for everybody else.
    """
    person = _person_id(who)
    may_see(who, relationship, assigned.roles)
    by_rule = rules.mentor_writes and side_of(who, relationship) == "mentor"
    if person is not None and not (assigned.excepted or by_rule):
        trainee.must_not_be_mentored_by(person)
    by_assignment = "assessor" in assigned.roles or ("tutor" in assigned.roles and "tutor" in rules.written_by)
    if person is None or person == relationship.trainee_id or not (by_rule or by_assignment):
        raise NotAllowed(
            "An assessment is written by a tutor or an assessor who is assigned to the trainee. Ask the partnership "
            "lead to assign you."
        )
    return person


def assessor(who: Principal) -> UUID | None:
    """The assessor.

    Returns the id of the person as an assessor, None for a subject that is not a person's id.
    """
    return _person_id(who)


def readable_states(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    writes: bool,
    asked: bool = False,
) -> frozenset[AssessmentState]:
    """The assessor sees an assessment from its first draft on; the trainee, and those who sign it or read its form in
    the programme, once it is shared; those who receive it and the partnership lead once it is submitted, and those who
    are assigned to the trainee once a second opinion is asked for.

    `writes` says that the person is its assessor, `asked` that a second opinion on it is asked for. Returns the states
    in which the person reads it; none for everybody else.
    """
    side, accounts = side_of(who, relationship), accounts_for(who, relationship, assigned)
    if writes:
        return ALL_STATES
    if side == "trainee" or side in rules.read_by_sides or not accounts.isdisjoint(rules.read_by):
        return ALL_STATES - {"drafting"}
    if "partnership_lead" in accounts or not accounts.isdisjoint(rules.received_by) or (asked and assigned):
        return ALL_STATES - {"drafting", "shared", "commented", "signing"}
    return frozenset()


def roles_to_sign(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    writes: bool,
) -> frozenset[str]:
    """The assessor, the mentor and the trainee, and those who stand for a role of the programme in the partnership.

    `writes` says that the person is the assessor. Returns the roles of the programme for which the person signs.
    """
    side, accounts = side_of(who, relationship), accounts_for(who, relationship, assigned)
    return frozenset(
        signer.role
        for signer in rules.signers
        if (writes if signer.writes else signer.account in accounts or (side is not None and signer.side == side))
    )


def receives_assessment(
    who: Principal, relationship: Relationship, rules: AssessmentRules, assigned: Collection[AssignedRole]
) -> bool:
    """Tutors and leads to whom the programme sends the assessment, and who are neither its mentor nor its trainee."""
    accounts = accounts_for(who, relationship, assigned)
    return side_of(who, relationship) is None and not accounts.isdisjoint(rules.received_by)


def oversees_assessments(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]) -> bool:
    """Tutors and assessors who are assigned to the trainee, leads of the school and of the partnership see what is due,
    but nobody of themselves or of those whom they mentor.
    """
    oversees = bool(assigned) or bool(accounts_for(who, relationship, assigned))
    return oversees and side_of(who, relationship) is None


def may_appeal(who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]) -> None:
    """The trainee of the assessment.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the trainee appeals against an assessment, or takes an appeal back.")


def may_decide_appeal(
    who: Principal, relationship: Relationship, rules: AssessmentRules, assigned: Collection[AssignedRole]
) -> UUID:
    """Tutors and leads whom the programme names for it, but neither the mentor nor the trainee, nor whoever wrote or
    signed the assessment.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person, accounts = _person_id(who), accounts_for(who, relationship, assigned)
    if person is None or side_of(who, relationship) or accounts.isdisjoint(rules.appeals_decided_by):
        raise NotAllowed("An appeal is decided by those whom the programme names.")
    return person


def reads_appeals(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    writes: bool,
) -> bool:
    """Whether somebody reads why the trainee appealed and how it was decided: the trainee, the assessor, and those who
    decide.
    """
    accounts = accounts_for(who, relationship, assigned)
    return writes or side_of(who, relationship) == "trainee" or not accounts.isdisjoint(rules.appeals_decided_by)


def may_ask_for_opinion(
    who: Principal, relationship: Relationship, rules: AssessmentRules, assigned: Collection[AssignedRole]
) -> UUID:
    """The trainee, and those to whom the programme sends the assessment.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person = _person_id(who)
    asks = side_of(who, relationship) == "trainee" or receives_assessment(who, relationship, rules, assigned)
    if person is None or not asks:
        raise NotAllowed("A second opinion is asked for by the trainee, or by those to whom the assessment is sent.")
    return person


def may_draw_sample(who: Principal) -> None:
    """The partnership lead.

    Raises `NotAllowed` for everybody else.
    """
    if not who.has("partnership_lead"):
        raise NotAllowed("Samples of assessments are drawn by the partnership lead, who names the moderators.")


def may_moderate(who: Principal, moderator_id: UUID | None, *, missing: str) -> None:
    """The person whom the partnership lead named as moderator of the assessment.

    Raises `NotFound` with the sentence `missing` for everybody else.
    """
    if moderator_id is None or _person_id(who) != moderator_id:
        raise NotFound(missing)


def visible_samples(who: Principal) -> SampleScope:
    """The partnership lead sees all samples, moderators those with an assessment of theirs."""
    return SampleScope(who.has("partnership_lead"), _person_id(who))


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


def may_write_support_plan(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    assessor: bool,
) -> UUID:
    """The assessor, and those whom the programme names for it, but not the trainee.

    Returns the person's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    person, side = _person_id(who), side_of(who, relationship)
    writes = assessor or rules.plan_written_by.has(side, accounts_for(who, relationship, assigned))
    if person is None or side == "trainee" or not writes:
        raise NotAllowed("A support plan is written by the assessor, or by those whom the programme names.")
    return person


def may_acknowledge_support_plan(
    who: Principal, relationship: Relationship, assigned: Collection[AssignedRole]
) -> None:
    """The trainee for whom the plan is.

    Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody else.
    """
    may_see(who, relationship, assigned)
    if side_of(who, relationship) != "trainee":
        raise NotAllowed("Only the trainee acknowledges their support plan.")


def readable_plan_states(
    who: Principal,
    relationship: Relationship,
    rules: AssessmentRules,
    assigned: Collection[AssignedRole],
    *,
    assessor: bool,
) -> frozenset[PlanState]:
    """The assessor and those who write the support plan see it from its first draft on; the trainee, those who receive
    the assessment and those with whom the programme shares the plan once it is shared.

    Returns the states in which the person reads it; none for everybody else.
    """
    side, accounts = side_of(who, relationship), accounts_for(who, relationship, assigned)
    if side != "trainee" and (assessor or rules.plan_written_by.has(side, accounts)):
        return ALL_PLAN_STATES
    receives = side is None and not accounts.isdisjoint(rules.received_by)
    if side == "trainee" or receives or rules.plan_shared_with.has(side, accounts):
        return ALL_PLAN_STATES - {"drafting"}
    return frozenset()


def reviews(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> bool:
    """Leads and tutors in the role that the programme names to review, unless they are the mentor or the trainee."""
    rules = programme.practice.review
    accounts = programme.accounts_of(rules.by) if rules else frozenset()
    is_one_of_the_two = side_of(who, relationship) is not None
    return not is_one_of_the_two and not accounts.isdisjoint(accounts_for(who, relationship, assigned))


def may_review(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> UUID:
    """Leads and tutors in the role that the programme names to review, unless they are the mentor or the trainee.

    Returns the reviewer's id. Raises `NotAllowed` for others who may see the relationship, `NotFound` for everybody
    else.
    """
    may_see(who, relationship, assigned)
    person = _person_id(who)
    if person is None or not reviews(who, relationship, programme, assigned):
        raise NotAllowed("This relationship is reviewed by those whom its programme names.")
    return person


def may_see_reviews(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole] = NOBODY
) -> bool:
    """The mentor, the trainee and those who review see what was decided; the note is for the trainee and those.

    Returns whether the person reads the note. Raises `NotAllowed` for others who may see the relationship, `NotFound`
    for everybody else.
    """
    may_see(who, relationship, assigned)
    side, is_reviewer = side_of(who, relationship), reviews(who, relationship, programme, assigned)
    if side is None and not is_reviewer:
        raise NotAllowed("Reviews are for the two of the relationship and for those whom its programme names.")
    return is_reviewer or side == "trainee"


def nudge_reader(
    who: Principal, relationship: Relationship, passed_on_to: Collection[str], assigned: Collection[AssignedRole]
) -> Side | Literal["other"] | None:
    """The mentor and the trainee, each their own; leads and tutors to whom a nudge was passed on.

    Returns as whom the person reads it, None for everybody else.
    """
    side = side_of(who, relationship)
    if side is not None:
        return side
    return None if accounts_for(who, relationship, assigned).isdisjoint(passed_on_to) else "other"


def refers_on(
    who: Principal, relationship: Relationship, programme: Programme, assigned: Collection[AssignedRole]
) -> Party:
    """The mentor, the trainee, and leads in the role that the programme lets refer on; nobody who assesses the trainee.

    `assigned` is looked up for everybody: whoever is a tutor or an assessor of the trainee sees nothing of it, mentor
    or lead or not. Returns as whom the person takes part. Raises `NotFound` for everybody else.
    """
    side, rules = side_of(who, relationship), programme.practice.refer_on
    if side == "trainee":
        return side
    if assigned:
        raise NotFound("There is no such relationship.")
    if side is not None:
        return side
    accounts = programme.accounts_of(rules.by) if rules else frozenset()
    if accounts.isdisjoint(accounts_for(who, relationship, NOBODY)):
        raise NotFound("There is no such relationship.")
    return "lead"


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
    person = _person_id(who)
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


def visible_common_needs(who: Principal) -> frozenset[str] | None:
    """The partnership lead sees the needs of every school, leads of a school those of theirs.

    Returns the URNs of the schools, None for all of them.
    """
    if who.has("partnership_lead"):
        return None
    return who.schools if who.has("school_lead") else frozenset()


def may_convene(who: Principal) -> UUID:
    """Mentors, tutors and leads.

    Returns the convenor's id. Raises `NotAllowed` for everybody else.
    """
    person = _person_id(who)
    if person is None or not who.has("mentor", "tutor", "school_lead", "partnership_lead"):
        raise NotAllowed("A circle is convened by a mentor, a tutor or a lead.")
    return person


def circle_member(who: Principal) -> UUID | None:
    """Mentors and others who are in the circle, or are invited to it.

    Returns the id of the person as a member, None for a subject that is not a person's id.
    """
    return _person_id(who)


def _leads_one_of(who: Principal, schools: Collection[str]) -> bool:
    return who.has("school_lead") and not who.schools.isdisjoint(schools)


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
