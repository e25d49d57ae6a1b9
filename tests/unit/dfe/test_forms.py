"""The headers of DfE's files, byte for byte, and how rows are divided between files."""

import pytest

from shared.calendar.academic_years import AcademicYear
from shared.dfe import claims, inductions, placements
from shared.dfe.forms import Column, Form
from shared.dfe.recommendations import RECOMMENDATIONS
from tests.unit.dfe.people import template

pytestmark = pytest.mark.covers("P11", "I3")

HEADERS = {
    placements.PLACEMENTS: b"hesa_id,urn\n",
    inductions.CLAIMS: b'"TRN","Date of birth","Induction programme","Induction period start date"\n',
    inductions.OUTCOMES: b'"TRN","Date of birth","Induction period end date","Number of terms","Outcome"\n',
    claims.CLAIMS: (
        b"claim_reference,school_urn,school_name,school_local_authority,school_type_of_establishment,school_group,"
        b"provider_name,provider_code,claim_amount,claim_submission_date,claim_status,claim_unpaid_reason\n"
    ),
    RECOMMENDATIONS[1]: (
        b"TRN,Provider trainee ID,HESA ID,Last names,First names,Lead school,QTS or EYTS,Route,Phase,Age range,Subject,"
        b"Date QTS or EYTS requirements met\r\n"
    ),
}


@pytest.mark.parametrize(("form", "header"), HEADERS.items(), ids=[form.name for form in HEADERS])
def test_a_header_is_that_of_the_template(form: Form, header: bytes) -> None:
    (file,) = form.write([["1"] * len(form.columns)])

    assert file.startswith(header)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (placements.PLACEMENTS, "register-trainee-teachers__placements_import.csv"),
        (inductions.CLAIMS, "register-early-career-teachers-public__bulk-claims-template.csv"),
        (inductions.OUTCOMES, "register-early-career-teachers-public__bulk-actions-template.csv"),
        (RECOMMENDATIONS[1], "register-trainee-teachers__complete.csv"),
    ],
    ids=lambda value: value.name if isinstance(value, Form) else "",
)
def test_a_header_is_that_of_dfes_own_file(form: Form, name: str) -> None:
    header = template(name).splitlines(keepends=True)[0]

    (file,) = form.write([["1"] * len(form.columns)])

    assert file.splitlines(keepends=True)[0] == header


def test_every_column_says_what_it_is_made_from() -> None:
    forms = [*HEADERS, *RECOMMENDATIONS]

    assert all(column.made_from for form in forms for column in form.columns)


def form(**limits: int) -> Form:
    return Form("words", "2026", "a service", "a test", (Column("word", "words"),), **limits)  # type: ignore[arg-type]  # fields by name


def test_rows_are_divided_at_the_number_that_the_service_takes() -> None:
    files = form(most_rows=2).write([["a"], ["b"], ["c"]])

    assert files == [b"word\na\nb\n", b"word\nc\n"]


def test_rows_are_divided_at_the_size_that_the_service_takes() -> None:
    files = form(most_bytes=len(b"word\naaa\nbbb\n")).write([["aaa"], ["bbb"], ["c"]])

    assert files == [b"word\naaa\nbbb\n", b"word\nc\n"]


def test_no_rows_are_no_file() -> None:
    assert form().write([]) == []


def test_no_cell_is_a_formula() -> None:
    (file,) = form().write([["=1+1"], ["@x"], ["plain"]])

    assert file == b"word\n'=1+1\n'@x\nplain\n"


@pytest.mark.parametrize("text", ["2026/27", "2026-27", " 2026/2027 "])
def test_an_academic_year_is_read_as_people_write_it(text: str) -> None:
    assert AcademicYear.of(text).name == "2026/27"


@pytest.mark.parametrize("text", ["2026", "2026/28", "26/27", "2026/27/28"])
def test_what_is_no_academic_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"like 2026/27"):
        AcademicYear.of(text)
