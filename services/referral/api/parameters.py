"""Parameters that the routes of referral share."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.referral.domain.fields import ACADEMIC_YEAR
from services.referral.domain.mentors import MENTORING
from services.referral.domain.people import PERSON
from services.referral.domain.training_statuses import TRAINING_STATUS
from shared.inputs.schools import URN
from shared.kernel.http.versions import has_version

AfterId = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Year = Annotated[str, Query(pattern=ACADEMIC_YEAR)]
UrnInPath = Annotated[str, Path(pattern=URN)]
has_person_version = has_version(PERSON, TRAINING_STATUS, MENTORING, key="person_id")
"""Marks a route that shows or changes a person: all that is recorded of them has a version together."""
