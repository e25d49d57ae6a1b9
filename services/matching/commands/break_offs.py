"""Part two people whose relationship is over, so that the place and the hours are free."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.matching.domain.pairs import PAIR, Withdraw
from services.matching.domain.support_requests import SUPPORT_REQUEST, RequestSupport, WantedSupport
from services.matching.domain.supports import MATCHING, SUPPORT, End, Proposed
from shared.kernel.unit import Unit

Reason = Literal["ended_by_them", "closed_in_review"]


async def part(unit: Unit, relationship_id: UUID, on: date, reason: Reason) -> None:
    """Withdraw the confirmed pair, or end the confirmed support, that has become this relationship.

    After a break-off or an early end the two are not matched again, and the mentee waits for another mentor; after a
    review that closed the relationship the mentee waits for nobody. Does nothing where it is over by then.
    """
    await unit.read((PAIR, relationship_id), (SUPPORT, relationship_id))
    (pair,), (support,) = await unit.load(PAIR, relationship_id), await unit.load(SUPPORT, relationship_id)
    if pair.status == "confirmed" and pair.proposal is not None:
        withdrawal = Withdraw(by=MATCHING, reason=reason, on=max(on, pair.proposal.happened_on))
        await unit.decide(PAIR, relationship_id, withdrawal)
    elif support.status == "confirmed" and support.proposal is not None:
        last_day = min(max(on, support.proposal.happened_on), support.proposal.terms.ends_on)
        closed = reason == "closed_in_review"
        ending = End(by=MATCHING, on=last_day, broken_off=not closed, closed=closed)
        await unit.decide(SUPPORT, relationship_id, ending)
        if closed:
            await _take_back_request(unit, support.proposal, on)


async def _take_back_request(unit: Unit, support: Proposed, on: date) -> None:
    """Take back that the mentee wants this support; what else they requested stays."""
    (request,) = await unit.load(SUPPORT_REQUEST, support.mentee_id)
    if request is None:
        return
    wanted = WantedSupport(
        facets=tuple(facet for facet in request.facets if facet != support.facet),
        structural=request.structural and support.role != "structural",
        buddy=request.buddy and support.role != "buddy",
    )
    taking_back = RequestSupport(person_id=support.mentee_id, wanted=wanted, by=MATCHING, on=on)
    await unit.decide(SUPPORT_REQUEST, support.mentee_id, taking_back)
