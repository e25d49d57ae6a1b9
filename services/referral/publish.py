"""Stored event to public event: the only door out of referral."""

from pydantic import BaseModel

from services.referral.domain import programme, referral
from services.referral.programmes import Template
from shared.events import PublicEvent
from shared.events import referral as public


def publish(event: BaseModel) -> PublicEvent | None:
    """The public form of a private event, or None for what stays here."""
    match event:
        case programme.ProgrammeOpened():
            return public.ProgrammeOpened(
                happened_on=event.happened_on,
                programme_id=event.programme_id,
                template=event.template,
                title=event.title,
                academic_year=event.academic_year,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                rules=_rules(Template.model_validate(event.settings)),
            )
        case referral.ReferralMade():
            return public.ReferralMade(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                purpose=event.purpose,
                reasons=event.reasons,
            )
        case referral.ReferralAccepted():
            return public.ReferralAccepted(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
            )
        case referral.ReferralDeclined():
            return public.ReferralDeclined(
                happened_on=event.happened_on,
                referral_id=event.referral_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
            )
        case _:
            return None


def _rules(template: Template) -> public.ProgrammeRules:
    return public.ProgrammeRules(
        edition=template.edition,
        mentor_hours_per_trainee_week=template.mentoring.hours_per_trainee_week,
        meetings_per_week=template.mentoring.meetings_per_week,
        targets_per_meeting=template.mentoring.targets_per_meeting,
        assessor_is_not_mentor=template.assessment.assessor_is_not_mentor,
        assessments=template.assessment.kinds,
        weights=template.weights,
    )
