"""The document of what a mentor has done as a certificate: figures by role, days, and how it is verified."""

import pytest

from services.sessions.exports.recognition_file import MOST_BARS, recognition_file
from services.sessions.queries.recognitions import RecognitionView
from tests.support.pdf import elements, must_be_accessible, open_pdf, text_of
from tests.unit.sessions.example_papers import recognition, role

pytestmark = pytest.mark.covers("P11", "S14")
SERVICE = "https://sessions.example"
MENTOR, TUTOR = role("Mentor in the host school", 36), role("Induction tutor", 6, "Early career teachers")


def print_out(document: RecognitionView) -> bytes:
    return recognition_file(document, "Northstar", service=SERVICE)


def read(document: RecognitionView) -> str:
    return text_of(open_pdf(print_out(document)))


def test_the_certificate_is_tagged_and_says_what_was_done_in_which_roles_and_when() -> None:
    reader = open_pdf(print_out(recognition(TUTOR, MENTOR)))
    must_be_accessible(reader, "Mentoring by Ann Example")
    text = text_of(reader)
    for each in (
        "Partnership: Northstar. As recorded up to 14 December 2026.",
        "35.0 hours in meetings 42 meetings 4 mentees",
        "From 8 September 2025 to 11 December 2026. Academic years: 2025/26, 2026/27.",
        "42 meetings in 2 roles, 36 of them as Mentor in the host school, Initial teacher training.",
        "30.0 36 2 8 September 2025 11 December 2026",
        "Together 35.0 42 4",
        "judges nobody by any standard",
    ):
        assert each in text
    (figure,) = [each for each in elements(reader) if each["/S"] == "/Figure"]
    assert figure["/Alt"].endswith("Induction tutor, Early career teachers: 6.")


def test_whoever_holds_the_paper_can_verify_it() -> None:
    text = read(recognition(MENTOR))
    assert "ABCD-EFGH-JKLM-NPQR code" in text
    assert f"{SERVICE}/partnerships/Northstar/recognitions/ABCD-EFGH-JKLM-NPQR/page" in text
    assert "36 meetings as Mentor in the host school, Initial teacher training." in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("stands", "As recorded up to 14 December 2026"),
        ("corrected", "Corrected since 14 December 2026: less is recorded now than it states"),
        ("replaced", "Replaced by a newer document"),
        ("withdrawn", "Withdrawn: it says nothing any more"),
    ],
)
def test_whether_it_stands_is_at_the_head_of_each_page(status: str, words: str) -> None:
    many = [role(f"Role {nth}", nth + 1) for nth in range(3 * MOST_BARS)]
    reader = open_pdf(print_out(recognition(*many, status=status)))
    assert len(reader.pages) > 1
    for page in reader.pages:
        assert words in page.extract_text()
    assert f"Role {3 * MOST_BARS - 1}, Initial teacher training" in text_of(reader)


def test_names_and_titles_come_out_as_they_were_written() -> None:
    hostile = '#read("/etc/passwd") *b* </svg><script>'
    reader = open_pdf(print_out(recognition(role(hostile, 2), name=hostile)))
    must_be_accessible(reader, f"Mentoring by {hostile}")
    assert text_of(reader).replace(" ", "").count(hostile.replace(" ", "")) >= 3
    assert set("אןלוי") <= set(read(recognition(MENTOR, name="אן לוי")))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert print_out(recognition(MENTOR, TUTOR)) == print_out(recognition(MENTOR, TUTOR))
