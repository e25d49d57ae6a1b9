"""The overrides of a scenario: how one round differs from the programme and the schools' offers.

Source: product.md M9.
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.words import TravelMode
from shared.inputs.days import ScenarioDay
from shared.inputs.numbers import Days, SomeHoursAWeek, TravelMinutes, Weight, Whole, Yes
from shared.inputs.schools import Urn
from shared.inputs.texts import Line
from shared.kernel.decider import Value


class Overrides(BaseModel):
    """Overrides for one round; a field that is not set stays as the programme and the schools have it.

    `weights` are by soft rule, `travel_caps` are minutes one way by mode, `places` has an offer's whole number of
    places by its id (0 removes it). Hours are per week.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, int] = {}
    hours_per_trainee_week: float | None = None
    travel_caps: dict[TravelMode, int] = {}
    leave_stale_offers_out: bool | None = None
    offer_stale_days: int | None = None
    asks_training: bool | None = None
    same_school_again: bool | None = None
    schools_at_least: int | None = None
    places: dict[UUID, int] = {}
    schools_left_out: tuple[str, ...] = ()
    mentors_left_out: tuple[UUID, ...] = ()


class NewOverrides(Overrides):
    """Overrides that are sent."""

    weights: dict[str, Weight] = Field(default={}, max_length=50)
    hours_per_trainee_week: SomeHoursAWeek | None = None
    travel_caps: dict[TravelMode, TravelMinutes] = {}
    leave_stale_offers_out: Yes | None = None
    offer_stale_days: Days | None = None
    asks_training: Yes | None = None
    same_school_again: Yes | None = None
    schools_at_least: Annotated[Whole, Field(ge=1, le=10)] | None = None
    places: dict[UUID, Annotated[Whole, Field(ge=0, le=10_000)]] = {}
    schools_left_out: tuple[Urn, ...] = ()


class NewScenario(Value):
    """A round that proposes nothing, with a name to find it again and its overrides."""

    programme_id: UUID
    on: ScenarioDay
    name: Annotated[Line, Field(max_length=100)]
    variant: NewOverrides
