"""Events to rows."""

from services.sessions.projections.access import ITEM_READS, ITEMS, ItemReadRow, ItemRow
from services.sessions.projections.assessments import ASSESSMENTS, AssessmentRow
from services.sessions.projections.journal import JOURNAL, EntryRow
from services.sessions.projections.meetings import MEETING_VERSIONS, MEETINGS, MeetingRow, MeetingVersionRow
from services.sessions.projections.notes import NOTES, NoteRow
from services.sessions.projections.relationships import RELATIONSHIPS, RelationshipRow
from services.sessions.projections.targets import TARGETS, TargetRow
from shared.kernel.decider import Event
from shared.kernel.readmodel import ReadModel
from tests.unit.sessions import example_journal as entries
from tests.unit.sessions.example_events import (
    ACKNOWLEDGED,
    AMENDED,
    COMMENTED,
    HELD,
    MISSED,
    REVIEWED,
    SET,
    SUBMITTED,
    WRITTEN,
)
from tests.unit.sessions.example_targets import UNTOUCHED
from tests.unit.sessions.examples import (
    ASSESSMENT_ID,
    DAY,
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
from tests.unit.sessions.test_observations import feedback_given, observation_held, observation_planned


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


def test_an_amended_meeting_is_shown_as_it_was_amended_and_every_version_is_kept() -> None:
    by_trainee = HELD.model_copy(update={"by": "trainee", "reflection": "sealed: reflection", "pulse": "sealed: pulse"})
    (row,) = rows(MEETINGS, by_trainee, ACKNOWLEDGED, AMENDED.model_copy(update={"version_number": 3}))
    assert row == MeetingRow(
        meeting_id=HELD.meeting_id,
        relationship_id=RELATIONSHIP_ID,
        happened_on=MONDAY,
        status="held",
        recorded_by="mentor",
        minutes=40,
        discussed="sealed: amended",
        reflection="sealed: reflection",
        pulse="sealed: pulse",
        version=3,
        amended_on=MONDAY + DAY,
    )
    first, second = rows(MEETING_VERSIONS, by_trainee, AMENDED)
    assert isinstance(first, MeetingVersionRow)
    assert isinstance(second, MeetingVersionRow)
    assert (first.version, first.minutes, first.recorded_by, first.written_on) == (1, 50, "trainee", MONDAY)
    assert (second.version, second.minutes, second.recorded_by, second.written_on) == (2, 40, "mentor", MONDAY + DAY)


def test_a_meeting_is_shown_on_its_corrected_day_and_each_version_on_its_own() -> None:
    tuesday = AMENDED.model_copy(update={"happened_on": MONDAY + DAY, "corrected_from": MONDAY})
    (row,) = rows(MEETINGS, HELD, tuesday)
    assert isinstance(row, MeetingRow)
    assert row.happened_on == MONDAY + DAY
    days = [row.happened_on for row in rows(MEETING_VERSIONS, HELD, tuesday) if isinstance(row, MeetingVersionRow)]
    assert days == [MONDAY, MONDAY + DAY]


def test_a_trainees_amendment_replaces_reflection_and_pulse() -> None:
    amended = AMENDED.model_copy(update={"by": "trainee", "reflection": "sealed: anew", "pulse": None})
    before = HELD.model_copy(update={"reflection": "sealed: before", "pulse": "sealed: before"})
    (row,) = rows(MEETINGS, before, amended)
    assert isinstance(row, MeetingRow)
    assert (row.reflection, row.pulse) == ("sealed: anew", None)


def test_an_acknowledged_meeting_shows_the_day() -> None:
    (row,) = rows(MEETINGS, MISSED, ACKNOWLEDGED.model_copy(update={"meeting_id": MISSED.meeting_id}))
    assert isinstance(row, MeetingRow)
    assert (row.acknowledged_on, row.version) == (MONDAY + DAY, 2)


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
            touched_on=MONDAY + WEEK,
        )
    ]


def test_a_target_that_somebody_was_told_of_is_so_until_it_is_touched() -> None:
    (row,) = rows(TARGETS, SET, UNTOUCHED)
    (touched,) = rows(TARGETS, SET, UNTOUCHED, REVIEWED)
    assert isinstance(row, TargetRow)
    assert isinstance(touched, TargetRow)
    assert (row.told, touched.told) == ("trainee", None)


def test_the_last_note_counts() -> None:
    anew = WRITTEN.model_copy(update={"note": "sealed: anew"})
    assert rows(NOTES, WRITTEN, anew) == [NoteRow(HELD.meeting_id, MENTOR_ID, "sealed: anew", MONDAY)]


def test_a_journal_entry_is_a_row() -> None:
    anew = entries.WRITTEN.model_copy(update={"version_number": 2, "text": "sealed: anew"})
    assert rows(JOURNAL, entries.WRITTEN, anew) == [
        EntryRow(
            entry_id=entries.ENTRY_ID,
            owner_id=TRAINEE_ID,
            written_on=MONDAY,
            version=2,
            text="sealed: anew",
            link="sealed: link",
            tags=("TS7",),
            areas=(),
        )
    ]
    assert rows(JOURNAL, entries.WRITTEN, entries.REMOVED) == [None]


def test_an_item_is_a_row_with_its_audiences_and_those_who_keep_it() -> None:
    later = entries.WRITTEN.model_copy(update={"version_number": 2, "happened_on": MONDAY + DAY})
    assert rows(ITEMS, entries.WRITTEN, entries.RELEASED, entries.USED, later) == [
        ItemRow(
            item_id=entries.ENTRY_ID,
            kind="journal_entry",
            happened_on=MONDAY + DAY,
            owner_id=TRAINEE_ID,
            released_to=({"person_id": None, "role": "tutor"},),
            kept_by=(str(TUTOR_ID),),
        )
    ]
    assert rows(ITEMS, entries.WRITTEN, entries.REMOVED) == [None]
    (revoked,) = rows(ITEMS, entries.WRITTEN, entries.RELEASED, entries.REVOKED)
    assert isinstance(revoked, ItemRow)
    assert revoked.released_to == ()


def test_an_observer_reads_an_observation_until_feedback_was_given_if_it_is_the_observed_ones() -> None:
    for both_own in (True, False):
        held = [observation_planned(both_own=both_own), observation_held()]
        (before,) = rows(ITEMS, *held)
        (after,) = rows(ITEMS, *held, feedback_given(MONDAY))
        assert isinstance(before, ItemRow)
        assert isinstance(after, ItemRow)
        assert (before.owner_side, before.both_read, after.both_read) == ("trainee", True, both_own)


def test_each_reader_of_an_item_has_a_row_for_each_day() -> None:
    assert rows(ITEM_READS, entries.READ, entries.READ) == [
        ItemReadRow(item_id=entries.ENTRY_ID, reader_id=TUTOR_ID, read_on=MONDAY)
    ]


def test_an_assessment_gathers_its_comments() -> None:
    other = COMMENTED.model_copy(update={"standard": "TS1", "comment": "sealed: other"})
    assert rows(ASSESSMENTS, SUBMITTED, COMMENTED, other) == [
        AssessmentRow(
            assessment_id=ASSESSMENT_ID,
            relationship_id=RELATIONSHIP_ID,
            trainee_id=TRAINEE_ID,
            assessor_id=TUTOR_ID,
            version_number=1,
            kind="interim",
            state="submitted",
            written_on=MONDAY,
            submitted_on=MONDAY,
            levels=dict.fromkeys(ON_TRACK, "on_track"),
            evidence=(),
            comments={"TS7": "sealed: comment", "TS1": "sealed: other"},
        )
    ]
