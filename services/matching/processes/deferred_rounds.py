"""Begin and solve deferred rounds in the worker, one task for each step.

If a worker dies, its task stays due and another worker begins it again from the rows of that time. If another round
allocated capacity meanwhile, or the round was cancelled, the append is refused and the task is run again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain.deferred_rounds import DEFERRED_ROUND, StepOrdered
from services.matching.domain.rounds import ROUND, Begin, Counts, Fail, RoundBegun, RoundOver, RoundRequested
from services.matching.rounds.running import read_input, record_result, solve_without_recording
from services.matching.solver.graph import find_candidates
from shared.kernel.decider import DomainError
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.postgres.progress import NotYet
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

_TASK_OF = {"begin": "matching.begin_round", "solve": "matching.solve_round"}


class ReadModelsBehind(Exception):
    """The read models are behind. This is not a refusal: the task is postponed."""


def _requests(event: StepOrdered) -> Sequence[TaskRequest]:
    return [TaskRequest(_TASK_OF[event.step], {"round_id": str(event.round_id)})]


async def begin(unit: Unit, about: Mapping[str, Any]) -> None:
    """Read the input of a round and record how large it is."""
    request = await _request(unit, about)
    before = unit.savepoint()
    try:
        _, made = await read_input(unit, request)
    except DomainError as refusal:
        unit.undo(before)
        await _fail(unit, request, refusal)
        return
    problem = made.problem
    candidates = await asyncio.to_thread(find_candidates, problem)  # seconds for tens of thousands of trainees
    counts = Counts(
        trainees=len(problem.trainees),
        offers=len(problem.offers),
        mentors=len(problem.mentors),
        candidates=len(candidates.trainee),
    )
    await unit.decide(ROUND, request.round_id, Begin(counts=counts))


async def solve(unit: Unit, about: Mapping[str, Any]) -> None:
    """Solve a round from the rows of this moment, and record the result."""
    request = await _request(unit, about)
    before = unit.savepoint()
    try:
        await record_result(unit, await solve_without_recording(unit, request))
    except DomainError as refusal:
        unit.undo(before)
        await _fail(unit, request, refusal)


async def _request(unit: Unit, about: Mapping[str, Any]) -> RoundRequested:
    (round_,) = await unit.load(ROUND, UUID(about["round_id"]))
    if round_.request is None or round_.state not in ("asked", "begun"):
        raise RoundOver(f"This round is already {round_.state}.")
    return round_.request


async def _fail(unit: Unit, request: RoundRequested, refusal: DomainError) -> None:
    if isinstance(refusal, NotYet):
        raise ReadModelsBehind from refusal
    await unit.decide(ROUND, request.round_id, Fail(reason=refusal.detail))


_CHANGES: Mapping[type[BaseModel], Callable[[Any], object]] = dict.fromkeys(
    (RoundRequested, RoundBegun), attrgetter("round_id")
)
PROCESSES = (Process(DEFERRED_ROUND, _CHANGES, _requests),)
LONG_TASKS: Mapping[str, TaskHandler] = {_TASK_OF["begin"]: begin, _TASK_OF["solve"]: solve}
