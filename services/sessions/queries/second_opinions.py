"""Queries of second opinions."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions.domain.assessment_versions import STANDARDS
from services.sessions.domain.second_opinions import OpinionState
from services.sessions.queries.assessments import find_readable
from services.sessions.queries.merges import kept_id_of
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.postgres.personal import ERASED
from shared.kernel.reader import Reader


class OpinionStepTaken(Answer):
    """Somebody asked for a second opinion, with the reason, took that back, or wrote it: levels, summary, comments."""

    state: OpinionState
    on: date
    person_id: UUID
    reason: str | None
    judgements: dict[Standard, str]
    summary: str | None
    comments: dict[Standard, str]


class OpinionOnVersion(Answer):
    """The second opinion on a version, with everything that led to it; the last step counts."""

    version: int
    state: OpinionState
    steps: list[OpinionStepTaken]


class OpinionsOnAssessment(Answer):
    """The second opinions on the versions of an assessment; `possible` says that the programme knows them."""

    assessment_id: UUID
    possible: bool
    opinions: list[OpinionOnVersion]


async def show_opinions(reader: Reader, assessment_id: UUID) -> OpinionsOnAssessment:
    """Return the second opinions on versions that the person may read; raises `NotFound` where there is no version."""
    readable = await find_readable(reader, assessment_id)
    submitted = [version.version for version in readable.versions if version.submitted_on is not None]
    rows = [dict(row) for row in await reader.connection.fetch(_STEPS, assessment_id, submitted)]
    taken: dict[int, list[OpinionStepTaken]] = {}
    for row in await reader.unseal(rows):
        taken.setdefault(row.pop("version"), []).append(_step(row))
    return OpinionsOnAssessment(
        assessment_id=assessment_id,
        possible=readable.rules.plan.second_opinions,
        opinions=[
            OpinionOnVersion(version=version, state=steps[-1].state, steps=steps) for version, steps in taken.items()
        ],
    )


def _step(row: dict[str, Any]) -> OpinionStepTaken:
    text, levels = row.pop("text"), row.pop("levels") or {}
    written = {"summary": text, "comments": {}} if text in (None, ERASED) else json.loads(text)
    judgements = {standard: levels[standard] for standard in STANDARDS if standard in levels}
    return OpinionStepTaken(**row, **written, judgements=judgements)


_STEPS = f"""
    select version_number as version, state, taken_on as "on", {kept_id_of("person_id")} as person_id, reason, levels,
           text
    from second_opinion_steps where assessment_id = $1 and version_number = any ($2) order by version_number, step"""
