"""The matching service, put together."""

from collections.abc import Sequence

from services.matching.api import ROUTERS
from services.matching.domain import known as facts
from services.matching.domain.allocation import ALLOCATION
from services.matching.domain.answering import ANSWERING
from services.matching.domain.asks import ASKS
from services.matching.domain.pair import PAIR
from services.matching.domain.parting import BY_REFERRAL
from services.matching.domain.resting import RESTING
from services.matching.domain.round import ROUND
from services.matching.domain.solving import SOLVING
from services.matching.domain.support import SUPPORT
from services.matching.domain.support_answering import SUPPORT_ANSWERING
from services.matching.domain.travel import TRAVEL_TIMES
from services.matching.domain.wishes import WISHES
from services.matching.long_rounds import LONG_TASKS
from services.matching.processes import PROCESSES, TASKS
from services.matching.projections import READ_MODELS
from services.matching.publish import publish
from services.matching.reactions import REACTIONS
from shared.events import Catalogue
from shared.kernel.decider import Event
from shared.kernel.loops.relay import Outlet, each
from shared.kernel.reactions import known, reacting
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings

EVENTS: Catalogue[Event] = Catalogue(
    (
        *facts.PROGRAMME.events,
        *facts.PROGRAMME_RULES.events,
        *facts.SCHOOL.events,
        *facts.MENTOR.events,
        *facts.MENTOR_TERMS.events,
        *facts.RELATIONS.events,
        *facts.TRAINING.events,
        *facts.TRAINEE.events,
        *facts.TRAINEE_STANDING.events,
        *facts.MENTEE.events,
        *facts.EARLIER_PLACEMENTS.events,
        *facts.OFFER.events,
        *facts.APPETITE.events,
        *facts.REASONS.events,
        *facts.CANDIDATE.events,
        *facts.PERSON.events,
        *facts.MERGE.events,
        *TRAVEL_TIMES.events,
        *WISHES.events,
        *ROUND.events,
        *SOLVING.events,
        *BY_REFERRAL.events,
        *PAIR.events,
        *ANSWERING.events,
        *ALLOCATION.events,
        *ASKS.events,
        *SUPPORT.events,
        *SUPPORT_ANSWERING.events,
        *RESTING.events,
    )
)


def outlets(settings: Settings) -> Sequence[Outlet]:
    """Where matching's events go."""
    return [Outlet(settings.topic("matching"), "urn:alongside:matching", each(EVENTS, publish))]


SERVICE = Service(
    name="matching",
    routers=ROUTERS,
    read_models=READ_MODELS,
    outlets=outlets,
    listens_to=("referral",),
    known=known(REACTIONS),
    effect=reacting("matching", REACTIONS),
    processes=PROCESSES,
    tasks=TASKS,
    long_tasks=LONG_TASKS,
)

if __name__ == "__main__":
    main(SERVICE)
