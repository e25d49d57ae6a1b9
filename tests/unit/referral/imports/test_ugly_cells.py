"""A corpus of ugly cells in every column of every file: read as a person reads them, or refused with what to do.

`ugly_cells.json` has each cell with what it means, by the type of a column; under a type that is not there it means
nothing, and has to be refused. A meaning `=` is the cell itself. `blank` cells are as good as empty; `guidance` cells
make a row of guidance if they stand first.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.referral.domain.imports import Kind
from shared.spreadsheets.errors import CellError
from shared.spreadsheets.rows import Draft
from tests.support.people_files import save_workbook
from tests.unit.referral.imports.read_files import read_file
from tests.unit.referral.imports.test_people_and_offers import MENTOR, OFFER, TRAINEE
from tests.unit.referral.imports.test_register_formats import TRAINEE as REGISTERED

pytestmark = pytest.mark.covers("R1", "R2", "R3")

CELLS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("ugly_cells.json").read_text("utf-8"))
SCHOOL = {
    "URN": "990001",
    "EstablishmentName": "Moor Academy",
    "EstablishmentStatus (code)": "1",
    "TypeOfEstablishment (name)": "Academy converter",
    "PhaseOfEducation (name)": "Secondary",
    "Easting": "427600",
    "Northing": "436200",
}
REMEDY = re.compile(
    r"\b(Add|Check|Correct|Did|Empty|Fill|Format|Give|Is|Keep|Leave|Paste|Put|Save|Swap|Take|Type|Use|Widen|[Ww]rite)\b"
)


def _periods(value: Any) -> Any:
    return [
        [period.school_urn, *(day and day.isoformat() for day in (period.starts_on, period.ends_on))]
        for period in value
    ]


SHOWN: dict[str, Callable[[Any], Any]] = {
    "day": date.isoformat,
    "periods": _periods,
    "subjects": list,
    "urns": list,
    "routes": list,
    "year_groups": list,
    "situations": sorted,
    "phases": sorted,
}
"""How a value of a type is written in the corpus, where it is not written as it is."""

Columns = Mapping[str, tuple[str, str]]
"""Of each column its field, and the type of its cells."""

FORMATS: dict[str, tuple[Kind, dict[str, str], Columns]] = {
    "schools": (
        "schools",
        SCHOOL,
        {
            "URN": ("urn", "urn"),
            "EstablishmentName": ("name", "text"),
            "TypeOfEstablishment (name)": ("type_of_establishment", "any"),
            "TypeOfEstablishment (code)": ("type_code", "any"),
            "EstablishmentStatus (code)": ("status", "any"),
            "PhaseOfEducation (name)": ("phase", "text"),
            "OpenDate": ("open_date", "day"),
            "CloseDate": ("close_date", "day"),
            "LA (code)": ("la_code", "code"),
            "Trusts (code)": ("trust_code", "code"),
            "Town": ("town", "text"),
            "StatutoryLowAge": ("low_age", "whole"),
            "NumberOfPupils": ("pupils", "whole"),
            "PercentageFSM": ("percentage_fsm", "percentage"),
            "UKPRN": ("ukprn", "ukprn"),
            "Easting": ("easting", "whole"),
            "Northing": ("northing", "whole"),
        },
    ),
    "closed schools": (
        "schools",
        SCHOOL | {"EstablishmentStatus (code)": "2"},
        {"URN": ("urn", "urn"), "CloseDate": ("closed_on", "any"), "EstablishmentName": ("urn", "any")},
    ),
    "school_links": (
        "school_links",
        {"URN": "100001", "LinkURN": "100002", "LinkType": "Successor", "LinkEstablishedDate": "1-9-2020"},
        {
            "URN": ("urn", "urn"),
            "LinkURN": ("link_urn", "urn"),
            "LinkType": ("link_type", "any"),
            "LinkEstablishedDate": ("established_on", "day"),
        },
    ),
    "mentors": (
        "mentors",
        MENTOR | {"trn": ""},
        {
            "staff_reference": ("staff_reference", "reference"),
            "given_name": ("given_name", "name"),
            "family_name": ("family_name", "name"),
            "email": ("email", "email"),
            "trn": ("trn", "trn"),
            "school_urn": ("school_urn", "urn"),
            "subjects": ("subjects", "subjects"),
            "phases": ("phases", "phases"),
            "capacity_hours_per_week": ("capacity_hours_per_week", "decimal"),
            "role": ("role", "mentor_role"),
            "trained_on": ("trained_on", "day"),
            "has_qts": ("has_qts", "yes_no"),
            "situation": ("situation", "situations"),
            "at_school_from": ("at_school_from", "day"),
            "at_school_until": ("at_school_until", "day"),
            "other_schools": ("other_schools", "periods"),
        },
    ),
    "trainees": (
        "trainees",
        TRAINEE,
        {
            "provider_trainee_id": ("provider_trainee_id", "reference"),
            "given_name": ("given_name", "name"),
            "email": ("email", "email"),
            "trn": ("trn", "trn"),
            "hesa_id": ("hesa_id", "hesa"),
            "subject": ("subject", "subject"),
            "phase": ("phase", "phase"),
            "training_route": ("training_route", "training_route"),
            "course_starts_on": ("course_starts_on", "day"),
            "course_ends_on": ("course_ends_on", "day"),
            "home_easting": ("home_easting", "whole"),
            "home_northing": ("home_northing", "whole"),
            "home_area": ("home_area", "area"),
            "travel_mode": ("travel_mode", "travel_mode"),
            "travel_limit_minutes": ("travel_limit_minutes", "whole"),
            "situation": ("situation", "situations"),
            "placements_left": ("placements_left", "whole"),
            "year_groups": ("year_groups", "year_groups"),
        },
    ),
    "trainees of the register": (
        "trainees",
        REGISTERED | {"hesa_id": ""},
        {
            "provider_trainee_id": ("provider_trainee_id", "reference"),
            "first_names": ("given_name", "name"),
            "last_name": ("family_name", "name"),
            "email": ("email", "email"),
            "hesa_id": ("hesa_id", "hesa"),
            "course_subject_1": ("subject", "subject"),
            "course_age_range": ("phase", "age_range"),
            "training_route": ("training_route", "training_route_code"),
            "itt_start_date": ("course_starts_on", "day"),
            "itt_end_date": ("course_ends_on", "day"),
            "placement_1_urn": ("placement_1_urn", "urn"),
        },
    ),
    "placements": (
        "placements",
        {"provider_trainee_id": "T-1", "school_urn": "990001", "starts_on": "", "ends_on": ""},
        {
            "provider_trainee_id": ("provider_trainee_id", "reference"),
            "school_urn": ("school_urn", "urn"),
            "starts_on": ("starts_on", "day"),
            "ends_on": ("ends_on", "day"),
        },
    ),
    "placements of the register": (
        "placements",
        {"TRN": "1234567", "Placement 1 URN": "990001", "Placement 2 URN": ""},
        {"TRN": ("trn", "trn"), "Placement 1 URN": ("placement_1", "urn"), "Placement 2 URN": ("placement_2", "urn")},
    ),
    "placements of HESA": (
        "placements",
        {"hesa_id": "0000083799785", "urn": "990001"},
        {"hesa_id": ("hesa_id", "hesa"), "urn": ("urn", "urn")},
    ),
    "calendars": (
        "calendars",
        {"school_urn": "990001", "period": "Autumn", "kind": "term", "starts_on": "2026-09-01", "ends_on": ""},
        {
            "school_urn": ("school_urn", "urn"),
            "period": ("period", "text"),
            "kind": ("kind", "any"),
            "starts_on": ("starts_on", "day"),
            "ends_on": ("ends_on", "day"),
        },
    ),
    "referrals": (
        "referrals",
        {"provider_trainee_id": "T-1", "purpose": "induction", "reasons": "general_placement"},
        {
            "programme": ("programme", "text"),
            "provider_trainee_id": ("provider_trainee_id", "reference"),
            "purpose": ("purpose", "purpose"),
            "reasons": ("reasons", "any"),
            "priority": ("priority", "any"),
            "send_placement": ("send_placement", "yes_no"),
        },
    ),
    "offers": (
        "offers",
        OFFER,
        {
            "school_urn": ("school_urn", "urn"),
            "subject": ("subject", "subject"),
            "phase": ("phase", "phase"),
            "year_groups": ("year_groups", "year_groups"),
            "send_placement": ("send_placement", "yes_no"),
            "routes": ("routes", "routes"),
            "shared_with": ("shared_with", "urns"),
            "places": ("places", "whole"),
            "starts_on": ("starts_on", "day"),
            "ends_on": ("ends_on", "day"),
            "academic_year": ("academic_year", "academic_year"),
        },
    ),
}
ALIKE = {"age_range": "age", "training_route_code": "training_route"}
"""Types whose cells may also be written as those of another type."""
EVERY_COLUMN = [(name, column) for name, (_, _, columns) in FORMATS.items() for column in columns]
UNIQUE: dict[str, Callable[[int], str]] = {
    "URN": lambda at: f"{100_000 + at}",
    "staff_reference": lambda at: f"M-{at}",
    "provider_trainee_id": lambda at: f"T-{at}",
    "email": lambda at: f"p{at}@example.org",
    "trn": lambda at: "",
    "school_urn": lambda at: f"{100_000 + at}",
}
"""Cells that no two rows of a file may share."""


def text_of(entry: Mapping[str, Any]) -> str:
    return str(entry["cell"]) * int(entry.get("times", 1))


def rows_of(name: str, column: str, cells: list[Any]) -> list[dict[str, Any]]:
    """A good row for each cell, with the cell in this column."""
    _, good, _ = FORMATS[name]
    return [
        {key: UNIQUE[key](at) if key in UNIQUE else value for key, value in good.items()} | {column: cell}
        for at, cell in enumerate(cells)
    ]


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook_of(rows: list[dict[str, Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.worksheets[0].append(list(rows[0]))
    for row in rows:
        made.worksheets[0].append(list(row.values()))
    return save_workbook(made)


def drafts_of(name: str, content: bytes) -> dict[int, Draft[Any]]:
    return {draft.line: draft for draft in read_file(FORMATS[name][0], content)}


def is_explained(error: CellError, line: int) -> bool:
    """Whether an error names its line and column, and what to do."""
    return error.line == line and error.column is not None and REMEDY.search(error.message) is not None


def wrong(entry: Mapping[str, Any], draft: Draft[Any] | None, line: int, field: str, wanted: str) -> str | None:
    """What is wrong with how a cell was read; None if nothing is."""
    means = entry["means"]
    if draft is None:
        return None if wanted == "any" or entry.get("guidance") else "the row was left out"
    if draft.errors:
        return None if all(is_explained(error, line) for error in draft.errors) else f"no remedy: {draft.errors}"
    assert draft.row is not None
    if wanted == "any":
        return None
    value = getattr(draft.row, field)
    if entry.get("blank"):
        return None if not value else "a blank cell was read as a value"
    meant = means.get(wanted, means.get(ALIKE.get(wanted, "")))
    if meant is None:
        return f"was read as {value!r}"
    if wanted in ("decimal", "percentage"):
        return None if value == Decimal(meant) else f"was read as {value!r}"
    if wanted == "whole" and field in ("easting", "northing") and meant == 0:
        return None if value is None else f"was read as {value!r}"  # as the register writes that there is none
    shown = SHOWN.get(wanted, lambda each: each)(value)
    expected = " ".join(text_of(entry).split()) if meant == "=" else sorted(meant) if wanted == "phases" else meant
    return None if shown == expected else f"was read as {value!r}, not as {expected!r}"


def test_the_corpus_is_as_large_as_it_should_be_and_no_cell_is_in_it_twice() -> None:
    assert len({text_of(entry) for entry in CELLS}) == len(CELLS) >= 400


def test_every_column_that_is_read_is_tried() -> None:
    for name, (kind, good, columns) in FORMATS.items():
        [draft] = drafts_of(name, csv_of([good | dict.fromkeys(set(columns) - set(good), "")])).values()
        assert draft.errors == (), (name, kind)


@pytest.mark.parametrize(("name", "column"), EVERY_COLUMN)
def test_a_cell_is_read_as_a_person_reads_it_or_refused_with_what_to_do(name: str, column: str) -> None:
    field, wanted = FORMATS[name][2][column]
    drafts = drafts_of(name, csv_of(rows_of(name, column, [text_of(entry) for entry in CELLS])))
    found = {
        text_of(entry)[:60]: problem
        for line, entry in enumerate(CELLS, start=2)
        if (problem := wrong(entry, drafts.get(line), line, field, wanted))
    }
    assert found == {}


TWELVE = {"whole": 12, "decimal": "12", "percentage": "12", "training_route_code": "provider_led_postgrad"}
TWELVE |= dict.fromkeys(("text", "code", "reference"), "12")
TYPED: list[tuple[Any, dict[str, Any]]] = [
    (date(2026, 1, 26), {"day": "2026-01-26", "text": "2026-01-26"}),
    (datetime(2026, 1, 26), {"day": "2026-01-26", "text": "2026-01-26"}),  # noqa: DTZ001  # a workbook knows no zones
    (datetime(2026, 1, 26, 9, 30), {"text": "2026-01-26 09:30:00"}),  # noqa: DTZ001  # likewise
    (time(1, 30), {"text": "01:30:00", "code": "01:30:00"}),
    (timedelta(hours=36), {"text": "1 day, 12:00:00", "code": "1 day, 12:00:00"}),
    (True, {"yes_no": True, "text": "TRUE", "code": "TRUE"}),
    (False, {"yes_no": False, "text": "FALSE", "code": "FALSE"}),
    (12, TWELVE),
    (12.0, TWELVE),
    (1.5, {"decimal": "1.5", "percentage": "1.5", "text": "1.5", "code": "1.5", "reference": "1.5"}),
    (22100027187725416, {"text": "2.21000271877254E+16"}),
    ("=1+1", {}),
    ("#N/A", {}),
    ("=A2", {}),
]
"""Cells of a workbook that know what they are, with what they mean."""


@pytest.mark.parametrize(("name", "column"), EVERY_COLUMN)
def test_a_typed_cell_of_a_workbook_is_read_or_refused_as_its_text_is(name: str, column: str) -> None:
    field, wanted = FORMATS[name][2][column]
    drafts = drafts_of(name, workbook_of(rows_of(name, column, [cell for cell, _ in TYPED])))
    found = {
        repr(cell): problem
        for line, (cell, means) in enumerate(TYPED, start=2)
        if (problem := wrong({"cell": cell, "means": means}, drafts.get(line), line, field, wanted))
    }
    assert found == {}
