"""The simulation's own little services: accounts that are paid into, tallies of what was heard, and a keeper of it all.

Every event says what its decider believed (a running total, a running number), so that a decision on an outdated state,
a lost event or a doubled one shows in the stores alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, field_validator

from shared.events import Catalogue, PublicEvent
from shared.kernel.decider import Command, Decider, DomainError, Event
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.readmodel import ReadModel, Step
from shared.kernel.unit import Unit

DAY = date(2026, 9, 14)
TENANT = "north-star"
ACCOUNTS = ("red", "green", "blue")
ALL = "all"
MOST = 60
"""An account holds no more."""
MUCH, LITTLE = 12, 6
WATCHED_FOR = timedelta(seconds=0.3)
UNREADABLE = 13
"""An amount that the tally's reading of the public event does not allow, until it is mended."""
REFUSED = 11
"""An amount that the tally refuses to count, until it is mended."""


class Paid(Event):
    """`total` is what the account holds then; `order` names the command."""

    type = "ledger.paid"

    account: str
    order: UUID
    amount: int
    total: int


class Audited(Event):
    """A fact that is not published."""

    type = "ledger.audited"

    account: str
    order: UUID | None


class Pay(Command):
    account: str
    order: UUID
    amount: int


class Audit(Command):
    account: str
    order: UUID | None = None


class Full(DomainError):
    """The account would hold too much, or owe."""


def decide_account(command: Command, total: int, now: datetime) -> Sequence[Event]:
    match command:
        case Pay(account=account, order=order, amount=amount):
            if not 0 <= total + amount <= MOST:
                raise Full("That does not fit.")
            return [Paid(happened_on=DAY, account=account, order=order, amount=amount, total=total + amount)]
        case Audit(account=account, order=order):
            return [Audited(happened_on=DAY, account=account, order=order)]
        case _:
            raise TypeError(command)


ACCOUNT: Decider[int, Command, Event] = Decider(
    "account", int, decide_account, lambda total, event: total + getattr(event, "amount", 0), (Paid, Audited)
)


class PaidIn(PublicEvent):
    """The public event of a payment."""

    type: ClassVar[str] = "ledger.paid_in"

    account: str
    amount: int
    total: int


def tell_payment(event: BaseModel) -> PublicEvent | None:
    match event:
        case Paid(account=account, amount=amount, total=total):
            return PaidIn(happened_on=DAY, account=account, amount=amount, total=total)
        case _:
            return None


class Watched(Event):
    """The account holds much: it is audited at this time, if it still does."""

    type = "ledger.watched"

    account: str
    at: datetime


class Relaxed(Event):
    """The account holds little again."""

    type = "ledger.relaxed"

    account: str


def hear_payment(paid: Paid, watched: bool, now: datetime) -> Sequence[Event]:  # the process's state
    if paid.total >= MUCH and not watched:
        return [Watched(happened_on=DAY, account=paid.account, at=now + WATCHED_FOR)]
    if paid.total <= LITTLE and watched:
        return [Relaxed(happened_on=DAY, account=paid.account)]
    return []


def ask_for(fact: Event) -> Sequence[TaskRequest | TaskWithdrawal]:
    match fact:
        case Watched(account=account, at=at):
            return [TaskRequest("audit", {"account": account}, at)]
        case _:
            return [TaskWithdrawal("audit")]


async def audit(unit: Unit, about: Mapping[str, Any]) -> None:
    """What the timer does."""
    await unit.decide(ACCOUNT, about["account"], Audit(account=about["account"]))


WATCH: Process[bool, Event] = Process(
    Decider("watch", bool, hear_payment, lambda _, fact: isinstance(fact, Watched), (Watched, Relaxed)),
    {Paid: lambda paid: paid.account},
    ask_for,
)


class Counted(Event):
    """`number` counts the tally's events from 1."""

    type = "tally.counted"

    tally: str
    order: UUID | None
    number: int


class Count(Command):
    tally: str
    order: UUID | None = None


def decide_tally(command: Count, counted: int, now: datetime) -> Sequence[Event]:
    return [Counted(happened_on=DAY, tally=command.tally, order=command.order, number=counted + 1)]


TALLY: Decider[int, Count, Event] = Decider("tally", int, decide_tally, lambda counted, _: counted + 1, (Counted,))


class PaidInUnmended(PaidIn):
    """The tally's own reading of it, before it was mended: one amount cannot be read."""

    @field_validator("amount")
    @classmethod
    def _check(cls, amount: int) -> int:
        if amount == UNREADABLE:
            raise ValueError("unlucky")
        return amount


class TooUnlucky(DomainError):
    """The tally will not count this payment."""


async def count_payment(unit: Unit, paid: PaidIn) -> None:
    """Each payment counts on its account's own tally and on that of all."""
    await unit.decide(TALLY, paid.account, Count(tally=paid.account))
    await unit.decide(TALLY, ALL, Count(tally=ALL))


async def count_unmended(unit: Unit, paid: PaidIn) -> None:
    """The same before it was mended: one amount is refused, when half is decided already."""
    await unit.decide(TALLY, paid.account, Count(tally=paid.account))
    if paid.amount == REFUSED:
        raise TooUnlucky("Not this one.")
    await unit.decide(TALLY, ALL, Count(tally=ALL))


class Tallied(PublicEvent):
    """The public event of the tally."""

    type: ClassVar[str] = "tally.tallied"

    tally: str
    number: int


def tell_tally(event: BaseModel) -> PublicEvent | None:
    match event:
        case Counted(tally=tally, number=number):
            return Tallied(happened_on=DAY, tally=tally, number=number)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: str
    total: int
    payments: int


@dataclass(frozen=True, slots=True)
class TallyRow:
    tally: str
    numbers: tuple[int, ...]


ACCOUNT_ROWS = ReadModel(
    name="accounts",
    row=AccountRow,
    key=("account",),
    on={
        Paid: Step(
            lambda e: (e.account,),
            lambda row, e: AccountRow(
                e.account, (row.total if row else 0) + e.amount, (row.payments if row else 0) + 1
            ),
        )
    },
)
HEARD = ReadModel(
    name="heard",
    row=AccountRow,
    key=("account",),
    on={PaidIn: ACCOUNT_ROWS.on[Paid]},
)
TALLIES = ReadModel(
    name="tallies",
    row=TallyRow,
    key=("tally",),
    keeps_past=True,
    on={
        Tallied: Step(lambda e: (e.tally,), lambda row, e: TallyRow(e.tally, (*(row.numbers if row else ()), e.number)))
    },
)

LEDGER_EVENTS: Catalogue[Event] = Catalogue((Paid, Audited, Watched, Relaxed))
TALLY_EVENTS: Catalogue[Event] = Catalogue((Counted,))
KEPT = (PaidIn, Tallied)
