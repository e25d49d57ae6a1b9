"""Queries of moderations."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sessions import policy
from services.sessions.domain.moderations import MISSING, ModerationState
from services.sessions.queries.merges import current_principal, kept_id_of, kept_record, records_of
from shared.events.words import AssessmentKind
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class SampledAssessment(Answer):
    """An assessment in a sample, who moderates it, and what they found."""

    assessment_id: UUID
    version: int
    trainee_id: UUID
    assessor_id: UUID
    state: ModerationState
    moderator_id: UUID | None
    decided_on: date | None
    reason: str | None


class Moderation(Answer):
    """How the moderation of a version of an assessment stands, of a sample that was drawn on a day."""

    drawn_on: date
    state: ModerationState
    moderator_id: UUID
    decided_on: date | None
    reason: str | None


class ModerationSample(Answer):
    """A sample and how it was drawn: the share and the least of each assessor, the seed, and how many there were.

    `drawn_from` are the ids of all of them. Put them in the order of the SHA-256 of `seed:id:version`, take the first
    of each assessor, and then the next until the share is reached: that is `sampled`, in this order. A moderator sees
    only their own assessments of it.
    """

    moderation_id: UUID
    programme_id: UUID
    kind: AssessmentKind
    drawn_on: date
    submitted_from: date
    submitted_until: date
    seed: int
    share_percent: int
    of_each_assessor: int
    candidates: int
    drawn_from: list[UUID]
    sampled: list[SampledAssessment]
    discarded_on: date | None


async def list_samples(reader: Reader) -> list[ModerationSample]:
    """Return the samples that the person may see, the latest first: leads all, moderators those with theirs."""
    return await _samples(reader, None)


async def show_sample(reader: Reader, moderation_id: UUID) -> ModerationSample:
    """Return a sample; raises `NotFound` for others than leads and its moderators."""
    found = await _samples(reader, moderation_id)
    if not found:
        raise NotFound(MISSING)
    return found[0]


async def moderations_of(reader: Reader, assessment_id: UUID, version: int) -> list[Moderation]:
    """Return the moderations of a version for which somebody is named: leads all, moderators theirs, others none."""
    scope = policy.visible_samples(await current_principal(reader))
    own = await records_of(reader, scope.person_id)
    asked = (assessment_id, version, scope.everything, own)
    return await reader.all(Moderation, _MODERATIONS, *asked, unseal=True)


async def _samples(reader: Reader, moderation_id: UUID | None) -> list[ModerationSample]:
    who = await current_principal(reader)
    scope = policy.visible_samples(who)
    own = await records_of(reader, scope.person_id)
    rows = await reader.connection.fetch(_SAMPLES, moderation_id, scope.everything, own)
    ids = [row["moderation_id"] for row in rows]
    items = await reader.connection.fetch(_ITEMS, ids, scope.everything, own)
    moderated: dict[UUID, dict[UUID, Any]] = {}
    for item in await reader.unseal([dict(item) for item in items]):
        moderated.setdefault(item["moderation_id"], {})[item["assessment_id"]] = item
    return [
        await _sample(reader, dict(row), moderated.get(row["moderation_id"], {}), everything=scope.everything)
        for row in rows
    ]


async def _sample(
    reader: Reader, row: dict[str, Any], moderated: Mapping[UUID, Any], *, everything: bool
) -> ModerationSample:
    candidates, nths = row.pop("candidates"), row.pop("sampled")
    sampled = []
    for nth in nths:
        candidate = candidates[nth]
        item = moderated.get(UUID(candidate["assessment_id"]))
        if item is not None or everything:
            sampled.append(await _sampled(reader, candidate, item))
    ids = [UUID(each["assessment_id"]) for each in candidates]
    return ModerationSample(**row, candidates=len(candidates), drawn_from=ids if everything else [], sampled=sampled)


async def _sampled(reader: Reader, candidate: Mapping[str, Any], item: Any) -> SampledAssessment:
    return SampledAssessment(
        assessment_id=candidate["assessment_id"],
        version=candidate["version_number"],
        trainee_id=await kept_record(reader, UUID(candidate["trainee_id"])),
        assessor_id=await kept_record(reader, UUID(candidate["assessor_id"])),
        state=item["state"] if item else "drawn",
        moderator_id=await kept_record(reader, item["moderator_id"]) if item else None,
        decided_on=item["decided_on"] if item else None,
        reason=item["reason"] if item else None,
    )


_SAMPLES = """
    select moderation_id, programme_id, kind, drawn_on, submitted_from, submitted_until, seed, share_percent,
           of_each_assessor, candidates, sampled, discarded_on
    from moderations m
    where ($1::uuid is null or moderation_id = $1)
      and ($2 or discarded_on is null and exists (
          select from moderated_assessments a where a.moderation_id = m.moderation_id and a.moderator_id = any ($3)))
    order by drawn_on desc, moderation_id"""
_ITEMS = """
    select moderation_id, assessment_id, moderator_id, state, decided_on, reason from moderated_assessments
    where moderation_id = any ($1) and ($2 or moderator_id = any ($3))"""
_MODERATIONS = f"""
    select m.drawn_on, a.state, {kept_id_of("a.moderator_id")} as moderator_id, a.decided_on, a.reason
    from moderated_assessments a
    join moderations m using (moderation_id)
    cross join lateral jsonb_array_elements(m.candidates) c
    where a.assessment_id = $1 and ($3 or a.moderator_id = any ($4)) and m.discarded_on is null
      and c->>'assessment_id' = a.assessment_id::text and (c->>'version_number')::int = $2
    order by m.drawn_on, m.moderation_id"""
