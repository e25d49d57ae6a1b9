"""What a round is to do differently from how things stand: a scenario's changes, or what is left out for a repair.

Source: product.md M6, M9.
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.words import TravelMode

Weight = Annotated[int, Field(ge=0, le=10_000)]
Minutes = Annotated[int, Field(ge=0, le=600)]
Places = Annotated[int, Field(ge=0, le=10_000)]


class Variant(BaseModel):
    """Changes to one round; what is not named stays as the programme and the schools have it.

    `weights` are by soft rule, `travel_caps` minutes one way by mode, `places` by offer what it has in all (0 takes it
    out). Hours are a week.
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


class Leaving(BaseModel):
    """Who or what leaves: a school, an offer or a mentor, exactly one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    school_urn: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    offer_id: UUID | None = None
    mentor_id: UUID | None = None

    @property
    def named(self) -> int:
        """How many are named."""
        return sum(one is not None for one in (self.school_urn, self.offer_id, self.mentor_id))

    @property
    def variant(self) -> Variant:
        """The round without them."""
        return Variant(
            schools_left_out=(self.school_urn,) if self.school_urn else (),
            places={self.offer_id: 0} if self.offer_id else {},
            mentors_left_out=(self.mentor_id,) if self.mentor_id else (),
        )
