"""Use cases of scenarios: a round with other weights, rules or offers that is solved and kept, and proposes nothing."""

from datetime import date
from uuid import UUID, uuid4

from services.matching import policy
from services.matching.domain.rounds import RoundAsked
from services.matching.domain.scenarios import Variant
from services.matching.rounds.running import ask, refuse_unknown_rules, run
from shared.kernel.principal import Principal
from shared.kernel.unit import JsonAnswer, Unit, UseCase


def try_out(
    who: Principal, *, programme_id: UUID, on: date, name: str, variant: Variant, later: bool = False
) -> UseCase[JsonAnswer]:
    """Solve the round that a variant makes, and keep what it comes to under a name."""
    policy.may_run_rounds(who)
    refuse_unknown_rules(variant)

    async def use_case(unit: Unit) -> JsonAnswer:
        asked = RoundAsked(
            happened_on=on,
            round_id=uuid4(),
            programme_id=programme_id,
            by=who.subject,
            asked_at=unit.now,
            proposes=False,
            name=name,
            variant=variant,
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
