"""The lines of observations."""

from services.sessions.domain.observation_access import (
    ObservationRead,
    ObservationReleased,
    ObservationReleaseRevoked,
    ObservationUsed,
)
from services.sessions.domain.observation_plans import (
    ObservationAccepted,
    ObservationCalledOff,
    ObservationMoved,
    ObservationPlanned,
)
from services.sessions.domain.observation_states import ObservationEvent
from services.sessions.domain.observations import OBSERVATION, FeedbackGiven, ObservationHeld, ObservationWritten
from services.sessions.story.chapters import THE_TWO, Chapter, Line, LineReaders, only


def _observed(_: ObservationEvent, planned: ObservationPlanned) -> LineReaders:
    return only(planned.observed, "Whoever was observed decides who reads the record, and sees who did.")


OBSERVATIONS = Chapter(
    OBSERVATION,
    about="observation",
    id_field="observation_id",
    keys="select observation_id from observations where relationship_id = $1",
    lines={
        ObservationPlanned: Line("{by} asked for an observation of {observed} on {planned_on}."),
        ObservationMoved: Line("{by} asked for another day for an observation: {planned_on}."),
        ObservationAccepted: Line("{by} accepted the day of an observation."),
        ObservationCalledOff: Line("{by} called an observation off."),
        ObservationWritten: Line("{by} wrote in the record of an observation.", THE_TWO),
        ObservationHeld: Line("An observation took place."),
        FeedbackGiven: Line("The two spoke about an observation."),
        ObservationReleased: Line("The record of an observation was released.", _observed),
        ObservationReleaseRevoked: Line("A release of an observation was revoked.", _observed),
        ObservationUsed: Line("An assessment rests on the record of an observation.", _observed),
        ObservationRead: Line("Somebody read the record of an observation.", _observed),
    },
)
