"""Each kind of import file: how it is read, and how its rows are recorded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from services.referral.domain.imports import Kind
from services.referral.imports.formats.earlier_placements import read_placements
from services.referral.imports.formats.offers import read_offers
from services.referral.imports.formats.people import read_mentors, read_trainees
from services.referral.imports.formats.school_links import read_links
from services.referral.imports.formats.schools import read_schools
from services.referral.imports.outcomes import Outcome
from services.referral.imports.reading.rows import Draft, Reading, Row
from services.referral.imports.recording.earlier_placements import record_placements
from services.referral.imports.recording.offers import record_offers
from services.referral.imports.recording.people import record_mentors, record_trainees
from services.referral.imports.recording.school_links import record_links
from services.referral.imports.recording.schools import record_schools
from shared.kernel.unit import Unit

RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class FileKind(Generic[RowT]):
    """How a kind of file is read, and how its rows are recorded.

    `checked_once`: what is recorded cannot make a good row bad, so that the dry run's check stays valid. `whole`: rows
    refer to one another, and are recorded together. `reads_projections`: recording reads the read models.
    """

    read: Callable[[bytes], Reading[RowT]]
    record: Callable[[Unit, Sequence[Draft[RowT]], date], Awaitable[Outcome]]
    checked_once: bool = False
    whole: bool = False
    reads_projections: bool = False


FILE_KINDS: Mapping[Kind, FileKind[Any]] = {
    "schools": FileKind(read_schools, record_schools, checked_once=True),
    "school_links": FileKind(read_links, record_links, checked_once=True, whole=True, reads_projections=True),
    "mentors": FileKind(read_mentors, record_mentors),
    "trainees": FileKind(read_trainees, record_trainees),
    "offers": FileKind(read_offers, record_offers),
    "placements": FileKind(read_placements, record_placements, reads_projections=True),
}
