"""Commands of moderations: draw a sample, discard it, name moderators, agree, send back."""

from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.access import must_be_known
from services.sessions.commands.merges import current_principal, kept_record, kept_records
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.stored_events import find_events
from services.sessions.domain.access import Audience
from services.sessions.domain.assessment_rules import rules_of
from services.sessions.domain.assessment_versions import Assessment, AssessmentSubmitted
from services.sessions.domain.assessments import ASSESSMENT, ReturnAssessment
from services.sessions.domain.moderations import (
    MISSING,
    MODERATION,
    AgreeWithAssessment,
    Candidate,
    DiscardSample,
    DrawSample,
    LookAgain,
    ModerationState,
    ModerationStep,
    NamedModerator,
    NameModerator,
    NewSample,
    SendBack,
)
from services.sessions.domain.relationships import RELATIONSHIP, RelationshipOpened
from shared.kernel.answers import Answer
from shared.kernel.decider import Invalid, NotFound
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class SampleStatus(Answer):
    """A sample after a command: how many assessments it was drawn from, and how many are in it."""

    moderation_id: UUID
    candidates: int
    sampled: int


class ModerationStatus(Answer):
    """A sampled assessment after a command."""

    moderation_id: UUID
    assessment_id: UUID
    state: ModerationState


class SampleDiscardedStatus(Answer):
    """A sample that was discarded."""

    moderation_id: UUID


def draw_sample(who: Principal, sample: NewSample) -> UseCase[SampleStatus]:
    """Draw a sample of the assessments that wait to be acknowledged, by the programme's rule."""

    async def use_case(unit: Unit) -> SampleStatus:
        policy.may_draw_sample(who)
        programme = await load_programme(unit, sample.programme_id)
        moderation_id = uuid4()
        candidates = await _candidates(unit, sample)
        drawing = DrawSample(
            moderation_id=moderation_id,
            rules=rules_of(programme, sample.kind).plan.moderation,
            sample=sample,
            candidates=tuple(candidates),
        )
        await unit.decide(MODERATION, moderation_id, drawing)
        (moderation,) = await unit.load(MODERATION, moderation_id)
        assert moderation is not None  # it was drawn
        return SampleStatus(moderation_id=moderation_id, candidates=len(candidates), sampled=len(moderation.sampled))

    return use_case


def discard_sample(who: Principal, moderation_id: UUID, step: ModerationStep) -> UseCase[SampleDiscardedStatus]:
    """Discard a sample of which nothing is moderated yet."""

    async def use_case(unit: Unit) -> SampleDiscardedStatus:
        policy.may_draw_sample(who)
        await unit.decide(MODERATION, moderation_id, DiscardSample(on=step.on))
        return SampleDiscardedStatus(moderation_id=moderation_id)

    return use_case


def name_moderator(
    who: Principal, moderation_id: UUID, assessment_id: UUID, moderator: NamedModerator
) -> UseCase[ModerationStatus]:
    """Name who moderates a sampled assessment."""

    async def use_case(unit: Unit) -> ModerationStatus:
        policy.may_draw_sample(who)
        person_id = await kept_record(unit, moderator.person_id)
        try:
            await must_be_known(unit, Audience(person_id=person_id))
        except Invalid as error:
            error.pointer = "/person_id"
            raise
        naming = NameModerator(
            assessment_id=assessment_id,
            moderator=moderator.model_copy(update={"person_id": person_id}),
            took_part=await _took_part(unit, assessment_id, person_id),
        )
        await unit.decide(MODERATION, moderation_id, naming)
        return await _status(unit, moderation_id, assessment_id)

    return use_case


def agree(who: Principal, moderation_id: UUID, assessment_id: UUID, step: ModerationStep) -> UseCase[ModerationStatus]:
    """Agree with a sampled assessment as its moderator."""

    async def use_case(unit: Unit) -> ModerationStatus:
        person_id = await _moderator(unit, who, moderation_id, assessment_id)
        agreeing = AgreeWithAssessment(assessment_id=assessment_id, person_id=person_id, on=step.on)
        await unit.decide(MODERATION, moderation_id, agreeing)
        return await _status(unit, moderation_id, assessment_id)

    return use_case


def send_back(
    who: Principal, moderation_id: UUID, assessment_id: UUID, look_again: LookAgain
) -> UseCase[ModerationStatus]:
    """Ask the assessor to look again: the assessment is returned, until it is acknowledged."""

    async def use_case(unit: Unit) -> ModerationStatus:
        person_id = await _moderator(unit, who, moderation_id, assessment_id)
        sending = SendBack(assessment_id=assessment_id, person_id=person_id, look_again=look_again)
        await unit.decide(MODERATION, moderation_id, sending)
        assessment = await _assessment(unit, assessment_id)
        (relationship,) = await unit.load(RELATIONSHIP, assessment.relationship_id)
        assert relationship is not None  # somebody was assessed in it
        programme = await load_programme(unit, relationship.programme_id)
        returning = ReturnAssessment(
            rules=rules_of(programme, assessment.kind),
            roles=frozenset(),
            receives=True,
            person_id=person_id,
            reason=look_again.reason,
            on=look_again.on,
        )
        await unit.decide(ASSESSMENT, assessment_id, returning)
        return await _status(unit, moderation_id, assessment_id)

    return use_case


async def _moderator(unit: Unit, who: Principal, moderation_id: UUID, assessment_id: UUID) -> UUID:
    """Return the id under which somebody was named as moderator; raises `NotFound` for everybody else."""
    (moderation,) = await unit.load(MODERATION, moderation_id)
    known = moderation.sampled.get(assessment_id) if moderation else None
    moderator_id = known.moderator_id if known else None
    current = None if moderator_id is None else await kept_record(unit, moderator_id)
    policy.may_moderate(await current_principal(unit, who), current, missing=MISSING)
    assert moderator_id is not None  # nobody moderates where nobody is named
    return moderator_id


async def _took_part(unit: Unit, assessment_id: UUID, person_id: UUID) -> bool:
    """Whether somebody wrote or signed an assessment, or is one of the two of its relationship."""
    assessment = await _assessment(unit, assessment_id)
    (relationship,) = await unit.load(RELATIONSHIP, assessment.relationship_id)
    assert relationship is not None  # somebody was assessed in it
    people = {assessment.assessor_id, relationship.mentor_id, relationship.trainee_id}
    people |= {signer_id for _, signer_id in assessment.signed_by}
    return person_id in await kept_records(unit, *sorted(people))


async def _assessment(unit: Unit, assessment_id: UUID) -> Assessment:
    (assessment,) = await unit.load(ASSESSMENT, assessment_id)
    if assessment is None:
        raise NotFound(MISSING)
    return assessment


async def _candidates(unit: Unit, sample: NewSample) -> list[Candidate]:
    """The submitted versions that a sample is drawn from."""
    opened = await find_events(unit, RELATIONSHIP, RelationshipOpened, programme_id=[sample.programme_id])
    relationships = {event.relationship_id for event in opened}
    submitted = await find_events(unit, ASSESSMENT, AssessmentSubmitted, relationship_id=relationships)
    ids = {
        event.assessment_id
        for event in submitted
        if event.kind == sample.kind and sample.submitted_from <= event.happened_on <= sample.submitted_until
    }
    found = await unit.load(ASSESSMENT, *sorted(ids))
    return [
        Candidate(
            assessment_id=each.assessment_id,
            version_number=each.version,
            trainee_id=each.trainee_id,
            assessor_id=await kept_record(unit, each.assessor_id),
        )
        for each in found
        if each is not None
        and each.state == "submitted"
        and sample.submitted_from <= each.submissions[each.version].submitted_on <= sample.submitted_until
    ]


async def _status(unit: Unit, moderation_id: UUID, assessment_id: UUID) -> ModerationStatus:
    (moderation,) = await unit.load(MODERATION, moderation_id)
    assert moderation is not None  # something of it was decided
    state = moderation.sampled[assessment_id].state
    return ModerationStatus(moderation_id=moderation_id, assessment_id=assessment_id, state=state)
