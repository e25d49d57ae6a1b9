"""Each kind of import file: how it is read, and how its rows are decided."""

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
from services.referral.imports.reading.rows import Draft, Reading, Row
from services.referral.imports.recording.people import take_mentors, take_placements, take_trainees
from services.referral.imports.recording.school_links import take_links
from services.referral.imports.recording.schools import Taken, take_offers, take_schools
from shared.kernel.unit import Unit

RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class Intake(Generic[RowT]):
    """How one kind of file is read, and how its rows are decided.

    `judged_once`: what stands cannot make a good row bad, so that a file is judged at its dry run for good. `whole`:
    its rows are about one another, and are taken together. `looks_around`: it asks the read models.
    """

    read: Callable[[bytes], Reading[RowT]]
    take: Callable[[Unit, Sequence[Draft[RowT]], date], Awaitable[Taken]]
    judged_once: bool = False
    whole: bool = False
    looks_around: bool = False


INTAKES: Mapping[Kind, Intake[Any]] = {
    "schools": Intake(read_schools, take_schools, judged_once=True),
    "school_links": Intake(read_links, take_links, judged_once=True, whole=True, looks_around=True),
    "mentors": Intake(read_mentors, take_mentors),
    "trainees": Intake(read_trainees, take_trainees),
    "offers": Intake(read_offers, take_offers),
    "placements": Intake(read_placements, take_placements, looks_around=True),
}
