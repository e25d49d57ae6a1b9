"""Parameters that the routes of referral share."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.referral.domain.fields import ACADEMIC_YEAR, URN

AfterId = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Year = Annotated[str, Query(pattern=ACADEMIC_YEAR)]
UrnInPath = Annotated[str, Path(pattern=URN)]
