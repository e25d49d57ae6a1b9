"""Recommendations for an award: the file that a provider downloads from Register trainee teachers, filled in.

The register compares nearly every cell with its own, so that cells stay as they came: only the day is filled in, zeros
that a spreadsheet dropped from a TRN come back, and headings are spelt as the register spells them. Rows of trainees
who are not recommended are deleted, as the file itself asks. The row of notes below the headings stays.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.dfe.forms import Column, Form, Gap
from shared.dfe.people import PersonOnRecord
from shared.sheets import FORMULA_BEGINNINGS
from shared.spreadsheets.content import FileContent
from shared.spreadsheets.errors import whole_file
from shared.spreadsheets.table import Table, heading_key, is_blank, is_guidance

TRN, PROVIDER_ID, HESA_ID, DAY_MET = (
    "TRN",
    "Provider trainee ID",
    "HESA ID",
    "Date QTS or EYTS requirements met",
)
_FROM_THE_DOWNLOAD = "as it is in the download"
_DAY = Column(DAY_MET, "the day of the last signature under the final assessment, if it meets every standard")
_REST = ("QTS or EYTS", "Route", "Phase", "Age range", "Subject")
MOST_MONTHS = 12
"""How old a day may be that the register takes."""


def _form(edition: str, source: str, people: Sequence[str]) -> Form:
    names = (TRN, PROVIDER_ID, HESA_ID, *people, *_REST)
    return Form(
        name="recommendations",
        edition=edition,
        service="Register trainee teachers",
        source=source,
        columns=(*(Column(name, _FROM_THE_DOWNLOAD) for name in names), _DAY),
        is_verbatim=True,
        line_end="\r\n",
        most_bytes=1_000_000,
    )


RECOMMENDATIONS = (
    _form(
        "2026",
        "DFE-Digital/register-trainee-teachers, bulk_recommend_report.rb (August 2026)",
        ("First names", "Last names", "Training partner"),
    ),
    _form(
        "2022",
        "DFE-Digital/register-trainee-teachers, fixture complete.csv of the bulk recommendation",
        ("Last names", "First names", "Lead school"),
    ),
)
"""The editions of the file, the newest first. A download without HESA ids has not that column."""

_SPELT = {heading_key(column.name): column.name for form in RECOMMENDATIONS for column in form.columns}
_NOT_THE_FILE = (
    "This is no file of trainees to recommend: it has no column “Date QTS or EYTS requirements met”, or none of “TRN”, "
    "“HESA ID” and “Provider trainee ID”. Download it from Register trainee teachers, and send it as it is."
)
_TRN = re.compile(r"[0-9]{4,7}")
_DIGITS_OF_TRN = 7
_HESA_ID = re.compile(r"[0-9]{13}(?:[0-9]{4})?")
_LONE_DASH = "-"


@dataclass(frozen=True, slots=True)
class Award:
    """Whether a trainee has met the standards: the day on which it was signed, or a sentence that says why not yet."""

    met_on: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DownloadRow:
    """A row of the download: its line, its cells in the order of the columns that are read."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """The register's file as it came: headings as the register spells them, notes, and rows of trainees.

    `not_read` are the headings of other columns, which are left out.
    """

    header: tuple[str, ...]
    notes: tuple[tuple[str, ...], ...]
    rows: tuple[DownloadRow, ...]
    not_read: tuple[str, ...]

    @property
    def form(self) -> Form:
        """The edition to which the headings belong: the first that has them all."""
        fitting = (form for form in RECOMMENDATIONS if set(self.header) <= set(form.header))
        return next(fitting, RECOMMENDATIONS[0])

    def cell(self, row: DownloadRow, column: str) -> str:
        """The text of a cell; empty where the download has not that column."""
        return row.cells[self.header.index(column)].strip() if column in self.header else ""


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The rows to send with the days filled in, the notes above them, and which rows were deleted for which reason."""

    download: Download
    rows: list[tuple[str, ...]]
    gaps: list[Gap]

    def write(self) -> list[bytes]:
        """Write the file, in several above the size that the register takes; none without recommendations."""
        return self.download.form.write(self.rows, self.download.header, self.download.notes)


def read_download(content: bytes) -> Download:
    """Read the register's file, whatever encoding and case a spreadsheet has given it; raises `FileError`."""
    table = Table(FileContent.of(content), _fits)
    table.place_headings()
    places = [(nth, _SPELT[key]) for nth, name in enumerate(table.headings) if (key := heading_key(name)) in _SPELT]
    header = tuple(name for _, name in places)
    if DAY_MET not in header or not {TRN, HESA_ID, PROVIDER_ID} & set(header):
        raise whole_file("missing_column", _NOT_THE_FILE, table.heading_line)
    notes, rows = list[tuple[str, ...]](), list[DownloadRow]()
    for line, cells in table:
        if is_blank(cells):
            continue
        filled = [*cells, *[""] * (table.width - len(cells))]
        chosen = tuple(filled[nth] for nth, _ in places)
        if is_guidance(cells):
            notes.append(chosen)
        else:
            rows.append(DownloadRow(line, chosen))
    not_read = tuple(name.strip() for name in table.headings if name.strip() and heading_key(name) not in _SPELT)
    return Download(header, tuple(notes), tuple(rows), not_read)


def _fits(cells: Sequence[str]) -> tuple[bool, int]:
    known = {heading_key(cell) for cell in cells} & _SPELT.keys()
    has_identifier = bool({heading_key(name) for name in (TRN, HESA_ID, PROVIDER_ID)} & known)
    return has_identifier and heading_key(DAY_MET) in known, len(known)


def fill_in(
    download: Download, people: Iterable[PersonOnRecord], awards: Mapping[UUID, Award], today: date
) -> Recommendations:
    """Fill in the day for those who are to be recommended, and delete the other rows, each with its reason.

    `awards` are by the trainees' ids; whoever is not among them has no final assessment.
    """
    known = _KnownPeople(people)
    rows, gaps = list[tuple[str, ...]](), list[Gap]()
    for row in download.rows:
        about, outcome = _judge(download, row, known, awards, today)
        if isinstance(outcome, str):
            gaps.append(Gap(about, outcome))
        else:
            rows.append(outcome)
    return Recommendations(download, rows, gaps)


def trainees_named(download: Download, people: Iterable[PersonOnRecord]) -> dict[UUID, PersonOnRecord]:
    """Find the people whom rows of the download name: those whose final assessments decide."""
    known = _KnownPeople(people)
    return {each.person_id: each for row in download.rows for each in known.named_in(download, row)}


class _KnownPeople:
    """People on record by each of the identifiers of the file."""

    def __init__(self, people: Iterable[PersonOnRecord]) -> None:
        self._by: dict[str, dict[str, list[PersonOnRecord]]] = {
            name: defaultdict(list) for name in (TRN, HESA_ID, PROVIDER_ID)
        }
        for person in people:
            identifiers = ((TRN, person.trn), (HESA_ID, person.hesa_id), (PROVIDER_ID, person.reference.casefold()))
            for name, text in identifiers:
                if text:
                    self._by[name][text].append(person)

    def named_in(self, download: Download, row: DownloadRow) -> list[PersonOnRecord]:
        """Everybody whom an identifier of the row names, each once."""
        texts = {
            TRN: trn_of(download.cell(row, TRN)),
            HESA_ID: re.sub(r"[^0-9]", "", download.cell(row, HESA_ID)),
            PROVIDER_ID: download.cell(row, PROVIDER_ID).removeprefix("'").casefold(),
        }
        matching = [person for name, text in texts.items() if text for person in self._by[name].get(text, ())]
        return list({person.person_id: person for person in matching}.values())


def trn_of(cell: str) -> str:
    """Return the TRN of a cell: without quotation marks, with the zeros that a spreadsheet dropped; empty for none."""
    digits = cell.strip("'\"= ")
    return digits.zfill(_DIGITS_OF_TRN) if _TRN.fullmatch(digits) else ""


def _judge(
    download: Download, row: DownloadRow, known: _KnownPeople, awards: Mapping[UUID, Award], today: date
) -> tuple[str, tuple[str, ...] | str]:
    """Return whom the row is about, and the row as it is sent, or why it is deleted."""
    line = f"line {row.line}"
    people = known.named_in(download, row)
    if not people:
        return line, "names nobody on record. Import the trainees with their TRN or HESA id."
    if len(people) > 1:
        names = " and ".join(sorted(person.reference for person in people))
        return line, f"names {names} at once. Correct the TRN or HESA id on record, or merge the two records."
    (trainee,) = people
    award = awards.get(trainee.person_id, Award(None, "has no final assessment that was signed."))
    if reason := _why_not(download, row, trainee, award, today):
        return trainee.reference, reason
    assert award.met_on is not None
    return trainee.reference, tuple(
        _cell(name, cell, award.met_on) for name, cell in zip(download.header, row.cells, strict=True)
    )


def _why_not(download: Download, row: DownloadRow, trainee: PersonOnRecord, award: Award, today: date) -> str | None:
    hesa_id = download.cell(row, HESA_ID)
    formulas = [
        name
        for name, cell in zip(download.header, row.cells, strict=True)
        if cell != _LONE_DASH and cell.lstrip().startswith(FORMULA_BEGINNINGS)
    ]
    if trainee.has_left:
        return "has withdrawn from training."
    if award.met_on is None:
        return award.reason
    if award.met_on > today:
        return "has a final assessment that is signed in the future. Correct its day."
    if award.met_on < _months_before(today, MOST_MONTHS):
        return f"met the standards more than {MOST_MONTHS} months ago: the register takes no such day. Ask DfE."
    if hesa_id and not _HESA_ID.fullmatch(hesa_id.strip("'\"")):
        return f"has a HESA ID on line {row.line} that a spreadsheet has spoilt. Download the file again."
    if formulas:
        columns = ", ".join(formulas)
        return f"has a formula on line {row.line} ({columns}). Correct it in the register, and download the file again."
    return None


def _cell(name: str, cell: str, met_on: date) -> str:
    if name == DAY_MET:
        return f"{met_on.day}/{met_on.month}/{met_on.year}"
    return (trn_of(cell) or cell) if name == TRN else cell


def _months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date.resolution).day
    return date(year, month, min(day.day, last))
