"""The sessions service, put together."""

from collections.abc import Sequence

from services.sessions.api import router
from services.sessions.domain.assessment import ASSESSMENT
from services.sessions.domain.host import HOST
from services.sessions.domain.meeting import MEETING
from services.sessions.domain.merge import MERGE
from services.sessions.domain.note import NOTE
from services.sessions.domain.relationship import RELATIONSHIP
from services.sessions.domain.target import TARGET
from services.sessions.domain.trainee import TRAINEE
from services.sessions.projections import READ_MODELS
from services.sessions.publish import publish
from services.sessions.reactions import REACTIONS
from shared.events import Catalogue
from shared.kernel.decider import Event
from shared.kernel.loops.relay import Outlet, each
from shared.kernel.reactions import known, reacting
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings

EVENTS: Catalogue[Event] = Catalogue(
    event
    for decider in (RELATIONSHIP, HOST, TRAINEE, MERGE, MEETING, TARGET, NOTE, ASSESSMENT)
    for event in decider.events
)


def outlets(settings: Settings) -> Sequence[Outlet]:
    """Where sessions' events go."""
    return [Outlet(settings.topic("sessions"), "urn:alongside:sessions", each(EVENTS, publish))]


SERVICE = Service(
    name="sessions",
    routers=(router,),
    read_models=READ_MODELS,
    outlets=outlets,
    listens_to=("matching", "referral"),
    known=known(REACTIONS),
    effect=reacting("sessions", REACTIONS),
)

if __name__ == "__main__":
    main(SERVICE)
