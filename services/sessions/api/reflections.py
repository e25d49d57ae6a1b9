"""Routes of reflections."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.sessions.commands import reflections as commands
from services.sessions.commands.reflections import OpenedReflection, ReflectionState
from services.sessions.domain.access import Release
from services.sessions.domain.reflections import REFLECTION, ReflectionText
from services.sessions.queries import reflections as queries
from services.sessions.queries.reflections import ReflectionAccess, ReflectionSummary
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("sessions")
StepId = Annotated[str, Path(max_length=100, description="The id of the programme's step.")]


@router.get("/relationships/{relationship_id}/reflections")
async def list_reflections(relationship_id: UUID, reader: ReaderDep) -> list[ReflectionSummary]:
    """List the forms on which you look back on this relationship, and what others released to you."""
    return await queries.list_reflections(reader, relationship_id)


@router.put("/relationships/{relationship_id}/reflections/{step}")
async def write_reflection(
    relationship_id: UUID, step: StepId, body: ReflectionText, caller: CallerDep
) -> ReflectionState:
    """Fill in a form of the programme that is yours alone: send all your answers. Nobody reads it until you release it.

    You can do this after the last day too.
    """
    return await caller.run(commands.write_reflection(caller.who, relationship_id, step, body), ReflectionState)


@router.get("/reflections/reads")
async def list_reflection_reads(reader: ReaderDep) -> list[ReflectionAccess]:
    """List who has read reflections of yours, and when."""
    return await queries.list_reflection_reads(reader)


@router.get("/reflections/{reflection_id}")
@has_version(REFLECTION, key="reflection_id")
async def open_reflection(reflection_id: UUID, caller: CallerDep) -> OpenedReflection:
    """Open a reflection. If it is not yours, its author can see that you did."""
    return await caller.run(commands.open_reflection(caller.who, reflection_id), OpenedReflection)


@router.post("/reflections/{reflection_id}/releases", status_code=201)
@has_version(REFLECTION, key="reflection_id")
async def release_reflection(reflection_id: UUID, body: Release, caller: CallerDep) -> ReflectionState:
    """Release a reflection of yours to a person, or to everybody in a role."""
    return await caller.run(commands.release_reflection(caller.who, reflection_id, body), ReflectionState)


@router.post("/reflections/{reflection_id}/revocations", status_code=201)
@has_version(REFLECTION, key="reflection_id")
async def revoke_reflection_release(reflection_id: UUID, body: Release, caller: CallerDep) -> ReflectionState:
    """Take a release back."""
    return await caller.run(commands.revoke_release(caller.who, reflection_id, body), ReflectionState)
