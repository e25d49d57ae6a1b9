"""The base class of public events: a frozen model with a stable dotted type and a version."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class PublicEvent(BaseModel):
    """A fact that a service publishes: opaque ids and the attributes that others need; no names, no free text.

    Fields that a reader does not know are ignored, so that a producer may add optional fields without a new version.
    `readable_as` is the oldest version whose readers can read this one as theirs; None if only readers of this version
    can. `happened_on` is the effective date.
    """

    # JSON has no word for infinity or not-a-number: it would be written as null, which no reader takes
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    readable_as: ClassVar[int | None] = None

    happened_on: date
