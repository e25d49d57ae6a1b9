"""The definition of the sessions service."""

from collections.abc import Sequence

from services.sessions import domain
from services.sessions.api import ROUTERS
from services.sessions.commands.drafts import SealedDrafts
from services.sessions.processes import PROCESSES, TASKS
from services.sessions.projections import READ_MODELS
from services.sessions.publish import publish
from services.sessions.reactions import REACTIONS
from shared.kernel.decider import events_in
from shared.kernel.loops.relay import Publication, publish_each
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings

EVENTS = events_in(domain)


def publications(settings: Settings) -> Sequence[Publication]:
    """Return the publications of the service: all its public events go to one topic."""
    return [Publication(settings.topic("sessions"), "urn:alongside:sessions", publish_each(EVENTS, publish))]


SERVICE = Service(
    name="sessions",
    routers=ROUTERS,
    read_models=READ_MODELS,
    publications=publications,
    listens_to=("matching", "referral"),
    catalogue=catalogue_of(REACTIONS),
    effect=react_with("sessions", REACTIONS),
    processes=PROCESSES,
    tasks=TASKS,
    given_up_read_models=("journal_reads", "observation_reads", "reflection_reads"),
    drafts=SealedDrafts(),
)

if __name__ == "__main__":
    main(SERVICE)
