"""Publish stored events of matching as public events; no other module publishes.

Who acted, and why somebody declined, is not published.
"""

from services.matching.domain import pairs, rounds, supports
from shared.events import matching as public
from shared.kernel.publishing import publish_as, publisher


def _round_solved(event: rounds.RoundSolved) -> public.RoundSolved | None:
    if not event.proposes:
        return None  # a scenario or a preview concerns nobody yet
    return publish_as(public.RoundSolved, event, placed=event.outcome.placed, unplaced=event.outcome.unplaced)


def _trainee_unplaced(event: rounds.TraineeUnplaced) -> public.TraineeUnplaced | None:
    if not event.proposes:
        return None
    return publish_as(public.TraineeUnplaced, event, remedies=tuple(remedy.words for remedy in event.remedies))


def _pair_proposed(event: pairs.Proposed) -> public.PairProposed:
    placement = event.placement
    return publish_as(public.PairProposed, event, school_urn=placement.school_urn, offer_id=placement.offer_id)


def _pair_confirmed(event: pairs.Confirmed) -> public.PairConfirmed:
    return publish_as(public.PairConfirmed, event, **dict(event.placement))


def _support_proposed(event: supports.Proposed) -> public.SupportProposed:
    terms = event.terms
    return publish_as(public.SupportProposed, event, school_urn=terms.school_urn, hours_per_week=terms.hours_per_week)


publish = publisher(
    {
        rounds.RoundSolved: _round_solved,
        rounds.TraineeUnplaced: _trainee_unplaced,
        pairs.Proposed: _pair_proposed,
        pairs.Declined: lambda event: publish_as(public.PairDeclined, event, by=event.side),
        pairs.Lapsed: public.PairLapsed,
        pairs.Withdrawn: public.PairWithdrawn,
        pairs.Confirmed: _pair_confirmed,
        supports.Proposed: _support_proposed,
        supports.Confirmed: lambda event: publish_as(public.SupportConfirmed, event, **dict(event.terms)),
        supports.Declined: lambda event: publish_as(public.SupportDeclined, event, by=event.side),
        supports.Lapsed: public.SupportLapsed,
        supports.Ended: public.SupportEnded,
    }
)
