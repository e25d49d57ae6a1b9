"""Answers to a form of a programme: what a field takes, who fills it in, and whose the answer is.

Source: issue "Sessions and assessments in full", Berry (what is written belongs to somebody). An answer that one side
alone gives is its own; an answer that either may give belongs to both.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from services.sessions.domain.programmes import Programme
from services.sessions.domain.texts import Text
from shared.events.practices import Form, FormField, Step
from shared.events.words import Side
from shared.inputs.numbers import Measure
from shared.kernel.decider import Invalid

SIDES: frozenset[Side] = frozenset({"mentor", "trainee"})
OTHER: Mapping[Side, Side] = {"mentor": "trainee", "trainee": "mentor"}
ROLES: Mapping[Side, str] = {"mentor": "mentor", "trainee": "mentee"}
"""What the sides are called in sentences: a programme need not be for trainees."""


def _with_two_decimals(number: float) -> float:
    if number != round(number, 2):
        raise ValueError("Give a number with two decimals at most.")
    return number


FormNumber = Annotated[Measure, Field(ge=-1_000_000, le=1_000_000), AfterValidator(_with_two_decimals)]
FormAnswer = Text | FormNumber
"""An answer as it is sent: text, a choice, a day like 2026-09-14, or a number."""
FormAnswers = dict[str, FormAnswer | None]
"""Answers by the id of the field; null leaves a field empty."""


@dataclass(frozen=True, slots=True)
class OwnedAnswers:
    """The answers of one side: those that are its own, and those that belong to both."""

    own: Mapping[str, str | float]
    joint: Mapping[str, str | float]


def check_answers(
    programme: Programme, step: Step, side: Side, answers: Mapping[str, FormAnswer | None]
) -> OwnedAnswers:
    """Return a side's answers to the form of a step, by whom they belong to; raises `Invalid` for one that is wrong."""
    fields = {field.id: field for field in programme.form_of(step).fields}
    own: dict[str, str | float] = {}
    joint: dict[str, str | float] = {}
    for field_id, answer in answers.items():
        pointer = f"/answers/{field_id}"
        if field_id not in fields:
            raise Invalid(f"This form has no such field; it has {', '.join(fields)}.", pointer=pointer)
        field = fields[field_id]
        fillers = programme.fillers(step, field)
        if side not in fillers:
            other = " and ".join(ROLES[each] for each in sorted(fillers)) or "somebody else"
            raise Invalid(f"“{field.text}” is for the {other} to fill in; leave it out.", pointer=pointer)
        if answer is not None:
            (own if fillers == {side} else joint)[field_id] = fit_answer(field, answer, pointer)
    return OwnedAnswers(own, joint)


def fit_answers(form: Form, answers: Mapping[str, FormAnswer | None], pointer: str) -> dict[str, str | float]:
    """Return answers to a form whose fields anybody may fill in, as its fields take them; raises `Invalid`."""
    fields = {field.id: field for field in form.fields}
    fitted: dict[str, str | float] = {}
    for field_id, answer in answers.items():
        if field_id not in fields:
            raise Invalid(f"This form has no such field; it has {', '.join(fields)}.", pointer=f"{pointer}/{field_id}")
        if answer is not None:
            fitted[field_id] = fit_answer(fields[field_id], answer, f"{pointer}/{field_id}")
    return fitted


def fillable(programme: Programme, step: Step, side: Side) -> frozenset[str]:
    """Return the ids of the fields that a side fills in."""
    return frozenset(field.id for field in programme.form_of(step).fields if side in programme.fillers(step, field))


def missing(programme: Programme, step: Step, filled: frozenset[str]) -> list[FormField]:
    """Return the fields of a form that have to be filled in before it is signed, and are not."""
    return [
        field
        for field in programme.form_of(step).fields
        if not field.optional and field.kind != "signature" and field.id not in filled
    ]


def write_answers(answers: Mapping[str, str | float]) -> str:
    """Write answers as one text, which can be sealed; `read_answers` reads it."""
    return json.dumps(answers, ensure_ascii=False, sort_keys=True)


def read_answers(text: str) -> dict[str, str | float]:
    """Read answers that `write_answers` wrote."""
    answers: dict[str, str | float] = json.loads(text)
    return answers


def fit_answer(field: FormField, answer: str | float, pointer: str) -> str | float:
    """Return an answer as the field takes it; raises `Invalid` for one that it does not take."""
    match field.kind, answer:
        case "text", str():
            return answer
        case "choice", str() if answer in field.choices:
            return answer
        case "date", str() if _is_day(answer):
            return answer
        case "one_to_ten", int() | float() if answer in range(1, 11):
            return int(answer)
        case "number", int() | float():
            return answer
    raise Invalid(_ASK[field.kind].format(choices=", ".join(field.choices)), pointer=pointer)


def _is_day(answer: str) -> bool:
    try:
        return date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False


_ASK = {
    "text": "Give text.",
    "choice": "Choose one of: {choices}.",
    "date": "Give a date like 2026-09-14.",
    "one_to_ten": "Give a whole number from 1 to 10.",
    "number": "Give a number.",
    "signature": "This field stands for a signature: leave it out, and sign when all is filled in.",
}
