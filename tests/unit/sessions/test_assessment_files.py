"""An assessment as a document: whose it is, how it stands on every page, judgements, comments, signatures."""

import asyncio
import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.sessions.api.documents import make_document
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import STANDARDS
from services.sessions.exports.assessment_file import assessment_file, status
from services.sessions.queries.assessment_papers import AssessmentPaper
from tests.support.pdf import elements, must_be_accessible, open_pdf, text_of
from tests.unit.sessions.example_assessments import INDUCTION
from tests.unit.sessions.example_papers import (
    COMPLETE,
    ENTRY_ID,
    MODERATION,
    OBSERVATION_ID,
    RULES,
    SIGNATURES,
    appeal,
    appeal_step,
    draft,
    paper,
    version,
)
from tests.unit.sessions.examples import STRANGER_ID, TRAINEE_ID, TUTOR_ID

pytestmark = pytest.mark.covers("P11", "S8")
HOSTILE = '#read("/etc/passwd") *bold* $x^2$ <label> ]] }} \\u{41} #set text(1pt) &lt;b&gt; </svg>'


def read(printed: AssessmentPaper) -> str:
    return text_of(open_pdf(assessment_file(printed)))


def test_the_document_is_tagged_and_says_whose_it_is_and_how_it_stands() -> None:
    reader = open_pdf(assessment_file(COMPLETE))
    must_be_accessible(reader, RULES.title)
    text = text_of(reader)
    for each in ("Initial teacher education placement. Partnership: Northstar.", "Name (Trainee)"):
        assert each in text
    assert f"Trainee {TRAINEE_ID} Assessor {TUTOR_ID}" in text
    assert "Kind at the end of a placement Version 1" in text
    assert "Shared 14 December 2026 Submitted 17 December 2026" in text
    assert len(reader.pages) > 1
    for nth, page in enumerate(reader.pages, start=1):
        assert "Submitted on 17 December 2026: waiting to be acknowledged" in page.extract_text()
        assert f"{RULES.title}, version 1" in page.extract_text()
        assert f"Page {nth} of {len(reader.pages)}" in page.extract_text()


def test_the_chart_says_its_finding_and_describes_itself_beside_the_table() -> None:
    reader = open_pdf(assessment_file(COMPLETE))
    (figure,) = [each for each in elements(reader) if each["/S"] == "/Figure"]
    assert figure["/Alt"].startswith("TS1: On track. TS2: On track. TS3: Needs support.")
    text = text_of(reader)
    assert "6 standards: On track. 1 standard: Needs support (TS3). 1 standard: Not on track (TS7)." in text
    assert "TS3 Demonstrate good subject and curriculum knowledge Needs support" in text
    tags = [each["/S"] for each in elements(reader)]
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/TD"} <= set(tags)


def test_a_version_in_which_all_standards_are_alike_says_so() -> None:
    assert "All 8 standards: On track." in read(paper(version(judgements=dict.fromkeys(STANDARDS, "on_track"))))


def test_what_people_wrote_is_in_it_and_what_it_rests_on() -> None:
    text = read(COMPLETE)
    for each in (
        "Agree on one routine. Keep to it. Why this was not raised before: It began last week.",
        "What this judgement rests on Three lessons.",
        f"Released by the trainee: {ENTRY_ID}",
        f"Observation: {OBSERVATION_ID}",
        "Seen teaching on 12 November 2026",
        "On 15 December 2026: I began with the routine on Monday.",
    ):
        assert each in text
    assert "No comment, as was said on" in read(paper(version(comment=None)))


def test_signatures_stand_in_the_order_of_the_programme_also_those_that_are_missing() -> None:
    printed = paper(version(state="signing", submitted_on=None, signatures=SIGNATURES[:2], next_to_sign="Trainee"))
    text = read(printed)
    assert f"1 University tutor {TUTOR_ID} 16 December 2026 2 ITT coordinator of the school {STRANGER_ID}" in text
    assert "3 Trainee not signed" in text
    assert "Signature: Trainee • It has to be submitted • It has to be acknowledged" in text
    assert "Signature: University tutor" not in text


def test_a_draft_says_all_that_is_missing() -> None:
    text = read(paper(draft()))
    assert "Judgement: TS3, TS4, TS5, TS6, TS7, TS8" in text
    assert "1 standard: On track. 1 standard: Needs support (TS2). 6 standards not judged yet." in text
    for each in ("It has to be shared", "Comment: Trainee", "Signature: University tutor", "Nothing is named."):
        assert each in text
    assert "No standard is judged yet." in read(paper(draft(judgements={})))


def test_a_draft_misses_the_answers_that_the_form_asks_for() -> None:
    rules = rules_of(INDUCTION, "ect_formal_1")
    assert rules.form is not None
    asked = [each.text for each in rules.form.fields if not each.optional]
    printed = replace(paper(draft(kind="ect_formal_1", title=rules.title)), programme=INDUCTION, rules=rules)
    text = read(printed)
    assert asked
    for each in asked:
        assert f"Answer: {each}" in text


@pytest.mark.parametrize(
    ("printed", "stands"),
    [
        (paper(draft()), "Draft, not shared"),
        (paper(draft(state="shared", shared_on=date(2026, 12, 14))), "Draft, shared on 14 December 2026: waiting for"),
        (paper(version(state="commented", next_to_sign="University tutor")), "Waiting for signature: University tutor"),
        (paper(version(state="signed", submitted_on=None)), "Signed by all: waiting to be submitted"),
        (paper(version(state="returned", returned_on=date(2026, 12, 18))), "Returned on 18 December 2026: does not"),
        (
            paper(version(state="acknowledged", acknowledged_on=date(2026, 12, 21))),
            "Final, acknowledged on 21 December",
        ),
        (paper(version(), rules=replace(RULES, received_by=frozenset())), "Final, submitted on 17 December 2026"),
        (paper(version(), version(2)), "Replaced by version 2, submitted on 17 December 2026"),
        (paper(version(), appeal=appeal(appeal_step("made", None))), "; an appeal is not decided yet"),
        (paper(version(), appeal=appeal(appeal_step("upheld", None))), "; to be corrected after an appeal"),
    ],
)
def test_how_it_stands_is_a_few_words(printed: AssessmentPaper, stands: str) -> None:
    assert stands in status(printed)


def test_moderation_appeal_second_opinion_and_other_versions_are_in_it_where_there_are_any() -> None:
    text = read(COMPLETE)
    for each in (
        f"Drawn in a sample on 18 December 2026. Moderator: {STRANGER_ID}. The moderator agreed on 19 December 2026.",
        f"Appeal made on 5 January 2027 by {TRAINEE_ID}, because: Nobody saw me teach.",
        "because: You were seen.",
        f"Written on 21 December 2026 by {STRANGER_ID}.",
        "I saw it otherwise.",
        "TS3, in the second opinion It was secure.",
        "2 draft 17 December 2026 TS3 was a slip.",
    ):
        assert each in text
    bare = read(paper(version()))
    for heading in ("Moderation", "Appeal", "Second opinion", "Other versions"):
        assert heading not in bare


def test_a_decision_that_was_taken_back_and_one_that_nobody_made_yet_are_told_apart() -> None:
    steps = (appeal_step("made", None), appeal_step("upheld", None), appeal_step("made", "A slip.", reversal=True))
    text = read(
        paper(version(), appeal=appeal(*steps), moderations=(MODERATION.model_copy(update={"state": "named"}),))
    )
    assert "Decision taken back on 5 January 2027" in text
    assert "Not decided yet" in text
    assert "There is none. The last day for it: 15 January 2027." in read(paper(version(), appeal=appeal()))


def test_texts_come_out_as_they_were_written_whatever_they_look_like() -> None:
    texts: dict[str, Any] = {
        "comments": {"TS1": HOSTILE},
        "answers": {"comment": HOSTILE, "left out since": 7.5},
        "comment": HOSTILE,
        "corrected_because": HOSTILE,
        "unexpected": {"TS1": HOSTILE},
    }
    printed = paper(version(**texts), appeal=appeal(appeal_step("made", HOSTILE)))
    text = read(printed)
    assert text.replace(" ", "").count(HOSTILE.replace(" ", "")) == 6
    assert "root:" not in text
    assert "left out since 7.5" in text


def test_a_comment_in_hebrew_arabic_or_pictures_can_be_read() -> None:
    reader = open_pdf(
        assessment_file(paper(version(comments={"TS1": "הכיתה רגועה", "TS2": "ممتاز", "TS3": "Well done 🎉"})))
    )
    must_be_accessible(reader, RULES.title)
    text = text_of(reader)
    assert set("הכיתהרגועה") <= set(text)
    assert "Well done [party popper]" in text
    assert "\ufffd" not in text


LONG = paper(version(comments=dict.fromkeys(STANDARDS, "word " * 800), comment="x" * 4000))


def test_the_longest_texts_are_whole_and_the_same_assessment_gives_the_same_bytes() -> None:
    file = assessment_file(LONG)
    assert file == assessment_file(LONG)
    text = text_of(open_pdf(file))
    assert text.count("word") == 800 * len(STANDARDS)
    assert text.replace(" ", "").count("x") >= 4000


async def test_others_are_answered_while_a_long_document_is_made() -> None:
    begun, somebody_was_answered = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def make() -> bytes:
        loop.call_soon_threadsafe(begun.set)
        assert somebody_was_answered.wait(30), "nobody is answered before the document is made"
        return assessment_file(LONG)

    making = asyncio.create_task(make_document(make))
    await begun.wait()
    somebody_was_answered.set()
    assert bytes((await making).body).startswith(b"%PDF")
