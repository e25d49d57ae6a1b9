"""Notes of progress towards a target, which their author can take back."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.sessions.domain.relationships import AgreementFirst, OutsideTheRelationship
from services.sessions.domain.target_progress import (
    NewProgress,
    NoteProgress,
    ProgressNoted,
    ProgressTakenBack,
    TakeBackProgress,
)
from services.sessions.domain.targets import TARGET, TargetClosed
from shared.events.practices import TargetRules
from shared.events.words import Side
from shared.kernel.decider import Invalid, NotAllowed, NotFound
from tests.support.given import given
from tests.unit.sessions.example_events import REVIEWED, SET
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TARGET_ID,
    TRAINEE_ID,
    WEEK,
)

NOTE_ID = UUID("00000000-0000-4000-8000-0000000000f1")
ENTRY_ID = UUID("00000000-0000-4000-8000-0000000000f2")
NOTED = ProgressNoted(
    happened_on=MONDAY + DAY,
    target_id=TARGET_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    note_id=NOTE_ID,
    note="They waited.",
    evidence=(ENTRY_ID,),
    version_number=2,
)
TAKEN_BACK = ProgressTakenBack(
    happened_on=MONDAY + WEEK,
    target_id=TARGET_ID,
    relationship_id=RELATIONSHIP_ID,
    trainee_id=TRAINEE_ID,
    by="trainee",
    note_id=NOTE_ID,
    version_number=3,
)


def noting(on: date = MONDAY + DAY, **fields: object) -> NoteProgress:
    progress = NewProgress(on=on, note="They waited.", evidence=(ENTRY_ID, ENTRY_ID))
    command = NoteProgress(
        relationship=RELATIONSHIP,
        rules=TargetRules(),
        target_id=TARGET_ID,
        note_id=NOTE_ID,
        by="trainee",
        progress=progress,
    )
    return command.model_copy(update=fields)


def taking_back(by: Side = "trainee") -> TakeBackProgress:
    return TakeBackProgress(relationship=RELATIONSHIP, target_id=TARGET_ID, note_id=NOTE_ID, by=by, on=MONDAY + WEEK)


@pytest.mark.covers("S3")
def test_progress_is_noted_with_each_entry_once() -> None:
    given(TARGET, SET).when(noting()).then(NOTED)


@pytest.mark.covers("S3")
def test_its_author_takes_a_note_back_once() -> None:
    given(TARGET, SET, NOTED).when(taking_back()).then(TAKEN_BACK)
    given(TARGET, SET, NOTED, TAKEN_BACK).when(taking_back()).refused(NotFound)
    given(TARGET, SET, NOTED).when(taking_back("mentor")).refused(NotAllowed)
    given(TARGET, SET).when(taking_back()).refused(NotFound)


def test_progress_is_of_a_day_of_the_target_and_of_the_relationship() -> None:
    given(TARGET, SET).when(noting(MONDAY - DAY)).refused(Invalid, pointer="/on")
    given(TARGET, SET).when(noting(ENDS_ON + DAY)).refused(OutsideTheRelationship, pointer="/on")


def test_nothing_is_noted_of_a_closed_target_or_before_both_have_signed() -> None:
    met = REVIEWED.model_copy(update={"status": "met"})
    given(TARGET, SET, met).when(noting(MONDAY + WEEK)).refused(TargetClosed)
    unsigned = replace(RELATIONSHIP, agreement_first=True)
    given(TARGET, SET).when(noting(relationship=unsigned)).refused(AgreementFirst, pointer="/note")


@pytest.mark.covers("S3")
def test_a_note_touches_the_target() -> None:
    (noted,) = given(TARGET, SET).when(noting(rules=TargetRules(untouched_after=5))).events
    assert isinstance(noted, ProgressNoted)
    assert noted.owner_told_on == MONDAY + DAY + WEEK
