"""Use cases of rounds: match everybody who waits, at once or in the worker, and cancel a round."""

from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.rounds import ROUND, Cancel, NewRound, RoundRequested, RoundState
from services.matching.rounds.running import defer_round, run_round
from shared.kernel.answers import Answer
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class RoundProgress(Answer):
    """The state of a round and, once it is solved, how many it placed."""

    round_id: UUID
    state: RoundState
    placed: int | None = None
    unplaced: int | None = None


def solve_round(who: Principal, new: NewRound, *, later: bool = False) -> UseCase[RoundProgress]:
    """Match everybody who waits in a programme and propose the pairs; `later` leaves it to the worker."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> RoundProgress:
        request = RoundRequested(
            happened_on=new.on, round_id=uuid4(), programme_id=new.programme_id, by=who.subject, asked_at=unit.now
        )
        return await solve_or_defer(unit, request, later=later)

    return use_case


async def solve_or_defer(unit: Unit, request: RoundRequested, *, later: bool) -> RoundProgress:
    """Run a round now unless it is to be deferred, or too large."""
    if later:
        await defer_round(unit, request)
    solved = None if later else await run_round(unit, request)
    if solved is None:
        return RoundProgress(round_id=request.round_id, state="asked")
    solution = solved.result.solution
    return RoundProgress(
        round_id=request.round_id, state="solved", placed=solution.placed, unplaced=len(solution.unplaced)
    )


def cancel_round(who: Principal, round_id: UUID, *, on: date) -> UseCase[RoundProgress]:
    """Cancel a round that is not solved yet; a result that the worker is computing is discarded."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> RoundProgress:
        await unit.decide(ROUND, round_id, Cancel(by=who.subject, on=on))
        return RoundProgress(round_id=round_id, state="cancelled")

    return use_case
