"""The bulk formats of DfE's Register trainee teachers, and of the register of schools' links."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from services.referral.imports.formats.earlier_placements import HesaPlacementRow, RegisterPlacementsRow
from shared.spreadsheets.errors import FileError
from tests.unit.referral.imports.read_files import read_closed_schools, read_links, read_placements, read_registered

pytestmark = pytest.mark.covers("R2", "R3")

DATA = Path(__file__).parents[5] / "shared" / "data"
TRAINEE = {
    "provider_trainee_id": "24/25-16",
    "hesa_id": "'0155120860660",
    "first_names": "Preston",
    "last_name": "Rath",
    "email": "Preston.Rath@example.com",
    "sex": "'12",
    "training_route": "'03",
    "course_subject_1": "'100403",
    "itt_start_date": "'2024-10-01",
    "itt_end_date": "'2025-07-01",
    "course_age_range": "'13918",
    "fund_code": "'2",
    "placement_1_urn": "609384",
    "placement_2_urn": "900010",
    "placement_3_urn": "",
}


def sheet(*rows: dict[str, str], guidance: str = "") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    if guidance:
        writer.writerow(dict.fromkeys(rows[0], guidance))
    writer.writerows(rows)
    return out.getvalue().encode()


def real(name: str) -> bytes:
    if not (DATA / name).exists():
        pytest.skip(f"../shared/data/{name} is not on this machine")
    return (DATA / name).read_bytes()


def test_a_trainee_of_the_register_is_read_and_codes_keep_their_zeros() -> None:
    checked = read_registered(sheet(TRAINEE, guidance="Do not edit"))
    assert (checked.errors, checked.skipped) == ([], {"guidance_row": 1})
    [trainee] = checked.rows
    assert (trainee.training_route, trainee.subject, trainee.phase) == (
        "school_direct_salaried",
        "mathematics",
        "secondary",
    )
    assert (trainee.hesa_id, trainee.course_starts_on) == ("0155120860660", date(2024, 10, 1))
    assert trainee.earlier_placements == {"placement_1_urn": "609384"}


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("training_route", "3", "wrong_digits"),
        ("training_route", "99", "unknown_code"),
        ("course_age_range", "99801", "unknown_code"),
        ("course_age_range", "13912", "subject_not_in_phase"),
        ("course_subject_1", "999999", "unknown_subject"),
        ("itt_end_date", "2024-09-01", "dates_reversed"),
        ("hesa_id", "9.15512E+12", "wrong_digits"),
        ("email", "", "missing"),
        ("placement_1_urn", "60938", "wrong_digits"),
    ],
)
def test_a_bad_cell_of_the_register_is_named(column: str, cell: str, code: str) -> None:
    checked = read_registered(sheet(TRAINEE | {column: cell}))
    assert [(error.column, error.code) for error in checked.errors] == [(column, code)]


def test_the_phase_of_a_course_from_nine_to_fourteen_is_that_of_its_subject() -> None:
    rows = [TRAINEE | {"course_age_range": "13917"}, TRAINEE | {"course_age_range": "13916"}]
    rows[1] |= {"provider_trainee_id": "other", "hesa_id": "0155120860661", "email": "other@example.org"}
    rows[1] |= {"course_subject_1": "100511"}
    assert [row.phase for row in read_registered(sheet(*rows)).rows] == ["secondary", "primary"]


def test_the_same_trainee_twice_in_a_file_is_an_error_at_the_second() -> None:
    checked = read_registered(sheet(TRAINEE, TRAINEE))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [
        (3, "provider_trainee_id", "duplicate")
    ]


def test_the_registers_own_file_of_trainees_is_read() -> None:
    checked = read_registered(real("dfe_csv_templates/register-trainee-teachers__five_trainees_with_placement.csv"))
    assert checked.errors == []
    assert [row.subject for row in checked.rows] == [
        "design-and-technology",
        "chemistry",
        "social-sciences",
        "music",
        "classics",
    ]
    assert {row.training_route for row in checked.rows} == {"provider_led_undergrad"}


def test_the_registers_template_without_rows_is_refused_for_that_alone() -> None:
    content = real("dfe_csv_templates/register-trainee-teachers__bulk_create_trainee.csv")
    with pytest.raises(FileError, match="no row below them"):
        read_registered(content)


def test_placements_of_the_register_are_one_row_a_trainee() -> None:
    rows = {"TRN": "0123456", "Trainee ITT start date": "2024-09-01", "Placement 1 URN": "100000"}
    rows |= {f"Placement {number} URN": "" for number in range(2, 6)} | {"Placement 3 URN": "100001"}
    checked = read_placements(sheet(rows, guidance="Do not change this column"))
    assert (checked.errors, checked.skipped) == ([], {"guidance_row": 1})
    [row] = checked.rows
    assert isinstance(row, RegisterPlacementsRow)
    assert (row.trainee, row.schools) == (
        ("trn", "0123456"),
        {"Placement 1 URN": "100000", "Placement 3 URN": "100001"},
    )


def test_placements_of_hesa_keep_the_zeros_of_an_id_and_pass_over_what_was_no_school() -> None:
    checked = read_placements(real("dfe_csv_templates/register-trainee-teachers__placements_import.csv"))
    assert checked.errors == []
    assert all(isinstance(row, HesaPlacementRow) for row in checked.rows)
    assert checked.rows[0].trainee == ("hesa_id", "0000083799785")
    assert checked.rows[-1].schools == {}


def test_placements_of_our_own_format_may_be_without_dates_and_are_not_reversed() -> None:
    row = {"provider_trainee_id": "T-1", "school_urn": "100000", "starts_on": "2025-01-06", "ends_on": "2024-12-18"}
    checked = read_placements(sheet(row, row | {"starts_on": ""}))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(2, "ends_on", "dates_reversed")]
    assert [row.line for row in checked.rows] == [3]


LINK = {"URN": "100012", "LinkURN": "100021", "LinkName": "Rhyl", "LinkType": "Successor - merged"}


@pytest.mark.parametrize(
    ("kind", "succession", "merged"),
    [
        ("Successor", ("100012", "100021"), False),
        ("Successor - merged", ("100012", "100021"), True),
        ("Successor - amalgamated", ("100012", "100021"), True),
        ("Predecessor", ("100021", "100012"), False),
        ("Predecessor - merged", ("100021", "100012"), True),
    ],
)
def test_a_link_says_who_followed_whom_from_either_side(kind: str, succession: tuple[str, str], merged: bool) -> None:
    [link] = read_links(sheet(LINK | {"LinkType": kind, "LinkEstablishedDate": "31-08-2021"})).rows
    assert (link.succession, link.is_merger) == (succession, merged)
    assert (link.in_force(date(2021, 8, 30)), link.in_force(date(2021, 8, 31))) == (False, True)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("Successor - Split School", "split"), ("Sixth Form Centre Link", "other_link"), ("Other", "other_link")],
)
def test_a_link_that_moves_nobody_is_left_out_and_counted(kind: str, reason: str) -> None:
    checked = read_links(sheet(LINK | {"LinkType": kind}))
    assert (checked.rows, checked.errors, checked.skipped) == ([], [], {reason: 1})


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [("URN", "1000", "wrong_digits"), ("LinkURN", "", "missing"), ("LinkType", "", "missing")],
)
def test_a_bad_cell_of_a_link_is_named(column: str, cell: str, code: str) -> None:
    checked = read_links(sheet(LINK | {column: cell}))
    assert [(error.column, error.code) for error in checked.errors] == [(column, code)]


def test_the_registers_own_file_of_links_is_read() -> None:
    content = real("gias/links_edubasealldata_2025-07-27.csv")
    kinds = Counter(row["LinkType"] for row in csv.DictReader(io.StringIO(content.decode("utf-8"))))
    checked = read_links(content)
    assert checked.errors == []
    assert checked.skipped["split"] == sum(number for kind, number in kinds.items() if "Split" in kind)
    assert len(checked.rows) == sum(
        number
        for kind, number in kinds.items()
        if kind.startswith(("Successor", "Predecessor")) and "Split" not in kind
    )


def test_a_closed_school_is_read_for_that_alone_and_its_date_may_be_unreadable() -> None:
    rows = [
        {"URN": "100000", "EstablishmentName": "A", "EstablishmentStatus (code)": "2", "CloseDate": "31-08-2021"},
        {"URN": "100001", "EstablishmentName": "", "EstablishmentStatus (code)": "2", "CloseDate": "long ago"},
    ]
    needed = {"TypeOfEstablishment (name)": "", "PhaseOfEducation (name)": "", "Easting": "x", "Northing": ""}
    closed = read_closed_schools(sheet(*(row | needed for row in rows)))
    assert [(row.urn, row.closed_on) for row in closed] == [("100000", date(2021, 8, 31)), ("100001", None)]
