"""Trainees: their record, status and earlier placements."""

from typing import ClassVar

from services.matching.domain.facts import RecordFact, last_fact
from services.matching.domain.people import RegistrationUndone
from shared.events import referral
from shared.kernel.decider import Decider, Event


class TraineeKnown(Event, referral.TraineeRecorded):
    """A trainee, as last recorded."""

    type: ClassVar[str] = "matching.trainee_known"


class TraineeStatusKnown(Event, referral.TraineeStandingChanged):
    """A trainee deferred, withdrew, or is back; `standing` is the status, as in the public event."""

    type: ClassVar[str] = "matching.trainee_standing_known"


class EarlierPlacementsKnown(Event, referral.EarlierPlacementsRecorded):
    """All placements that a trainee had before they came to the partnership."""

    type: ClassVar[str] = "matching.earlier_placements_known"


TRAINEE: Decider[Event | None, RecordFact[Event], Event] = last_fact("trainee", TraineeKnown, RegistrationUndone)
TRAINEE_STATUS = last_fact("trainee_standing", TraineeStatusKnown)
EARLIER_PLACEMENTS = last_fact("earlier_placements", EarlierPlacementsKnown)
