"""Queries of surveys: each of the two sees their own answers and where to talk, and never the answers of the other."""

from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.surveys import read_ratings
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_to_see
from shared.events.practices import Statement, Survey
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader


class SurveyView(Answer):
    """The survey with the person's own answers; `talk_about` are the statements on which the two differ most.

    It is None until both have answered; whoever has answered since the two were compared is in `answered_by`.
    """

    relationship_id: UUID
    survey: Survey
    version: int
    yours: dict[str, int] | None
    answered_by: tuple[Side, ...]
    talk_about: tuple[Statement, ...] | None
    compared_on: date | None


async def show_survey(reader: Reader, relationship_id: UUID) -> SurveyView:
    """Return the survey of a relationship for one of its two; raises `NotFound`, or `NotAllowed` for overseers."""
    seen = await find_to_see(reader, relationship_id)
    relationship = seen.relationship
    side = policy.may_answer_survey(seen.who, relationship, seen.assigned)
    survey = (await find_programme(reader, relationship.programme_id)).practice.survey
    if survey is None:
        raise NotFound("This programme has no survey.")
    own = "mentors" if side == "mentor" else "trainees"
    found = await reader.connection.fetchrow(
        f"select version, {own} as yours, answered_by, talk_about, compared_on from surveys where relationship_id = $1",
        relationship_id,
    )
    (row,) = await reader.unseal([dict(found)]) if found else ({},)
    yours, differing = row.get("yours"), row.get("talk_about")
    return SurveyView(
        relationship_id=relationship_id,
        survey=survey,
        version=row.get("version", 0),
        yours=None if yours in (None, ERASED) else read_ratings(yours),
        answered_by=row.get("answered_by", ()),
        talk_about=None
        if differing is None
        else tuple(statement for statement in survey.statements if statement.id in differing),
        compared_on=row.get("compared_on"),
    )
