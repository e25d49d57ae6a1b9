"""Queries of appeals."""

from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.appeals import AppealState
from services.sessions.queries.assessments import find_readable
from services.sessions.queries.merges import kept_id_of
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class AppealStepTaken(Answer):
    """A step of an appeal. `reversal` says that a decision was taken back; `reason` is for those who act on it."""

    state: AppealState
    on: date
    person_id: UUID
    reversal: bool
    reason: str | None


class Appeal(Answer):
    """Whether there can be an appeal against a version, until which day, and what became of it.

    `state` is None where nobody appealed. `corrected_in` is the later version that was begun after the appeal.
    """

    version: int
    submitted_on: date
    until: date | None
    state: AppealState | None
    corrected_in: int | None
    steps: list[AppealStepTaken]


class AppealsOfAssessment(Answer):
    """The appeals against the versions of an assessment that were submitted, the first version first."""

    assessment_id: UUID
    appeals: list[Appeal]


async def show_appeals(reader: Reader, assessment_id: UUID) -> AppealsOfAssessment:
    """Return the appeals against an assessment, with their reasons for those who act on them; raises `NotFound`.

    Whoever reads a version that was submitted knows whether there is an appeal against it, and until when.
    """
    readable = await find_readable(reader, assessment_id)
    reads = policy.reads_appeals(
        readable.who, readable.relationship, readable.rules, readable.assigned, writes=readable.writes
    )
    rows = [dict(row) for row in await reader.connection.fetch(_STEPS, assessment_id)]
    steps = await reader.unseal(rows) if reads else [row | {"reason": None} for row in rows]
    appeals = []
    for version in readable.versions:
        if version.submitted_on is None or version.state == "returned":
            continue
        taken = [_step(row) for row in steps if row["version"] == version.version]
        later = [each.version for each in readable.versions if each.version > version.version]
        appeals.append(
            Appeal(
                version=version.version,
                submitted_on=version.submitted_on,
                until=readable.rules.appeal_until(version.submitted_on),
                state=taken[-1].state if taken else None,
                corrected_in=min(later, default=None) if taken else None,
                steps=taken,
            )
        )
    return AppealsOfAssessment(assessment_id=assessment_id, appeals=appeals)


def _step(row: dict[str, Any]) -> AppealStepTaken:
    return AppealStepTaken(**{name: value for name, value in row.items() if name != "version"})


_STEPS = f"""
    select version_number as version, state, taken_on as "on", {kept_id_of("person_id")} as person_id, reversal, reason
    from appeal_steps where assessment_id = $1 order by version_number, step"""
