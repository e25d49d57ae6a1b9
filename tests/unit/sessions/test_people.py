"""A person who was erased is remembered as that, and as nothing else."""

from services.sessions.domain.people import PERSON, ForgetPerson, PersonForgotten
from tests.support.given import given
from tests.unit.sessions.examples import MONDAY, TRAINEE_ID

FORGET = ForgetPerson(person_id=TRAINEE_ID, on=MONDAY)
FORGOTTEN = PersonForgotten(happened_on=MONDAY, person_id=TRAINEE_ID)


def test_a_person_is_forgotten_once() -> None:
    given(PERSON).when(FORGET).then(FORGOTTEN)
    given(PERSON, FORGOTTEN).when(FORGET).then()
