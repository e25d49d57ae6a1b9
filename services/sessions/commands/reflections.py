"""Commands of reflections: write, release, revoke, open."""

from datetime import date
from uuid import UUID

from services.sessions.commands.access import current_audiences, reading_of, release_own, revoke_own
from services.sessions.commands.merges import kept_record
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.access import Audience, ReadItem, Release
from services.sessions.domain.forms import read_answers
from services.sessions.domain.reflections import (
    MISSING,
    REFLECTION,
    Reflection,
    ReflectionText,
    WriteReflection,
    reflection_id_of,
)
from services.sessions.domain.relationships import RELATIONSHIP
from shared.events.words import Side
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.postgres.personal import ERASED
from shared.kernel.postgres.store import open_texts
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class ReflectionState(Answer):
    """A reflection after a command: its version, and to whom it is released."""

    reflection_id: UUID
    relationship_id: UUID
    step: str
    version: int
    released_to: tuple[Audience, ...]


class OpenedReflection(Answer):
    """A reflection with its answers by the fields of the form; empty where its author was erased."""

    reflection_id: UUID
    relationship_id: UUID
    step: str
    by: Side
    owner_id: UUID
    on: date
    version: int
    answers: dict[str, str | float]


def write_reflection(
    who: Principal, relationship_id: UUID, step: str, text: ReflectionText
) -> UseCase[ReflectionState]:
    """Fill in the form of a step, as one of the two, or replace what one had written."""

    async def use_case(unit: Unit) -> ReflectionState:
        relationship, by = await load_to_record(who, unit, relationship_id, "look back on it")
        reflection_id = reflection_id_of(relationship_id, step, by)
        (reflection,) = await unit.load(REFLECTION, reflection_id)
        before = reflection.answers if reflection else None
        opened = await open_texts(unit.reads, unit.tenant, [before])
        writing = WriteReflection(
            reflection_id=reflection_id,
            relationship=relationship,
            programme=await load_programme(unit, relationship.programme_id),
            step=step,
            by=by,
            text=text,
            on_record=before and opened.get(before, before),
        )
        await unit.decide(REFLECTION, reflection_id, writing)
        return await _state(unit, reflection_id)

    return use_case


def release_reflection(who: Principal, reflection_id: UUID, release: Release) -> UseCase[ReflectionState]:
    """Release a reflection to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> ReflectionState:
        await release_own(unit, who, REFLECTION, reflection_id, release, MISSING)
        return await _state(unit, reflection_id)

    return use_case


def revoke_release(who: Principal, reflection_id: UUID, release: Release) -> UseCase[ReflectionState]:
    """Take a release back."""

    async def use_case(unit: Unit) -> ReflectionState:
        await revoke_own(unit, who, REFLECTION, reflection_id, release, MISSING)
        return await _state(unit, reflection_id)

    return use_case


def open_reflection(who: Principal, reflection_id: UUID) -> UseCase[OpenedReflection]:
    """Open a reflection that the person may read, and record for its author that they did."""

    async def use_case(unit: Unit) -> OpenedReflection:
        reflection = await _load(unit, reflection_id)
        await unit.decide(REFLECTION, reflection_id, await _reading(unit, who, reflection))
        opened = await open_texts(unit.reads, unit.tenant, [reflection.answers])
        text = opened.get(reflection.answers, reflection.answers)
        return OpenedReflection(
            reflection_id=reflection_id,
            relationship_id=reflection.relationship_id,
            step=reflection.step,
            by=reflection.by,
            owner_id=await kept_record(unit, reflection.owner_id),
            on=reflection.written_on,
            version=reflection.version,
            answers={} if text == ERASED else read_answers(text),
        )

    return use_case


async def _load(unit: Unit, reflection_id: UUID) -> Reflection:
    (reflection,) = await unit.load(REFLECTION, reflection_id)
    if reflection is None:
        raise NotFound(MISSING)
    return reflection


async def _reading(unit: Unit, who: Principal, reflection: Reflection) -> ReadItem:
    """Return the command by which somebody reads a reflection: leads of the school of its relationship are leads of its
    author's, also of a mentor's.
    """
    (relationship,) = await unit.load(RELATIONSHIP, reflection.relationship_id)
    assert relationship is not None  # a reflection is written in a relationship
    return await reading_of(unit, who, reflection.item, schools={relationship.school_urn})


async def _state(unit: Unit, reflection_id: UUID) -> ReflectionState:
    reflection = await _load(unit, reflection_id)
    return ReflectionState(
        reflection_id=reflection_id,
        relationship_id=reflection.relationship_id,
        step=reflection.step,
        version=reflection.version,
        released_to=await current_audiences(unit, reflection.access),
    )
