"""Tags to the areas of a curriculum: what something is about, never that a standard is met.

Source: product.md S5 and S7; the areas are those of the provider's own curriculum, or of the framework for initial
training and early careers, as the programme says.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.events.practices import Area
from shared.events.words import Standard
from shared.kernel.decider import Invalid

AreaCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""The id of an area of a curriculum."""
Areas = Annotated[tuple[AreaCode, ...], Field(max_length=20), AfterValidator(lambda tags: tuple(dict.fromkeys(tags)))]
"""Areas of a curriculum, each once."""
Tags = Annotated[tuple[Standard, ...], AfterValidator(lambda tags: tuple(dict.fromkeys(tags)))]
"""Teachers' Standards, each once."""


def must_be_areas(codes: Iterable[str], curriculum: Iterable[Area]) -> None:
    """Raise `Invalid` for a code that is no area of the curriculum."""
    known = list(dict.fromkeys(area.id for area in curriculum))
    for index, code in enumerate(codes):
        if code in known:
            continue
        if not known:
            raise Invalid("This programme names no areas of a curriculum; leave this out.", pointer="/areas")
        raise Invalid(f"Choose areas of the curriculum: {', '.join(known)}.", pointer=f"/areas/{index}")
