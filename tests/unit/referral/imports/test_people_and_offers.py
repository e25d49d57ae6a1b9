"""Mentors, trainees and offers: what each cell may hold, rules over several cells, and words that give nothing away."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.imports.formats.people import MENTORS, TRAINEES, TraineeRow
from tests.support.people_files import sheet
from tests.unit.referral.imports.read_files import Checked, read_mentors, read_offers, read_trainees

pytestmark = pytest.mark.covers("R3")

MENTOR = {
    "staff_reference": "M-001",
    "given_name": "Amina",
    "family_name": "Farooq",
    "email": "amina.farooq@example.org",
    "trn": "0123456",
    "school_urn": "990001",
    "subjects": "Mathematics; computing",
    "phases": "secondary",
    "capacity_hours_per_week": "1.5",
    "role": "directed",
    "trained_on": "18/9/2025",
}
TRAINEE = {
    "provider_trainee_id": "T26-001",
    "given_name": "Esra",
    "family_name": "Yıldız",
    "email": "esra@example.org",
    "trn": "",
    "subject": "physics",
    "phase": "Secondary",
    "training_route": "Provider led postgrad",
    "course_starts_on": "2026-09-01",
    "course_ends_on": "25-06-2027",
    "home_easting": "429500",
    "home_northing": "434500",
    "travel_mode": "public transport",
    "travel_limit_minutes": "45",
}
OFFER = {
    "school_urn": "990001",
    "subject": "physics",
    "phase": "secondary",
    "places": "2",
    "starts_on": "14/9/2026",
    "ends_on": "18/12/2026",
    "academic_year": "2026/27",
}
READERS: dict[str, tuple[Callable[[bytes], Checked[Any]], dict[str, str]]] = {
    "mentor": (read_mentors, MENTOR),
    "trainee": (read_trainees, TRAINEE),
    "offer": (read_offers, OFFER),
}


def errors(checked: Checked[Any]) -> list[tuple[str | None, str]]:
    return [(error.column, error.code) for error in checked.errors]


def test_a_mentor_is_read() -> None:
    [mentor] = read_mentors(sheet(MENTOR)).rows
    assert (mentor.trn, mentor.subjects, mentor.phases) == (
        "0123456",
        ("mathematics", "computing"),
        frozenset({"secondary"}),
    )
    assert (mentor.capacity_hours_per_week, mentor.trained_on) == (Decimal("1.5"), date(2025, 9, 18))


def test_a_mentor_may_be_without_trn_and_training_and_the_columns_may_be_missing() -> None:
    short = {column: cell for column, cell in MENTOR.items() if column not in ("trn", "trained_on")}
    [mentor] = read_mentors(sheet(short)).rows
    assert (mentor.trn, mentor.trained_on) == (None, None)


def test_a_trainee_is_read() -> None:
    [trainee] = read_trainees(sheet(TRAINEE)).rows
    assert (trainee.training_route, trainee.travel_mode) == ("provider_led_postgrad", "public_transport")
    assert (trainee.course_ends_on, trainee.home_easting, trainee.phase) == (date(2027, 6, 25), 429500, "secondary")
    assert (trainee.trn, trainee.family_name) == (None, "Yıldız")


def test_an_offer_is_read() -> None:
    [offer] = read_offers(sheet({**OFFER, "academic_year": "2026-2027"})).rows
    assert (offer.subject, offer.places, offer.academic_year) == ("physics", 2, "2026/27")
    assert (offer.starts_on, offer.ends_on) == (date(2026, 9, 14), date(2026, 12, 18))


@pytest.mark.covers("M10")
@pytest.mark.parametrize(("cell", "area"), [("", None), (" ls6 ", "LS6"), ("LS6 2QT", "LS6"), ("ec1a1bb", "EC1A")])
def test_of_a_home_no_more_of_the_postcode_is_read_than_its_area(cell: str, area: str | None) -> None:
    (trainee,) = read_trainees(sheet(TRAINEE | {"home_area": cell})).rows
    assert isinstance(trainee, TraineeRow)
    assert trainee.home_area == area


@pytest.mark.parametrize(
    ("kind", "column", "cell", "code"),
    [
        ("mentor", "staff_reference", "", "missing"),
        ("mentor", "given_name", "=cmd", "formula"),
        ("mentor", "given_name", "Ami\ufffda", "damaged_text"),
        ("mentor", "family_name", "x" * 201, "string_too_long"),
        ("mentor", "email", "amina at example.org", "not_an_email"),
        ("mentor", "email", "amina@example", "not_an_email"),
        ("mentor", "email", "@example.org", "formula"),
        ("mentor", "trn", "123456", "wrong_digits"),
        ("mentor", "trn", "١٢٣٤٥٦٧", "wrong_digits"),
        ("mentor", "school_urn", "99000", "wrong_digits"),
        ("mentor", "subjects", "maths;astrology", "unknown_subject"),
        ("mentor", "subjects", ";", "too_short"),
        ("mentor", "phases", "tertiary", "unknown_phase"),
        ("mentor", "phases", ";", "too_short"),
        ("mentor", "capacity_hours_per_week", "-1", "greater_than_equal"),
        ("mentor", "capacity_hours_per_week", "41", "less_than_equal"),
        ("mentor", "capacity_hours_per_week", "1,5", "not_a_number"),
        ("mentor", "capacity_hours_per_week", "inf", "not_a_number"),
        ("mentor", "role", "pressed", "literal_error"),
        ("mentor", "trained_on", "18/9/25", "not_a_date"),
        ("trainee", "subject", "Alchemy", "unknown_subject"),
        ("trainee", "phase", "primary", "subject_not_in_phase"),
        ("trainee", "phase", "nursery", "literal_error"),
        ("trainee", "training_route", "assessment_only", "literal_error"),
        ("trainee", "course_starts_on", "9/14/2026", "no_such_day"),
        ("trainee", "course_ends_on", "2026-08-31", "dates_reversed"),
        ("trainee", "home_easting", "SE 29500", "not_a_whole_number"),
        ("trainee", "home_northing", "0", "greater_than_equal"),
        ("trainee", "home_area", "Leeds", "not_a_postcode_area"),
        ("trainee", "home_area", "LS6 2", "not_a_postcode_area"),
        ("trainee", "travel_mode", "taxi", "literal_error"),
        ("trainee", "travel_limit_minutes", "0", "greater_than_equal"),
        ("trainee", "travel_limit_minutes", "181", "less_than_equal"),
        ("trainee", "travel_limit_minutes", "45.5", "not_a_whole_number"),
        ("offer", "places", "0", "greater_than_equal"),
        ("offer", "places", "-3", "greater_than_equal"),
        ("offer", "places", "9" * 5000, "not_a_whole_number"),
        ("offer", "ends_on", "13/9/2026", "dates_reversed"),
        ("offer", "academic_year", "2026/28", "not_an_academic_year"),
        ("offer", "academic_year", "2026", "not_an_academic_year"),
        ("offer", "academic_year", "2025/26", "outside_academic_year"),
        ("offer", "academic_year", "1926/2027", "not_an_academic_year"),
    ],
)
def test_a_bad_cell_is_named_with_what_to_do(kind: str, column: str, cell: str, code: str) -> None:
    read, good = READERS[kind]
    checked = read(sheet({**good, column: cell}))
    assert errors(checked) == [(column, code)]
    assert checked.rows == []
    [error] = checked.errors
    assert error.line == 2
    assert "{" not in error.message
    assert error.message.endswith((".", "?"))


@pytest.mark.parametrize("kind", ["mentor", "trainee"])
@pytest.mark.parametrize("cell", ["", " ", "."])
def test_a_person_with_one_name_has_it_as_the_family_name(kind: str, cell: str) -> None:
    read, good = READERS[kind]
    checked = read(sheet({**good, "given_name": cell, "family_name": "Suharto"}))

    assert errors(checked) == []
    assert [(row.given_name, row.family_name) for row in checked.rows] == [("", "Suharto")]


@pytest.mark.parametrize("kind", ["mentor", "trainee"])
def test_a_given_name_alone_is_refused(kind: str) -> None:
    read, good = READERS[kind]
    assert errors(read(sheet({**good, "family_name": ""}))) == [("family_name", "missing")]


def test_the_column_of_given_names_is_needed_though_its_cells_may_be_empty() -> None:
    assert ["given_name" in MENTORS[0].missing([]), "given_name" in TRAINEES[0].missing([])] == [True, True]
    assert "first_names" in TRAINEES[1].missing([])


def test_all_errors_of_a_row_are_reported_at_once_also_those_over_several_cells() -> None:
    bad = {**TRAINEE, "email": "none", "course_ends_on": "2026-08-01", "travel_mode": "taxi", "family_name": ""}
    assert errors(read_trainees(sheet(bad))) == [
        ("family_name", "missing"),
        ("email", "not_an_email"),
        ("course_ends_on", "dates_reversed"),
        ("travel_mode", "literal_error"),
    ]


def test_errors_of_all_rows_are_reported_and_the_good_rows_kept() -> None:
    rows = [
        {**OFFER, "subject": subject, "places": places}
        for subject, places in [("physics", "1"), ("music", "0"), ("history", "1"), ("alchemy", "x")]
    ]
    checked = read_offers(sheet(*rows))
    assert [row.line for row in checked.rows] == [2, 4]
    assert [(error.line, error.column) for error in checked.errors] == [(3, "places"), (5, "subject"), (5, "places")]


@pytest.mark.parametrize("kind", ["mentor", "trainee"])
def test_a_reference_stands_once_in_a_file_even_if_the_first_row_has_errors(kind: str) -> None:
    read, good = READERS[kind]
    reference = next(iter(good))
    rows = [{**good, "email": "none"}, {**good, reference: good[reference].lower()}]
    assert [(error.line, error.column, error.code) for error in read(sheet(*rows)).errors] == [
        (2, "email", "not_an_email"),
        (3, reference, "duplicate"),
    ]


def test_the_same_offer_stands_once_however_its_subject_and_date_are_written() -> None:
    again = {**OFFER, "subject": "100425", "starts_on": "2026-09-14", "places": "5"}
    later = {**OFFER, "starts_on": "2026-10-05"}
    checked = read_offers(sheet(OFFER, again, later))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(3, "starts_on", "duplicate")]


def test_the_same_file_reads_the_same_twice() -> None:
    assert read_mentors(sheet(MENTOR)) == read_mentors(sheet(MENTOR))


@pytest.mark.parametrize(
    ("written", "suggested"), [("Mathmatics", "Mathematics"), ("geografy", "Geography"), ("Histroy", "History")]
)
def test_an_unknown_subject_comes_with_the_nearest_names(written: str, suggested: str) -> None:
    [error] = read_offers(sheet({**OFFER, "subject": written})).errors
    assert f"Did you mean {suggested}" in error.message


SECRETS = st.text("qwxzQWXZ0123456789=@.;", min_size=4, max_size=30).filter(lambda text: not text.isdecimal())


@given(
    kind=st.sampled_from(sorted(READERS)),
    cells=st.lists(SECRETS.map(lambda text: f"zqx{text}"), min_size=14, max_size=14),
    prefix=st.sampled_from(["", "=", "'=", "-"]),
)
def test_no_message_repeats_what_a_cell_holds(kind: str, cells: list[str], prefix: str) -> None:
    read, good = READERS[kind]
    checked = read(sheet({column: prefix + cell for column, cell in zip(good, cells, strict=False)}))
    assert checked.errors
    assert not any(cell in f"{error.message} {error.column}" for cell in cells for error in checked.errors)


def test_the_words_of_a_row_for_logs_hold_nothing_personal() -> None:
    shown = f"{read_mentors(sheet(MENTOR))} {read_trainees(sheet({**TRAINEE, 'trn': '7654321'}))}"
    personal = ("Amina", "Farooq", "example.org", "0123456", "Esra", "Yıldız", "7654321", "429500", "434500")
    assert not any(word in shown for word in personal)
    assert "M-001" in shown
