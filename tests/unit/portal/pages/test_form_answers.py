"""The fields of a programme's form are typed as people type them, and come back with what is wrong."""

from typing import Any

import pytest

from services.portal.calls.assessment_answers import Form
from services.portal.pages.form_answers import form_values, typed_answers
from services.portal.pages.forms import Typed

KINDS = ("text", "one_to_ten", "number", "date", "choice")
FIELDS = [
    {"id": kind, "text": kind, "kind": kind, "choices": ["yes"], "filled_by": ["mentor"], "optional": False}
    for kind in KINDS
]
OF_TRAINEE = {**FIELDS[0], "id": "focus", "filled_by": ["trainee"]}
FORM = Form.model_validate({"id": "form", "title": "A form", "fields": [*FIELDS, OF_TRAINEE]})
ANSWERS: dict[str, Any] = {"text": "Calm.", "one_to_ten": 7, "number": 1.5, "date": "2026-12-14", "choice": "yes"}


def test_answers_come_back_as_they_were_typed() -> None:
    assert typed_answers(Typed(form_values(FORM, ANSWERS)), FORM) == ANSWERS


def test_somebody_fills_in_the_fields_of_their_own_roles() -> None:
    typed = Typed({"answer-text": "Calm.", "answer-focus": "How I begin."})
    assert typed_answers(typed, FORM, {"mentor"}) == {"text": "Calm."}
    assert typed_answers(typed, FORM, {"trainee"}) == {"focus": "How I begin."}
    assert typed_answers(typed, None) == {}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"answer-number": "many"}, "answer-number"),
        ({"answer-one_to_ten": "-1"}, "answer-one_to_ten"),
        ({"answer-date-day": "31", "answer-date-month": "2", "answer-date-year": "2026"}, "answer-date-day"),
    ],
)
def test_what_is_no_number_and_no_day_is_said_at_its_field(values: dict[str, str], wrong: str) -> None:
    typed = Typed(values)
    typed_answers(typed, FORM)
    assert list(typed.errors) == [wrong]


def test_a_number_has_a_comma_or_a_point() -> None:
    assert typed_answers(Typed({"answer-number": "1,5"}), FORM) == {"number": 1.5}
