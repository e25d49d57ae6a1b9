"""Who may write, read, sign and receive an assessment."""

from collections.abc import Collection
from typing import get_args
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.domain.assessment_versions import State as AssessmentState
from services.sessions.domain.trainees import Trainee
from services.sessions.policy.relations import Assigned, Relationship, accounts_for, person_id, side_of
from services.sessions.policy.relationships import may_see
from shared.events.words import AssignedRole
from shared.kernel.decider import NotAllowed
from shared.kernel.principal import Principal

ALL_STATES: frozenset[AssessmentState] = frozenset(get_args(AssessmentState))
"""Every state of an assessment."""


def may_assess(
    who: Principal, relationship: Relationship, rules: AssessmentRules, trainee: Trainee, assigned: Assigned
) -> UUID:
    """An assessor who is assigned to the trainee, a tutor who is where the programme lets tutors assess, and a mentor
    where it lets mentors.

    A mentor of the trainee who has neither the programme's rule nor an exception for themselves does not. Returns the
    assessor's id. Raises `MentorsDoNotAssess` for them, `NotAllowed` for others who may see the relationship, and
    `NotFound` for everybody else.
    """
    person = person_id(who)
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
    return person_id(who)


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
