"""Routes of rounds."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.matching.api.parameters import (
    CSV,
    Accept,
    After,
    Dated,
    Limit,
    Prefer,
    csv_response,
    is_deferred,
    point_to_round,
)
from services.matching.commands import rounds as commands
from services.matching.commands.rounds import RoundProgress
from services.matching.domain.pairs import PairStatus
from services.matching.domain.rounds import ROUND, NewRound
from services.matching.queries import round_trainees
from services.matching.queries import rounds as queries
from services.matching.queries.round_trainees import (
    ExplainedTrainee,
    RoundOverview,
    RoundTraineesPage,
    TraineeFilter,
    TraineeOrder,
)
from services.matching.queries.rounds import Round, RoundInFull, RoundLoad
from services.matching.queries.sheets import ROUND_COLUMNS, SHARE_COLUMNS, round_lines, share_lines
from shared.events.words import UnplacedReason
from shared.inputs.schools import Urn
from shared.kernel.decider import Invalid
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version
from shared.sheets import MEDIA_TYPE

router = Router("matching")

MOST_PEOPLE = 50
People = Annotated[
    str | None, Query(max_length=2_000, description="Ids of trainees or mentors, with commas between them.")
]
Skip = Annotated[int, Query(ge=0, le=1_000_000, description="How many rows come before the page.")]


@router.post("/rounds", status_code=201, responses={202: {"model": RoundProgress}})
async def solve_round(body: NewRound, caller: CallerDep, prefer: Prefer = "") -> RoundProgress:
    """Match everybody who waits, and propose the pairs.

    With `Prefer: respond-async`, or if the round is too large to solve while you wait, the worker solves it: the answer
    is 202, with the round's address in `Location`.
    """
    answer = await caller.run(commands.solve_round(caller.who, body, later=is_deferred(prefer)), RoundProgress)
    point_to_round(caller, answer.state, answer.round_id)
    return answer


@router.post("/rounds/{round_id}/cancellation")
@has_version(ROUND, key="round_id")
async def cancel_round(round_id: UUID, body: Dated, caller: CallerDep) -> RoundProgress:
    """Cancel a round that was requested, or begun, and is not solved yet."""
    return await caller.run(commands.cancel_round(caller.who, round_id, on=body.on), RoundProgress)


@router.get("/rounds", response_model_exclude_unset=True)
async def list_rounds(reader: ReaderDep, after: After = None, limit: Limit = 100) -> list[Round]:
    """List rounds, a page at a time."""
    return await queries.rounds(reader, after=after, limit=limit)


@router.get("/rounds/{round_id}", response_model=RoundInFull, response_model_exclude_unset=True, responses={**CSV})
@has_version(ROUND, key="round_id")
async def show_round(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> RoundInFull | Response:
    """Show a round: its state, each pair rule by rule, and for each unplaced trainee the reason and what would help.

    As CSV, if that is accepted, a line for each trainee.
    """
    found = await queries.round_in_full(reader, round_id)
    return csv_response(ROUND_COLUMNS, round_lines(found)) if MEDIA_TYPE in accept else found


@router.get("/rounds/{round_id}/load", response_model=RoundLoad, responses={**CSV})
async def show_load(round_id: UUID, reader: ReaderDep, accept: Accept = "") -> RoundLoad | Response:
    """Show the share of capacity that schools and mentors carry, before and after the round, and how even it is."""
    found = await queries.load_of(reader, round_id)
    return csv_response(SHARE_COLUMNS, share_lines(found)) if MEDIA_TYPE in accept else found


@router.get("/rounds/{round_id}/overview", response_model_exclude_unset=True)
async def show_overview(round_id: UUID, reader: ReaderDep) -> RoundOverview:
    """Show a round in numbers: its state, its pairs by school, by subject and by status, and why others have none."""
    return await round_trainees.overview_of(reader, round_id)


@router.get("/rounds/{round_id}/trainees")
async def list_trainees(
    round_id: UUID,
    reader: ReaderDep,
    placed: bool | None = None,
    school_urn: Annotated[Urn | None, Query()] = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    status: Annotated[PairStatus | None, Query()] = None,
    reason: Annotated[UnplacedReason | None, Query()] = None,
    changes: bool | None = None,
    locked: bool | None = None,
    people: People = None,
    order: TraineeOrder = "school",
    skip: Skip = 0,
    limit: Limit = 100,
) -> RoundTraineesPage:
    """List the trainees of a round, with a pair or without, a page at a time; `GET` of each explains it."""
    asked = TraineeFilter(placed, school_urn, subject, status, reason, changes, locked, _parse_people(people))
    return await round_trainees.trainees_of_round(reader, round_id, asked, order=order, skip=skip, limit=limit)


@router.get("/rounds/{round_id}/trainees/{trainee_id}", response_model_exclude_unset=True)
async def show_trainee(round_id: UUID, trainee_id: UUID, reader: ReaderDep) -> ExplainedTrainee:
    """Show a trainee of a round: the pair rule by rule and the next best, or what prevents one and what would help."""
    return await round_trainees.trainee_of_round(reader, round_id, trainee_id)


def _parse_people(text: str | None) -> list[UUID] | None:
    if text is None:
        return None
    try:
        found = [UUID(part) for part in text.split(",") if part]
    except ValueError:
        raise Invalid("Give the ids of people, with commas between them.", pointer="query:people") from None
    if len(found) > MOST_PEOPLE:
        raise Invalid(f"Give at most {MOST_PEOPLE} people.", pointer="query:people")
    return found
