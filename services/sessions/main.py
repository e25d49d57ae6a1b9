"""The sessions service, put together."""

from collections.abc import Sequence

from services.sessions import domain
from services.sessions.api import router
from services.sessions.projections import READ_MODELS
from services.sessions.publish import publish
from services.sessions.reactions import REACTIONS
from shared.kernel.decider import events_in
from shared.kernel.loops.relay import Outlet, each
from shared.kernel.reactions import known, reacting
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings

EVENTS = events_in(domain)


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
