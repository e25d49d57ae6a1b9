"""Stored event to public event: the only door out of sessions. What was said does not go through it."""

from pydantic import BaseModel

from services.sessions.domain import assessments as assessment
from services.sessions.domain import meetings as meeting
from services.sessions.domain import relationships as relationship
from services.sessions.domain import targets as target
from shared.events import PublicEvent
from shared.events import sessions as public


def publish(event: BaseModel) -> PublicEvent | None:
    """The public form of a private event, or None for what stays here."""
    match event:
        case relationship.RelationshipOpened():
            return public.RelationshipOpened(
                happened_on=event.happened_on,
                relationship_id=event.relationship_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                school_urn=event.school_urn,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                meetings_per_week=event.meetings_per_week,
                mentor_minutes_per_week=round(event.mentor_hours_per_week * 60),
                role=event.role,
            )
        case relationship.RelationshipRehomed():
            return public.RelationshipRehomed(**event.model_dump())
        case relationship.RelationshipMoved():
            return public.RelationshipMoved(**event.model_dump())
        case relationship.RelationshipEnded():
            return public.RelationshipEnded(**event.model_dump())
        case meeting.MeetingHeld():
            return public.MeetingHeld(
                happened_on=event.happened_on,
                meeting_id=event.meeting_id,
                relationship_id=event.relationship_id,
                minutes=event.minutes,
            )
        case meeting.MeetingMissed():
            return public.MeetingMissed(
                happened_on=event.happened_on,
                meeting_id=event.meeting_id,
                relationship_id=event.relationship_id,
                reason=event.reason,
            )
        case target.TargetSet():
            return public.TargetSet(
                happened_on=event.happened_on,
                target_id=event.target_id,
                relationship_id=event.relationship_id,
                trainee_id=event.trainee_id,
                due_on=event.due_on,
            )
        case target.TargetReviewed():
            return public.TargetReviewed(
                happened_on=event.happened_on,
                target_id=event.target_id,
                relationship_id=event.relationship_id,
                trainee_id=event.trainee_id,
                status=event.status,
            )
        case assessment.AssessmentSubmitted():
            return public.AssessmentSubmitted(
                happened_on=event.happened_on,
                assessment_id=event.assessment_id,
                relationship_id=event.relationship_id,
                trainee_id=event.trainee_id,
                assessor_id=event.assessor_id,
                kind=event.kind,
                judgements=event.judgements,
            )
        case _:
            return None
