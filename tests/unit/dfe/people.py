"""People and files of DfE for these tests."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from shared.calendar.academic_years import AcademicYear
from shared.dfe.people import PersonOnRecord

TODAY = date(2027, 7, 20)
YEAR = AcademicYear(2026)
DATA = Path(__file__).parents[4] / "shared" / "data" / "dfe_csv_templates"


def person(number: int, **fields: object) -> PersonOnRecord:
    """Somebody with every number on record, T-1 for the first, except as given."""
    known = {
        "trn": f"{2_413_290 + number}",
        "hesa_id": f"{5_438_267_884_800 + number}",
        "date_of_birth": date(1999, 2, 3),
    }
    return PersonOnRecord(**{"person_id": UUID(int=number), "reference": f"T-{number}", **known, **fields})  # type: ignore[arg-type]  # fields by name


def template(name: str) -> bytes:
    """The bytes of one of DfE's templates; the test is skipped where they are not."""
    if not (DATA / name).exists():
        pytest.skip(f"../shared/data/dfe_csv_templates/{name} is not on this machine")
    return (DATA / name).read_bytes()
