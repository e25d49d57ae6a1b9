"""Who may do or see what in sessions, as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from services.sessions import policy
from services.sessions.domain.trainees import MentorsDoNotAssess, Trainee
from services.sessions.policy import RelationshipScope
from shared.kernel.decider import DomainError, NotAllowed, NotFound
from shared.kernel.principal import Principal
from tests.unit.sessions.examples import DAY, ENDS_ON, MENTOR_ID, RELATIONSHIP, STRANGER_ID, TRAINEE_ID, TUTOR_ID


def person(subject: object, *roles: str, school: str | None = None) -> Principal:
    return Principal(str(subject), "north-star", frozenset(roles), frozenset({school} if school else ()))


MENTOR = person(MENTOR_ID, "mentor")
TRAINEE = person(TRAINEE_ID, "trainee")
OTHER_MENTOR = person(STRANGER_ID, "mentor")
OTHER_TRAINEE = person(STRANGER_ID, "trainee")
LEAD = person(STRANGER_ID, "partnership_lead")
HOST_LEAD = person(STRANGER_ID, "school_lead", school="900001")
HOST_LEAD_WHO_MENTORS = person(MENTOR_ID, "school_lead", "mentor", school="900001")
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
