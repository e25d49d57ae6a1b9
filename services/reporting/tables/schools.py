"""Schools of the register."""

from dataclasses import dataclass

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import SchoolRecorded


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as last recorded; it stays here after it has closed, so that old answers keep its name."""

    urn: str
    name: str
    trust_code: str | None
    la_code: str | None


SCHOOLS = table("schools", SchoolRow, ("urn",), {SchoolRecorded: whole_row(SchoolRow)})
