"""Use case of requests for support in addition to a lead mentor."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.identities import current_principal, kept_id
from services.matching.commands.people import is_trainee, refuse_erased, school_of
from services.matching.domain.support_requests import SUPPORT_REQUEST, RequestSupport, WantedSupport
from shared.events.words import Facet
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class RequestedSupport(Answer):
    """All the support that a mentee requests."""

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool


def request_support(who: Principal, person_id: UUID, wanted: WantedSupport, *, on: date) -> UseCase[RequestedSupport]:
    """Request all the support that a mentee wants; none withdraws the request."""

    async def use_case(unit: Unit) -> RequestedSupport:
        mentee_id = await kept_id(unit, person_id)
        urn = await school_of(unit, mentee_id)
        policy.may_request_support_for(await current_principal(unit, who), mentee_id, urn)
        await refuse_erased(unit, mentee_id)
        if urn is None and not await is_trainee(unit, mentee_id):
            raise NotFound("There is no such person.")
        request = RequestSupport(person_id=mentee_id, wanted=wanted, by=who.subject, on=on)
        await unit.decide(SUPPORT_REQUEST, mentee_id, request)
        return RequestedSupport(person_id=mentee_id, **dict(wanted))

    return use_case
