"""Commands of surveys: each of the two answers by themselves."""

from uuid import UUID

from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.relationships import RELATIONSHIP
from services.sessions.domain.surveys import SURVEY, AnswerSurvey, SurveyAnswers, read_ratings
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SurveyState(Answer):
    """The sides that have answered since the two were last compared: none once they are."""

    relationship_id: UUID
    version: int
    waits_for: Side | None


def answer_survey(who: Principal, relationship_id: UUID, survey: SurveyAnswers) -> UseCase[SurveyState]:
    """Answer the survey; once both have, the two are compared."""

    async def use_case(unit: Unit) -> SurveyState:
        await unit.read((RELATIONSHIP, relationship_id), (SURVEY, relationship_id))
        relationship, by = await load_to_record(who, unit, relationship_id, "answer this survey")
        asked = (await load_programme(unit, relationship.programme_id)).practice.survey
        if asked is None:
            raise NotFound("This programme has no survey.")
        other: Side = "trainee" if by == "mentor" else "mentor"
        (state,) = await unit.load(SURVEY, relationship_id)
        answering = AnswerSurvey(
            relationship=relationship,
            survey=asked,
            by=by,
            on=survey.on,
            answers=survey.answers,
            others=await _open(unit, state.answers.get(other)),
        )
        await unit.decide(SURVEY, relationship_id, answering)
        (state,) = await unit.load(SURVEY, relationship_id)
        return SurveyState(
            relationship_id=relationship_id, version=state.version, waits_for=other if state.answers else None
        )

    return use_case


async def _open(unit: Unit, sealed: str | None) -> dict[str, int] | None:
    if sealed is None:
        return None
    opened = await open_texts(unit.reads, unit.tenant, [sealed])
    return read_ratings(opened[sealed])
