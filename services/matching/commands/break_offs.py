"""Part two people of whom one broke off, so that they are not matched again and the place is open."""

from datetime import date
from uuid import UUID

from services.matching.domain.pairs import PAIR, Withdraw
from services.matching.domain.supports import MATCHING, SUPPORT, End
from shared.kernel.unit import Unit


async def part(unit: Unit, relationship_id: UUID, on: date) -> None:
    """Withdraw the confirmed pair, or end the confirmed support, that has become this relationship.

    Does nothing where it is over by then.
    """
    await unit.read((PAIR, relationship_id), (SUPPORT, relationship_id))
    (pair,), (support,) = await unit.load(PAIR, relationship_id), await unit.load(SUPPORT, relationship_id)
    if pair.status == "confirmed" and pair.proposal is not None:
        withdrawal = Withdraw(by=MATCHING, reason="ended_by_them", on=max(on, pair.proposal.happened_on))
        await unit.decide(PAIR, relationship_id, withdrawal)
    elif support.status == "confirmed" and support.proposal is not None:
        last_day = min(max(on, support.proposal.happened_on), support.proposal.terms.ends_on)
        await unit.decide(SUPPORT, relationship_id, End(by=MATCHING, on=last_day, broken_off=True))
