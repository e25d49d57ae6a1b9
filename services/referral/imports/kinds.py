"""Each kind of import file: how it is read, and how its rows are recorded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from services.referral.domain.imports import Kind
from services.referral.imports.formats.calendars import CALENDARS
from services.referral.imports.formats.earlier_placements import PLACEMENTS
from services.referral.imports.formats.offers import OFFERS
from services.referral.imports.formats.people import MENTORS, TEACHERS, TRAINEES
from services.referral.imports.formats.referrals import REFERRALS
from services.referral.imports.formats.school_links import LINKS
from services.referral.imports.formats.schools import SCHOOLS
from services.referral.imports.outcomes import Outcome
from services.referral.imports.recording.calendars import record_calendars
from services.referral.imports.recording.earlier_placements import record_placements
from services.referral.imports.recording.offers import record_offers
from services.referral.imports.recording.people import record_mentors, record_teachers, record_trainees
from services.referral.imports.recording.referrals import record_referrals
from services.referral.imports.recording.school_links import record_links
from services.referral.imports.recording.schools import record_schools
from shared.kernel.unit import Unit
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.rows import Draft, Format, Reading, Row
from shared.spreadsheets.table import MAX_ROWS

RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class FileKind(Generic[RowT]):
    """How a kind of file is read, and how its rows are recorded.

    `checked_once`: what is recorded cannot make a good row bad, so that the dry run's check stays valid. `whole`: rows
    refer to one another, and are recorded together. `reads_projections`: recording reads the read models.
    """

    formats: Sequence[Format[RowT]]
    record: Callable[[Unit, Sequence[Draft[RowT]], date], Awaitable[Outcome]]
    checked_once: bool = False
    whole: bool = False
    reads_projections: bool = False

    def read(self, content: FileContent, *, max_rows: int = MAX_ROWS) -> Reading[RowT]:
        """Read a file of this kind; raises FileError when it is not a table or lacks a column."""
        return Reading(content, *self.formats, max_rows=max_rows)


FILE_KINDS: Mapping[Kind, FileKind[Any]] = {
    "schools": FileKind(SCHOOLS, record_schools, checked_once=True),
    "school_links": FileKind(LINKS, record_links, checked_once=True, whole=True, reads_projections=True),
    "mentors": FileKind(MENTORS, record_mentors, reads_projections=True),
    "teachers": FileKind(TEACHERS, record_teachers, reads_projections=True),
    "trainees": FileKind(TRAINEES, record_trainees, reads_projections=True),
    "offers": FileKind(OFFERS, record_offers),
    "placements": FileKind(PLACEMENTS, record_placements, reads_projections=True),
    "calendars": FileKind(CALENDARS, record_calendars),
    "referrals": FileKind(REFERRALS, record_referrals, reads_projections=True),
}
