"""The definition of the referral service."""

from collections.abc import Sequence

from services.referral import domain
from services.referral.api import ROUTERS
from services.referral.projections import READ_MODELS
from services.referral.publish import publish, publish_names
from services.referral.reactions import REACTIONS
from shared.events.catalogue import type_of
from shared.events.referral import PeopleMerged, PersonErased, RegistrationUndone
from shared.kernel.decider import events_in
from shared.kernel.loops.relay import Publication, publish_each
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings

EVENTS = events_in(domain)

GONE = frozenset({type_of(PersonErased), type_of(PeopleMerged), type_of(RegistrationUndone)})
"""Public events after which nobody has an id any more: they empty its key on the topic of names."""


def publications(settings: Settings) -> Sequence[Publication]:
    """Return the publications: events without names on the service's own topic, names on the compacted topic of
    people.
    """
    return [
        Publication(settings.topic("referral"), "urn:alongside:referral", publish_each(EVENTS, publish)),
        Publication(settings.topic("people"), "urn:alongside:people", publish_names, GONE),
    ]


SERVICE = Service(
    name="referral",
    routers=ROUTERS,
    read_models=READ_MODELS,
    publications=publications,
    listens_to=("matching",),
    catalogue=catalogue_of(REACTIONS),
    effect=react_with("referral", REACTIONS),
)

if __name__ == "__main__":
    main(SERVICE)
