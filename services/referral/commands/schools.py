"""Load schools that a command names."""

from services.referral.domain.schools import SCHOOL, RegisterRow
from services.referral.imports.recording.schools import UNKNOWN_SCHOOL
from shared.kernel.decider import Invalid
from shared.kernel.unit import Unit


async def recorded_school(unit: Unit, urn: str, *, pointer: str = "/school_urn") -> RegisterRow:
    """Load a school; raises `Invalid` if it is not recorded."""
    (school,) = await unit.load(SCHOOL, urn)
    if school.row is None:
        raise Invalid(UNKNOWN_SCHOOL, pointer=pointer)
    return school.row
