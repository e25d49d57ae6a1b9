"""Begin and solve deferred rounds in the worker, one task for each step.

If a worker dies, its task stays due and another worker begins it again from the rows of that time. If another round
allocated capacity meanwhile, or the round was cancelled, the append is refused and the task is run again.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain.deferred_rounds import SOLVING, StepOrdered
from services.matching.domain.rounds import ROUND, Begin, Counts, Fail, RoundAsked, RoundBegun, RoundOver
from services.matching.rounds.running import began, settled, write
from services.matching.solver.graph import find_candidates
from shared.kernel.decider import DomainError
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.postgres.progress import NotYet
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

_TASK_OF = {"begin": "matching.begin_round", "solve": "matching.solve_round"}


class Behind(Exception):
    """The read models are behind: no refusal, so the task is put off."""


def _orders(fact: StepOrdered) -> Sequence[TaskRequest]:
    return [TaskRequest(_TASK_OF[fact.step], {"round_id": str(fact.round_id)})]


async def begin(unit: Unit, about: Mapping[str, Any]) -> None:
    """Read how things stand and say how much there is to do."""
    asked = await _asked(unit, about)
    before = unit.savepoint()
    try:
        _, standing = await began(unit, asked)
    except DomainError as refusal:
        unit.undo(before)
        await _fail(unit, asked, refusal)
        return
    problem = standing.problem
    counts = Counts(
        trainees=len(problem.trainees),
        offers=len(problem.offers),
        mentors=len(problem.mentors),
        candidates=len(find_candidates(problem).trainee),
    )
    await unit.decide(ROUND, asked.round_id, Begin(counts=counts))


async def solve(unit: Unit, about: Mapping[str, Any]) -> None:
    """Solve the round as things stand now, and write down what came of it."""
    asked = await _asked(unit, about)
    before = unit.savepoint()
    try:
        await write(unit, await settled(unit, asked))
    except DomainError as refusal:
        unit.undo(before)
        await _fail(unit, asked, refusal)


async def _asked(unit: Unit, about: Mapping[str, Any]) -> RoundAsked:
    (round_,) = await unit.load(ROUND, UUID(about["round_id"]))
    if round_.asked is None or round_.state not in ("asked", "begun"):
        raise RoundOver(f"This round is already {round_.state}.")
    return round_.asked


async def _fail(unit: Unit, asked: RoundAsked, refusal: DomainError) -> None:
    if isinstance(refusal, NotYet):
        raise Behind from refusal
    await unit.decide(ROUND, asked.round_id, Fail(reason=refusal.detail))


PROCESSES = (Process(SOLVING, dict.fromkeys((RoundAsked, RoundBegun), attrgetter("round_id")), _orders),)
LONG_TASKS: Mapping[str, TaskHandler] = {_TASK_OF["begin"]: begin, _TASK_OF["solve"]: solve}
