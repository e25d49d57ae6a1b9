"""Read models of accounts, and of the roles that were given."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.portal.domain.accounts import (
    AccountClosed,
    AccountOfRecord,
    AccountOpened,
    AccountReopened,
    RoleEnded,
    RoleGiven,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account. Who has a record has the name and address of the record, so none here; all texts are encrypted."""

    account_id: UUID
    opened_on: date
    name: str | None = None
    email: str | None = None
    closed_on: date | None = None
    closed_why: str | None = None
    closed_by: str | None = None


def _open(row: AccountRow | None, event: AccountOpened | AccountOfRecord) -> AccountRow:
    return row or row_of(AccountRow, event, opened_on=event.happened_on)


def _close(row: AccountRow | None, event: AccountClosed) -> AccountRow | None:
    return row and replace(row, closed_on=event.happened_on, closed_why=event.why, closed_by=event.by)


def _reopen(row: AccountRow | None, _: AccountReopened) -> AccountRow | None:
    return row and replace(row, closed_on=None, closed_why=None, closed_by=None)


ACCOUNTS = ReadModel(
    name="accounts",
    row=AccountRow,
    key=("account_id",),
    on={
        AccountOpened: Step(key_from("account_id"), _open),
        AccountOfRecord: Step(key_from("account_id"), _open),
        AccountClosed: Step(key_from("account_id"), _close),
        AccountReopened: Step(key_from("account_id"), _reopen),
    },
)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role that was given, with its days; `ended_on` is the day on which somebody ended it before its last day."""

    account_id: UUID
    grant_id: UUID
    role: str
    schools: tuple[str, ...]
    starts_on: date
    until: date | None
    why: str
    given_by: str
    ended_on: date | None = None
    ended_why: str | None = None
    ended_by: str | None = None


def _give(_: GrantRow | None, event: RoleGiven) -> GrantRow:
    return row_of(GrantRow, event, starts_on=event.happened_on, given_by=event.by)


def _end(row: GrantRow | None, event: RoleEnded) -> GrantRow | None:
    return row and replace(row, ended_on=event.happened_on, ended_why=event.why, ended_by=event.by)


GRANTS = ReadModel(
    name="grants",
    row=GrantRow,
    key=("account_id", "grant_id"),
    on={
        RoleGiven: Step(key_from("account_id", "grant_id"), _give),
        RoleEnded: Step(key_from("account_id", "grant_id"), _end),
    },
)
