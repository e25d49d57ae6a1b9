"""Routes of wishes, vetoes and choices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.matching import policy
from services.matching.api.parameters import Body
from services.matching.commands import wishes as commands
from services.matching.domain.wishes import Kind
from services.matching.queries import wishes as queries
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["matching"])

PersonId = Annotated[UUID | None, Query(description="Whose; your own where it is left out.")]


class Names(Body):
    """All that is said, the dearest first: ids of people or, by a trainee, URNs of schools; none takes it back.

    `person_id` is for whom a lead speaks; your own where it is left out.
    """

    names: tuple[Annotated[str, Field(max_length=40)], ...] = Field(max_length=100)
    person_id: UUID | None = None
    on: date


class Said(BaseModel):
    """What stands now."""

    person_id: UUID
    names: tuple[str, ...]


class SaidOf(BaseModel):
    """What somebody said themselves, and what a lead passed on for them; null where nothing was said."""

    person_id: UUID
    names: tuple[str, ...] | None
    passed_on: tuple[str, ...] | None


async def _say(caller: CallerDep, kind: Kind, body: Names) -> Said:
    return Said.model_validate(await caller.run(commands.say(caller.who, kind=kind, **body.model_dump())))


@router.put("/wishes")
async def say_wishes(body: Names, caller: CallerDep) -> Said:
    """Say whom you wish for, at most ten, the dearest first: a trainee mentors or schools, a mentor trainees."""
    return await _say(caller, "wishes", body)


@router.get("/wishes")
async def show_wishes(reader: ReaderDep, person_id: PersonId = None) -> SaidOf:
    """What you wish for; a partnership lead may ask for anybody's."""
    whose = policy.reading_wishes_of(reader.who, person_id)
    return SaidOf.model_validate(await queries.said(reader, "wishes", whose))


@router.put("/vetoes")
async def say_vetoes(body: Names, caller: CallerDep) -> Said:
    """Say with whom or where you will not be, at most ten. Nobody need say why, and nobody else can read it."""
    return await _say(caller, "vetoes", body)


@router.get("/vetoes")
async def show_vetoes(reader: ReaderDep) -> SaidOf:
    """Your own vetoes: nobody else reads them."""
    return SaidOf.model_validate(await queries.said(reader, "vetoes", policy.own_id(reader.who)))


@router.put("/choices")
async def say_choices(body: Names, caller: CallerDep) -> Said:
    """Say whom you chose; if they choose you as well, you are a pair in the next round unless a hard rule bars it."""
    return await _say(caller, "choices", body)


@router.get("/choices")
async def show_choices(reader: ReaderDep, person_id: PersonId = None) -> SaidOf:
    """Whom you chose; a partnership lead may ask for anybody's."""
    whose = policy.reading_wishes_of(reader.who, person_id)
    return SaidOf.model_validate(await queries.said(reader, "choices", whose))
