"""Recognise a table of another kind by its first rows, so that a wrong file is answered with where it belongs.

Source of the foreign headings: register of schools (GIAS), DfE's services for trainees, placements, claims, induction.
"""

from collections.abc import Mapping, Sequence

from services.referral.domain.imports import Kind
from services.referral.imports.kinds import FILE_KINDS
from shared.spreadsheets.errors import FileError, MissingColumns
from shared.spreadsheets.rows import fits_any
from shared.spreadsheets.table import heading_key

_OWN: Mapping[Kind, tuple[str, str]] = {
    "schools": ("an extract of the register of schools", "alongside schools import"),
    "school_links": ("the register's file of links between schools", "alongside schools links"),
    "mentors": ("a file of mentors", "alongside people import --kind mentors"),
    "teachers": ("a file of teachers in induction", "alongside people import --kind teachers"),
    "trainees": ("a file of trainees", "alongside people import --kind trainees"),
    "offers": ("a file of offers", "alongside people import --kind offers"),
    "calendars": ("a file of calendars of schools", "alongside schools calendars"),
    "referrals": ("a file of referrals", "alongside people import --kind referrals"),
    "placements": ("a file of earlier placements", "alongside people import --kind placements"),
}
_FOREIGN = (
    ({"group uid"}, "the register's file of groups. Trusts come with the extract of schools, `edubasealldata`"),
    ({"gid", "appointing body"}, "the register's file of governors, which is not imported"),
    ({"claim reference"}, "a file of claims for mentor funding, which is not imported"),
    ({"qts or eyts"}, "DfE's file to recommend trainees for an award, which `alongside dfe recommendations` fills in"),
    ({"induction programme"}, "DfE's file of inductions, which `alongside dfe induction-claims` writes"),
    ({"induction period end date"}, "DfE's file of inductions, which `alongside dfe induction-outcomes` writes"),
    (
        {"academic year start date", "subject name"},
        "a file of DfE's service for school placements, which has no trainees",
    ),
    ({"provider code", "provider name"}, "a file of providers' users, which is not imported"),
    ({"number of placements", "school urn"}, "a file of DfE's service for school placements, which has no trainees"),
    ({"school name", "school urn", "email"}, "a file of schools' users, which is not imported"),
)
_CHILDRENS_CENTRES = (
    "It looks like an extract of children's centres. Send the extract of all schools, `edubasealldata`, instead."
)


def say_where_it_belongs(error: FileError, kind: Kind) -> FileError:
    """Return the error of a file of this kind, saying where the file belongs if it is recognised as another one."""
    if isinstance(error, MissingColumns) and (advice := where_it_belongs(error.first_rows, kind)):
        return error.with_advice(advice)
    return error


def where_it_belongs(first_rows: Sequence[Sequence[str]], kind: Kind) -> str | None:
    """Say what a table looks like that is not of this kind, and where to send it; None if it is not recognised."""
    for other, file_kind in FILE_KINDS.items():
        fits = fits_any(file_kind.formats)
        if other != kind and any(fits(cells)[0] for cells in first_rows):
            name, command = _OWN[other]
            return f"It looks like {name}: send it as the kind {other}, or with `{command}`."
    for needed, name in _FOREIGN:
        if any(needed <= {heading_key(cell) for cell in cells} for cells in first_rows):
            return f"It looks like {name}."
    if any("children" in cell.casefold() and "centre" in cell.casefold() for cells in first_rows for cell in cells):
        return _CHILDRENS_CENTRES
    return None
