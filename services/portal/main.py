"""The definition of the portal."""

from collections.abc import Sequence

from services.portal.api import ROUTERS
from services.portal.pages.application import open_pages
from services.portal.projections import READ_MODELS
from services.portal.reactions import REACTIONS
from shared.kernel.loops.relay import Publication
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings


def publications(_settings: Settings) -> Sequence[Publication]:
    """Return no publications: who may sign in concerns no other service."""
    return ()


SERVICE = Service(
    name="portal",
    routers=ROUTERS,
    read_models=READ_MODELS,
    publications=publications,
    listens_to=("people", "referral"),
    catalogue=catalogue_of(REACTIONS),
    effect=react_with("portal", REACTIONS),
    opens=open_pages,
)

if __name__ == "__main__":
    main(SERVICE)
