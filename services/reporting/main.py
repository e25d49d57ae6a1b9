"""The reporting service, put together."""

from collections.abc import Sequence

from services.reporting.api import router
from services.reporting.projections import READ_MODELS
from services.reporting.reactions import KNOWN, erases
from shared.kernel.loops.relay import Publication
from shared.kernel.recording import record_events
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings


def publications(_settings: Settings) -> Sequence[Publication]:
    """Reporting publishes nothing: it has no facts of its own."""
    return ()


SERVICE = Service(
    name="reporting",
    routers=(router,),
    read_models=READ_MODELS,
    publications=publications,
    listens_to=("referral", "matching", "sessions"),
    catalogue=KNOWN,
    effect=record_events("reporting", erases),
)

if __name__ == "__main__":
    main(SERVICE)
