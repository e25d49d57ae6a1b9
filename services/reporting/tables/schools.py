"""Schools of the register."""

from dataclasses import dataclass
from datetime import date

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import SchoolClosed, SchoolRecorded
from shared.kernel.readmodel import replace_fields


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as last recorded; it stays here after it has closed, so that old answers keep its name.

    `closed_on` is the day on which it closed without a successor.
    """

    urn: str
    name: str
    trust_code: str | None
    la_code: str | None
    phase: str | None = None
    gender: str | None = None
    religious_character: str | None = None
    admissions_policy: str | None = None
    urban_rural: str | None = None
    closed_on: date | None = None


def _close(row: SchoolRow | None, event: SchoolClosed) -> SchoolRow | None:
    return row and replace_fields(row, closed_on=event.happened_on)


SCHOOLS = table(
    "schools",
    SchoolRow,
    ("urn",),
    {SchoolRecorded: whole_row(SchoolRow), SchoolClosed: _close},
    indexes=("known_from",),
    edition=6,
)
