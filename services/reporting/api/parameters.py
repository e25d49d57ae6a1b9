"""Query parameters that several reports take."""

from typing import Annotated

from fastapi import Query

from shared.inputs.days import AskedDay

AsOf = Annotated[AskedDay, Query(description="The last day that counts, for example 2026-10-23.")]
AsOfOrToday = Annotated[AskedDay | None, Query(description="The day that is asked about; today where none is given.")]
After = Annotated[str | None, Query(max_length=1000, description="The cursor `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=10_000)]
