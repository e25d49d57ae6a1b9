"""Queries of accounts: who may sign in to the partnership, with which roles, and since when."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.portal import policy
from services.portal.domain.accounts import MISSING
from shared.kernel.answers import Answer
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


class RoleOfAccount(Answer):
    """A role that was given, for which days and why; `ended_on` is the day on which somebody ended it."""

    grant_id: UUID
    role: str
    schools: tuple[str, ...]
    starts_on: date
    until: date | None
    why: str
    given_by: str
    ended_on: date | None
    ended_why: str | None
    ended_by: str | None


class AccountView(Answer):
    """An account with its roles. Somebody with a record has their name there, and a role that follows from it."""

    account_id: UUID
    name: str | None
    email: str | None
    opened_on: date
    closed_on: date | None
    closed_why: str | None
    roles: tuple[RoleOfAccount, ...] = ()


class _Role(RoleOfAccount):
    account_id: UUID


async def list_accounts(reader: Reader, *, after: UUID | None, limit: int) -> Sequence[AccountView]:
    """List the accounts of the partnership with their roles, a page at a time."""
    policy.may_list_accounts(reader.who)
    return await _read(reader, "$1::uuid is null or account_id > $1", after, limit)


async def holders_of(reader: Reader, role: str, on: date) -> list[UUID]:
    """Return the accounts that have a role on a day."""
    policy.may_list_accounts(reader.who)
    rows = await reader.connection.fetch(
        """select distinct account_id from grants join accounts using (account_id)
           where role = $1 and starts_on <= $2 and (until is null or $2 <= until)
                 and ended_on is null and closed_on is null""",
        role,
        on,
    )
    return [row["account_id"] for row in rows]


async def show_account(reader: Reader, account_id: UUID) -> AccountView:
    """Return an account with its roles; raises `NotFound`."""
    policy.may_list_accounts(reader.who)
    found = await _read(reader, "account_id = $1", account_id, 1)
    if not found:
        raise NotFound(MISSING)
    return found[0]


async def _read(reader: Reader, which: str, account_id: UUID | None, limit: int) -> Sequence[AccountView]:
    accounts = await reader.all(
        AccountView,
        f"""select account_id, name, email, opened_on, closed_on, closed_why from accounts
            where {which} order by account_id limit $2""",
        account_id,
        limit,
        unseal=True,
    )
    roles = await reader.all(
        _Role,
        "select * from grants where account_id = any ($1) order by account_id, starts_on, grant_id",
        [account.account_id for account in accounts],
        unseal=True,
    )
    return [
        account.model_copy(
            update={
                "roles": tuple(
                    RoleOfAccount.model_validate(role.model_dump(exclude={"account_id"}))
                    for role in roles
                    if role.account_id == account.account_id
                )
            }
        )
        for account in accounts
    ]
