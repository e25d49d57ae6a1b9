"""A file read to its end: its good rows and the errors of the others, as if everybody in it were new."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from services.referral.imports.formats.earlier_placements import AnyPlacementRow
from services.referral.imports.formats.offers import OfferRow
from services.referral.imports.formats.people import MentorRow, RegisterTraineeRow, TraineeRow
from services.referral.imports.formats.school_links import LinkRow
from services.referral.imports.formats.schools import ClosedRow, SchoolRow
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.reading.errors import CellError
from services.referral.imports.reading.rows import Reading, Row
from services.referral.imports.reading.table import MAX_ROWS

RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True)
class Checked(Generic[RowT]):
    """What a file holds: its good rows, the errors of the others, and how many rows were left out, by reason."""

    rows: list[RowT]
    errors: list[CellError]
    skipped: dict[str, int]


def whole(reading: Reading[RowT]) -> Checked[RowT]:
    """Everything that a file holds."""
    drafts = list(reading)
    rows = [draft.row for draft in drafts if draft.row is not None]
    return Checked(rows, [error for draft in drafts for error in draft.errors], dict(reading.skipped))


def read_schools(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[SchoolRow]:
    """Closed schools are left out, as they are where nobody has recorded them."""
    checked = whole(FILE_KINDS["schools"].read(content, max_rows=max_rows))
    rows = [row for row in checked.rows if isinstance(row, SchoolRow)]
    closed = len(checked.rows) - len(rows)
    return Checked(rows, checked.errors, checked.skipped | ({"closed": closed} if closed else {}))


def closed_schools(content: bytes) -> list[ClosedRow]:
    return [row for row in whole(FILE_KINDS["schools"].read(content)).rows if isinstance(row, ClosedRow)]


def read_links(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[LinkRow]:
    return whole(FILE_KINDS["school_links"].read(content, max_rows=max_rows))


def read_mentors(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[MentorRow]:
    return whole(FILE_KINDS["mentors"].read(content, max_rows=max_rows))


def read_trainees(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[TraineeRow]:
    checked = whole(FILE_KINDS["trainees"].read(content, max_rows=max_rows))
    return Checked([row for row in checked.rows if isinstance(row, TraineeRow)], checked.errors, checked.skipped)


def read_registered(content: bytes) -> Checked[RegisterTraineeRow]:
    checked = whole(FILE_KINDS["trainees"].read(content))
    rows = [row for row in checked.rows if isinstance(row, RegisterTraineeRow)]
    return Checked(rows, checked.errors, checked.skipped)


def read_offers(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[OfferRow]:
    return whole(FILE_KINDS["offers"].read(content, max_rows=max_rows))


def read_placements(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[AnyPlacementRow]:
    return whole(FILE_KINDS["placements"].read(content, max_rows=max_rows))
