"""Words that the routes of referral share."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

URN = r"^[0-9]{6}$"
ACADEMIC_YEAR = r"^20\d\d/\d\d$"
AfterId = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Dated(Body):
    """A step and the date on which it was taken."""

    on: date
