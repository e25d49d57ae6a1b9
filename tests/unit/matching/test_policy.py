"""Who may do or see what in matching, as a table."""

from uuid import UUID

import pytest

from services.matching import policy
from services.matching.domain.pairs import Pair
from shared.events.words import Side
from shared.kernel.decider import DomainError, Invalid, NotAllowed, NotFound
from shared.kernel.principal import Principal
from tests.unit.matching.facts import MENTOR_ID, PROPOSED, TRAINEE_ID

STRANGER = UUID(int=42)
PAIR = Pair("proposed", PROPOSED)


def principal(*roles: str, subject: object = STRANGER, schools: tuple[str, ...] = ()) -> Principal:
    return Principal(str(subject), "north-star", frozenset(roles), frozenset(schools))


LEAD = principal("partnership_lead")
OWN_MENTOR = principal("mentor", subject=MENTOR_ID)
OWN_TRAINEE = principal("trainee", subject=TRAINEE_ID)
OWN_SCHOOL = principal("school_lead", schools=("900001", "900002"))
MENTORING_LEAD = principal("school_lead", "mentor", subject=MENTOR_ID, schools=("900001",))
OUTSIDERS = {
    "another mentor": principal("mentor"),
    "another trainee": principal("trainee"),
    "another school's lead": principal("school_lead", schools=("900009",)),
    "a tutor": principal("tutor"),
    "an operator": principal("operator"),
    "a nobody": principal(),
    "the mentor's id as a trainee": principal("trainee", subject=MENTOR_ID),
    "the trainee's id as a mentor": principal("mentor", subject=TRAINEE_ID),
    "the school without the role": principal("tutor", schools=("900001",)),
    "a mentor whose subject is no id": principal("mentor", subject="ada"),
}


@pytest.mark.parametrize("who", [OWN_MENTOR, OWN_TRAINEE, OWN_SCHOOL, *OUTSIDERS.values()])
def test_rounds_are_the_partnership_leads_alone(who: Principal) -> None:
    policy.may_run_rounds(LEAD)
    with pytest.raises(NotAllowed):
        policy.may_run_rounds(who)


@pytest.mark.parametrize("who", [LEAD, OWN_MENTOR, OWN_TRAINEE, OWN_SCHOOL, MENTORING_LEAD])
def test_a_pair_is_seen_by_its_people(who: Principal) -> None:
    assert policy.pair_scope(who).holds(PROPOSED)


@pytest.mark.parametrize("who", OUTSIDERS.values(), ids=OUTSIDERS)
def test_nobody_else_sees_it(who: Principal) -> None:
    assert not policy.pair_scope(who).holds(PROPOSED)


@pytest.mark.covers("M5")
@pytest.mark.parametrize(
    ("who", "said", "side"),
    [
        (OWN_MENTOR, None, "mentor"),
        (OWN_MENTOR, "mentor", "mentor"),
        (OWN_MENTOR, "trainee", NotAllowed),
        (OWN_TRAINEE, None, "trainee"),
        (OWN_TRAINEE, "trainee", "trainee"),
        (OWN_TRAINEE, "mentor", NotAllowed),
        (OWN_SCHOOL, None, "mentor"),
        (OWN_SCHOOL, "mentor", "mentor"),
        (OWN_SCHOOL, "trainee", NotAllowed),
        (MENTORING_LEAD, None, "mentor"),
        (LEAD, None, Invalid),
        (LEAD, "mentor", "mentor"),
        (LEAD, "trainee", "trainee"),
        *((outsider, said, NotFound) for outsider in OUTSIDERS.values() for said in (None, "mentor", "trainee")),
    ],
)
def test_each_answers_for_their_side(who: Principal, said: Side | None, side: Side | type[DomainError]) -> None:
    if isinstance(side, str):
        assert policy.side_to_answer(who, PAIR, said) == side
    else:
        with pytest.raises(side):
            policy.side_to_answer(who, PAIR, said)


def test_a_pair_that_is_not_there_is_not_found_by_anybody() -> None:
    with pytest.raises(NotFound):
        policy.side_to_answer(LEAD, Pair(), "mentor")


@pytest.mark.parametrize(
    ("who", "reads"),
    [(LEAD, True), (OWN_MENTOR, True), (OWN_TRAINEE, False), (OWN_SCHOOL, False), (MENTORING_LEAD, True)],
)
def test_the_mentors_reason_is_read_by_the_mentor_and_the_lead(who: Principal, reads: bool) -> None:
    assert policy.may_read_reason(who, MENTOR_ID) is reads


def test_a_pair_that_nobody_declined_has_no_reason_to_read() -> None:
    assert not policy.may_read_reason(principal("mentor", subject="ada"), None)


MENTOR_WHO_LEADS = principal("partnership_lead", "mentor", subject=MENTOR_ID)


@pytest.mark.covers("M5")
@pytest.mark.parametrize(
    ("who", "whose", "speaks_for", "themselves"),
    [
        (OWN_MENTOR, None, MENTOR_ID, True),
        (OWN_MENTOR, MENTOR_ID, MENTOR_ID, True),
        (OWN_TRAINEE, None, TRAINEE_ID, True),
        (OWN_TRAINEE, MENTOR_ID, NotAllowed, None),
        (LEAD, MENTOR_ID, MENTOR_ID, False),
        (LEAD, None, Invalid, None),
        (MENTOR_WHO_LEADS, None, MENTOR_ID, True),
        (MENTOR_WHO_LEADS, TRAINEE_ID, TRAINEE_ID, False),
        (MENTORING_LEAD, None, MENTOR_ID, True),
        (OWN_SCHOOL, None, NotAllowed, None),
        (OWN_SCHOOL, MENTOR_ID, NotAllowed, None),
        *((OUTSIDERS[name], None, NotAllowed, None) for name in ("a tutor", "an operator", "a nobody")),
        *((outsider, MENTOR_ID, NotAllowed, None) for name, outsider in OUTSIDERS.items() if "the mentor" not in name),
        (OUTSIDERS["a mentor whose subject is no id"], None, NotAllowed, None),
    ],
)
def test_wishes_are_stated_by_the_person_or_passed_on_by_the_lead(
    who: Principal, whose: UUID | None, speaks_for: UUID | type[DomainError], themselves: bool | None
) -> None:
    if isinstance(speaks_for, UUID):
        assert policy.person_to_speak_for(who, whose) == speaks_for
        assert policy.is_themselves(who, speaks_for) is themselves
    else:
        with pytest.raises(speaks_for):
            policy.person_to_speak_for(who, whose)


@pytest.mark.covers("M5")
@pytest.mark.parametrize(("who", "own"), [(OWN_MENTOR, MENTOR_ID), (MENTOR_WHO_LEADS, MENTOR_ID), (LEAD, None)])
def test_vetoes_are_read_under_ones_own_id_only(who: Principal, own: UUID | None) -> None:
    if own is not None:
        assert policy.own_id(who) == own
    else:
        with pytest.raises(NotAllowed):
            policy.own_id(who)
