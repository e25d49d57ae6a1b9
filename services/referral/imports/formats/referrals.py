"""Referrals of people on record to a programme, many at once."""

from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.referral.imports.reading.cells import Priority, Purpose, ReasonCodes, Reference, Text, YesOrNo
from services.referral.imports.reading.rules import only_once
from shared.spreadsheets.rows import Format, Row


class ReferralRow(Row):
    """Somebody to refer, by the reference under which they are on record.

    `programme` is the programme's title, template or id; it may be left out where only one is open.
    """

    programme: Text | None = None
    provider_trainee_id: Reference
    purpose: Purpose
    reasons: ReasonCodes
    priority: Priority = "usual"
    send_placement: YesOrNo = False
    note: Annotated[str, StringConstraints(max_length=4000)] | None = Field(None, repr=False)

    @field_validator("provider_trainee_id")
    @classmethod
    def stands_once(cls, reference: str, info: ValidationInfo) -> str:
        only_once(info, (info.data.get("programme") or "").casefold(), reference.casefold())
        return reference


REFERRALS = (Format(ReferralRow),)
