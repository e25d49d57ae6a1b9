"""Recommendations for an award: the register's download, filled in."""

from datetime import date
from uuid import UUID

import pytest

from shared.dfe.awards import AssessmentRead, award_of
from shared.dfe.forms import Gap
from shared.dfe.people import PersonOnRecord
from shared.dfe.recommendations import Award, Recommendations, fill_in, read_download, trainees_named
from shared.spreadsheets.errors import FileError
from tests.unit.dfe.people import TODAY, person, template

pytestmark = pytest.mark.covers("P11", "I3")

MET = date(2027, 7, 9)
HEADER = (
    b"TRN,Provider trainee ID,HESA ID,Last names,First names,Lead school,QTS or EYTS,Route,Phase,Age range,Subject,"
    b"Date QTS or EYTS requirements met\r\n"
)
NOTES = b"Do not edit," * 11 + b'"For example, 20/7/2022\r\n\r\nDelete row if the status is not changing"\r\n'


def line(number: int = 1, *, trn: str | None = None, hesa_id: str | None = None, family: str = "Barros") -> bytes:
    whose = person(number)
    names = [trn or str(whose.trn), whose.reference, f"'{whose.hesa_id}'" if hesa_id is None else hesa_id, family]
    rest = ["Courtney", "-", "QTS", "Provider-led (postgrad)", "Secondary", "11 to 16", "Biology", ""]
    return ",".join([*names, *rest]).encode() + b"\r\n"


def fill_in_for(content: bytes, *people: PersonOnRecord, award: Award | None = None) -> Recommendations:
    awards = {each.person_id: award or Award(MET) for each in people}
    return fill_in(read_download(content), people, awards, TODAY)


def test_the_day_is_filled_in_and_everything_else_stays_byte_for_byte() -> None:
    made = fill_in_for(HEADER + NOTES + line(), person(1))

    assert made.write() == [HEADER + NOTES + line().removesuffix(b"\r\n") + b"9/7/2027\r\n"]
    assert made.gaps == []


def test_dfes_own_file_comes_back_byte_for_byte() -> None:
    content = template("register-trainee-teachers__complete.csv")
    download = read_download(content)
    people = [
        person(nth, trn=download.cell(row, "TRN"), hesa_id=None, reference=download.cell(row, "Provider trainee ID"))
        for nth, row in enumerate(download.rows)
    ]
    days = [download.cell(row, "Date QTS or EYTS requirements met").split("/") for row in download.rows]
    awards = {
        each.person_id: Award(date(int(year), int(month), int(day)))
        for each, (day, month, year) in zip(people, days, strict=True)
    }

    made = fill_in(download, people, awards, date(2022, 8, 1))

    assert made.write() == [content]


def test_whoever_is_not_recommended_is_deleted_with_the_reason() -> None:
    people = [person(1), person(2)]

    made = fill_in(read_download(HEADER + NOTES + line(1) + line(2)), people, {people[1].person_id: Award(MET)}, TODAY)

    assert [row[1] for row in made.rows] == ["T-2"]
    assert made.gaps == [Gap("T-1", "has no final assessment that was signed.")]


def test_nobody_to_recommend_is_no_file() -> None:
    assert fill_in_for(HEADER + NOTES + line(), person(1), award=Award(None, "has not met TS5.")).write() == []


@pytest.mark.parametrize(
    "header",
    [
        HEADER.lower(),
        b"\xef\xbb\xbf" + HEADER.replace(b"Provider trainee ID", b"Provider trainee ID "),
        HEADER.replace(b",Lead", b", Lead"),
    ],
    ids=["lower case", "byte order mark and trailing blank", "leading blank"],
)
def test_dirty_headings_are_spelt_as_the_register_spells_them(header: bytes) -> None:
    (file,) = fill_in_for(header + NOTES + line(), person(1)).write()

    assert file.startswith(HEADER + NOTES)


def test_letters_of_another_encoding_are_read_and_written_as_utf_8() -> None:
    (file,) = fill_in_for((HEADER + line()).replace(b"Barros", "Barrós".encode("cp1252")), person(1)).write()

    assert "Barrós".encode() in file


def test_a_file_without_notes_and_with_blank_rows_is_filled_in_too() -> None:
    (file,) = fill_in_for(HEADER + b",,,,,,,,,,,\r\n" + line() + b"\r\n", person(1)).write()

    assert file == HEADER + line().removesuffix(b"\r\n") + b"9/7/2027\r\n"


def test_columns_of_a_newer_edition_keep_their_order_and_others_are_left_out() -> None:
    content = b"TRN,First names,Training partner,Note,Date QTS or EYTS requirements met\n2413291,Cliff,-,x,\n"

    made = fill_in_for(content, person(1))

    assert made.download.form.edition == "2026"
    assert made.download.not_read == ("Note",)
    header = b"TRN,First names,Training partner,Date QTS or EYTS requirements met\r\n"
    assert made.write() == [header + b"2413291,Cliff,-,9/7/2027\r\n"]


def test_the_zeros_that_a_spreadsheet_dropped_from_a_trn_come_back() -> None:
    made = fill_in_for(HEADER + line(trn="13291"), person(1, trn="0013291"))

    assert made.rows[0][0] == "0013291"


@pytest.mark.parametrize("hesa_id", ["5438267884801", "'5438267884801'", '"5438267884801"', ""])
def test_a_trainee_is_known_by_a_hesa_id_however_it_is_quoted(hesa_id: str) -> None:
    assert len(fill_in_for(HEADER + line(hesa_id=hesa_id), person(1)).rows) == 1


def test_a_row_that_names_two_people_or_nobody_is_deleted() -> None:
    made = fill_in_for(HEADER + line(1, hesa_id="5438267884802") + line(3), person(1), person(2))

    assert [gap.about for gap in made.gaps] == ["line 2", "line 3"]
    assert "names T-1 and T-2 at once." in made.gaps[0].sentence
    assert "names nobody on record." in made.gaps[1].sentence


@pytest.mark.parametrize(
    ("content", "whose", "award", "because"),
    [
        (line(), person(1, has_left=True), Award(MET), "has withdrawn from training."),
        (line(), person(1), Award(date(2027, 7, 21)), "signed in the future"),
        (line(), person(1), Award(date(2026, 7, 19)), "more than 12 months ago"),
        (line(hesa_id="5.43827E+15"), person(1), Award(MET), "HESA ID on line 2 that a spreadsheet has spoilt"),
        (line(family="=HYPERLINK(0)"), person(1), Award(MET), "has a formula on line 2 (Last names)"),
    ],
    ids=["withdrawn", "future", "too long ago", "spoilt id", "formula"],
)
def test_a_row_that_the_register_would_refuse_is_deleted_with_the_reason(
    content: bytes, whose: PersonOnRecord, award: Award, because: str
) -> None:
    made = fill_in_for(HEADER + content, whose, award=award)

    assert made.rows == []
    assert [because in gap.sentence for gap in made.gaps] == [True]


def test_a_day_of_twelve_months_ago_is_taken() -> None:
    assert len(fill_in_for(HEADER + line(), person(1), award=Award(date(2026, 7, 20))).rows) == 1


def test_only_those_are_asked_about_whom_the_download_names() -> None:
    assert set(trainees_named(read_download(HEADER + line(1)), [person(1), person(2)])) == {UUID(int=1)}


@pytest.mark.parametrize("content", [b"TRN,First names\n1,2\n", b"First names,Date QTS or EYTS requirements met\nA,\n"])
def test_another_file_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(FileError, match="Download it from Register trainee teachers"):
        read_download(content)


# Whether the standards are met.

COUNTS_AS = {"met": "on_track", "not_met": "not_on_track"}
ALL_MET = {f"TS{number}": "met" for number in range(1, 9)}


def assessment(levels: dict[str, str] = ALL_MET, state: str = "submitted", kind: str = "final") -> AssessmentRead:
    return AssessmentRead(kind, state, MET, levels, [date(2027, 7, 6), date(2027, 7, 8), date(2027, 7, 7)])  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("state", ["signed", "submitted", "acknowledged"])
def test_the_standards_are_met_on_the_day_of_the_last_signature(state: str) -> None:
    assert award_of([assessment(state=state)], COUNTS_AS) == Award(date(2027, 7, 8))  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("assessments", "because"),
    [
        ([assessment(kind="interim")], "has no final assessment that was signed."),
        ([assessment(state="signing")], "has an assessment that not everybody has signed yet."),
        (
            [assessment(ALL_MET | {"TS3": "not_met", "TS8": "unknown"})],
            "has not met TS3, TS8; what follows is recorded in DfE's service by hand.",
        ),
        ([assessment({"TS1": "met"})], "has an assessment without a level for TS2, TS3, TS4, TS5, TS6, TS7, TS8."),
    ],
)
def test_anything_else_is_no_award(assessments: list[AssessmentRead], because: str) -> None:
    assert award_of(assessments, COUNTS_AS) == Award(None, because)  # type: ignore[arg-type]  # fields by name
