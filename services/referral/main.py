"""The referral service, put together."""

from collections.abc import Sequence

from services.referral.api import router
from services.referral.domain.programme import PROGRAMME
from services.referral.domain.referral import REFERRAL
from services.referral.projections import READ_MODELS
from services.referral.publish import publish
from services.referral.reactions import REACTIONS
from shared.events import Catalogue
from shared.kernel.decider import Event
from shared.kernel.personal import Keyring
from shared.kernel.reactions import known, reacting
from shared.kernel.relay import Outlet, each
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings

EVENTS: Catalogue[Event] = Catalogue((*PROGRAMME.events, *REFERRAL.events))


def outlets(settings: Settings, _: Keyring) -> Sequence[Outlet]:
    """Where referral's events go."""
    return [Outlet(settings.topic("referral"), "urn:alongside:referral", each(EVENTS, publish))]


SERVICE = Service(
    name="referral",
    routers=(router,),
    read_models=READ_MODELS,
    outlets=outlets,
    listens_to=(),
    known=known(REACTIONS),
    effect=lambda keyring: reacting("referral", keyring, REACTIONS),
)

if __name__ == "__main__":
    main(SERVICE)
