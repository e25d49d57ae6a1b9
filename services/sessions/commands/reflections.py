"""Commands of reflections: write, release, revoke, open."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.sessions import policy
from services.sessions.commands.access import audiences_meant, load_item_reader, must_be_known, of_kept_record
from services.sessions.commands.merges import kept_record, kept_records
from services.sessions.commands.people import must_not_be_erased
from services.sessions.commands.programmes import load_programme
from services.sessions.commands.relationships import load_to_record
from services.sessions.domain.access import Audience, ItemReader
from services.sessions.domain.forms import read_answers
from services.sessions.domain.reflections import (
    MISSING,
    REFLECTION,
    ReadReflection,
    Reflection,
    ReflectionRelease,
    ReflectionText,
    ReleaseReflection,
    RevokeReflectionRelease,
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


def release_reflection(who: Principal, reflection_id: UUID, release: ReflectionRelease) -> UseCase[ReflectionState]:
    """Release a reflection to a person or to everybody in a role."""

    async def use_case(unit: Unit) -> ReflectionState:
        owner_id = (await _load_own(unit, who, reflection_id)).owner_id
        to = await of_kept_record(unit, release.to)
        if to.person_id == await kept_record(unit, owner_id):
            to = Audience(person_id=owner_id)  # the id under which it was written: it is theirs already
        await must_be_known(unit, to)
        releasing = ReleaseReflection(release=release.model_copy(update={"to": to}))
        await unit.decide(REFLECTION, reflection_id, releasing)
        return await _state(unit, reflection_id)

    return use_case


def revoke_release(who: Principal, reflection_id: UUID, release: ReflectionRelease) -> UseCase[ReflectionState]:
    """Take a release back."""

    async def use_case(unit: Unit) -> ReflectionState:
        reflection = await _load_own(unit, who, reflection_id)
        for to in await audiences_meant(unit, reflection.released_to, release.to):
            revoking = RevokeReflectionRelease(release=release.model_copy(update={"to": to}))
            await unit.decide(REFLECTION, reflection_id, revoking)
        return await _state(unit, reflection_id)

    return use_case


def open_reflection(who: Principal, reflection_id: UUID) -> UseCase[OpenedReflection]:
    """Open a reflection that the person may read, and record for its author that they did."""

    async def use_case(unit: Unit) -> OpenedReflection:
        reflection = await _load(unit, reflection_id)
        person_id = policy.item_reader(who)
        reading = ReadReflection(
            reader=await _reader_of(unit, who, reflection),
            reader_id=None if person_id is None else await kept_record(unit, person_id),
            on=unit.now.date(),
        )
        await unit.decide(REFLECTION, reflection_id, reading)
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


async def _load_own(unit: Unit, who: Principal, reflection_id: UUID) -> Reflection:
    """Load a reflection that the person wrote; raises `NotFound`."""
    reflection = await _load(unit, reflection_id)
    person_id = policy.item_owner(who)
    if person_id is None or len(set(await kept_records(unit, reflection.owner_id, person_id))) > 1:
        raise NotFound(MISSING)
    await must_not_be_erased(unit, person_id)
    return reflection


async def _reader_of(unit: Unit, who: Principal, reflection: Reflection) -> ItemReader:
    """Return the reader, with the roles at the school of the relationship too: a mentor's other schools are nobody's
    business.
    """
    people = (to.person_id for to in reflection.released_to if to.person_id)
    reader = await load_item_reader(unit, who, reflection.owner_id, people)
    (relationship,) = await unit.load(RELATIONSHIP, reflection.relationship_id)
    assert relationship is not None  # a reflection is written in a relationship
    return replace(reader, roles=reader.roles | policy.audience_roles(who, {relationship.school_urn}, policy.NOBODY))


async def _state(unit: Unit, reflection_id: UUID) -> ReflectionState:
    reflection = await _load(unit, reflection_id)
    released_to = {await of_kept_record(unit, to) for to in reflection.released_to}
    return ReflectionState(
        reflection_id=reflection_id,
        relationship_id=reflection.relationship_id,
        step=reflection.step,
        version=reflection.version,
        released_to=tuple(sorted(released_to, key=str)),
    )
