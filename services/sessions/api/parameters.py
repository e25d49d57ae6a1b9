"""Query parameters that several routes of sessions have."""

from typing import Annotated

from fastapi import Query

AfterCursor = Annotated[str | None, Query(max_length=200, description="The cursor of the last one on the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
