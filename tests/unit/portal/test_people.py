"""A person of the directory is named and recorded, and once gone stays gone, whatever comes later."""

from datetime import date
from uuid import UUID

import pytest

from services.portal.domain.people import (
    PERSON,
    NamePerson,
    PersonGone,
    PersonNamed,
    PersonRecorded,
    RecordPerson,
    RemovePerson,
)
from tests.support.given import given

pytestmark = pytest.mark.covers("U1")
DAY = date(2026, 9, 1)
PERSON_ID, KEPT_ID = UUID(int=1), UUID(int=2)
NAME = {"given_name": "Amal", "family_name": "Haddad", "email": "amal@example.org"}
NAMING = NamePerson(person_id=PERSON_ID, on=DAY, **NAME)
RECORDING = RecordPerson(person_id=PERSON_ID, kind="mentor", on=DAY)
GONE = PersonGone(person_id=PERSON_ID, kept_id=KEPT_ID, happened_on=DAY)


def test_a_person_is_named_and_recorded() -> None:
    named = PersonNamed(person_id=PERSON_ID, happened_on=DAY, **NAME)
    recorded = PersonRecorded(person_id=PERSON_ID, kind="mentor", happened_on=DAY)
    given(PERSON).when(NAMING).then(named)
    given(PERSON, named).when(RECORDING).then(recorded)
    given(PERSON, named, recorded).when(RECORDING).then()


def test_names_that_come_after_the_end_are_not_taken_over() -> None:
    given(PERSON).when(RemovePerson(person_id=PERSON_ID, kept_id=KEPT_ID, on=DAY)).then(GONE)
    for late in (NAMING, RECORDING, RemovePerson(person_id=PERSON_ID, on=DAY)):
        given(PERSON, GONE).when(late).then()
