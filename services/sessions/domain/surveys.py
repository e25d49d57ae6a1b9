"""A survey of views of mentoring, which both answer by themselves, and which shows both where to talk.

Source: product.md S1; CollectivEd, third paper (a mentor and a mentee who hold different conceptions, instrumental and
developmental, miss each other although "forms were filled in"). Nobody sees the answers of the other: an answer is
sealed with the key of the person who gave it. What both see is which statements to talk about, worked out when both
have answered. Whoever answers again begins anew, and is compared once both have: answering until the difference goes
away would read the other's answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.relationships import Relationship
from shared.events.practices import Survey
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.inputs.numbers import Whole
from shared.kernel.decider import Command, Decider, Event, Invalid, Personal, Value

Rating = Annotated[Whole, Field(ge=1, le=10)]


class SurveyAnswers(Value):
    """How far somebody agrees with each statement, by its id: from 1 (not at all) to the survey's scale (fully)."""

    on: StepDay
    answers: dict[str, Rating]


class SurveyAnswered(Event):
    """One of the two answered the survey; what they answered before does not count any more."""

    type: ClassVar[str] = "sessions.survey_answered"

    relationship_id: UUID
    version_number: int
    by: Side
    person_id: UUID
    answers: Annotated[str, Personal("person_id")]


class ViewsCompared(Event):
    """Both have answered: these are the statements on which they differ enough to talk about, and nothing else."""

    type: ClassVar[str] = "sessions.views_compared"

    relationship_id: UUID
    version_number: int
    talk_about: tuple[str, ...]


class AnswerSurvey(Command):
    """Answer the survey; `others` are the answers of the other of the two, None if they have not answered since the two
    were last compared.
    """

    relationship: Relationship
    survey: Survey
    by: Side
    on: date
    answers: Mapping[str, int]
    others: Mapping[str, int] | None = None


Events = SurveyAnswered | ViewsCompared


@dataclass(frozen=True, slots=True)
class PairedSurvey:
    """The encrypted answers that each side has given since the two were last compared."""

    answers: Mapping[Side, str] = field(default_factory=dict)
    version: int = 0


def decide(command: AnswerSurvey, survey: PairedSurvey, now: datetime) -> Sequence[Events]:
    """Take the answers of one side; compare them with the other's as soon as there are both."""
    del now
    relationship, asked = command.relationship, command.survey
    relationship.must_not_be_over(command.on)
    _must_fit(command.answers, asked)
    names = {"happened_on": command.on, "relationship_id": relationship.relationship_id}
    answered = SurveyAnswered.model_validate(
        {
            **names,
            "version_number": survey.version + 1,
            "by": command.by,
            "person_id": relationship.person_on(command.by),
            "answers": write_ratings(command.answers),
        }
    )
    if command.others is None:
        return [answered]
    differing = talk_about(asked, command.answers, command.others)
    compared = {**names, "version_number": survey.version + 2, "talk_about": differing}
    return [answered, ViewsCompared.model_validate(compared)]


def talk_about(survey: Survey, mine: Mapping[str, int], theirs: Mapping[str, int]) -> tuple[str, ...]:
    """Return the ids of the statements on which two answers are far enough apart to talk about, in their order."""
    return tuple(
        statement.id
        for statement in survey.statements
        if statement.id in mine
        and statement.id in theirs
        and abs(mine[statement.id] - theirs[statement.id]) >= survey.differ_by
    )


def write_ratings(answers: Mapping[str, int]) -> str:
    """Write answers as one text, which can be sealed; `read_ratings` reads it."""
    return ",".join(f"{name}={rating}" for name, rating in sorted(answers.items()))


def read_ratings(text: str) -> dict[str, int]:
    """Read answers that `write_ratings` wrote."""
    pairs = (part.split("=") for part in text.split(",") if part)
    return {name: int(rating) for name, rating in pairs}


def _must_fit(answers: Mapping[str, int], survey: Survey) -> None:
    asked = [statement.id for statement in survey.statements]
    for name, rating in answers.items():
        if name not in asked:
            raise Invalid(f"The survey has no such statement; it has {', '.join(asked)}.", pointer=f"/answers/{name}")
        if rating > survey.scale:
            raise Invalid(f"Give a number from 1 to {survey.scale}.", pointer=f"/answers/{name}")
    if left_out := [name for name in asked if name not in answers]:
        raise Invalid(f"Answer every statement; these have no answer yet: {', '.join(left_out)}.", pointer="/answers")


def evolve(survey: PairedSurvey, event: Events) -> PairedSurvey:
    """Apply an event to the survey."""
    match event:
        case SurveyAnswered():
            return PairedSurvey({**survey.answers, event.by: event.answers}, event.version_number)
        case ViewsCompared():
            return PairedSurvey(version=event.version_number)


SURVEY: Decider[PairedSurvey, AnswerSurvey, Events] = Decider(
    "survey", PairedSurvey, decide, evolve, (SurveyAnswered, ViewsCompared)
)
