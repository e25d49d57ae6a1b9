"""Files as people send them: with a title above the headings, on another sheet, of another kind, or no table at all."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from services.referral.domain.imports import Kind
from services.referral.imports.formats.offers import OFFERS
from services.referral.imports.kinds import FILE_KINDS
from services.referral.imports.recognition import say_where_it_belongs
from shared.spreadsheets.errors import FileError
from shared.spreadsheets.rows import fits_any
from tests.support.people_files import save_workbook
from tests.unit.referral.imports.read_files import (
    copy_of,
    read_file,
    read_links,
    read_offers,
    read_placements,
    read_schools,
    whole,
)

pytestmark = pytest.mark.covers("R3")

DATA = Path(__file__).parents[5] / "shared" / "data"
HEADINGS = "school_urn,subject,phase,places,starts_on,ends_on,academic_year"
GOOD = "990001,physics,secondary,2,2026-09-14,2026-12-18,2026/27"
OTHER = "990001,music,secondary,1,2026-09-14,2026-12-18,2026/27"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n100012,100021,Rhyl,Successor,31-08-2021\r\n"
CENTRES = (
    "URN,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),Postcode\r\n"
    "20001,Moor Lane,Children's centre,Open,LS6 9ZZ\r\n"
)


def offers(*lines: str) -> bytes:
    return "\r\n".join([HEADINGS, *lines, ""]).encode()


def workbook(**sheets: Sequence[str]) -> bytes:
    """A workbook of these sheets; each is a list of rows as CSV, and a name that begins with hidden is hidden."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("hidden") else "visible"
        for row in rows:
            sheet.append(row.split(",") if row else [None])
    return save_workbook(made)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def refusal(kind: Kind, content: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        list(read_file(kind, content))
    return say_where_it_belongs(caught.value, kind)


# One character that is not to be seen, and the mark with which DOS ended a file.


@pytest.mark.parametrize("control", ["\x00", "\x01", "\x08", "\x0e", "\x1b", "\x7f", "\x80", "\x9f"])
def test_a_control_character_is_an_error_of_its_cell_and_the_other_rows_are_read(control: str) -> None:
    checked = read_offers(offers(GOOD, OTHER.replace("music", f"mu{control}sic")))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(3, "subject", "control_character")]
    assert "type it again" in checked.errors[0].message
    assert [row.line for row in checked.rows] == [2]


def test_a_control_character_in_a_column_that_is_not_read_is_no_error() -> None:
    content = f"{HEADINGS},note\r\n{GOOD},\x00\x01\r\n".encode()
    assert (len(read_offers(content).rows), read_offers(content).errors) == (1, [])


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a", "\x1a\x1a\x1a", "\x1a\x00\x00", "\x1a\r\n"])
def test_the_end_mark_of_an_old_program_is_no_row(encoding: str, end: str) -> None:
    checked = read_offers((f"{HEADINGS}\r\n{GOOD}" + end).encode(encoding))
    assert [row.line for row in checked.rows] == [2]
    assert (checked.errors, checked.skipped) == ([], {})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_without_a_byte_order_mark(encoding: str) -> None:
    content = f"{HEADINGS},note\r\n{GOOD},Bront\u00eb \u2013 \u0141\u00f3d\u017a\r\n".encode(encoding)
    assert len(read_offers(content).rows) == 1


def test_a_cell_of_five_megabytes_is_an_error_of_that_cell() -> None:
    checked = read_offers(offers(GOOD, OTHER.replace("music", "x" * 5_000_000)))
    assert [(error.line, error.column, error.code) for error in checked.errors] == [(3, "subject", "cell_too_long")]


# Rows that hold nothing.


def test_a_formatted_cell_far_below_the_table_is_no_row() -> None:
    made = openpyxl.load_workbook(io.BytesIO(workbook(Offers=[HEADINGS, GOOD])))
    made.worksheets[0]["A1048576"].font = Font(bold=True)
    content = save_workbook(made)
    checked = read_offers(content)
    assert ([row.line for row in checked.rows], checked.errors, checked.skipped) == ([2], [], {})
    copy = openpyxl.load_workbook(io.BytesIO(copy_of(content, [], fits_any(OFFERS))), read_only=True)
    assert [cell.value for cell in next(copy.worksheets[0].iter_rows(2, 2))][7] == "No problem found"


def test_blank_rows_do_not_count_as_rows_of_a_large_file() -> None:
    checked = read_offers(offers(GOOD, ",,,,,,", "", OTHER), max_rows=2)
    assert [row.line for row in checked.rows] == [2, 5]


@pytest.mark.parametrize("below", [(), ("", ",,,,,,"), ("Do not edit,,,,,,",), ("For example 990001,,,,,,",)])
def test_a_file_without_a_row_is_refused(below: tuple[str, ...]) -> None:
    for content in (offers(*below), workbook(Offers=[HEADINGS, *below])):
        [error] = refusal("offers", content).errors
        assert (error.line, error.code) == (1, "no_rows")
        assert "at least one row" in error.message


# Where the table is.


def test_titles_above_the_headings_are_passed_over_and_counted() -> None:
    above = ["Our offers, autumn 2026", "", "Contact: the office; 0113 496 0000"]
    content = "\r\n".join([*above, HEADINGS, GOOD, OTHER, ""]).encode()
    checked = read_offers(content)
    assert [row.line for row in checked.rows] == [5, 6]
    assert (checked.errors, checked.skipped) == ([], {"row_above_headings": 2})


def test_a_title_does_not_hide_which_delimiter_the_table_has() -> None:
    content = "\r\n".join(["Offers, autumn, 2026", HEADINGS.replace(",", ";"), GOOD.replace(",", ";")]).encode()
    assert [row.line for row in read_offers(content).rows] == [3]


def test_the_marked_copy_has_its_columns_beside_the_headings_and_not_beside_the_title() -> None:
    content = "\r\n".join(["Our offers", HEADINGS, OTHER.replace("music", "alchemy")]).encode()
    copy = copy_of(content, read_offers(content).errors, fits_any(OFFERS)).decode("utf-8-sig").splitlines()
    assert copy[0] == "Our offers" + "," * 8
    assert copy[1].endswith("academic_year,Validation results,Errors")
    assert ",To fix,subject: " in copy[2]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_a_line_that_names_the_delimiter_is_obeyed_and_is_no_line(first: str) -> None:
    content = "\r\n".join([first, HEADINGS.replace(",", ";"), GOOD.replace(",", ";")]).encode()
    checked = read_offers(content)
    assert ([row.line for row in checked.rows], checked.errors, checked.skipped) == ([2], [], {})
    assert copy_of(content, [], fits_any(OFFERS)).decode("utf-8-sig").startswith("school_urn,subject,")


@pytest.mark.parametrize(
    ("content", "sheet", "others"),
    [
        (workbook(Offers=[HEADINGS, GOOD]), "Offers", ()),
        (workbook(**{"Read me": ["How to fill this in"], "Offers": [HEADINGS, GOOD]}), "Offers", ("Read me",)),
        (workbook(hidden_old=[HEADINGS, OTHER], Offers=[HEADINGS, GOOD]), "Offers", ("hidden_old",)),
        (workbook(Notes=[""], hidden_offers=[HEADINGS, GOOD]), "hidden_offers", ("Notes",)),
        (workbook(Notes=["subject,places"], Offers=["Autumn", "", HEADINGS, GOOD]), "Offers", ("Notes",)),
    ],
)
def test_the_sheet_that_has_the_columns_is_found_and_the_others_are_named(
    content: bytes, sheet: str, others: tuple[str, ...]
) -> None:
    reading = read_file("offers", content)
    [draft] = reading
    assert draft.row is not None
    assert draft.row.subject == "physics"
    assert reading.place.sheet is not None
    assert (reading.place.sheet.name, reading.place.other_sheets) == (sheet, others)


def test_a_later_sheet_comes_back_marked() -> None:
    content = workbook(**{"Read me": ["How to"], "Offers": [HEADINGS, OTHER.replace("music", "alchemy")]})
    copy = openpyxl.load_workbook(io.BytesIO(copy_of(content, read_offers(content).errors, fits_any(OFFERS))))
    assert [cell.value for cell in copy["Offers"][2]][7] == "To fix"
    assert copy["Read me"].max_column == 1


def test_missing_columns_are_one_sentence_with_the_sheet_that_was_read_and_those_there_are() -> None:
    short = HEADINGS.replace("places,", "").replace(",academic_year", "")
    error = refusal("offers", workbook(**{"Read me": ["How to"], "Offers": [short, "x"], "hidden": ["a"]}))
    assert str(error) == (
        "The file has no column “places” or “academic_year”. Add them under exactly these headings. "
        "Line 1 of the sheet “Offers” was read as the headings. The workbook also has the sheets “Read me”, “hidden”."
    )
    assert [(each.line, each.column) for each in error.errors] == [(1, "places"), (1, "academic_year")]


def test_a_file_with_nothing_of_its_kind_is_not_told_to_add_every_column() -> None:
    error = refusal("mentors", b"Date,Room,Subject\r\n1/9/2026,12,Physics\r\n")
    assert str(error).startswith("The file has no column “staff_reference”, “given_name”, ")
    assert str(error).endswith("Is it the right file? It was read as CSV text.")
    assert str(error).count("The file has no column") == 1


@pytest.mark.parametrize("text", [b"hello", b"Dear Anna,\nhere is the list; thank you.\nBye, Tom\n"])
def test_a_text_without_columns_is_said_to_be_one_whatever_its_name_ends_in(text: bytes) -> None:
    error = refusal("mentors", text)
    assert str(error).endswith(
        "It is text without columns: no CSV file, and no workbook even if its name ends in .xlsx. Save the sheet as "
        "XLSX or as “CSV UTF-8”, and send that."
    )


def test_a_table_under_a_title_is_not_called_text_without_columns() -> None:
    error = refusal("mentors", b"Rooms\nDate,Room,Subject\n1/9/2026,12,Physics\n")
    assert str(error).endswith("Is it the right file? It was read as CSV text.")


@pytest.mark.parametrize(
    ("days", "words"),
    [(("2026-10-26", "2026-10-30"), ", from 2026-10-26 to 2026-10-30"), (("2026-10-30", ""), ", on 2026-10-30")],
)
def test_a_period_that_stands_twice_is_named_with_its_days(days: tuple[str, str], words: str) -> None:
    row = f"990001,Half-term,holiday,{days[0]},{days[1]}\n"
    content = f"school_urn,period,kind,starts_on,ends_on\n{row}{row}"
    [error] = whole(read_file("calendars", content.encode())).errors
    assert (error.line, error.column) == (3, "starts_on")
    assert error.message == f"Line 2 has this period too{words}. Keep one of the two."


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("send_placement", "Write yes or no, or leave the cell blank for no."),
        ("priority", "Write urgent, usual or flexible, or leave the cell blank for usual."),
    ],
)
def test_a_cell_that_may_be_blank_says_what_blank_stands_for(column: str, says: str) -> None:
    content = f"provider_trainee_id,purpose,reasons,{column}\nT-1,induction,a,perhaps\n"
    [error] = whole(read_file("referrals", content.encode())).errors
    assert (error.column, error.message) == (column, says)


# Files of another kind.


@pytest.mark.parametrize(
    ("kind", "content", "belongs"),
    [
        ("schools", LINKS.encode(), "`alongside schools links`"),
        ("schools", CENTRES.encode(), "an extract of children's centres"),
        ("mentors", offers(GOOD), "`alongside people import --kind offers`"),
        ("offers", b"hesa_id,urn\r\n0000083799785,137335\r\n", "`alongside people import --kind placements`"),
        ("schools", b"Group UID,Group ID,Group Name\r\n1,2,3\r\n", "register's file of groups"),
        ("trainees", b"claim_reference,school_urn\r\n1,2\r\n", "claims for mentor funding"),
        (
            "offers",
            workbook(Sheet=["hesa_id,urn", "0000083799785,137335"]),
            "`alongside people import --kind placements`",
        ),
    ],
)
def test_a_file_of_another_kind_is_recognised(kind: Kind, content: bytes, belongs: str) -> None:
    error = refusal(kind, content)
    assert belongs in str(error)
    assert "Add " not in str(error)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html><html><body><table><tr><td>URN</td></tr></table></body></html>", "web page"),
        (b"\xef\xbb\xbf\r\n<html></html>", "web page"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "XML"),
        ("<html></html>".encode("utf-16"), "web page"),
        (b'{"schools": []}', "JSON"),
        (b'[{"urn": 990001}]', "JSON"),
        (b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or a protected workbook"),
        (archive(edubasealldata_csv=offers(GOOD)), "ZIP archive"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "ODS"),
        (archive(word__document_xml=b"<w/>"), "text document"),
        (archive(xl__workbook_bin=b""), "XLSB"),
        (bytes(range(256)) * 20, "neither a CSV text file nor an XLSX workbook"),
    ],
)
def test_a_file_that_is_no_table_is_named_with_what_to_send_instead(content: bytes, what: str) -> None:
    for kind in FILE_KINDS:
        error = refusal(kind, content)
        assert what in str(error)
        assert "send" in str(error) or "Save" in str(error)


# What is not read is named.


def test_columns_that_are_not_read_are_named() -> None:
    headings = ["TRN", *(f"Placement {number} URN" for number in range(1, 7))]
    content = ",".join(headings) + "\r\n0123456,100001,100002,100003,100004,100005,100006\r\n"
    reading = read_file("placements", content.encode())
    [draft] = reading
    assert draft.row is not None
    assert len(draft.row.schools) == 5
    assert reading.columns_not_read == ["Placement 6 URN"]


def test_columns_of_a_marked_copy_are_ours_and_not_named() -> None:
    content = f"{HEADINGS},Note,Validation results,Errors,\r\n{GOOD},a,To fix,places: x,\r\n".encode()
    assert read_file("offers", content).columns_not_read == ["Note"]


def test_the_quotation_marks_of_a_file_are_named_by_their_line_in_its_sentence() -> None:
    assert str(refusal("offers", offers(GOOD, '990001,"physics,secondary,2', GOOD))).startswith("Line 3: ")


# Files of the register.


def real(name: str) -> bytes:
    if not (DATA / name).exists():
        pytest.skip(f"../shared/data/{name} is not on this machine")
    return (DATA / name).read_bytes()


def test_the_registers_links_are_not_taken_for_schools() -> None:
    assert "`alongside schools links`" in str(refusal("schools", real("gias/links_edubasealldata_2025-07-27.csv")))


def test_dfes_other_templates_are_recognised() -> None:
    for name in (
        "find-placement-schools__import.csv",
        "itt-mentor-services__example-payments.csv",
        "itt-mentor-services__example_provider_response_upload.csv",
        "itt-mentor-services__previously_offered_placements.csv",
        "itt-mentor-services__upload_provider_users.csv",
        "itt-mentor-services__upload_users.csv",
        "register-early-career-teachers-public__bulk-actions-template.csv",
        "register-early-career-teachers-public__bulk-claims-template.csv",
        "register-trainee-teachers__complete.csv",
    ):
        content = real(f"dfe_csv_templates/{name}")
        for kind in FILE_KINDS:
            assert "It looks like " in str(refusal(kind, content)), (name, kind)


def test_numbers_with_a_fraction_as_other_programs_write_them_are_those_of_the_register() -> None:
    content = LINKS.replace("100012", "100012.0").replace("31-08-2021", "31-08-2021 00:00:00").encode()
    [link] = read_links(content).rows
    assert (link.urn, link.established_on) == ("100012", date(2021, 8, 31))
    columns = "URN,EstablishmentName,EstablishmentStatus (code),TypeOfEstablishment (name),PhaseOfEducation (name)"
    rows = ["100001.0,A,1.0,,Primary,0.0,0.0", "100002.0,B,2.0,,Primary,,"]
    text = "\r\n".join([f"{columns},Easting,Northing", *rows])
    checked = read_schools(text.encode())
    assert (checked.errors, [row.urn for row in checked.rows], checked.skipped) == ([], ["100001"], {"closed": 1})


def test_percentages_of_a_workbook_are_read_as_they_are_shown() -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(["URN", "EstablishmentName", "EstablishmentStatus (code)", "PercentageFSM", "Easting", "Northing"])
    sheet["G1"], sheet["H1"] = "TypeOfEstablishment (name)", "PhaseOfEducation (name)"
    sheet.append([100001, "A", 1, 0.181])
    sheet["D2"].number_format = "0.0%"
    [school] = read_schools(save_workbook(made)).rows
    assert f"{school.percentage_fsm}" == "18.1"


def test_a_long_number_that_a_spreadsheet_has_rounded_is_refused() -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].append(["hesa_id", "urn"])
    made.worksheets[0].append([22100027187725416, 137335])
    [error] = read_placements(save_workbook(made)).errors
    assert (error.line, error.column, error.code) == (2, "hesa_id", "wrong_digits")
    assert "shortened" in error.message
