"""The departure that a repair reacts to: a school, an offer or a mentor that leaves. Source: product.md M6."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from services.matching.domain.scenarios import Overrides
from shared.inputs.days import RoundDay
from shared.inputs.numbers import Yes
from shared.inputs.schools import Urn
from shared.kernel.decider import Value


class Leaving(Value):
    """The school, the offer or the mentor that leaves: exactly one of them."""

    school_urn: Urn | None = None
    offer_id: UUID | None = None
    mentor_id: UUID | None = None

    @property
    def count(self) -> int:
        """How many of the three are named."""
        return sum(leaver is not None for leaver in (self.school_urn, self.offer_id, self.mentor_id))

    @property
    def overrides(self) -> Overrides:
        """The overrides of a round without the school, the offer or the mentor."""
        return Overrides(
            schools_left_out=(self.school_urn,) if self.school_urn else (),
            places={self.offer_id: 0} if self.offer_id else {},
            mentors_left_out=(self.mentor_id,) if self.mentor_id else (),
        )


def _exactly_one(leaving: Leaving) -> Leaving:
    if leaving.count != 1:
        raise ValueError("Name one of school_urn, offer_id and mentor_id")
    return leaving


class NewRepair(Value):
    """A repair of the pairs of a programme, with the fewest changes; without `leaving` it repairs to the present
    offers.
    """

    programme_id: UUID
    on: RoundDay
    leaving: Annotated[Leaving, AfterValidator(_exactly_one)] | None = None
    preview: Yes = False
