"""Use cases of scenarios: solve a round with overrides and keep the result, without proposing anything."""

from uuid import uuid4

from services.matching import policy
from services.matching.commands.rounds import RoundProgress, solve_or_defer
from services.matching.domain.rounds import RoundRequested
from services.matching.domain.scenarios import NewScenario, Overrides
from services.matching.rounds.running import refuse_unknown_rules
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


def solve_scenario(who: Principal, new: NewScenario, *, later: bool = False) -> UseCase[RoundProgress]:
    """Solve the round that a scenario's overrides make, and keep the result under its name."""
    policy.may_run_rounds(who)
    refuse_unknown_rules(new.variant)

    async def use_case(unit: Unit) -> RoundProgress:
        request = RoundRequested(
            happened_on=new.on,
            round_id=uuid4(),
            programme_id=new.programme_id,
            by=who.subject,
            asked_at=unit.now,
            proposes=False,
            name=new.name,
            variant=Overrides(**dict(new.variant)),
        )
        return await solve_or_defer(unit, request, later=later)

    return use_case
