"""Begin and solve deferred rounds in the worker, one task for each step.

If a worker dies, its task stays due and another worker begins it again from the rows of that time. If another round
allocated capacity meanwhile, or the round was cancelled, the append is refused and the task is run again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain.deferred_rounds import DEFERRED_ROUND, StepOrdered
from services.matching.domain.rounds import ROUND, Begin, Counts, Fail, RoundBegun, RoundOver, RoundRequested
from services.matching.rounds.reading import has_changed_since, reached_position
from services.matching.rounds.running import (
    ProgrammeInput,
    SolvedRound,
    join_allocation,
    read_input,
    record_result,
    solve_input,
    solve_without_recording,
)
from services.matching.rounds.solving import weigh_round
from services.matching.solver.solving import WeighedRound
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


@dataclass(frozen=True, slots=True)
class _Begun:
    """A round that was begun: what was read of it, and the position that the read models had reached before that."""

    position: int
    input: ProgrammeInput
    weighed: WeighedRound


class DeferredRounds:
    """Begins and solves rounds. What was read of the round begun last is kept until the next task: unless anything was
    recorded since, the round is solved without reading its input again.
    """

    def __init__(self) -> None:
        self._begun: dict[UUID, _Begun] = {}

    async def begin(self, unit: Unit, about: Mapping[str, Any]) -> None:
        """Read the input of a round and record how large it is."""
        self._begun = {}
        request = await _request(unit, about)
        before = unit.savepoint()
        try:
            position = await reached_position(unit.reads)
            read = await read_input(unit, request)
        except DomainError as refusal:
            unit.undo(before)
            await _fail(unit, request, refusal)
            return
        weighed = await asyncio.to_thread(weigh_round, read.input)  # seconds for tens of thousands of trainees
        problem = read.input.problem
        counts = Counts(
            trainees=len(problem.trainees),
            offers=len(problem.offers),
            mentors=len(problem.mentors),
            candidates=len(weighed.candidates.trainee),
        )
        await unit.decide(ROUND, request.round_id, Begin(counts=counts))
        self._begun = {request.round_id: _Begun(position, read, weighed)}

    async def solve(self, unit: Unit, about: Mapping[str, Any]) -> None:
        """Solve a round from the rows of this moment, and record the result."""
        begun, self._begun = self._begun, {}
        request = await _request(unit, about)
        before = unit.savepoint()
        try:
            # taken out, so that the candidates are gone when the result is recorded: that takes memory too
            await record_result(unit, await _solve(unit, request, begun.pop(request.round_id, None)))
        except DomainError as refusal:
            unit.undo(before)
            await _fail(unit, request, refusal)


async def _solve(unit: Unit, request: RoundRequested, begun: _Begun | None) -> SolvedRound:
    await join_allocation(unit, request)
    own = (ROUND.stream(request.round_id), DEFERRED_ROUND.stream(request.round_id))
    if begun is None or await has_changed_since(unit.reads, unit.tenant, begun.position, apart_from=own):
        return await solve_without_recording(unit, request)
    return await solve_input(request, begun.input, begun.weighed)


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
_ROUNDS = DeferredRounds()
PROCESSES = (Process(DEFERRED_ROUND, _CHANGES, _requests),)
LONG_TASKS: Mapping[str, TaskHandler] = {_TASK_OF["begin"]: _ROUNDS.begin, _TASK_OF["solve"]: _ROUNDS.solve}
