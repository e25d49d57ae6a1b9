"""Read model of surveys."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.surveys import SurveyAnswered, ViewsCompared
from shared.kernel.readmodel import ReadModel, Step, key_from


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """The encrypted answers that each gave last, who has answered since both were compared, and what to talk about."""

    relationship_id: UUID
    version: int
    mentors: str | None = None
    trainees: str | None = None
    answered_by: tuple[str, ...] = ()
    talk_about: tuple[str, ...] | None = None
    compared_on: date | None = None


def _answer(before: SurveyRow | None, event: SurveyAnswered) -> SurveyRow:
    row = replace(before or SurveyRow(event.relationship_id, 0), version=event.version_number)
    row = replace(row, answered_by=tuple(sorted({*row.answered_by, event.by})))
    return replace(row, mentors=event.answers) if event.by == "mentor" else replace(row, trainees=event.answers)


def _compare(row: SurveyRow, event: ViewsCompared) -> SurveyRow:
    return replace(
        row,
        version=event.version_number,
        answered_by=(),
        talk_about=event.talk_about,
        compared_on=event.happened_on,
    )


SURVEYS = ReadModel(
    name="surveys",
    row=SurveyRow,
    key=("relationship_id",),
    on={
        SurveyAnswered: Step(key_from("relationship_id"), _answer),
        ViewsCompared: Step(key_from("relationship_id"), _compare),
    },
)
