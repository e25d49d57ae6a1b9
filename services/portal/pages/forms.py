"""What comes back from a form: texts and days as people type them, with a sentence where something is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from starlette.datastructures import FormData
from starlette.requests import Request

from services.portal.calls.services import FieldError

ELSEWHERE = "form"
"""The name under which an error stands that is about no field of its own."""


@dataclass
class Typed:
    """A form as it came back, and what is wrong with it by field: a page shows both again, and nothing is lost."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    """Every value of each field, for fields of which several can be chosen."""

    def text(self, name: str) -> str:
        """Return what was typed, without blanks around it."""
        return self.values.get(name, "").strip()

    def optional(self, name: str) -> str | None:
        """Return what was typed; None for nothing."""
        return self.text(name) or None

    def several(self, name: str) -> list[str]:
        """Return every value that was chosen of a field, in the order of the form."""
        return self.lists.get(name, [])

    def ids(self, name: str) -> list[UUID]:
        """Return every id that was chosen of a field; anything that is no id is left out."""
        return [UUID(text) for text in self.several(name) if re.fullmatch(r"[0-9a-f-]{36}", text)]

    def choice(self, name: str, sentence: str) -> str | None:
        """Return what was chosen; notes the sentence where nothing was."""
        if not (text := self.text(name)):
            self.errors[name] = sentence
        return text or None

    def number(self, name: str, sentence: str) -> int | None:
        """Return a whole number; notes the sentence where there is none."""
        text = self.text(name)
        if re.fullmatch(r"[0-9]{1,4}", text):
            return int(text)
        self.errors[name] = sentence
        return None

    def day(self, name: str, sentence: str) -> date | None:
        """Return a day from the three fields of a date; notes the sentence where they are none."""
        parts = [self.text(f"{name}-{part}") for part in ("day", "month", "year")]
        try:
            return date(*(int(part) for part in reversed(parts)))
        except ValueError:
            self.errors[f"{name}-day"] = sentence
            return None

    def submission(self) -> UUID:
        """Return the id under which this form is sent, however often it is sent."""
        try:
            return UUID(self.text("submission"))
        except ValueError:
            return uuid4()

    def begin_anew(self) -> None:
        """Let the form be sent under another id from now on: what it had was answered, the rest is another matter."""
        self.values = {**self.values, "submission": f"{uuid4()}"}

    def note_refusal(self, detail: str, errors: tuple[FieldError, ...], fields: Mapping[str, str]) -> None:
        """Note what a service has refused: at the field of this form that its pointer stands for, or above all."""
        for error in errors:
            name = next((name for pointer, name in fields.items() if error.pointer.startswith(pointer)), ELSEWHERE)
            self.errors.setdefault(name, error.detail)
        if not errors:
            self.errors[ELSEWHERE] = detail


async def read_form(request: Request, most_fields: int = 200) -> Typed:
    """Read the form that came with a request; files are no part of it.

    It is kept with the request, for the page that says that a service is away: from there it can be sent once more.
    """
    sent: FormData = await request.form(max_files=0, max_fields=most_fields)
    lists: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            lists.setdefault(name, []).append(value)
    request.state.typed = lists
    return Typed({name: values[-1] for name, values in lists.items()}, lists=lists)


def date_items(name: str, values: Mapping[str, str], *, is_wrong: bool) -> list[dict[str, str]]:
    """Return the three fields of a date, as the component for dates takes them."""
    wrong = " govuk-input--error" if is_wrong else ""
    return [
        {
            "id": f"{name}-{part}",
            "name": f"{name}-{part}",
            "label": label,
            "value": values.get(f"{name}-{part}", ""),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
        }
        for part, label in (("day", "Day"), ("month", "Month"), ("year", "Year"))
    ]


def day_fields(name: str, value: date | None) -> dict[str, str]:
    """Return a day as the three fields of a date hold it."""
    if value is None:
        return {}
    return {f"{name}-day": f"{value.day}", f"{name}-month": f"{value.month}", f"{name}-year": f"{value.year}"}
