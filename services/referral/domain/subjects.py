"""The subjects that trainees train in, mentors teach and schools offer places for.

`subjects.csv` holds them: our code, the name people read, the HECoS code, the phase, and other names in common use.
Source: DfE reference data for ITT (github.com/DFE-Digital/dfe-reference-data, MIT), which gives each subject one
phase; where it gives no HECoS code there is none here.
"""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Phase = Literal["primary", "secondary"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of initial teacher training: `code` is ours and stable, `hecos` is None where there is none."""

    code: str
    name: str
    hecos: str | None
    phase: Phase
    also_called: tuple[str, ...]


def _catalogue() -> tuple[Subject, ...]:
    text = files("services.referral.domain").joinpath("subjects.csv").read_text("utf-8")
    return tuple(
        Subject(
            code=row["code"],
            name=row["name"],
            hecos=row["hecos"] or None,
            phase="primary" if row["phase"] == "primary" else "secondary",
            also_called=tuple(row["also_called"].split(";")) if row["also_called"] else (),
        )
        for row in csv.DictReader(text.splitlines())
    )


SUBJECTS = _catalogue()
BY_CODE = {subject.code: subject for subject in SUBJECTS}
_BY_ANY_NAME = {
    name.casefold(): subject
    for subject in SUBJECTS
    for name in (subject.code, subject.name, subject.hecos, *subject.also_called)
    if name
}
_NAMES = {name: subject for name, subject in _BY_ANY_NAME.items() if not name.isdigit()}
_LONGEST_NAME = max(map(len, _NAMES))


def subject_called(text: str) -> Subject | None:
    """Find the subject of this name, code, HECoS code or other common name, whatever its case; None when unknown."""
    return _BY_ANY_NAME.get(" ".join(text.split()).casefold())


@lru_cache(maxsize=4096)
def unknown_subject(text: str) -> str:
    """Say that this text names no subject, with the nearest names where there are any."""
    near = nearest_names(text)
    advice = f"Did you mean {' or '.join(near)}?" if near else "Use a name from the list of subjects, like Mathematics."
    return f"This subject is not known. {advice}"


def nearest_names(text: str) -> tuple[str, ...]:
    """Find up to three names of subjects that look like this text, best first."""
    near = get_close_matches(text[:_LONGEST_NAME].casefold(), _NAMES, n=6, cutoff=0.6)
    return tuple(dict.fromkeys(_NAMES[name].name for name in near))[:3]
