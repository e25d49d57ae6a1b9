"""What every public event is: a frozen model with a stable dotted type and a version."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class PublicEvent(BaseModel):
    """A fact that a service tells the others: opaque ids and the attributes they need; no names, no free text.

    Fields that a reader does not know are ignored, so that a producer may add optional ones without a new version.
    `readable_as` is the oldest version whose readers can read this one as theirs; None: those of this version alone.
    `happened_on` is the effective date.
    """

    # JSON has no word for infinity or not-a-number: it would be written as null, which no reader takes
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    readable_as: ClassVar[int | None] = None

    happened_on: date
