"""The overrides of a scenario: how one round differs from the programme and the schools' offers.

Source: product.md M9.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.words import TravelMode
from shared.kernel.decider import Value

Weight = Annotated[int, Field(ge=0, le=10_000)]
Minutes = Annotated[int, Field(ge=0, le=600)]
Places = Annotated[int, Field(ge=0, le=10_000)]


class Overrides(BaseModel):
    """Overrides for one round; a field that is not set stays as the programme and the schools have it.

    `weights` are by soft rule, `travel_caps` are minutes one way by mode, `places` has an offer's whole number of
    places by its id (0 removes it). Hours are per week.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, Weight] = {}
    hours_per_trainee_week: Annotated[float, Field(gt=0, le=40)] | None = None
    travel_caps: dict[TravelMode, Minutes] = {}
    leave_stale_offers_out: bool | None = None
    offer_stale_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    asks_training: bool | None = None
    same_school_again: bool | None = None
    schools_at_least: Annotated[int, Field(ge=1, le=10)] | None = None
    places: dict[UUID, Places] = {}
    schools_left_out: tuple[str, ...] = ()
    mentors_left_out: tuple[UUID, ...] = ()


class NewScenario(Value):
    """A round that proposes nothing, with a name to find it again and its overrides."""

    programme_id: UUID
    on: date
    name: Annotated[str, Field(min_length=1, max_length=100)]
    variant: Overrides
