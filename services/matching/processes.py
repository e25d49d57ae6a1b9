"""What has to happen over time in matching: own events are heard, and what they ask for is done when it is due."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain import support
from services.matching.domain.answering import ANSWERING, AnswersAwaited, Facts
from services.matching.domain.pair import PAIR, Confirmed, Declined, Lapse, Lapsed, Proposed, Remind, Withdrawn
from services.matching.domain.support import SUPPORT
from services.matching.domain.support_answering import SUPPORT_ANSWERING, SupportAnswersAwaited
from services.matching.domain.support_answering import Facts as SupportFacts
from services.matching.long_rounds import SOLVES
from shared.calendar import morning_of
from shared.kernel.dispatcher import Handler
from shared.kernel.processes import Order, Process, Withdrawal
from shared.kernel.unit import Unit

_REMIND, _LAPSE = "matching.remind", "matching.lapse"
_LAPSE_SUPPORT = "matching.lapse_support"


def _orders(fact: Facts) -> Sequence[Order | Withdrawal]:
    match fact:
        case AnswersAwaited():
            about = {"pair_id": str(fact.pair_id)}
            return [
                Order(_REMIND, about, morning_of(fact.remind_on)),
                Order(_LAPSE, about, morning_of(fact.answer_by + timedelta(days=1))),
            ]
        case _:
            return [Withdrawal(_REMIND), Withdrawal(_LAPSE)]


async def _remind(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(PAIR, UUID(about["pair_id"]), Remind(on=unit.now.date()))


async def _lapse(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(PAIR, UUID(about["pair_id"]), Lapse(on=unit.now.date()))


def _orders_of_support(fact: SupportFacts) -> Sequence[Order | Withdrawal]:
    match fact:
        case SupportAnswersAwaited():
            about = {"support_id": str(fact.support_id)}
            return [Order(_LAPSE_SUPPORT, about, morning_of(fact.answer_by + timedelta(days=1)))]
        case _:
            return [Withdrawal(_LAPSE_SUPPORT)]


async def _lapse_support(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(SUPPORT, UUID(about["support_id"]), support.Lapse(on=unit.now.date()))


_OF_PAIRS = (Proposed, Confirmed, Declined, Lapsed, Withdrawn)
_OF_SUPPORTS = (support.Proposed, support.Confirmed, support.Declined, support.Lapsed)
PROCESSES = (
    Process(ANSWERING, dict.fromkeys(_OF_PAIRS, attrgetter("pair_id")), _orders),
    Process(SUPPORT_ANSWERING, dict.fromkeys(_OF_SUPPORTS, attrgetter("support_id")), _orders_of_support),
    SOLVES,
)
TASKS: Mapping[str, Handler] = {_REMIND: _remind, _LAPSE: _lapse, _LAPSE_SUPPORT: _lapse_support}
