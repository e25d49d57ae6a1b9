"""A file read to its end: its good rows and the errors of the others, as if everybody in it were new."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from services.referral.domain.imports import Kind
from services.referral.imports.formats.earlier_placements import AnyPlacementRow
from services.referral.imports.formats.offers import OfferRow
from services.referral.imports.formats.people import MentorRow, RegisterTraineeRow, TraineeRow
from services.referral.imports.formats.school_links import LinkRow
from services.referral.imports.formats.schools import ClosedRow, SchoolRow
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.reading.marked_copy import marked_copy
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Reading, Row
from shared.spreadsheets.table import MAX_ROWS, Fits

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


def read_file(kind: Kind, content: bytes, *, max_rows: int = MAX_ROWS) -> Reading[Any]:
    return FILE_KINDS[kind].read(FileContent.of(content), max_rows=max_rows)


def copy_of(content: bytes, errors: Iterable[CellError], fits: Fits) -> bytes:
    return b"".join(marked_copy(FileContent.of(content), errors, fits))


def read_schools(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[SchoolRow]:
    """Closed schools are left out, as they are where nobody has recorded them."""
    checked = whole(read_file("schools", content, max_rows=max_rows))
    rows = [row for row in checked.rows if isinstance(row, SchoolRow)]
    closed = len(checked.rows) - len(rows)
    return Checked(rows, checked.errors, checked.skipped | ({"closed": closed} if closed else {}))


def read_closed_schools(content: bytes) -> list[ClosedRow]:
    return [row for row in whole(read_file("schools", content)).rows if isinstance(row, ClosedRow)]


def read_links(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[LinkRow]:
    return whole(read_file("school_links", content, max_rows=max_rows))


def read_mentors(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[MentorRow]:
    return whole(read_file("mentors", content, max_rows=max_rows))


def read_trainees(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[TraineeRow]:
    checked = whole(read_file("trainees", content, max_rows=max_rows))
    return Checked([row for row in checked.rows if isinstance(row, TraineeRow)], checked.errors, checked.skipped)


def read_registered(content: bytes) -> Checked[RegisterTraineeRow]:
    checked = whole(read_file("trainees", content))
    rows = [row for row in checked.rows if isinstance(row, RegisterTraineeRow)]
    return Checked(rows, checked.errors, checked.skipped)


def read_offers(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[OfferRow]:
    return whole(read_file("offers", content, max_rows=max_rows))


def read_placements(content: bytes, *, max_rows: int = MAX_ROWS) -> Checked[AnyPlacementRow]:
    return whole(read_file("placements", content, max_rows=max_rows))
