"""Schools from extracts of the register, made here and, where they are at hand, real ones."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.referral.imports.formats.schools import SchoolRow
from shared.spreadsheets.errors import FileError
from tests.unit.referral.imports.read_files import Checked, read_schools

pytestmark = pytest.mark.covers("R1")

EXTRACTS = Path(__file__).parents[5] / "shared" / "data" / "gias"

SCHOOL = {
    "URN": "990001",
    "EstablishmentName": "Bront\u00eb Moor Academy",
    "EstablishmentStatus (code)": "1",
    "EstablishmentStatus (name)": "Open",
    "TypeOfEstablishment (code)": "34",
    "TypeOfEstablishment (name)": "Academy converter",
    "PhaseOfEducation (name)": "Secondary",
    "OpenDate": "01-09-2012",
    "CloseDate": "",
    "StatutoryLowAge": "11",
    "StatutoryHighAge": "18",
    "TrustSchoolFlag (code)": "3",
    "Trusts (code)": "3104",
    "Trusts (name)": "A Trust",
    "PercentageFSM": "18.1",
    "NumberOfPupils": "",
    "AdmissionsPolicy (name)": "Not applicable",
    "Easting": "427600",
    "Northing": "436200",
}


def extract(*changes: dict[str, str], without: tuple[str, ...] = (), encoding: str = "cp1252") -> bytes:
    columns = [column for column in SCHOOL if column not in without]
    rows = [{**SCHOOL, **change} for change in changes]
    lines = [",".join(columns), *(",".join(f'"{row[column]}"' for column in columns) for row in rows)]
    return "\r\n".join([*lines, ""]).encode(encoding)


def only(checked: Checked[SchoolRow]) -> SchoolRow:
    assert checked.errors == []
    [row] = checked.rows
    return row


def errors(checked: Checked[SchoolRow]) -> list[tuple[int, str | None, str]]:
    return [(error.line, error.column, error.code) for error in checked.errors]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("opened", ["01-09-2012", "01/09/2012"])
def test_a_school_is_read_in_each_encoding_and_date_style_of_the_register(encoding: str, opened: str) -> None:
    school = only(read_schools(extract({"OpenDate": opened}, encoding=encoding)))
    assert school.name == "Bront\u00eb Moor Academy"
    assert school.open_date == date(2012, 9, 1)
    assert (school.urn, school.line, school.percentage_fsm) == ("990001", 2, Decimal("18.1"))


def test_blank_cells_are_none_and_not_applicable_stays_a_word() -> None:
    school = only(read_schools(extract({})))
    assert school.pupils is None
    assert school.close_date is None
    assert school.ukprn is None  # the column is not there
    assert school.admissions_policy == "Not applicable"


def test_an_academy_of_a_multi_academy_trust_keeps_its_trust() -> None:
    school = only(read_schools(extract({"TrustSchoolFlag (code)": "3"})))
    assert (school.trust_code, school.trust_name) == ("3104", "A Trust")


@pytest.mark.parametrize(("code", "status"), [("1", "open"), ("3", "proposed_to_close")])
def test_open_schools_are_read(code: str, status: str) -> None:
    assert only(read_schools(extract({"EstablishmentStatus (code)": code}))).status == status


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"EstablishmentStatus (code)": "2"}, "closed"),
        ({"EstablishmentStatus (code)": "4"}, "proposed_to_open"),
        ({"TypeOfEstablishment (code)": "25"}, "offshore"),
        ({"TypeOfEstablishment (code)": "30"}, "welsh"),
        ({"TypeOfEstablishment (code)": "37"}, "british_overseas"),
    ],
)
def test_rows_that_are_left_out_are_counted_and_their_cells_are_not_checked(
    change: dict[str, str], reason: str
) -> None:
    checked = read_schools(extract({**change, "OpenDate": "nonsense"}, {}))
    assert checked.skipped == {reason: 1}
    assert [row.line for row in checked.rows] == [3]
    assert checked.errors == []


CODES = ("EstablishmentStatus (code)", "TypeOfEstablishment (code)")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"EstablishmentStatus (name)": "Closed"}, "closed"),
        ({"EstablishmentStatus (name)": "Proposed to open"}, "proposed_to_open"),
        ({"TypeOfEstablishment (name)": "Offshore Schools"}, "offshore"),
        ({"TypeOfEstablishment (name)": "Welsh Establishment"}, "welsh"),
        ({"TypeOfEstablishment (name)": "British schools overseas"}, "british_overseas"),
    ],
)
def test_an_old_extract_without_codes_is_judged_by_its_names(change: dict[str, str], reason: str) -> None:
    checked = read_schools(
        extract(change, {"EstablishmentStatus (name)": "Open, but proposed to close"}, without=CODES)
    )
    assert checked.skipped == {reason: 1}
    assert [row.status for row in checked.rows] == ["proposed_to_close"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("URN", "", "missing"),
        ("URN", "99001", "wrong_digits"),
        ("URN", "Moor Academy", "wrong_digits"),
        ("EstablishmentName", "", "missing"),
        ("EstablishmentName", "=HYPERLINK(0)", "formula"),
        ("EstablishmentName", "Caf\ufffd School", "damaged_text"),
        ("EstablishmentStatus (code)", "9", "unknown_status"),
        ("OpenDate", "31-02-2012", "no_such_day"),
        ("OpenDate", "September 2012", "not_a_date"),
        ("OpenDate", "01-09-12", "not_a_date"),
        ("CloseDate", "1/9-2012", "not_a_date"),
        ("Easting", "TW15 3DZ", "not_a_whole_number"),
        ("Easting", "900000", "less_than_equal"),
        ("Easting", "-5", "greater_than_equal"),
        ("Northing", "1e5", "not_a_whole_number"),
        ("StatutoryLowAge", "eleven", "not_a_whole_number"),
        ("PercentageFSM", "181", "less_than_equal"),
        ("PercentageFSM", "NaN", "not_a_number"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(column: str, cell: str, code: str) -> None:
    checked = read_schools(extract({"URN": "990002"}, {column: cell}, encoding="utf-8"))
    assert errors(checked) == [(3, column, code)]
    assert [row.line for row in checked.rows] == [2]


@pytest.mark.parametrize("blank", ["", "0"])
def test_a_school_without_a_place_is_read(blank: str) -> None:
    school = only(read_schools(extract({"Easting": blank, "Northing": blank})))
    assert (school.easting, school.northing) == (None, None)


@pytest.mark.parametrize("missing", ["Easting", "Northing"])
def test_half_a_place_is_an_error(missing: str) -> None:
    assert errors(read_schools(extract({missing: ""}))) == [(2, "Northing", "half_a_place")]


def test_the_same_urn_twice_is_an_error_at_the_second() -> None:
    checked = read_schools(extract({}, {"Easting": "x"}))
    assert errors(checked) == [(3, "URN", "duplicate"), (3, "Easting", "not_a_whole_number")]


def test_a_missing_cell_is_named_by_the_column_that_the_file_has() -> None:
    checked = read_schools(extract({"EstablishmentStatus (name)": ""}, without=CODES))
    assert errors(checked) == [(2, "EstablishmentStatus (name)", "missing")]


def test_an_extract_without_places_or_status_is_refused() -> None:
    with pytest.raises(FileError) as caught:
        read_schools(extract({}, without=("Easting", "EstablishmentStatus (code)", "EstablishmentStatus (name)")))
    assert [error.column for error in caught.value.errors] == ["EstablishmentStatus (code)", "Easting"]


@pytest.mark.parametrize(
    ("phase", "ages", "hosted"),
    [
        ("Nursery", ("2", "5"), {"primary"}),
        ("Primary", ("4", "11"), {"primary"}),
        ("Middle Deemed Secondary", ("9", "13"), {"primary", "secondary"}),
        ("Secondary", ("11", "16"), {"secondary"}),
        ("16 plus", ("16", "19"), {"secondary"}),
        ("All Through", ("3", "18"), {"primary", "secondary"}),
        ("All-through", ("3", "18"), {"primary", "secondary"}),
        ("Not applicable", ("3", "19"), {"primary", "secondary"}),
        ("Not applicable", ("5", "11"), {"primary"}),
        ("Not applicable", ("11", "16"), {"secondary"}),
        ("Not applicable", ("", ""), set()),
        ("", ("", ""), set()),
    ],
)
def test_the_phases_a_school_can_host_follow_its_phase_or_its_pupils_ages(
    phase: str, ages: tuple[str, str], hosted: set[str]
) -> None:
    change = {"PhaseOfEducation (name)": phase, "StatutoryLowAge": ages[0], "StatutoryHighAge": ages[1]}
    assert only(read_schools(extract(change))).phases == hosted


def real(name: str) -> bytes:
    if not (EXTRACTS / name).exists():
        pytest.skip(f"the extract ../shared/data/gias/{name} is not on this machine")
    return (EXTRACTS / name).read_bytes()


@pytest.mark.timeout(10)
def test_the_2017_extract_of_six_regions_gives_every_good_row_and_names_the_bad_one() -> None:
    checked = read_schools(real("gias_england_2017_six_regions.csv"))
    assert len(checked.rows) == 4001
    assert errors(checked) == [
        (4003, "URN", "missing"),
        (4003, "EstablishmentName", "missing"),
        (4003, "EstablishmentStatus (code)", "missing"),
    ]
    assert checked.skipped == {}
    assert [row.urn for row in checked.rows if row.easting is None] == ["126067"]
    assert sum(row.status == "proposed_to_close" for row in checked.rows) == 101
    senior_boys = checked.rows[0]
    assert (senior_boys.urn, senior_boys.phase, senior_boys.open_date) == (
        "100528",
        "Not applicable",
        date(1975, 5, 30),
    )
    assert sum(not row.phases for row in checked.rows) == 0


def test_the_full_width_extract_leaves_out_closed_and_overseas_schools() -> None:
    checked = read_schools(real("edubasealldata_subset_itt_mentor_services.csv"))
    assert [row.urn for row in checked.rows] == ["100000", "101173", "137666", "124087", "126370"]
    assert checked.errors == []
    assert checked.skipped == {"closed": 2, "british_overseas": 1}
    assert [row.trust_code for row in checked.rows] == [None, None, "3104", "1579", None]
    assert checked.rows[0].percentage_fsm == Decimal("18.1")
