"""Commands of feedback: give, amend, acknowledge, release, revoke, open."""

from datetime import date
from uuid import UUID, uuid4

from services.sessions import policy
from services.sessions.commands.access import audiences_for_owner, reading_of, release_own, revoke_own
from services.sessions.commands.merges import current_principal, is_same_person, kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_see, must_still_act
from services.sessions.domain.access import Audience, Release
from services.sessions.domain.feedback import (
    FEEDBACK,
    MISSING,
    AcknowledgeFeedback,
    AmendedFeedback,
    AmendFeedback,
    Feedback,
    NewFeedback,
    ReadFeedback,
    WriteFeedback,
    feedback_rules,
)
from services.sessions.domain.relationships import RELATIONSHIP, Relationship
from shared.events.words import Standard
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound, build_from
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class FeedbackState(Answer):
    """Feedback after a command: its version, whether the mentee acknowledged that, and to whom it is released.

    Only the mentee sees to whom it is released.
    """

    feedback_id: UUID
    relationship_id: UUID
    version: int
    acknowledged_on: date | None
    released_to: tuple[Audience, ...]


class WrittenFeedback(Answer):
    """A version of feedback, as its author wrote it on a day."""

    version: int
    on: date
    text: str
    next_step: str | None
    areas: tuple[str, ...]
    development_needs: tuple[Standard, ...]


class OpenedFeedback(FeedbackState):
    """Feedback with its words: what the author says now, and all that was there before.

    `role` is the author's role in the programme. `[erased]` stands for what can no longer be read.
    """

    owner_id: UUID
    author_id: UUID
    role: str
    on: date
    text: str
    next_step: str | None
    areas: tuple[str, ...]
    development_needs: tuple[Standard, ...]
    versions: tuple[WrittenFeedback, ...]


def write_feedback(who: Principal, relationship_id: UUID, feedback: NewFeedback) -> UseCase[FeedbackState]:
    """Give feedback to the mentee of a relationship."""

    async def use_case(unit: Unit) -> FeedbackState:
        seen = await load_to_see(who, unit, relationship_id)
        relationship = seen.relationship
        programme = await load_programme(unit, relationship.programme_id)
        feedback_rules(programme)
        author = policy.may_give_feedback(seen.who, relationship, programme, seen.assigned)
        feedback_id = uuid4()
        writing = WriteFeedback(
            feedback_id=feedback_id,
            relationship=relationship,
            programme=programme,
            author_id=author.person_id,
            role=author.role,
            feedback=feedback,
        )
        await unit.decide(FEEDBACK, feedback_id, writing)
        return await _state(unit, who, feedback_id)

    return use_case


def amend_feedback(who: Principal, feedback_id: UUID, feedback: AmendedFeedback) -> UseCase[FeedbackState]:
    """Amend feedback that the person gave; every version is kept."""

    async def use_case(unit: Unit) -> FeedbackState:
        known, relationship = await _load(unit, feedback_id)
        if not await is_same_person(unit, policy.feedback_author(who), known.author_id):
            raise NotFound(MISSING)
        must_still_act(unit, await current_principal(unit, who), relationship, MISSING)
        programme = await load_programme(unit, relationship.programme_id)
        amending = AmendFeedback(relationship=relationship, programme=programme, feedback=feedback)
        await unit.decide(FEEDBACK, feedback_id, amending)
        return await _state(unit, who, feedback_id)

    return use_case


def acknowledge_feedback(who: Principal, feedback_id: UUID, on: date) -> UseCase[FeedbackState]:
    """Acknowledge feedback as the mentee."""

    async def use_case(unit: Unit) -> FeedbackState:
        known, relationship = await _load(unit, feedback_id)
        policy.may_acknowledge_feedback(await current_principal(unit, who), await kept_record(unit, known.owner_id))
        await unit.decide(FEEDBACK, feedback_id, AcknowledgeFeedback(relationship=relationship, on=on))
        return await _state(unit, who, feedback_id)

    return use_case


def release_feedback(who: Principal, feedback_id: UUID, release: Release) -> UseCase[FeedbackState]:
    """Release feedback to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> FeedbackState:
        await release_own(unit, who, FEEDBACK, feedback_id, release, MISSING)
        return await _state(unit, who, feedback_id)

    return use_case


def revoke_release(who: Principal, feedback_id: UUID, release: Release) -> UseCase[FeedbackState]:
    """Take a release back."""

    async def use_case(unit: Unit) -> FeedbackState:
        await revoke_own(unit, who, FEEDBACK, feedback_id, release, MISSING)
        return await _state(unit, who, feedback_id)

    return use_case


def open_feedback(who: Principal, feedback_id: UUID) -> UseCase[OpenedFeedback]:
    """Open feedback that the person may read; if they are neither mentee nor author, record that they did."""

    async def use_case(unit: Unit) -> OpenedFeedback:
        known, relationship = await _load(unit, feedback_id)
        reading = await reading_of(unit, who, known.item_on(unit.now.date(), relationship))
        await unit.decide(FEEDBACK, feedback_id, build_from(ReadFeedback, reading, relationship=relationship))
        versions = await _open_versions(unit, known)
        return OpenedFeedback(
            **(await _state(unit, who, feedback_id)).model_dump(),
            **versions[-1].model_dump(include={"text", "next_step", "areas", "development_needs"}),
            owner_id=await kept_record(unit, known.owner_id),
            author_id=await kept_record(unit, known.author_id),
            role=known.role,
            on=known.given_on,
            versions=versions,
        )

    return use_case


async def _load(unit: Unit, feedback_id: UUID) -> tuple[Feedback, Relationship]:
    (feedback,) = await unit.load(FEEDBACK, feedback_id)
    if feedback is None:
        raise NotFound(MISSING)
    (relationship,) = await unit.load(RELATIONSHIP, feedback.relationship_id)
    assert relationship is not None  # feedback is given in a relationship
    return feedback, relationship


async def _open_versions(unit: Unit, feedback: Feedback) -> tuple[WrittenFeedback, ...]:
    sealed = [text for version in feedback.versions for text in (version.text, version.next_step)]
    opened = await open_texts(unit.reads, unit.tenant, sealed)
    return tuple(
        WrittenFeedback(
            version=version.version,
            on=version.on,
            text=opened.get(version.text, version.text),
            next_step=version.next_step and opened.get(version.next_step, version.next_step),
            areas=version.areas,
            development_needs=version.development_needs,
        )
        for version in feedback.versions
    )


async def _state(unit: Unit, who: Principal, feedback_id: UUID) -> FeedbackState:
    feedback, _ = await _load(unit, feedback_id)
    return FeedbackState(
        feedback_id=feedback_id,
        relationship_id=feedback.relationship_id,
        version=len(feedback.versions),
        acknowledged_on=feedback.acknowledged_on,
        released_to=await audiences_for_owner(unit, who, feedback.owner_id, feedback.access),
    )
