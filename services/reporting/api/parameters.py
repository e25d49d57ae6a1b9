"""Query parameters that several reports take."""

from typing import Annotated

from fastapi import Query

from shared.inputs.days import AskedDay

AsOf = Annotated[AskedDay, Query(description="The last day that counts, for example 2026-10-23.")]
AsOfOrToday = Annotated[AskedDay | None, Query(description="The day that is asked about; today where none is given.")]
Limit = Annotated[int, Query(ge=1, le=10_000)]
