"""The definition of the matching service."""

from collections.abc import Sequence

from services.matching import domain
from services.matching.api import ROUTERS
from services.matching.processes import LONG_TASKS, PROCESSES, TASKS
from services.matching.projections import READ_MODELS
from services.matching.publish import publish
from services.matching.reactions import REACTIONS
from shared.kernel.decider import events_in
from shared.kernel.loops.relay import Publication, publish_each
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings

EVENTS = events_in(domain)


def publications(settings: Settings) -> Sequence[Publication]:
    """Return the publications of matching: all its public events go to one topic."""
    return [Publication(settings.topic("matching"), "urn:alongside:matching", publish_each(EVENTS, publish))]


SERVICE = Service(
    name="matching",
    routers=ROUTERS,
    read_models=READ_MODELS,
    publications=publications,
    listens_to=("referral", "sessions"),
    catalogue=catalogue_of(REACTIONS),
    effect=react_with("matching", REACTIONS),
    processes=PROCESSES,
    tasks=TASKS,
    long_tasks=LONG_TASKS,
)

if __name__ == "__main__":
    main(SERVICE)
