"""The definition of the reporting service."""

from collections.abc import Sequence

from services.reporting.api import ROUTERS
from services.reporting.reactions.recording import CATALOGUE, RECORD
from services.reporting.reports.freshness import SOURCES
from services.reporting.reports.reads import forget_old_reads
from services.reporting.reports.settling import settle_figures
from services.reporting.tables import READ_MODELS
from services.reporting.views.keeping import keep_figures
from services.reporting.webhooks.delivering import deliver_webhooks
from services.reporting.webhooks.watching import read_webhook_figures
from shared.kernel.loops.relay import Publication
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings


def publications(_settings: Settings) -> Sequence[Publication]:
    """Return no publications: reporting has no facts of its own to publish."""
    return ()


SERVICE = Service(
    name="reporting",
    routers=ROUTERS,
    read_models=READ_MODELS,
    publications=publications,
    listens_to=SOURCES,
    catalogue=CATALOGUE,
    effect=RECORD,
    loops={"webhooks": deliver_webhooks, "reads": forget_old_reads, "figures": keep_figures, "settled": settle_figures},
    figures=read_webhook_figures,
)

if __name__ == "__main__":
    main(SERVICE)
