"""Routes of wishes, vetoes and choices."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.matching.commands.wishes import NamesStated, state_names
from services.matching.domain.wishes import Names
from services.matching.queries import wishes as queries
from services.matching.queries.wishes import NamesOfPerson
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("matching")

PersonId = Annotated[UUID | None, Query(description="The person; yourself if it is left out.")]


@router.put("/wishes")
async def state_wishes(body: Names, caller: CallerDep) -> NamesStated:
    """State at most ten wishes, the dearest first: a trainee names mentors or schools, a mentor trainees."""
    return await caller.run(state_names(caller.who, "wishes", body), NamesStated)


@router.get("/wishes")
async def show_wishes(reader: ReaderDep, person_id: PersonId = None) -> NamesOfPerson:
    """Show your wishes; a partnership lead may read anybody's."""
    return await queries.names_to_read(reader, "wishes", person_id)


@router.put("/vetoes")
async def state_vetoes(body: Names, caller: CallerDep) -> NamesStated:
    """State at most ten people or schools that you rule out. You need no reason, and nobody else can read it."""
    return await caller.run(state_names(caller.who, "vetoes", body), NamesStated)


@router.get("/vetoes")
async def show_vetoes(reader: ReaderDep) -> NamesOfPerson:
    """Show your own vetoes: nobody else can read them."""
    return await queries.own_vetoes(reader)


@router.put("/choices")
async def state_choices(body: Names, caller: CallerDep) -> NamesStated:
    """State whom you chose; if they choose you as well, you are a pair in the next round unless a hard rule bars it."""
    return await caller.run(state_names(caller.who, "choices", body), NamesStated)


@router.get("/choices")
async def show_choices(reader: ReaderDep, person_id: PersonId = None) -> NamesOfPerson:
    """Show whom you chose; a partnership lead may read anybody's."""
    return await queries.names_to_read(reader, "choices", person_id)
