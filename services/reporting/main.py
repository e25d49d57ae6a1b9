"""The reporting service, put together."""

from collections.abc import Sequence

from services.reporting.api import router
from services.reporting.projections import READ_MODELS
from services.reporting.reactions import KNOWN, erases
from shared.kernel.loops.relay import Outlet
from shared.kernel.recording import recording
from shared.kernel.service import Service, main
from shared.kernel.settings import Settings


def outlets(_settings: Settings) -> Sequence[Outlet]:
    """Reporting publishes nothing: it has no facts of its own."""
    return ()


SERVICE = Service(
    name="reporting",
    routers=(router,),
    read_models=READ_MODELS,
    outlets=outlets,
    listens_to=("referral", "matching", "sessions"),
    known=KNOWN,
    effect=recording("reporting", erases),
)

if __name__ == "__main__":
    main(SERVICE)
