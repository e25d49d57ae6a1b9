"""A report and the review pack of a mentor as documents."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from services.reporting.exports.contents import Contents
from services.reporting.exports.pdf_file import MOST_ROWS, day_in_words, short_ids, write_pdf
from services.reporting.exports.review_pack_file import review_pack_file
from services.reporting.reports.caseloads import Caseload
from services.reporting.reports.early_warnings import EarlyWarning
from services.reporting.reports.freshness import DatedAnswer, ParkedEvents
from services.reporting.reports.meetings_by_school import MEETINGS_BY_SCHOOL, SchoolMeetings
from services.reporting.reports.mentor_training import MentorTraining
from services.reporting.reports.mentoring import Mentoring
from services.reporting.reports.placements import PLACEMENTS, Placement
from services.reporting.reports.report import Report
from services.reporting.reports.review_pack import ReviewPack
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid
from tests.unit.reporting.facts import OAK, PROGRAMME, id_of

pytestmark = pytest.mark.covers("P11")
AS_OF = date(2026, 12, 13)
PARKED = ParkedEvents(source="sessions", events=2, since=datetime(2026, 12, 12, 9, tzinfo=UTC))
FRESH = DatedAnswer(up_to_date_at=datetime(2026, 12, 13, 17, tzinfo=UTC), sources={}, parked=(PARKED,))
COUNTS = {"due": 4, "due_held": 3, "held": 3, "missed": 1, "not_recorded": 0, "missing_weeks": ()}
NO_PAIR = dict.fromkeys(set(Placement.model_fields) - {"programme_id", "trainee_id", "standing"})


def placement(name: str, **known: Any) -> Placement:
    columns = {"programme_id": PROGRAMME, "trainee_id": id_of(name), "standing": "unplaced", **NO_PAIR}
    return Placement.model_validate(columns | known)


def document(report: Report, rows: Sequence[Answer], **asked: Any) -> tuple[PdfReader, str]:
    file = BytesIO()
    write_pdf(Contents(report, AS_OF, None, FRESH, rows, **asked), file)
    return open_pdf(file.getvalue())


def open_pdf(file: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(file))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_a_report_is_a_table_that_says_what_was_asked() -> None:
    rows = [SchoolMeetings(school_urn=OAK, school_name="Oak #Academy", relationships=2, **COUNTS)]
    _, text = document(MEETINGS_BY_SCHOOL, rows, filters={"school_urn": OAK})
    assert MEETINGS_BY_SCHOOL.question in text
    assert "Up to and with 13 December 2026; complete up to 13 December 2026 at 17:00." in text
    assert "2 events of sessions could not be read, since 2026-12-12 09:00 UTC." in text
    assert f"1 row. Only rows with school urn {OAK}." in text
    assert f"{OAK} Oak #Academy 2 4 3 3 1 0" in text
    assert "Columns without a value in any row: missing weeks." in text
    assert f"Not for {MEETINGS_BY_SCHOOL.not_for}" in text


def test_a_report_without_rows_says_so() -> None:
    _, text = document(PLACEMENTS, [])
    assert "0 rows." in text
    assert PLACEMENTS.question in text


def test_a_wide_report_has_wider_paper() -> None:
    narrow, _ = document(PLACEMENTS, [placement("bo")])
    wide, _ = document(PLACEMENTS, [placement("bo", **dict.fromkeys(("reason", "explanation"), "x" * 80))])
    assert [float(each.pages[0].mediabox.width) for each in (narrow, wide)] == pytest.approx([842, 1191], abs=1)


def test_more_rows_than_anybody_reads_are_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match="ask for fewer with a filter, or for CSV, XLSX or Parquet"):
        document(PLACEMENTS, [placement("bo")] * (MOST_ROWS + 1))


def test_short_ids_stay_different() -> None:
    ids = [UUID(int=1 << 90), UUID(int=3 << 90), UUID(int=1)]
    assert sorted(map(len, short_ids(ids[:1]).values())) == [8]
    assert len(set(short_ids(ids).values())) == 3


def relationship(name: str, due: int, held: int, *, active: bool = True) -> Mentoring:
    return Mentoring(
        relationship_id=id_of(f"relationship {name}"),
        programme_id=PROGRAMME,
        trainee_id=id_of(name),
        mentor_id=id_of("amal"),
        school_urn=OAK,
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 12, 18),
        active=active,
        role="lead",
        mentor_hours_per_week=1.5,
        minutes=held * 50,
        minutes_due=due * 60,
        last_held_on=AS_OF,
        due=due,
        due_held=held,
        held=held,
        missed=0,
        not_recorded=due - held,
        missing_weeks=(date(2026, 10, 5),) * (due - held),
    )


def pack(*relationships: Mentoring, **known: Any) -> ReviewPack:
    caseload = Caseload(
        mentor_id=id_of("amal"),
        school_urn=OAK,
        school_name="Oak Academy",
        capacity_hours=4,
        hours_a_week=3,
        relationships=2,
        minutes=150,
        minutes_due=240,
        last_held_on=date(2026, 12, 9),
        **COUNTS,
    )
    empty: dict[str, Any] = {
        "training": [],
        "warnings": [],
        "known_at": None,
        **dict(FRESH),
    }
    return ReviewPack.model_validate(
        {"mentor_id": id_of("amal"), "as_of": AS_OF, "caseload": caseload, "relationships": relationships}
        | empty
        | known
    )


def test_the_pack_calls_people_by_letters_and_names_their_ids_at_the_end() -> None:
    _, text = open_pdf(review_pack_file(pack(relationship("bo", 4, 4), relationship("cai", 4, 2))))
    assert "6 of 8 meetings that were due were held; the others were with Person B." in text
    assert "Person B: 5 October 2026, 5 October 2026" in text
    assert f"Person A {id_of('bo')} Person B {id_of('cai')}" in text
    assert "Oak Academy" in text


def test_one_person_in_two_relationships_has_one_letter() -> None:
    _, text = open_pdf(review_pack_file(pack(relationship("bo", 4, 4), relationship("bo", 2, 2, active=False))))
    assert "Person B" not in text
    assert "All 4 meetings that were due were held." in text


def test_a_pack_without_relationships_training_or_warnings_says_so() -> None:
    _, text = open_pdf(review_pack_file(pack()))
    assert "No relationship is running on this day." in text
    assert "No training is recorded." in text
    assert "Nothing calls for attention." in text


def test_training_and_warnings_are_in_the_pack_and_a_mentor_sees_no_warnings() -> None:
    training = MentorTraining(
        mentor_id=id_of("amal"),
        provider="North Star",
        academic_year="2026/27",
        kind="initial",
        school_urn=OAK,
        school_name="Oak Academy",
        entries=1,
        hours=6,
        claimable_hours=None,
        most_claimable=None,
        last_trained_on=date(2026, 9, 3),
    )
    warning = EarlyWarning(
        kind="missed_in_a_row",
        about_id=id_of("relationship bo"),
        programme_id=PROGRAMME,
        trainee_id=id_of("bo"),
        mentor_id=id_of("amal"),
        school_urn=OAK,
        school_name="Oak Academy",
        since=AS_OF,
        fact="3 meetings in a row were missed.",
        action="Ask the two.",
    )
    running = relationship("bo", 0, 0)
    _, text = open_pdf(review_pack_file(pack(running, training=[training], warnings=[warning])))
    assert "North Star 2026/27 initial 6 2026-09-03" in text
    assert "Person A: 3 meetings in a row were missed. Ask the two." in text
    assert "No meeting has been due yet." in text
    _, own = open_pdf(review_pack_file(pack(running, warnings=None)))
    assert "attention" not in own


def test_a_day_is_written_as_people_write_it() -> None:
    assert day_in_words(date(2026, 10, 9)) == "9 October 2026"
