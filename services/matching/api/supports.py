"""Routes of who is there for a mentee beside a lead mentor: what is asked for, what is found, what both say."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, field_validator

from services.matching import policy
from services.matching.api.parameters import After, Body, Limit
from services.matching.commands import support_proposals as beside
from services.matching.commands import support_requests as asks
from services.matching.commands import supports as commands
from services.matching.queries import supports as queries
from shared.events.words import Facet, SupportSide
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["matching"])

SupportStatus = Literal["proposed", "confirmed", "declined", "lapsed", "ended"]


class Wanted(Body):
    """All that a mentee asks for; nothing takes back what was asked for before."""

    facets: tuple[Facet, ...] = ()
    structural: bool = False
    buddy: bool = False
    on: date

    @field_validator("facets")
    @classmethod
    def _named_once(cls, facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
        if len(set(facets)) < len(facets):
            raise ValueError("Name each facet once.")
        return facets


class Asked(BaseModel):
    """What a mentee asks for."""

    person_id: UUID
    facets: tuple[Facet, ...]
    structural: bool
    buddy: bool


class NewPeers(Body):
    """Peers, or mentors of pupils, for everybody in a programme who has none.

    With `rest_too` colleagues whom nobody chose back are paired as well.
    """

    programme_id: UUID
    on: date
    rest_too: bool = False


class NewConstellations(Body):
    """Somebody for each need of everybody in a programme who asks.

    Without hours a week it is the programme's; beside a lead mentor, half an hour. Nobody goes further than
    `reach_minutes` to another school; 0 stays at their own.
    """

    programme_id: UUID
    on: date
    hours_per_week: float | None = Field(default=None, ge=0.05, le=10)
    reach_minutes: int = Field(default=30, ge=0, le=180)


class Found(BaseModel):
    """Who was found for whom and what; `words` say why these two."""

    support_id: UUID
    mentee_id: UUID
    mentor_id: UUID
    what: str
    hours_per_week: float
    words: str


class Wanting(BaseModel):
    """What is still wanting, and why."""

    mentee_id: UUID
    what: str
    reason: str
    words: str


class Proposals(BaseModel):
    """What was proposed, and what nobody was found for."""

    found: tuple[Found, ...]
    wanting: tuple[Wanting, ...]


class LastDay(Body):
    """The last day of a support."""

    on: date


class Answer(Body):
    """An answer to a proposed support; `side` is needed from whom may answer for both."""

    on: date
    side: SupportSide | None = None


class SupportStanding(BaseModel):
    """Where a support stands."""

    support_id: UUID
    status: SupportStatus
    accepted_by: tuple[SupportSide, ...]


@router.put("/people/{person_id}/asks")
async def ask_for(person_id: UUID, body: Wanted, caller: CallerDep) -> Asked:
    """Say all that somebody asks for beside their lead mentor."""
    return Asked.model_validate(await caller.run(asks.ask(caller.who, person_id, **body.model_dump())))


@router.get("/people/{person_id}/asks")
async def show_asks(person_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """What somebody asks for beside their lead mentor."""
    return await queries.asks(reader, person_id)


@router.post("/constellations", status_code=201)
async def propose_constellations(body: NewConstellations, caller: CallerDep) -> Proposals:
    """Find somebody for each need of those who ask, and propose them."""
    return Proposals.model_validate(await caller.run(beside.propose_constellations(caller.who, **body.model_dump())))


@router.post("/peers", status_code=201)
async def propose_peers(body: NewPeers, caller: CallerDep) -> Proposals:
    """Pair colleagues who chose each other, or pupils with learning mentors, and propose them."""
    return Proposals.model_validate(await caller.run(beside.propose_peers(caller.who, **body.model_dump())))


@router.get("/supports")
async def list_supports(
    reader: ReaderDep,
    status: Annotated[SupportStatus | None, Query()] = None,
    person_id: Annotated[UUID | None, Query(description="Those of this mentor or mentee.")] = None,
    after: After = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """The supports that the person may see, a page at a time."""
    scope = policy.support_scope(reader.who)
    return await queries.supports(reader, scope, status=status, person_id=person_id, after=after, limit=limit)


@router.get("/supports/{support_id}")
async def show_support(support_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One support."""
    return await queries.support(reader, policy.support_scope(reader.who), support_id)


@router.post("/supports/{support_id}/acceptance")
async def accept_support(support_id: UUID, body: Answer, caller: CallerDep) -> SupportStanding:
    """Say yes to a support; it is confirmed when both sides have."""
    return SupportStanding.model_validate(
        await caller.run(commands.accept(caller.who, support_id, **body.model_dump()))
    )


@router.post("/supports/{support_id}/refusal")
async def decline_support(support_id: UUID, body: Answer, caller: CallerDep) -> SupportStanding:
    """Say no to a support; these two are not proposed to each other again."""
    return SupportStanding.model_validate(
        await caller.run(commands.decline(caller.who, support_id, **body.model_dump()))
    )


@router.post("/supports/{support_id}/end")
async def end_support(support_id: UUID, body: LastDay, caller: CallerDep) -> SupportStanding:
    """End a confirmed support before its time."""
    return SupportStanding.model_validate(await caller.run(commands.end(caller.who, support_id, **body.model_dump())))
