"""What leaves sessions, and what does not."""

from datetime import timedelta

import pytest

from services.sessions.domain.absences import AbsencesRecorded
from services.sessions.domain.calendars import CalendarKnown
from services.sessions.domain.ends import RelationshipEnded
from services.sessions.domain.hosts import HostFollowed, RelationshipHosted
from services.sessions.domain.meeting_days import MeetingDayCorrected
from services.sessions.domain.merges import RecordMerged
from services.sessions.domain.people import PersonForgotten
from services.sessions.domain.relationships import (
    ParticipantErased,
    RelationshipAgreed,
    RelationshipMoved,
    RelationshipRehomed,
)
from services.sessions.domain.trainees import MentorsRehomed
from services.sessions.main import EVENTS
from services.sessions.publish import publish
from shared.events import PUBLISHED
from shared.events.catalogue import type_of
from shared.events.sessions import FeedbackGiven, RelationshipOpened
from shared.kernel.decider import Event
from shared.kernel.postgres.personal import personal_fields
from tests.support.tenth_programme import TENTH
from tests.unit.sessions import (
    example_appeals,
    example_assessments,
    example_inductions,
    example_journal,
    example_moderations,
    example_second_opinions,
    example_support_plans,
    test_circles,
    test_common_needs,
    test_feedback,
    test_figures,
    test_measures,
    test_mentor_requests,
    test_nudges,
    test_observations,
    test_onward_referrals,
    test_recognitions,
    test_reflections,
    test_reviews,
    test_safeguarding,
    test_summaries,
)
from tests.unit.sessions.example_events import (
    ACKNOWLEDGED,
    ADMITTED,
    COMMENTED,
    HELD,
    JOINED,
    MISSED,
    REVIEWED,
    SET,
    SUBMITTED,
    WRITTEN,
)
from tests.unit.sessions.example_targets import TARGET_EVENTS
from tests.unit.sessions.examples import MONDAY, OPENED
from tests.unit.sessions.programmes import programme_known
from tests.unit.sessions.test_agreements import agreement_signed, agreement_written
from tests.unit.sessions.test_assignments import EXPLAINED, assignment_set
from tests.unit.sessions.test_break_offs import ASKED as CONTACT_ASKED
from tests.unit.sessions.test_break_offs import READ as REASON_READ
from tests.unit.sessions.test_days import day_recorded
from tests.unit.sessions.test_hand_overs import AGREED as ITEM_AGREED
from tests.unit.sessions.test_hand_overs import OF_TARGET as ITEM_PROPOSED
from tests.unit.sessions.test_hand_overs import PASSED_ON, REVOKED
from tests.unit.sessions.test_hand_overs import WITHDRAWN as ITEM_WITHDRAWN
from tests.unit.sessions.test_pauses_and_ends import BROKEN_OFF, PAUSED, RESUMED
from tests.unit.sessions.test_pauses_and_ends import PROPOSED as END_PROPOSED
from tests.unit.sessions.test_pauses_and_ends import TAKEN_BACK as END_WITHDRAWN
from tests.unit.sessions.test_series import (
    ADDED,
    FOUR,
    IN_FOUR_WEEKS,
    REMOVED,
    ahead,
    due,
    meeting_cancelled,
    meeting_moved,
)
from tests.unit.sessions.test_series import SET as SERIES_SET
from tests.unit.sessions.test_surveys import COMPARED as VIEWS_COMPARED
from tests.unit.sessions.test_surveys import FIRST, survey_answered

REHOMED = RelationshipRehomed(
    happened_on=OPENED.happened_on,
    relationship_id=OPENED.relationship_id,
    trainee_id=OPENED.trainee_id,
    mentor_id=OPENED.trainee_id,
)
BARRED = MentorsRehomed(happened_on=OPENED.happened_on, trainee_id=OPENED.trainee_id, relationships=(), barred=())
MERGED = RecordMerged(happened_on=OPENED.happened_on, merged_id=OPENED.trainee_id, kept_id=OPENED.mentor_id)
MOVED = RelationshipMoved(happened_on=OPENED.happened_on, relationship_id=OPENED.relationship_id, school_urn="900002")
ENDED = RelationshipEnded(
    happened_on=OPENED.happened_on,
    relationship_id=OPENED.relationship_id,
    ended_on=OPENED.happened_on,
    reason="school_left",
)
HOSTED = RelationshipHosted(
    happened_on=OPENED.happened_on, urn=OPENED.school_urn, relationship_id=OPENED.relationship_id
)
FOLLOWED = HostFollowed(happened_on=OPENED.happened_on, urn=OPENED.school_urn, successor_urn="900002")
FORGOTTEN = PersonForgotten(happened_on=OPENED.happened_on, person_id=OPENED.trainee_id)
CLOSED = ParticipantErased(
    happened_on=OPENED.happened_on, relationship_id=OPENED.relationship_id, person_id=OPENED.trainee_id
)
AGREED = RelationshipAgreed(happened_on=OPENED.happened_on, relationship_id=OPENED.relationship_id, draft=1)
SURVEY_ANSWERED = survey_answered("mentor", FIRST)
HANDED_OVER = (ITEM_PROPOSED, ITEM_AGREED, ITEM_WITHDRAWN, PASSED_ON, REVOKED)
WRITTEN_AGREEMENT, SIGNED_AGREEMENT = agreement_written(), agreement_signed("mentor", 2)
DAY_RECORDED = day_recorded("confirmed", by="school")
DAY_CORRECTED = MeetingDayCorrected(
    happened_on=MONDAY,
    relationship_id=OPENED.relationship_id,
    meeting_id=HELD.meeting_id,
    before=HELD.happened_on,
    after=MONDAY,
    next_meeting_id=OPENED.trainee_id,
)
SERIES_EVENTS = (
    SERIES_SET,
    FOUR[0],
    ahead(IN_FOUR_WEEKS),
    meeting_moved(MONDAY),
    meeting_cancelled("cover"),
    ADDED,
    REMOVED,
    due(MONDAY),
)
AWAY = AbsencesRecorded(happened_on=OPENED.happened_on, subject="900001", absences=())
STAYING = (
    AWAY,
    DAY_CORRECTED,
    *SERIES_EVENTS,
    *TARGET_EVENTS,
    CalendarKnown(happened_on=OPENED.happened_on, urn="900001", periods=()),
    BARRED,
    MERGED,
    HOSTED,
    FOLLOWED,
    JOINED,
    ADMITTED,
    WRITTEN,
    COMMENTED,
    ACKNOWLEDGED,
    FORGOTTEN,
    CLOSED,
    programme_known(TENTH),
    CONTACT_ASKED,
    REASON_READ,
    END_PROPOSED,
    END_WITHDRAWN,
    *HANDED_OVER,
    SURVEY_ANSWERED,
    VIEWS_COMPARED,
    WRITTEN_AGREEMENT,
    SIGNED_AGREEMENT,
    example_journal.WRITTEN,
    example_journal.RELEASED,
    example_journal.REVOKED,
    example_journal.READ,
    example_journal.USED,
    example_journal.ATTACHED,
    example_journal.DETACHED,
    example_journal.REMOVED,
    *test_observations.EVERY,
    *(event for event in test_feedback.EVERY if event != test_feedback.GIVEN),
    test_feedback.feedback_written(2),
    *test_measures.STAYING,
    *test_safeguarding.EVERY,
    test_figures.RECORDED,
    *example_appeals.EVERY,
    *example_support_plans.EVERY,
    *example_second_opinions.EVERY,
    *example_moderations.EVERY,
    *example_inductions.EVERY,
    *test_reflections.EVERY,
    *test_reviews.EVERY,
    *test_nudges.EVERY,
    *test_onward_referrals.EVERY,
    *test_circles.EVERY,
    *test_recognitions.EVERY,
    *test_summaries.EVERY,
    *(event for event in test_common_needs.EVERY if event != test_common_needs.COUNTED),
    test_mentor_requests.NO_MORE,
    EXPLAINED,
    *(event for event in example_assessments.EVERY if event != example_assessments.SUBMITTED),
)
LEAVING = (
    OPENED,
    AGREED,
    PAUSED,
    RESUMED,
    BROKEN_OFF,
    test_mentor_requests.REQUESTED,
    test_mentor_requests.WITHDRAWN,
    test_common_needs.COUNTED,
    REHOMED,
    MOVED,
    ENDED,
    HELD,
    MISSED,
    DAY_RECORDED,
    SET,
    REVIEWED,
    assignment_set(),
    *test_measures.LEAVING,
    SUBMITTED,
    example_assessments.SUBMITTED,
)
EVERY = (*STAYING, *LEAVING, test_feedback.GIVEN)


def test_every_event_of_the_service_is_in_the_cases() -> None:
    assert {type(event) for event in EVERY} == set(EVENTS.classes.values())


@pytest.mark.parametrize("event", LEAVING, ids=type_of)
def test_an_event_is_published_with_its_day_and_its_facts(event: Event) -> None:
    published = publish(event)

    assert published is not None
    assert PUBLISHED.knows(type_of(published))
    told = published.model_dump(exclude={"mentor_minutes_per_week"})
    assert told.items() <= event.model_dump().items()


@pytest.mark.parametrize(("hours", "minutes"), [(1.5, 90), (1.1, 66), (1 / 3, 20)])
def test_a_mentors_time_is_published_in_whole_minutes(hours: float, minutes: int) -> None:
    published = publish(OPENED.model_copy(update={"mentor_hours_per_week": hours}))

    assert isinstance(published, RelationshipOpened)
    assert published.mentor_minutes_per_week == minutes


def test_feedback_is_published_once_with_the_days_of_the_teaching_and_of_the_writing() -> None:
    written_on = test_feedback.GIVEN.happened_on + timedelta(days=4)
    published = publish(test_feedback.feedback_written(written_on=written_on))

    assert isinstance(published, FeedbackGiven)
    assert (published.happened_on, published.taught_on) == (written_on, test_feedback.GIVEN.happened_on)


@pytest.mark.covers("S2")
@pytest.mark.parametrize("event", STAYING, ids=type_of)
def test_notes_comments_and_the_assessors_of_a_trainee_are_not_published(event: Event) -> None:
    assert publish(event) is None


@pytest.mark.parametrize("event", LEAVING, ids=type_of)
def test_no_personal_text_is_published(event: Event) -> None:
    published = publish(event)

    assert published is not None
    assert not personal_fields(type(event)).keys() & published.model_dump().keys()
    assert "sealed" not in published.model_dump_json()
