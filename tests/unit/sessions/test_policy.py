"""Who may do or see what in sessions, as a table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pytest

from services.referral.programmes import templates
from services.sessions import policy
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import State
from services.sessions.domain.trainees import MentorsDoNotAssess, Trainee
from services.sessions.policy import ALL_STATES, NOBODY, Assigned, RelationshipScope, RoleHolder
from shared.events.practices import AccountRole
from shared.events.words import AssignedRole
from shared.kernel.decider import DomainError, NotAllowed, NotFound
from shared.kernel.principal import Principal
from tests.unit.sessions.example_assessments import INDUCTION, RULES
from tests.unit.sessions.examples import DAY, ENDS_ON, MENTOR_ID, RELATIONSHIP, STRANGER_ID, TRAINEE_ID, TUTOR_ID
from tests.unit.sessions.programmes import RETURN, programme


def person(subject: object, *roles: str, school: str | None = None) -> Principal:
    return Principal(str(subject), "north-star", frozenset(roles), frozenset({school} if school else ()))


MENTOR = person(MENTOR_ID, "mentor")
TRAINEE = person(TRAINEE_ID, "trainee")
OTHER_MENTOR = person(STRANGER_ID, "mentor")
OTHER_TRAINEE = person(STRANGER_ID, "trainee")
LEAD = person(STRANGER_ID, "partnership_lead")
HOST_LEAD = person(STRANGER_ID, "school_lead", school="900001")
HOST_LEAD_WHO_MENTORS = person(MENTOR_ID, "school_lead", "mentor", school="900001")
TRAINEE_WHO_LEADS = person(TRAINEE_ID, "trainee", "partnership_lead", "school_lead", school="900001")
OTHER_LEAD = person(STRANGER_ID, "school_lead", school="900002")
TUTOR = person(TUTOR_ID, "tutor")
TUTOR_WHO_MENTORS = person(MENTOR_ID, "tutor", "mentor")
OPERATOR = person("operator-1", "operator")
LEAD_AT_NO_DESK = person("lead-1", "partnership_lead")
NAMELESS_TUTOR = person("tutor-1", "tutor")

BARRED = Trainee(barred=frozenset({MENTOR_ID}))
AS_TUTOR: frozenset[AssignedRole] = frozenset({"tutor"})
AS_ASSESSOR: frozenset[AssignedRole] = frozenset({"assessor"})
AS_BOTH = AS_TUTOR | AS_ASSESSOR


def outcome_of(call: Callable[..., object], *arguments: object) -> object:
    try:
        return call(*arguments)
    except DomainError as refusal:
        return type(refusal)


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (MENTOR, "mentor"),
        (TRAINEE, "trainee"),
        (LEAD, NotAllowed),
        (LEAD_AT_NO_DESK, NotAllowed),
        (HOST_LEAD, NotAllowed),
        (TUTOR, NotFound),
        (OTHER_MENTOR, NotFound),
        (OTHER_TRAINEE, NotFound),
        (OTHER_LEAD, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_the_two_of_them_record_and_nobody_else(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_record, who, RELATIONSHIP) == answer


@pytest.mark.covers("S8")
@pytest.mark.parametrize("assigned", [AS_TUTOR, AS_ASSESSOR, AS_BOTH])
def test_those_who_are_assigned_know_of_a_relationship_and_record_nothing_in_it(
    assigned: frozenset[AssignedRole],
) -> None:
    assert outcome_of(policy.may_see, TUTOR, RELATIONSHIP, assigned) is None
    assert outcome_of(policy.may_record, TUTOR, RELATIONSHIP, assigned) == NotAllowed


@pytest.mark.covers("S8")
@pytest.mark.parametrize(
    ("who", "roles", "counted"),
    [
        (TUTOR, AS_BOTH, AS_BOTH),
        (OTHER_MENTOR, AS_BOTH, AS_ASSESSOR),
        (OTHER_MENTOR, AS_TUTOR, NOBODY),
        (TUTOR, NOBODY, NOBODY),
    ],
)
def test_a_tutor_has_an_account_of_a_tutor_and_an_assessor_any(
    who: Principal, roles: frozenset[AssignedRole], counted: frozenset[AssignedRole]
) -> None:
    assert policy.assigned_roles(who, roles) == counted


@pytest.mark.covers("S8")
@pytest.mark.parametrize(
    ("who", "tutor", "assessor"),
    [
        (LEAD, None, None),
        (LEAD_AT_NO_DESK, None, None),
        (HOST_LEAD, NotAllowed, None),
        (OTHER_LEAD, NotFound, NotFound),
        (TUTOR, NotFound, NotFound),
        (MENTOR, NotFound, NotFound),
        (TRAINEE, NotFound, NotFound),
        (OPERATOR, NotFound, NotFound),
    ],
)
def test_who_assigns(who: Principal, tutor: object, assessor: object) -> None:
    assert outcome_of(policy.may_assign, who, "tutor", {"900001"}) == tutor
    assert outcome_of(policy.may_assign, who, "assessor", {"900001"}) == assessor


@pytest.mark.parametrize(
    ("who", "assigned", "answer"),
    [
        (LEAD, NOBODY, None),
        (TRAINEE, NOBODY, None),
        (HOST_LEAD, NOBODY, None),
        (TUTOR, AS_TUTOR, None),
        (TUTOR, NOBODY, NotFound),
        (MENTOR, NOBODY, NotFound),
        (OTHER_LEAD, NOBODY, NotFound),
    ],
)
def test_who_sees_the_assignments_of_a_trainee(
    who: Principal, assigned: frozenset[AssignedRole], answer: object
) -> None:
    assert outcome_of(policy.may_list_assignments, who, TRAINEE_ID, {"900001"}, assigned) == answer


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (MENTOR, None),
        (TRAINEE, None),
        (LEAD, None),
        (HOST_LEAD, None),
        (TUTOR, NotFound),
        (OTHER_MENTOR, NotFound),
        (OTHER_TRAINEE, NotFound),
        (OTHER_LEAD, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_who_may_know_of_a_relationship(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_see, who, RELATIONSHIP) == answer


@pytest.mark.parametrize("who", [MENTOR, LEAD])
def test_a_relationship_that_is_not_there_is_not_found(who: Principal) -> None:
    assert outcome_of(policy.may_see, who, None) == NotFound


@pytest.mark.covers("S2")
@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (MENTOR, MENTOR_ID),
        (TRAINEE, TRAINEE_ID),
        (LEAD, NotFound),
        (HOST_LEAD, NotFound),
        (TUTOR, NotFound),
        (OTHER_MENTOR, NotFound),
        (OTHER_TRAINEE, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_mentor_and_trainee_each_keep_a_private_note_and_nobody_else_does(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_write_note, who, RELATIONSHIP) == answer


@pytest.mark.covers("S5")
@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (TRAINEE, TRAINEE_ID),
        (MENTOR, MENTOR_ID),
        (LEAD, NotAllowed),
        (TUTOR, NotAllowed),
        (HOST_LEAD, NotAllowed),
        (OPERATOR, NotAllowed),
        (person("mentor-1", "mentor"), NotAllowed),
    ],
)
def test_who_keeps_a_journal(who: Principal, answer: object) -> None:
    assert outcome_of(policy.journal_owner, who) == answer


@pytest.mark.covers("S7")
@pytest.mark.parametrize(
    ("who", "assigned", "answer"),
    [
        (MENTOR, NOBODY, RoleHolder(MENTOR_ID, "mentor")),
        (TUTOR, AS_TUTOR, RoleHolder(TUTOR_ID, "tutor")),
        (TUTOR, NOBODY, NotFound),
        (TRAINEE, NOBODY, NotAllowed),
        (TRAINEE_WHO_LEADS, NOBODY, NotAllowed),
        (LEAD, NOBODY, NotAllowed),
        (HOST_LEAD, NOBODY, NotAllowed),
        (NAMELESS_TUTOR, AS_TUTOR, NotAllowed),
        (OTHER_MENTOR, NOBODY, NotFound),
        (OPERATOR, NOBODY, NotFound),
    ],
)
def test_who_gives_feedback_in_a_placement(who: Principal, assigned: frozenset[AssignedRole], answer: object) -> None:
    placement = programme(templates()["ite-placement"])
    assert outcome_of(policy.may_give_feedback, who, RELATIONSHIP, placement, assigned) == answer


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (LEAD, RoleHolder(STRANGER_ID, "provider")),
        (HOST_LEAD, RoleHolder(STRANGER_ID, "coordinator")),
        (MENTOR, NotAllowed),
        (TRAINEE, NotAllowed),
        (HOST_LEAD_WHO_MENTORS, NotAllowed),
        (TRAINEE_WHO_LEADS, NotAllowed),
        (LEAD_AT_NO_DESK, NotAllowed),
        (OTHER_LEAD, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_who_opens_a_record_to_keep_somebody_safe(who: Principal, answer: object) -> None:
    placement = programme(templates()["ite-placement"])
    assert outcome_of(policy.may_open_record, who, RELATIONSHIP, placement) == answer


@pytest.mark.covers("S11")
def test_where_the_programme_names_nobody_for_safeguarding_nobody_opens_a_record() -> None:
    peers = programme(templates()["peer-review"])
    assert outcome_of(policy.may_open_record, HOST_LEAD, RELATIONSHIP, peers) == NotAllowed
    assert outcome_of(policy.may_open_record, LEAD, RELATIONSHIP, RETURN) == NotAllowed
    assert outcome_of(policy.may_open_record, HOST_LEAD, RELATIONSHIP, RETURN) == RoleHolder(
        STRANGER_ID, "head_of_staff"
    )


@pytest.mark.covers("S7")
def test_the_tenth_programme_lets_its_head_of_staff_give_feedback() -> None:
    by_head = outcome_of(policy.may_give_feedback, HOST_LEAD, RELATIONSHIP, RETURN, NOBODY)
    assert by_head == RoleHolder(STRANGER_ID, "head_of_staff")


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("who", "assigned", "roles"),
    [
        (LEAD, NOBODY, {"partnership_lead"}),
        (TUTOR, AS_TUTOR, {"tutor"}),
        (TUTOR, AS_ASSESSOR, {"assessor"}),
        (TUTOR, NOBODY, set()),
        (HOST_LEAD, NOBODY, {"school_lead"}),
        (HOST_LEAD, AS_ASSESSOR, {"school_lead", "assessor"}),
        (OTHER_LEAD, NOBODY, set()),
        (MENTOR, NOBODY, set()),
        (TRAINEE, NOBODY, set()),
        (OPERATOR, NOBODY, set()),
    ],
)
def test_by_which_roles_a_release_reaches_somebody(
    who: Principal, assigned: frozenset[AssignedRole], roles: set[str]
) -> None:
    assert policy.audience_roles(who, {"900001"}, assigned) == roles


@pytest.mark.covers("S8")
@pytest.mark.parametrize(
    ("who", "assigned", "answer"),
    [
        (TUTOR, AS_TUTOR, TUTOR_ID),
        (TUTOR, AS_ASSESSOR, TUTOR_ID),
        (TUTOR, NOBODY, NotFound),
        (HOST_LEAD, AS_ASSESSOR, STRANGER_ID),
        (HOST_LEAD, NOBODY, NotAllowed),
        (MENTOR, NOBODY, MentorsDoNotAssess),
        (TUTOR_WHO_MENTORS, AS_TUTOR, MentorsDoNotAssess),
        (HOST_LEAD_WHO_MENTORS, AS_ASSESSOR, MentorsDoNotAssess),
        (TRAINEE, NOBODY, NotAllowed),
        (person(TRAINEE_ID, "trainee", "tutor"), AS_TUTOR, NotAllowed),
        (LEAD, NOBODY, NotAllowed),
        (NAMELESS_TUTOR, NOBODY, NotFound),
        (OTHER_MENTOR, NOBODY, NotFound),
        (OTHER_MENTOR, AS_ASSESSOR, STRANGER_ID),
        (OTHER_LEAD, NOBODY, NotFound),
        (OPERATOR, NOBODY, NotFound),
    ],
)
def test_who_may_assess(who: Principal, assigned: frozenset[AssignedRole], answer: object) -> None:
    assert outcome_of(policy.may_assess, who, RELATIONSHIP, RULES, BARRED, Assigned(assigned)) == answer


def test_a_mentor_assesses_by_an_exception() -> None:
    excepted = Assigned(AS_ASSESSOR, excepted=True)
    assert outcome_of(policy.may_assess, MENTOR, RELATIONSHIP, RULES, BARRED, excepted) == MENTOR_ID


def test_a_mentor_assesses_where_the_programme_lets_mentors() -> None:
    informal = replace(RULES, mentor_writes=True)
    assert outcome_of(policy.may_assess, MENTOR, RELATIONSHIP, informal, BARRED, Assigned()) == MENTOR_ID
    assert outcome_of(policy.may_assess, OTHER_MENTOR, RELATIONSHIP, informal, BARRED, Assigned()) == NotFound


def test_a_tutor_assesses_only_where_the_programme_lets_tutors() -> None:
    by_school = rules_of(INDUCTION, "ect_formal_1")
    assert outcome_of(policy.may_assess, TUTOR, RELATIONSHIP, by_school, BARRED, Assigned(AS_TUTOR)) == NotAllowed
    assert outcome_of(policy.may_assess, TUTOR, RELATIONSHIP, by_school, BARRED, Assigned(AS_ASSESSOR)) == TUTOR_ID


@pytest.mark.parametrize(
    ("who", "assigned", "answer"), [(TUTOR_WHO_MENTORS, AS_TUTOR, MENTOR_ID), (MENTOR, NOBODY, NotAllowed)]
)
def test_who_may_assess_where_nobody_is_barred(
    who: Principal, assigned: frozenset[AssignedRole], answer: object
) -> None:
    assert outcome_of(policy.may_assess, who, RELATIONSHIP, RULES, Trainee(), Assigned(assigned)) == answer


@pytest.mark.parametrize(
    ("who", "everything", "schools", "trainees", "person_id"),
    [
        (LEAD, True, frozenset(), frozenset({MENTOR_ID}), STRANGER_ID),
        (TUTOR, False, frozenset(), frozenset({TRAINEE_ID, MENTOR_ID}), TUTOR_ID),
        (HOST_LEAD, False, frozenset({"900001"}), frozenset({MENTOR_ID}), STRANGER_ID),
        (person(MENTOR_ID, "mentor", school="900001"), False, frozenset(), frozenset({MENTOR_ID}), MENTOR_ID),
        (OPERATOR, False, frozenset(), frozenset({MENTOR_ID}), None),
    ],
)
def test_the_scope_of_a_list(
    who: Principal,
    everything: bool,
    schools: frozenset[str],
    trainees: frozenset[UUID],
    person_id: UUID | None,
) -> None:
    assigned = {TRAINEE_ID: AS_TUTOR, MENTOR_ID: AS_ASSESSOR}
    scope = policy.visible_relationships(who, assigned)
    assert scope == RelationshipScope(everything, schools, trainees, person_id)


@pytest.mark.parametrize(
    ("who", "contact", "assigned", "answer"),
    [
        (TUTOR, "tutor", AS_TUTOR, TUTOR_ID),
        (TUTOR, "tutor", AS_ASSESSOR, NotFound),
        (TUTOR, "tutor", NOBODY, NotFound),
        (TUTOR, "school_lead", AS_TUTOR, NotFound),
        (HOST_LEAD, "school_lead", NOBODY, STRANGER_ID),
        (OTHER_LEAD, "school_lead", NOBODY, NotFound),
        (LEAD, "partnership_lead", NOBODY, STRANGER_ID),
        (LEAD, "tutor", NOBODY, NotFound),
        (TRAINEE, "tutor", NOBODY, TRAINEE_ID),
        (TUTOR_WHO_MENTORS, "tutor", AS_TUTOR, NotFound),
    ],
)
def test_who_reads_why_a_mentee_broke_off(
    who: Principal, contact: AccountRole, assigned: frozenset[AssignedRole], answer: object
) -> None:
    assert outcome_of(policy.break_off_reader, who, RELATIONSHIP, contact, assigned) == answer


DRAFT = ALL_STATES
SHARED = ALL_STATES - {"drafting"}
SUBMITTED: frozenset[State] = frozenset({"signed", "submitted", "acknowledged", "returned"})


@pytest.mark.covers("S8")
@pytest.mark.parametrize(
    ("who", "assigned", "writes", "states", "signs"),
    [
        (TUTOR, AS_TUTOR, True, DRAFT, {"tutor"}),
        (TUTOR, NOBODY, True, DRAFT, {"tutor"}),
        (TUTOR, AS_TUTOR, False, SHARED, set()),
        (TUTOR, AS_ASSESSOR, False, set(), set()),
        (TUTOR, NOBODY, False, set(), set()),
        (TRAINEE, NOBODY, False, SHARED, {"trainee"}),
        (HOST_LEAD, NOBODY, False, SHARED, {"coordinator"}),
        (OTHER_LEAD, NOBODY, False, set(), set()),
        (LEAD, NOBODY, False, SUBMITTED, set()),
        (MENTOR, NOBODY, False, set(), set()),
        (OTHER_TRAINEE, NOBODY, False, set(), set()),
        (OPERATOR, NOBODY, False, set(), set()),
    ],
)
def test_who_reads_and_who_signs_an_assessment(
    who: Principal, assigned: frozenset[AssignedRole], writes: bool, states: frozenset[State], signs: set[str]
) -> None:
    assert policy.readable_states(who, RELATIONSHIP, RULES, assigned, writes=writes) == states
    assert policy.roles_to_sign(who, RELATIONSHIP, RULES, assigned, writes=writes) == signs
    assert policy.receives_assessment(who, RELATIONSHIP, RULES, assigned) == (who is LEAD)


@dataclass(frozen=True)
class Readable:
    """A relationship that ended, with the days for which its mentor reads on."""

    mentor_reads_for_days: int | None
    mentor_id: UUID = MENTOR_ID
    trainee_id: UUID = TRAINEE_ID
    school_urn: str = "900001"
    ends_on: date = ENDS_ON


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("days", "after", "side"),
    [(None, 3000, "mentor"), (30, 0, "mentor"), (30, 30, "mentor"), (30, 31, None), (0, 0, "mentor"), (0, 1, None)],
)
def test_a_mentor_reads_on_for_as_long_as_the_programme_says(days: int | None, after: int, side: str | None) -> None:
    ended = Readable(mentor_reads_for_days=days)
    assert policy.reading_side(MENTOR, ended, ENDS_ON + after * DAY) == side
    assert policy.reading_side(TRAINEE, ended, ENDS_ON + after * DAY) == "trainee"


@pytest.mark.parametrize(("after", "acts"), [(30, True), (31, False)])
def test_a_mentor_acts_no_longer_than_they_read(after: int, acts: bool) -> None:
    ended, today = Readable(mentor_reads_for_days=30), ENDS_ON + after * DAY
    assert policy.may_still_act(MENTOR, ended, today) == acts
    assert all(policy.may_still_act(who, ended, today) for who in (TRAINEE, LEAD))
    assert policy.nudge_reader(MENTOR, ended, (), NOBODY, today) == ("mentor" if acts else None)


PLACEMENT_DAYS = programme(templates()["ite-placement"])


@pytest.mark.covers("S9")
@pytest.mark.parametrize(
    ("who", "plans", "logs", "confirms", "accepts"),
    [
        (TRAINEE, "trainee", "trainee", NotAllowed, NotAllowed),
        (TRAINEE_WHO_LEADS, "trainee", "trainee", NotAllowed, NotAllowed),
        (MENTOR, NotAllowed, NotAllowed, NotAllowed, NotAllowed),
        (HOST_LEAD, "school", NotAllowed, "school", NotAllowed),
        (HOST_LEAD_WHO_MENTORS, "school", NotAllowed, "school", NotAllowed),
        (LEAD, "provider", NotAllowed, NotAllowed, "provider"),
        (TUTOR, "provider", NotAllowed, NotAllowed, "provider"),
        (OTHER_LEAD, NotAllowed, NotAllowed, NotAllowed, NotAllowed),
        (OPERATOR, NotAllowed, NotAllowed, NotAllowed, NotAllowed),
    ],
)  # fmt: skip
def test_who_takes_which_step_with_a_day(
    who: Principal, plans: object, logs: object, confirms: object, accepts: object
) -> None:
    about = (who, RELATIONSHIP, PLACEMENT_DAYS, AS_TUTOR if who is TUTOR else NOBODY)
    assert outcome_of(policy.may_plan_days, *about) == plans
    assert outcome_of(policy.may_log_days, *about) == logs
    assert outcome_of(policy.may_confirm_days, *about) == confirms
    assert outcome_of(policy.may_accept_days, *about) == accepts


@pytest.mark.covers("S9")
@pytest.mark.parametrize(
    ("who", "logged", "confirmed", "accepted"),
    [
        (HOST_LEAD, "school", "school", NotAllowed),
        (LEAD, NotAllowed, "provider", "provider"),
        (TUTOR, NotAllowed, "provider", "provider"),
        (person(STRANGER_ID, "partnership_lead", "school_lead", school="900001"), "school", "school", "provider"),
        (TRAINEE, NotAllowed, NotAllowed, NotAllowed),
        (MENTOR, NotAllowed, NotAllowed, NotAllowed),
        (OTHER_LEAD, NotAllowed, NotAllowed, NotAllowed),
    ],
)
def test_who_returns_a_day_from_which_state(
    who: Principal, logged: object, confirmed: object, accepted: object
) -> None:
    for state, answer in (("logged", logged), ("confirmed", confirmed), ("accepted", accepted)):
        assigned = AS_TUTOR if who is TUTOR else NOBODY
        assert outcome_of(policy.may_return_days, who, RELATIONSHIP, PLACEMENT_DAYS, state, assigned) == answer


@pytest.mark.covers("S9")
def test_the_programme_says_who_accepts_days_besides_the_leads() -> None:
    assert outcome_of(policy.may_accept_days, TUTOR, RELATIONSHIP, RETURN, AS_TUTOR) == NotAllowed
    assert outcome_of(policy.may_accept_days, TUTOR, RELATIONSHIP, PLACEMENT_DAYS, NOBODY) == NotAllowed
    assert outcome_of(policy.may_accept_days, LEAD, RELATIONSHIP, RETURN) == "provider"
