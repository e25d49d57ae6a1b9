"""The partnership's table of travel times as a read model."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.travel_times import TravelTimesKnown
from shared.events.words import TravelMode
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TravelTimesRow:
    """The travel times from a place: minutes one way, by mode and school's URN."""

    place: str
    minutes: dict[TravelMode, dict[str, int]]
    since: date


def _travel_times(_: TravelTimesRow | None, event: TravelTimesKnown) -> TravelTimesRow:
    return row_of(TravelTimesRow, event, since=event.happened_on)


TRAVEL_TIMES = ReadModel(
    name="travel_times",
    row=TravelTimesRow,
    key=("place",),
    on={TravelTimesKnown: Step(key_from("place"), _travel_times)},
)
