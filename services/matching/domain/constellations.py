"""Requests to search for supports: constellations, and pairs of peers or with mentors within a school.

Source: product.md M7.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.inputs.days import RoundDay
from shared.inputs.numbers import SupportHours, Whole, Yes
from shared.kernel.decider import Value


class NewConstellations(Value):
    """A search for a mentor for each request of everybody in a programme who requests support.

    `hours_per_week` is by default the programme's number or, in addition to a lead mentor, half an hour. Nobody travels
    more than `reach_minutes` to another school; with 0 they support only at their own school.
    """

    programme_id: UUID
    on: RoundDay
    hours_per_week: SupportHours | None = None
    reach_minutes: Annotated[Whole, Field(ge=0, le=180)] = 30


class NewPeers(Value):
    """A search for peers, or mentors of the same school, for everybody in a programme who has none.

    With `rest_too` colleagues whom nobody chose back are paired as well.
    """

    programme_id: UUID
    on: RoundDay
    rest_too: Yes = False
