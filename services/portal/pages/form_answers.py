"""Fields of a programme's form on a page: their values, and the answers as they were typed."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from services.portal.calls.assessment_answers import Form, FormField
from services.portal.pages.forms import Typed, day_fields

NUMBERS = ("one_to_ten", "number")


def form_values(form: Form | None, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return answers as the fields of a page hold them."""
    values: dict[str, str] = {}
    for field in form.fields if form else ():
        answer = answers.get(field.id)
        if field.kind == "date":
            values |= day_fields(f"answer-{field.id}", date.fromisoformat(f"{answer}") if answer else None)
        elif answer is not None:
            values[f"answer-{field.id}"] = f"{answer:g}" if isinstance(answer, float) else f"{answer}"
    return values


def typed_answers(form: Typed, of: Form | None, roles: Collection[str] | None = None) -> dict[str, Any]:
    """Return the answers to a programme's form as they were typed; notes what is no number and no day.

    With `roles`, only those to fields that one of these roles fills in.
    """
    answers = {field.id: _answer(form, field) for field in (of.fields if of else ()) if fills_in(field, roles)}
    return {name: answer for name, answer in answers.items() if answer is not None}


def fills_in(field: FormField, roles: Collection[str] | None) -> bool:
    """Whether somebody in these roles fills in a field; a field for nobody in particular is for everybody."""
    return roles is None or not field.filled_by or not set(field.filled_by).isdisjoint(roles)


def _answer(form: Typed, field: FormField) -> str | float | None:
    name = f"answer-{field.id}"
    match field.kind:
        case "date":
            if not any(form.text(f"{name}-{part}") for part in ("day", "month", "year")):
                return None
            on = form.day(name, "Give a day, such as 14 12 2026.")
            return None if on is None else f"{on}"
        case kind if kind in NUMBERS:
            return _number(form, name) if form.text(name) else None
        case _:
            return form.optional(name)


def _number(form: Typed, name: str) -> float | None:
    text = form.text(name).replace(",", ".")
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text):
        return float(text) if "." in text else int(text)
    form.errors[name] = "Give a number, such as 7."
    return None
