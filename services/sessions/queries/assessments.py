"""Queries of assessments."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.assessment_rules import AssessmentRules, rules_of
from services.sessions.domain.assessment_versions import MISSING, MISSING_VERSION, STANDARDS, State
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

READ_BY = policy.readable_states
"""The rule of who reads an assessment."""


class Signature(Answer):
    """A signature under an assessment, for a role of the programme."""

    role: str
    title: str
    person_id: UUID
    on: date


class Assessment(Answer):
    """A version of an assessment of a trainee: a level for each standard, comments, answers to the form, signatures.

    `on` is the day on which it was submitted, or last written until then. `evidence` are items that the trainee
    released, `observations` those that it rests on, `observed_on` the days on which the assessor saw the trainee teach.
    `comment` is the trainee's; `returned_because` and `corrected_because` are reasons; `mentor_excepted` says that the
    assessor mentors the trainee, by an exception or by a rule of the programme. `unexpected` says why a concern was
    never raised before, by standard. `next_to_sign` is the title of a role.
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
    observations: tuple[UUID, ...]
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
    taken_over_because: str | None
    unexpected: dict[Standard, str]


class AssessmentWithVersions(Answer):
    """An assessment: every version that the person may read, the first one first."""

    assessment_id: UUID
    versions: list[Assessment]

    def only(self, version: int | None) -> "AssessmentWithVersions":
        """Return the assessment with a version alone, or with all for None; raises `NotFound`."""
        if version is None:
            return self
        versions = [each for each in self.versions if each.version == version]
        if not versions:
            raise NotFound(MISSING_VERSION)
        return AssessmentWithVersions(assessment_id=self.assessment_id, versions=versions)


@dataclass(frozen=True, slots=True)
class ReadableAssessment:
    """The versions of an assessment that somebody may read, the rules for it, and who they are to its trainee."""

    versions: list[Assessment]
    who: Principal
    relationship: RelationshipSummary
    rules: AssessmentRules
    assigned: frozenset[AssignedRole]
    writes: bool


async def list_assessments(reader: Reader, trainee_id: UUID) -> list[Assessment]:
    """Return the assessments of a trainee that the person may read, each in its last such version, the latest first."""
    own = await records_of(reader, await kept_record(reader, trainee_id))
    rows = await reader.connection.fetch(f"{_ROWS} where trainee_id = any ($1) {_ORDER}", own)
    last = {version.assessment_id: version for version in await _readable(reader, rows)}
    return sorted(last.values(), key=lambda each: (-each.on.toordinal(), str(each.assessment_id)))


async def show_assessment(reader: Reader, assessment_id: UUID) -> AssessmentWithVersions:
    """Return the versions of an assessment that the person may read; raises `NotFound` where there is none."""
    versions, _ = await _versions(reader, assessment_id)
    return AssessmentWithVersions(assessment_id=assessment_id, versions=versions)


async def _versions(reader: Reader, assessment_id: UUID) -> tuple[list[Assessment], list[UUID]]:
    """Return the versions that the person may read, and who wrote versions of it; raises `NotFound`."""
    rows = await reader.connection.fetch(f"{_ROWS} where assessment_id = $1 {_ORDER}", assessment_id)
    versions = await _readable(reader, rows)
    if not versions:
        raise NotFound(MISSING)
    return versions, [row["assessor_id"] for row in rows]


async def find_readable(reader: Reader, assessment_id: UUID) -> ReadableAssessment:
    """Return the versions of an assessment that the person may read, with who they are to it; raises `NotFound`."""
    versions, assessors = await _versions(reader, assessment_id)
    visible = await find_to_see(reader, versions[0].relationship_id)
    own = await records_of(reader, policy.assessor(visible.who))
    return ReadableAssessment(
        versions=versions,
        who=visible.who,
        relationship=visible.relationship,
        rules=rules_of(await find_programme(reader, visible.relationship.programme_id), versions[0].kind),
        assigned=await assigned_as(reader, visible.relationship.trainee_id),
        writes=any(assessor_id in own for assessor_id in assessors),
    )


async def _readable(reader: Reader, rows: Iterable[Any]) -> list[Assessment]:
    """Return those of the versions that the person may read, with their texts."""
    who = await current_principal(reader)
    own = await records_of(reader, policy.assessor(who))
    relationships = await find_relationships(reader, {row["relationship_id"] for row in rows})
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    asked, moderated = await _open_to_others(reader, {row["assessment_id"] for row in rows}, own)
    readable: list[dict[str, Any]] = []
    rules_by_row: list[AssessmentRules] = []
    for row in rows:
        relationship = relationships[row["relationship_id"]]
        programme = programmes.get(relationship.programme_id)
        if programme is None:
            continue  # it will be known in a moment
        rules = rules_of(programme, row["kind"])
        version = (row["assessment_id"], row["version"])
        writes = row["assessor_id"] in own or (version in moderated and row["submitted_on"] is not None)
        if row["state"] in await _states(reader, relationship, rules, writes=writes, asked=version in asked):
            readable.append(dict(row))
            rules_by_row.append(rules)
    opened = await reader.unseal(readable)
    comments = await reader.unseal([row["comments"] for row in readable])
    return [
        _answer(row, on_standards, rules)
        for row, on_standards, rules in zip(opened, comments, rules_by_row, strict=True)
    ]


async def _states(
    reader: Reader, relationship: RelationshipSummary, rules: AssessmentRules, *, writes: bool, asked: bool
) -> frozenset[State]:
    who = await current_principal(reader)
    assigned = await assigned_as(reader, relationship.trainee_id)
    return policy.readable_states(who, relationship, rules, assigned, writes=writes, asked=asked)


async def _open_to_others(
    reader: Reader, assessment_ids: Collection[UUID], own: Sequence[UUID]
) -> tuple[set[tuple[UUID, int]], set[tuple[UUID, int]]]:
    """Return the versions on which a second opinion is asked for, and those that the person moderates."""
    asked = await reader.connection.fetch(_ASKED, sorted(assessment_ids))
    moderated = await reader.connection.fetch(_MODERATED, sorted(assessment_ids), list(own))
    return {(row[0], row[1]) for row in asked}, {(row[0], row[1]) for row in moderated}


def _answer(row: dict[str, Any], on_standards: Mapping[str, str], rules: AssessmentRules) -> Assessment:
    text, reasons = row.pop("text"), row.pop("unexpected_because")
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
            "unexpected": {} if reasons in (None, ERASED) else json.loads(reasons),
            "signatures": signatures,
            "judgements": {name: row["judgements"][name] for name in STANDARDS if name in row["judgements"]},
            "next_to_sign": signer and signer.title,
        }
    )


_ROWS = f"""
    select assessment_id, version_number as version, relationship_id, {kept_id_of("trainee_id")} as trainee_id,
           {kept_id_of("assessor_id")} as assessor_id, kind, state, coalesce(submitted_on, written_on) as "on",
           levels as judgements, evidence, observed_on, observations, excepted as mentor_excepted, text, comments,
           shared_on, comment,
           commented_on, signatures, submitted_on, acknowledged_on, returned_on, returned_because,
           reason as corrected_because, taken_over_because,
           unexpected_because
    from assessments"""
_ASKED = """
    select assessment_id, version_number from (
        select distinct on (assessment_id, version_number) assessment_id, version_number, state
        from second_opinion_steps where assessment_id = any ($1) order by assessment_id, version_number, step desc) last
    where state <> 'withdrawn'"""
_MODERATED = """
    select a.assessment_id, (c->>'version_number')::int from moderated_assessments a
    join moderations m using (moderation_id)
    cross join lateral jsonb_array_elements(m.candidates) c
    where a.assessment_id = any ($1) and a.moderator_id = any ($2) and m.discarded_on is null
      and c->>'assessment_id' = a.assessment_id::text"""
_ORDER = "order by assessment_id, version_number"
