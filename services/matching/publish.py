"""Stored event to public event: the only door out of matching."""

from pydantic import BaseModel

from services.matching.domain import pairs as pair
from services.matching.domain import supports as support
from services.matching.domain.rounds import RoundSolved, TraineeUnplaced
from shared.events import PublicEvent
from shared.events import matching as public


def publish(event: BaseModel) -> PublicEvent | None:
    """The public form of a private event, or None for what stays here: who acted, and why somebody said no."""
    match event:
        case RoundSolved(proposes=False) | TraineeUnplaced(proposes=False):
            return None  # a scenario is nobody's business yet
        case RoundSolved():
            return public.RoundSolved(
                happened_on=event.happened_on,
                round_id=event.round_id,
                programme_id=event.programme_id,
                placed=event.outcome.placed,
                unplaced=event.outcome.unplaced,
            )
        case TraineeUnplaced():
            return public.TraineeUnplaced(
                happened_on=event.happened_on,
                round_id=event.round_id,
                programme_id=event.programme_id,
                referral_id=event.referral_id,
                trainee_id=event.trainee_id,
                reason=event.reason,
                explanation=event.explanation,
                remedies=tuple(one.words for one in event.remedies),
            )
        case pair.Proposed():
            return public.PairProposed(
                happened_on=event.happened_on,
                pair_id=event.pair_id,
                round_id=event.round_id,
                programme_id=event.programme_id,
                referral_id=event.referral_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                school_urn=event.placement.school_urn,
                offer_id=event.placement.offer_id,
                travel_minutes=event.travel_minutes,
            )
        case pair.Declined():
            return public.PairDeclined(
                happened_on=event.happened_on,
                pair_id=event.pair_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                by=event.side,
            )
        case pair.Lapsed():
            return public.PairLapsed(
                happened_on=event.happened_on,
                pair_id=event.pair_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                waited_for=event.waited_for,
            )
        case pair.Withdrawn():
            return public.PairWithdrawn(**event.model_dump(exclude={"by"}))
        case pair.Confirmed():
            return public.PairConfirmed(
                happened_on=event.happened_on,
                pair_id=event.pair_id,
                programme_id=event.programme_id,
                referral_id=event.referral_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                school_urn=event.placement.school_urn,
                subject=event.placement.subject,
                starts_on=event.placement.starts_on,
                ends_on=event.placement.ends_on,
                meetings_per_week=event.placement.meetings_per_week,
                targets_per_meeting=event.placement.targets_per_meeting,
                assessor_is_not_mentor=event.placement.assessor_is_not_mentor,
                mentor_hours_per_week=event.placement.mentor_hours_per_week,
            )
        case support.SupportEvent():
            return _of_support(event)
        case _:
            return None


def _of_support(event: support.SupportEvent) -> PublicEvent | None:
    about = event.model_dump(include=set(public.SupportEnded.model_fields))
    match event:
        case support.Proposed(terms=terms):
            return public.SupportProposed(school_urn=terms.school_urn, hours_per_week=terms.hours_per_week, **about)
        case support.Confirmed(terms=terms):
            return public.SupportConfirmed(**terms.model_dump(), **about)
        case support.Declined(side=side):
            return public.SupportDeclined(by=side, **about)
        case support.Lapsed(waited_for=waited_for):
            return public.SupportLapsed(waited_for=waited_for, **about)
        case support.Ended():
            return public.SupportEnded(**about)
        case _:
            return None
