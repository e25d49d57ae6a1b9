"""Who sees a line of the story, as a table, and how lines read."""

from dataclasses import replace
from typing import Any

import pytest

from services.sessions.domain.break_offs import ContactAsked
from services.sessions.domain.feedback import FeedbackWritten
from services.sessions.domain.notes import NoteWritten
from services.sessions.policy import StoryReader, sees_line
from services.sessions.story.chapters import EVERYBODY, THE_TWO, only, readers_of_assessment
from services.sessions.story.registry import LINES
from tests.unit.sessions.example_events import AMENDED, HELD, MISSED, SET, WRITTEN
from tests.unit.sessions.examples import MENTOR_ID, MONDAY, OPENED, RELATIONSHIP_ID, TRAINEE_ID, WEEK
from tests.unit.sessions.test_feedback import GIVEN

NOBODY = StoryReader(side=None, reading_side=None, accounts=frozenset(), records=frozenset())
MENTOR = replace(NOBODY, side="mentor", reading_side="mentor", records=frozenset({MENTOR_ID}))
TRAINEE = replace(NOBODY, side="trainee", reading_side="trainee", records=frozenset({TRAINEE_ID}))
LATE_MENTOR = replace(MENTOR, reading_side=None)
TUTOR = replace(NOBODY, accounts=frozenset({"tutor"}))
LEAD_WHO_MENTORS = replace(MENTOR, accounts=frozenset({"tutor"}))
WHO = {
    "nobody": NOBODY,
    "mentor": MENTOR,
    "trainee": TRAINEE,
    "late mentor": LATE_MENTOR,
    "tutor": TUTOR,
    "mentoring tutor": LEAD_WHO_MENTORS,
}
ASKED = ContactAsked(happened_on=MONDAY, relationship_id=RELATIONSHIP_ID, trainee_id=TRAINEE_ID, contact="tutor")


@pytest.mark.covers("S1", "S11")
@pytest.mark.parametrize(
    ("readers", "who"),
    [
        (EVERYBODY, set(WHO)),
        (THE_TWO, {"mentor", "trainee", "mentoring tutor"}),
        (only("trainee", "Theirs."), {"trainee"}),
        (LINES[ContactAsked].readers_of(ASKED, ASKED), {"trainee", "tutor"}),
        (LINES[NoteWritten].readers_of(WRITTEN, WRITTEN), {"mentor", "late mentor", "mentoring tutor"}),
        (readers_of_assessment("shared"), set()),
    ],
    ids=["a fact", "between the two", "of the mentee", "of a break-off", "of a note", "of an assessment"],
)
def test_a_line_is_seen_by(readers: Any, who: set[str]) -> None:
    assert {name for name, reader in WHO.items() if sees_line(reader, readers)} == who


def test_a_line_about_feedback_is_seen_by_whoever_reads_that_and_by_nobody_else() -> None:
    given = LINES[FeedbackWritten].readers_of(GIVEN, GIVEN)
    assert {name for name, reader in WHO.items() if sees_line(reader, given, reads_item=True)} == set(WHO)
    assert not any(sees_line(reader, given) for reader in WHO.values())


def test_a_line_of_an_assessment_is_seen_by_whoever_reads_it_in_its_state() -> None:
    assert sees_line(TUTOR, readers_of_assessment("shared"), {"shared", "submitted"})
    assert not sees_line(TUTOR, readers_of_assessment("shared"), {"submitted"})


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (OPENED, "The relationship was opened, from 14 September 2026 to 18 December 2026, at school 900001."),
        (HELD, "The two met for 50 minutes; the mentor recorded it."),
        (
            AMENDED,
            "The mentor amended the record of the meeting of 21 September 2026: it was held, for 40 minutes.",
        ),
        (
            MISSED.model_copy(update={"amended_on": MONDAY + WEEK, "corrected_from": MONDAY}),
            "The mentee amended the record of the meeting of 21 September 2026: it was missed on 28 September 2026.",
        ),
        (SET, "The mentee set a target, due on 28 September 2026."),
    ],
    ids=["opened", "held", "amended", "corrected", "set"],
)
def test_an_event_reads_as(event: Any, line: str) -> None:
    assert LINES[type(event)].write(event) == line
