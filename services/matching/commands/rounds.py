"""Use cases of rounds: everybody who waits is matched, at once or by the worker when its turn comes."""

from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.rounds import ROUND, Cancel, RoundAsked
from services.matching.rounds.running import ask, run
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def solve_round(who: Principal, *, programme_id: UUID, on: date, later: bool = False) -> UseCase[JsonAnswer]:
    """Match everybody who waits in a programme and propose the pairs in one append; `later` leaves it to the worker."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        asked = RoundAsked(
            happened_on=on, round_id=uuid4(), programme_id=programme_id, by=who.subject, asked_at=unit.now
        )
        found = None if later else await run(unit, asked)
        if found is None:
            return await ask(unit, asked) if later else {"round_id": str(asked.round_id), "state": "asked"}
        solution = found.worked.solution
        return {
            "round_id": str(asked.round_id),
            "state": "solved",
            "placed": solution.placed,
            "unplaced": len(solution.unplaced),
        }

    return use_case


def cancel_round(who: Principal, round_id: UUID, *, on: date) -> UseCase[JsonAnswer]:
    """Want a round no more; what its solver has under way comes to nothing."""
    policy.may_run_rounds(who)

    async def use_case(unit: Unit) -> JsonAnswer:
        await unit.decide(ROUND, round_id, Cancel(by=who.subject, on=on))
        return {"round_id": str(round_id), "state": "cancelled"}

    return use_case
