"""Drafts: kept as they were typed, for one form, in versions, within limits."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from services.sessions.domain.drafts import (
    DRAFTS_A_PERSON,
    LARGEST_DRAFT,
    DraftChanged,
    DraftOfAnotherForm,
    DraftTooLarge,
    Form,
    NewDraft,
    StoredDraft,
    TooManyDrafts,
    next_version,
    write_draft,
)
from shared.kernel.decider import Invalid

MEETING = Form("POST", "/relationships/1/meetings")
JOURNAL = Form("POST", "/journal")
KEPT = StoredDraft("somebody", 3, MEETING)


def test_a_new_draft_has_the_first_version_and_each_later_one_the_next() -> None:
    assert next_version(None, MEETING, if_match=None, others=0) == 1
    assert next_version(KEPT, MEETING, if_match=None, others=0) == 4
    assert next_version(KEPT, MEETING, if_match=3, others=0) == 4


@pytest.mark.parametrize(
    ("draft", "if_match", "sentence"),
    [(KEPT, 2, "kept from somewhere else"), (KEPT, 4, "kept from somewhere else"), (None, 3, "no longer there")],
)
def test_a_draft_that_changed_or_went_is_not_written_over(
    draft: StoredDraft | None, if_match: int, sentence: str
) -> None:
    with pytest.raises(DraftChanged, match=sentence):
        next_version(draft, MEETING, if_match=if_match, others=0)


def test_a_draft_stays_that_of_its_form() -> None:
    with pytest.raises(DraftOfAnotherForm, match="POST /relationships/1/meetings"):
        next_version(KEPT, JOURNAL, if_match=None, others=0)


def test_a_person_has_so_many_drafts_and_goes_on_with_each_of_them() -> None:
    assert next_version(None, MEETING, if_match=None, others=DRAFTS_A_PERSON - 1) == 1
    assert next_version(KEPT, MEETING, if_match=None, others=DRAFTS_A_PERSON) == 4
    with pytest.raises(TooManyDrafts):
        next_version(None, MEETING, if_match=None, others=DRAFTS_A_PERSON)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"on": "yesterd", "minutes": "abo", "no such field": [None, True, {"x": 1.5}]},
        {"text": "x" * 20_000, "\x00": "\x00"},
        {"targets": [], "on": -1e300},
    ],
)
def test_nothing_is_refused_for_what_it_says(body: dict[str, Any]) -> None:
    assert json.loads(write_draft(MEETING, body)) == {"method": "POST", "path": MEETING.path, "body": body}


@pytest.mark.parametrize("body", [{"n": float("nan")}, {"n": [float("inf")]}, {"half": "\ud83d"}, {"\ud83d": 1}])
def test_what_json_cannot_hold_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="half a character") as refused:
        write_draft(MEETING, body)
    assert refused.value.pointer == "/body"


def test_a_draft_has_a_size() -> None:
    around = len(write_draft(MEETING, {"text": ""}))
    assert len(write_draft(MEETING, {"text": "x" * (LARGEST_DRAFT - around)})) == LARGEST_DRAFT
    with pytest.raises(DraftTooLarge, match="256 kilobytes"):
        write_draft(MEETING, {"text": "x" * (LARGEST_DRAFT - around + 1)})


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "DELETE"},
        {"method": "post"},
        {"path": "journal"},
        {"path": "/journal?again=true"},
        {"path": "/what she said"},
        {"path": "/" + "x" * 300},
        {"body": []},
        {"body": "{}"},
        {"body": None},
        {"other": 1},
    ],
)
def test_what_a_draft_is_for_is_strict(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"method": "POST", "path": "/journal", "body": {}}
    assert NewDraft.model_validate(right).form == JOURNAL
    with pytest.raises(ValidationError):
        NewDraft.model_validate(right | wrong)
