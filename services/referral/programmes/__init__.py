"""Programmes are data: one YAML file a template, validated when it is read."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

from shared.events.words import AssessmentKind

Purpose = Literal["induction", "progression", "challenge"]


class Strict(BaseModel):
    """A part of a template: no unknown settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(Strict):
    """A reason for which somebody may be referred."""

    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    text: str
    purposes: tuple[Purpose, ...] = Field(min_length=1)


class Mentoring(Strict):
    """What a mentor gives: hours and meetings a week for one trainee, targets set at most in one meeting."""

    hours_per_trainee_week: PositiveFloat
    meetings_per_week: PositiveInt
    targets_per_meeting: PositiveInt


class Assessment(Strict):
    """Who judges, and when."""

    assessor_is_not_mentor: bool
    kinds: tuple[AssessmentKind, ...]
    framework: Literal["teachers-standards"]


class Template(Strict):
    """A kind of programme, as its file says."""

    id: str
    edition: str
    title: str
    about: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    mentoring: Mentoring
    assessment: Assessment
    weights: dict[str, NonNegativeInt]


@cache
def templates() -> dict[str, Template]:
    """Every template by its id; raises pydantic's `ValidationError` for a broken file."""
    found = [
        Template.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in sorted(files(__name__).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml")
    ]
    return {template.id: template for template in found}
