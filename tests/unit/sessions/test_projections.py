"""Events to rows."""

from services.sessions.projections.assessments import ASSESSMENTS, AssessmentRow
from services.sessions.projections.meetings import MEETINGS, MeetingRow
from services.sessions.projections.notes import NOTES, NoteRow
from services.sessions.projections.relationships import RELATIONSHIPS, RelationshipRow
from services.sessions.projections.targets import TARGETS, TargetRow
from shared.kernel.decider import Event
from shared.kernel.readmodel import ReadModel
from tests.unit.sessions.example_events import COMMENTED, HELD, MISSED, REVIEWED, SET, SUBMITTED, WRITTEN
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    ENDS_ON,
    MENTOR_ID,
    MONDAY,
    ON_TRACK,
    OPENED,
    PROGRAMME_ID,
    RELATIONSHIP_ID,
    STARTS_ON,
    TARGET_ID,
    TRAINEE_ID,
    TUTOR_ID,
    WEEK,
)


def rows(model: ReadModel, *events: Event) -> list[object]:
    """The rows that events fold into."""
    folded: dict[tuple[object, ...], object] = {}
    model.fold(folded, (("north-star", event) for event in events))
    return list(folded.values())


def test_an_opened_relationship_is_a_row_with_its_terms() -> None:
    assert rows(RELATIONSHIPS, OPENED) == [
        RelationshipRow(
            relationship_id=RELATIONSHIP_ID,
            programme_id=PROGRAMME_ID,
            trainee_id=TRAINEE_ID,
            mentor_id=MENTOR_ID,
            school_urn="900001",
            starts_on=STARTS_ON,
            ends_on=ENDS_ON,
            meetings_per_week=1,
            targets_per_meeting=3,
            mentor_hours_per_week=1.5,
            opened_on=OPENED.happened_on,
        )
    ]


def test_meetings_held_and_missed_are_rows() -> None:
    assert rows(MEETINGS, HELD, MISSED) == [
        MeetingRow(
            meeting_id=HELD.meeting_id,
            relationship_id=RELATIONSHIP_ID,
            happened_on=MONDAY,
            status="held",
            recorded_by="mentor",
            minutes=50,
            agenda_by="mentee",
            discussed="sealed: discussed",
        ),
        MeetingRow(
            meeting_id=MISSED.meeting_id,
            relationship_id=RELATIONSHIP_ID,
            happened_on=MONDAY + WEEK,
            status="missed",
            recorded_by="trainee",
            reason="cover",
        ),
    ]


def test_a_target_shows_its_last_review() -> None:
    progressing = REVIEWED.model_copy(update={"status": "progressing", "note": None})
    assert rows(TARGETS, SET, progressing, REVIEWED) == [
        TargetRow(
            target_id=TARGET_ID,
            relationship_id=RELATIONSHIP_ID,
            trainee_id=TRAINEE_ID,
            set_on=MONDAY,
            set_by="trainee",
            due_on=MONDAY + WEEK,
            status="met",
            text="sealed: text",
            measure="sealed: measure",
            reviewed_on=MONDAY + WEEK,
            note="sealed: review",
        )
    ]


def test_the_last_note_counts() -> None:
    anew = WRITTEN.model_copy(update={"note": "sealed: anew"})
    assert rows(NOTES, WRITTEN, anew) == [NoteRow(HELD.meeting_id, MENTOR_ID, "sealed: anew", MONDAY)]


def test_an_assessment_gathers_its_comments() -> None:
    other = COMMENTED.model_copy(update={"standard": "TS1", "comment": "sealed: other"})
    assert rows(ASSESSMENTS, SUBMITTED, COMMENTED, other) == [
        AssessmentRow(
            assessment_id=ASSESSMENT_ID,
            relationship_id=RELATIONSHIP_ID,
            trainee_id=TRAINEE_ID,
            assessor_id=TUTOR_ID,
            kind="interim",
            submitted_on=MONDAY,
            judgements=dict.fromkeys(ON_TRACK, "on_track"),
            comments={"TS7": "sealed: comment", "TS1": "sealed: other"},
        )
    ]
