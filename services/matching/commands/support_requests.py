"""Use case of what a mentee asks for beside their lead mentor."""

from datetime import date
from uuid import UUID

from services.matching import policy
from services.matching.commands.people import kept_id, school_of
from services.matching.domain.known import PERSON, TRAINEE, RegistrationUndone
from services.matching.domain.support_requests import ASKS, Ask
from shared.events.words import Facet
from shared.kernel.decider import NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def ask(
    who: Principal, person_id: UUID, *, facets: tuple[Facet, ...], structural: bool, buddy: bool, on: date
) -> UseCase[JsonAnswer]:
    """Say all that somebody asks for; nothing takes it back."""

    async def use_case(unit: Unit) -> JsonAnswer:
        asking = await kept_id(unit, person_id)
        urn = await school_of(unit, asking)
        policy.may_ask_for(who, asking, urn)
        (trainee,) = await unit.load(TRAINEE, asking)
        known = urn is not None or not (trainee is None or isinstance(trainee, RegistrationUndone))
        (forgotten,) = await unit.load(PERSON, asking)
        if not known or forgotten is not None:
            raise NotFound("There is no such person.")
        said = {"facets": facets, "structural": structural, "buddy": buddy}
        await unit.decide(ASKS, asking, Ask(person_id=asking, by=who.subject, on=on, **said))
        return {"person_id": str(asking), **said, "facets": sorted(set(facets))}

    return use_case
