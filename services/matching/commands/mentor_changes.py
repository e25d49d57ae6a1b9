"""Record that a mentee wants another mentor, and end what another mentor replaces."""

from datetime import date
from uuid import UUID

from services.matching.domain.mentor_changes import MENTOR_CHANGE, Kind, SetMentorChange
from services.matching.domain.pairs import PAIR, Unlock, Withdraw
from services.matching.domain.supports import MATCHING, SUPPORT, End
from shared.calendar import day_after
from shared.kernel.unit import Unit


async def set_mentor_change(unit: Unit, relationship_id: UUID, on: date, *, requested: bool) -> None:
    """Record whether the mentee of a pair or support wants another mentor."""
    change = SetMentorChange(relationship_id=relationship_id, requested=requested, on=on)
    await unit.decide(MENTOR_CHANGE, relationship_id, change)


async def end_replaced(unit: Unit, kind: Kind, replaced_id: UUID, on: date, starts_on: date) -> None:
    """End a pair or support that was replaced, on the day before the other begins; does nothing where it is over."""
    last_day = max(on, day_after(starts_on, -1))
    if kind == "pair":
        (pair,) = await unit.load(PAIR, replaced_id)
        if pair.status == "confirmed" and pair.proposal is not None and last_day < pair.proposal.placement.ends_on:
            await unit.decide(PAIR, replaced_id, Unlock(by=MATCHING, on=last_day))
            withdrawal = Withdraw(by=MATCHING, reason="moved_in_repair", on=last_day)
            await unit.decide(PAIR, replaced_id, withdrawal)
        return
    (support,) = await unit.load(SUPPORT, replaced_id)
    if support.status == "confirmed" and support.proposal is not None and last_day < support.proposal.terms.ends_on:
        await unit.decide(SUPPORT, replaced_id, End(by=MATCHING, on=last_day))
