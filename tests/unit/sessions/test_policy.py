"""Who may do or see what in sessions, as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from services.referral.programmes import templates
from services.sessions import policy
from services.sessions.domain.trainees import MentorsDoNotAssess, Trainee
from services.sessions.policy import RelationshipScope
from shared.kernel.decider import DomainError, NotAllowed, NotFound
from shared.kernel.principal import Principal
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
        (TUTOR, NotAllowed),
        (OTHER_MENTOR, NotFound),
        (OTHER_TRAINEE, NotFound),
        (OTHER_LEAD, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_the_two_of_them_record_and_nobody_else(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_record, who, RELATIONSHIP) == answer


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (MENTOR, None),
        (TRAINEE, None),
        (LEAD, None),
        (HOST_LEAD, None),
        (TUTOR, None),
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


@pytest.mark.covers("S11")
@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (LEAD, {"partnership_lead"}),
        (TUTOR, {"tutor"}),
        (HOST_LEAD, {"school_lead"}),
        (OTHER_LEAD, set()),
        (MENTOR, set()),
        (TRAINEE, set()),
        (OPERATOR, set()),
    ],
)
def test_by_which_roles_a_release_reaches_somebody(who: Principal, roles: set[str]) -> None:
    assert policy.audience_roles(who, {"900001"}) == roles


@pytest.mark.covers("S8")
@pytest.mark.parametrize(
    ("who", "answer"),
    [
        (TUTOR, TUTOR_ID),
        (HOST_LEAD, STRANGER_ID),
        (MENTOR, MentorsDoNotAssess),
        (TUTOR_WHO_MENTORS, MentorsDoNotAssess),
        (HOST_LEAD_WHO_MENTORS, MentorsDoNotAssess),
        (TRAINEE, NotAllowed),
        (person(TRAINEE_ID, "trainee", "tutor"), NotAllowed),
        (LEAD, NotAllowed),
        (NAMELESS_TUTOR, NotAllowed),
        (OTHER_MENTOR, NotFound),
        (OTHER_LEAD, NotFound),
        (OPERATOR, NotFound),
    ],
)
def test_who_may_assess(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_assess, who, RELATIONSHIP, BARRED) == answer


@pytest.mark.parametrize(("who", "answer"), [(TUTOR_WHO_MENTORS, MENTOR_ID), (MENTOR, NotAllowed)])
def test_who_may_assess_where_the_programme_lets_mentors(who: Principal, answer: object) -> None:
    assert outcome_of(policy.may_assess, who, RELATIONSHIP, Trainee()) == answer


@pytest.mark.parametrize(
    ("who", "everything", "schools", "person_id"),
    [
        (LEAD, True, frozenset(), STRANGER_ID),
        (TUTOR, True, frozenset(), TUTOR_ID),
        (HOST_LEAD, False, frozenset({"900001"}), STRANGER_ID),
        (person(MENTOR_ID, "mentor", school="900001"), False, frozenset(), MENTOR_ID),
        (OPERATOR, False, frozenset(), None),
    ],
)
def test_the_scope_of_a_list(who: Principal, everything: bool, schools: frozenset[str], person_id: UUID | None) -> None:
    assert policy.visible_relationships(who) == RelationshipScope(everything, schools, person_id)


@pytest.mark.parametrize(
    ("who", "answer"), [(TRAINEE, True), (LEAD, True), (TUTOR, False), (MENTOR, False), (HOST_LEAD, False)]
)
def test_who_sees_every_assessment_of_a_trainee(who: Principal, answer: bool) -> None:
    assert policy.visible_assessments(who, TRAINEE_ID).everything is answer


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
    about = (who, RELATIONSHIP, PLACEMENT_DAYS)
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
        assert outcome_of(policy.may_return_days, who, RELATIONSHIP, PLACEMENT_DAYS, state) == answer


@pytest.mark.covers("S9")
def test_the_programme_says_who_accepts_days_besides_the_leads() -> None:
    assert outcome_of(policy.may_accept_days, TUTOR, RELATIONSHIP, RETURN) == NotAllowed
    assert outcome_of(policy.may_accept_days, LEAD, RELATIONSHIP, RETURN) == "provider"
