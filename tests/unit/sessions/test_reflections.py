"""Reflections: each of the two writes alone, owns what they wrote, and releases it or not."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.sessions.domain.access import Audience, ItemReader, ReadItem, Release, ReleaseItem, RevokeRelease
from services.sessions.domain.reflections import (
    REFLECTION,
    ReflectionNotComplete,
    ReflectionRead,
    ReflectionReleased,
    ReflectionReleaseRevoked,
    ReflectionText,
    ReflectionWritten,
    WriteReflection,
    reflection_id_of,
    steps_of,
)
from services.sessions.projections.access import ITEM_READS, ITEMS, ItemReadRow, ItemRow
from services.sessions.projections.reflections import REFLECTIONS, ReflectionRow
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from shared.kernel.postgres.personal import personal_fields
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    STARTS_ON,
    STRANGER_ID,
    TRAINEE_ID,
)
from tests.unit.sessions.programmes import EVERY_TEMPLATE, RETURN, programme
from tests.unit.sessions.test_projections import rows

pytestmark = pytest.mark.covers("S10", "S14")
ID = reflection_id_of(RELATIONSHIP_ID, "in_hindsight", "trainee")
LEADS = Audience(role="school_lead")
NAMES = {"reflection_id": ID, "owner_id": TRAINEE_ID}
ANSWERS = '{"lighter": 8, "worth": "A lot."}'


def writing(by: Side = "trainee", on: date = MONDAY, step: str = "in_hindsight", **other: Any) -> WriteReflection:
    answers = other.pop("answers", {"worth": "A lot.", **({"lighter": 8} if by == "trainee" else {})})
    usual: dict[str, Any] = {"relationship": RELATIONSHIP, "programme": RETURN, "reflection_id": ID}
    text = ReflectionText(on=on, answers=answers)
    return WriteReflection(**(usual | other), step=step, by=by, text=text)


def reflection_written(version: int = 1, on: date = MONDAY, answers: str = ANSWERS) -> ReflectionWritten:
    return ReflectionWritten(
        happened_on=on,
        **NAMES,
        relationship_id=RELATIONSHIP_ID,
        step="in_hindsight",
        by="trainee",
        version_number=version,
        answers=answers,
    )


RELEASED = ReflectionReleased(happened_on=MONDAY, **NAMES, to=LEADS)
REVOKED = ReflectionReleaseRevoked(happened_on=MONDAY, **NAMES, to=LEADS)
READ = ReflectionRead(happened_on=MONDAY, **NAMES, reader_id=STRANGER_ID)
EVERY = (reflection_written(), RELEASED, REVOKED, READ)


def test_each_answers_their_own_fields_and_owns_all_of_them() -> None:
    given(REFLECTION).when(writing()).then(reflection_written())
    (by_mentor,) = given(REFLECTION).when(writing("mentor")).events
    assert isinstance(by_mentor, ReflectionWritten)
    assert (by_mentor.owner_id, by_mentor.answers) == (MENTOR_ID, '{"worth": "A lot."}')
    given(REFLECTION).when(writing("mentor", answers={"lighter": 3})).refused(Invalid, pointer="/answers/lighter")
    assert personal_fields(ReflectionWritten) == {"answers": "owner_id"}


def test_a_form_is_filled_in_whole_and_also_after_the_last_day() -> None:
    refusal = given(REFLECTION).when(writing(answers={"lighter": 8})).refused(ReflectionNotComplete, pointer="/answers")
    assert refusal.detail == "Fill in: What it was worth."
    over = replace(RELATIONSHIP, ended=True)
    given(REFLECTION).when(writing(on=ENDS_ON + DAY, relationship=over)).then(reflection_written(on=ENDS_ON + DAY))
    given(REFLECTION).when(writing(on=STARTS_ON - DAY)).refused(Invalid, pointer="/on")


def test_the_same_again_is_no_version_and_other_words_are() -> None:
    given(REFLECTION, reflection_written()).when(writing(on_record=ANSWERS)).then()
    other = writing(answers={"worth": "Little.", "lighter": 2}, on_record=ANSWERS)
    again = given(REFLECTION, reflection_written(), RELEASED).when(other)
    again.then(reflection_written(2, answers='{"lighter": 2, "worth": "Little."}'))


def test_only_a_step_of_the_programme_and_only_by_those_who_take_it() -> None:
    given(REFLECTION).when(writing(step="way_back")).refused(NotFound)
    mentors = programme(EVERY_TEMPLATE["mentor-supervision"])
    answers = dict.fromkeys(("personal_qualities", "teaching", "professionalism", "self_development"), "Fine.")
    own = writing(step="self_review", programme=mentors, answers=answers)
    assert len(given(REFLECTION).when(own).events) == 1
    others = writing("mentor", step="self_review", programme=mentors, answers=answers)
    given(REFLECTION).when(others).refused(NotAllowed)


@pytest.mark.parametrize("template", list(EVERY_TEMPLATE))
def test_in_every_programme_somebody_looks_back(template: str) -> None:
    of = programme(EVERY_TEMPLATE[template])
    assert steps_of(of, "trainee")
    assert all(of.form_of(step).fields for step in steps_of(of))


def test_the_author_releases_it_and_takes_that_back_and_sees_who_read_it() -> None:
    releasing = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=LEADS, on=MONDAY))
    revoking = RevokeRelease(owner_id=TRAINEE_ID, release=Release(to=LEADS, on=MONDAY))
    lead = ItemReader(frozenset({STRANGER_ID}), frozenset({"school_lead"}))
    reading = ReadItem(reader=lead, reader_id=STRANGER_ID, on=MONDAY)
    written = reflection_written()
    given(REFLECTION, written).when(releasing).then(RELEASED)
    given(REFLECTION, written, RELEASED).when(releasing).then()
    given(REFLECTION, written).when(reading).refused(NotFound)
    given(REFLECTION, written, RELEASED).when(reading).then(READ)
    given(REFLECTION, written, RELEASED, READ).when(reading).then()
    given(REFLECTION, written, RELEASED).when(revoking).then(REVOKED)
    given(REFLECTION, written).when(revoking).then()
    given(REFLECTION, written, RELEASED, REVOKED).when(reading).refused(NotFound)
    author = ReadItem(reader=ItemReader(frozenset({TRAINEE_ID})), reader_id=TRAINEE_ID, on=MONDAY)
    given(REFLECTION, written).when(author).then()
    to_oneself = ReleaseItem(owner_id=TRAINEE_ID, release=Release(to=Audience(person_id=TRAINEE_ID), on=MONDAY))
    refused = given(REFLECTION, written).when(to_oneself).refused(Invalid, pointer="/to/person_id")
    assert refused.detail == "You read what is yours without a release."
    given(REFLECTION).when(releasing).refused(NotFound)


def test_a_new_version_keeps_its_releases_and_nobody_else_releases_it() -> None:
    lead = ItemReader(frozenset({STRANGER_ID}), frozenset({"school_lead"}))
    reading = ReadItem(reader=lead, reader_id=STRANGER_ID, on=MONDAY)
    given(REFLECTION, reflection_written(), RELEASED, reflection_written(2)).when(reading).then(READ)
    by_mentor = ReleaseItem(owner_id=MENTOR_ID, release=Release(to=LEADS, on=MONDAY))
    given(REFLECTION, reflection_written()).when(by_mentor).refused(NotFound)


def test_a_reading_that_was_stored_before_readings_named_an_opening_is_still_read() -> None:
    ids = {"reflection_id": f"{ID}", "owner_id": f"{TRAINEE_ID}", "reader_id": f"{STRANGER_ID}"}
    stored = json.dumps({"happened_on": f"{MONDAY}", **ids})
    assert REFLECTION.catalogue.decode("sessions.reflection_read", 1, stored) == READ


def test_the_rows_have_no_answers_and_keep_the_releases_in_a_new_version() -> None:
    first, second = reflection_written(), reflection_written(2, on=MONDAY + DAY)
    assert rows(REFLECTIONS, first, second) == [
        ReflectionRow(
            reflection_id=ID,
            relationship_id=RELATIONSHIP_ID,
            step="in_hindsight",
            written_by="trainee",
            owner_id=TRAINEE_ID,
            version=2,
            written_on=MONDAY + DAY,
        )
    ]
    item = ItemRow(ID, "reflection", MONDAY + DAY, owner_id=TRAINEE_ID, relationship_id=RELATIONSHIP_ID)
    to_leads = ({"person_id": None, "role": "school_lead"},)
    assert rows(ITEMS, first, RELEASED, second) == [replace(item, released_to=to_leads)]
    assert rows(ITEMS, first, RELEASED, second, REVOKED) == [item]
    assert rows(ITEM_READS, READ) == [ItemReadRow(ID, STRANGER_ID, MONDAY)]
