"""Queries of assessments."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import AssessmentRules, due_in, rules_of
from services.sessions.domain.assessment_versions import MISSING, STANDARDS, State
from services.sessions.queries.assignments import assigned_as
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
from services.sessions.queries.programmes import find_programme, find_programmes
from services.sessions.queries.relationships import RelationshipSummary, find_relationships, find_to_see
from shared.events.words import AssessmentKind, AssignedRole, Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


class Signature(Answer):
    """A signature under an assessment, for a role of the programme."""

    role: str
    title: str
    person_id: UUID
    on: date


class Assessment(Answer):
    """A version of an assessment of a trainee: a level for each standard, comments, answers to the form, signatures.

    `on` is the day on which it was submitted, or last written until then. `evidence` are items that the trainee
    released, `observed_on` the days on which the assessor saw the trainee teach. `comment` is the trainee's;
    `returned_because` and `corrected_because` are reasons; `mentor_excepted` says that the assessor mentors the
    trainee, by an exception or by a rule of the programme. `next_to_sign` is the title of a role.
    """

    assessment_id: UUID
    version: int
    relationship_id: UUID
    trainee_id: UUID
    assessor_id: UUID
    kind: AssessmentKind
    title: str
    state: State
    on: date
    judgements: dict[Standard, str]
    comments: dict[Standard, str]
    answers: dict[str, str | float]
    evidence: tuple[UUID, ...]
    observed_on: tuple[date, ...]
    mentor_excepted: bool
    shared_on: date | None
    comment: str | None
    commented_on: date | None
    signatures: tuple[Signature, ...]
    next_to_sign: str | None
    submitted_on: date | None
    acknowledged_on: date | None
    returned_on: date | None
    returned_because: str | None
    corrected_because: str | None


class AssessmentWithVersions(Answer):
    """An assessment: every version that the person may read, the first one first."""

    assessment_id: UUID
    versions: list[Assessment]


@dataclass(frozen=True, slots=True)
class ReadableAssessment:
    """The versions of an assessment that somebody may read, the rules for it, and who they are to its trainee."""

    versions: list[Assessment]
    who: Principal
    relationship: RelationshipSummary
    rules: AssessmentRules
    assigned: frozenset[AssignedRole]
    writes: bool


class DueAssessment(Answer):
    """An assessment that the programme asks for, and the one that was begun for it; `overdue` once its day is over."""

    kind: AssessmentKind
    title: str
    due_on: date
    overdue: bool
    assessment_id: UUID | None
    state: State | None


async def list_assessments(reader: Reader, trainee_id: UUID) -> list[Assessment]:
    """Return the assessments of a trainee that the person may read, each in its last such version, the latest first."""
    own = await records_of(reader, await kept_record(reader, trainee_id))
    rows = await reader.connection.fetch(f"{_ROWS} where trainee_id = any ($1) {_ORDER}", own)
    last = {version.assessment_id: version for version in await _readable(reader, rows)}
    return sorted(last.values(), key=lambda each: (-each.on.toordinal(), str(each.assessment_id)))


async def show_assessment(reader: Reader, assessment_id: UUID) -> AssessmentWithVersions:
    """Return the versions of an assessment that the person may read; raises `NotFound` where there is none."""
    found = await find_readable(reader, assessment_id)
    return AssessmentWithVersions(assessment_id=assessment_id, versions=found.versions)


async def find_readable(reader: Reader, assessment_id: UUID) -> ReadableAssessment:
    """Return the versions of an assessment that the person may read, with who they are to it; raises `NotFound`."""
    rows = await reader.connection.fetch(f"{_ROWS} where assessment_id = $1 {_ORDER}", assessment_id)
    versions = await _readable(reader, rows)
    if not versions:
        raise NotFound(MISSING)
    visible = await find_to_see(reader, versions[0].relationship_id)
    own = await records_of(reader, policy.assessor(visible.who))
    return ReadableAssessment(
        versions=versions,
        who=visible.who,
        relationship=visible.relationship,
        rules=rules_of(await find_programme(reader, visible.relationship.programme_id), versions[0].kind),
        assigned=await assigned_as(reader, visible.relationship.trainee_id),
        writes=any(row["assessor_id"] in own for row in rows),
    )


async def list_due(reader: Reader, relationship_id: UUID) -> list[DueAssessment]:
    """Return the assessments that are due in a relationship, by their days; raises `NotFound` for others."""
    relationship = (await find_to_see(reader, relationship_id)).relationship
    programme = await find_programme(reader, relationship.programme_id)
    rows = await reader.connection.fetch(_BEGUN, relationship_id)
    begun: dict[str, list[Any]] = {}
    for each in rows:
        begun.setdefault(each["kind"], []).append(each)
    today = utc_now().date()
    found = []
    for due in due_in(programme, relationship.starts_on, relationship.ends_on):
        nth = begun.get(due.kind, [])
        row: Any = nth.pop(0) if nth else None
        is_done = row is not None and row["state"] in ("submitted", "acknowledged")
        found.append(
            DueAssessment(
                kind=due.kind,
                title=due.title,
                due_on=due.due_on,
                overdue=not is_done and due.due_on < today,
                assessment_id=row and row["assessment_id"],
                state=row and row["state"],
            )
        )
    return found


async def _readable(reader: Reader, rows: Iterable[Any]) -> list[Assessment]:
    """Return those of the versions that the person may read, with their texts."""
    who = await current_principal(reader)
    own = await records_of(reader, policy.assessor(who))
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    readable: list[dict[str, Any]] = []
    rules_by_row: list[AssessmentRules] = []
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        programme = programmes.get(relationship.programme_id)
        if programme is None:
            continue  # it will be known in a moment
        rules = rules_of(programme, row["kind"])
        if row["state"] in await _states(reader, relationship, rules, writes=row["assessor_id"] in own):
            readable.append(dict(row))
            rules_by_row.append(rules)
    opened = await reader.unseal(readable)
    comments = await reader.unseal([row["comments"] for row in readable])
    return [
        _answer(row, on_standards, rules)
        for row, on_standards, rules in zip(opened, comments, rules_by_row, strict=True)
    ]


async def _states(
    reader: Reader, relationship: RelationshipSummary, rules: AssessmentRules, *, writes: bool
) -> frozenset[State]:
    who = await current_principal(reader)
    assigned = await assigned_as(reader, relationship.trainee_id)
    return policy.readable_states(who, relationship, rules, assigned, writes=writes)


def _answer(row: dict[str, Any], on_standards: Mapping[str, str], rules: AssessmentRules) -> Assessment:
    text = row.pop("text")
    written = {"comments": on_standards, "answers": {}} if text in (None, ERASED) else json.loads(text)
    titles = {signer.role: signer.title for signer in rules.signers}
    signatures = tuple(Signature(**each, title=titles.get(each["role"], each["role"])) for each in row["signatures"])
    waits = row["state"] in ("shared", "commented", "signing")
    signer = rules.next_signer([each.role for each in signatures]) if waits else None
    return Assessment(
        **{
            **row,
            **written,
            "title": rules.title,
            "signatures": signatures,
            "judgements": {name: row["judgements"][name] for name in STANDARDS if name in row["judgements"]},
            "next_to_sign": signer and signer.title,
        }
    )


_ROWS = f"""
    select assessment_id, version_number as version, relationship_id, {kept_id_of("trainee_id")} as trainee_id,
           {kept_id_of("assessor_id")} as assessor_id, kind, state, coalesce(submitted_on, written_on) as "on",
           levels as judgements, evidence, observed_on, excepted as mentor_excepted, text, comments, shared_on, comment,
           commented_on, signatures, submitted_on, acknowledged_on, returned_on, returned_because,
           reason as corrected_because
    from assessments"""
_ORDER = "order by assessment_id, version_number"
_BEGUN = """
    select distinct on (assessment_id) assessment_id, kind, state, written_on from assessments
    where relationship_id = $1 order by assessment_id, version_number desc"""
