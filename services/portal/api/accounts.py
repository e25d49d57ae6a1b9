"""Routes of accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.portal.commands import accounts as commands
from services.portal.commands.accounts import AccountState, RoleState
from services.portal.domain.accounts import ACCOUNT, NewAccount, NewRole, RoleStep
from services.portal.queries import accounts as queries
from services.portal.queries.accounts import AccountView
from shared.kernel.http.context import CallerDep, ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("portal")


@router.get("/api/accounts")
async def list_accounts(
    reader: ReaderDep,
    after: Annotated[UUID | None, Query(description="The last id of the previous page.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AccountView]:
    """List who may sign in to your partnership, with every role, a page at a time."""
    return list(await queries.list_accounts(reader, after=after, limit=limit))


@router.get("/api/accounts/{account_id}")
@has_version(ACCOUNT, key="account_id")
async def show_account(account_id: UUID, reader: ReaderDep) -> AccountView:
    """Show an account with every role."""
    return await queries.show_account(reader, account_id)


@router.put("/api/accounts/{account_id}")
@has_version(ACCOUNT, key="account_id")
async def open_account(account_id: UUID, body: NewAccount, caller: CallerDep) -> AccountState:
    """Invite somebody with a first role; the id is one that you choose, and that every service knows them by."""
    return await caller.run(commands.open_account(caller.who, account_id, body), AccountState)


@router.post("/api/accounts/{account_id}/roles", status_code=201)
@has_version(ACCOUNT, key="account_id")
async def give_role(account_id: UUID, body: NewRole, caller: CallerDep) -> RoleState:
    """Give a further role to somebody who has an account."""
    return await caller.run(commands.give_role(caller.who, account_id, body), RoleState)


@router.post("/api/accounts/{account_id}/roles/{grant_id}/end")
@has_version(ACCOUNT, key="account_id")
async def end_role(account_id: UUID, grant_id: UUID, body: RoleStep, caller: CallerDep) -> RoleState:
    """End a role: from the next page on it no longer counts."""
    return await caller.run(commands.end_role(caller.who, account_id, grant_id, body), RoleState)


@router.post("/api/accounts/{account_id}/closure")
@has_version(ACCOUNT, key="account_id")
async def close_account(account_id: UUID, body: RoleStep, caller: CallerDep) -> AccountState:
    """End everything of somebody who leaves."""
    return await caller.run(commands.close_account(caller.who, account_id, body), AccountState)


@router.post("/api/accounts/{account_id}/reopening")
@has_version(ACCOUNT, key="account_id")
async def reopen_account(account_id: UUID, body: RoleStep, caller: CallerDep) -> AccountState:
    """Let somebody whose account is closed sign in again; give them their roles anew."""
    return await caller.run(commands.reopen_account(caller.who, account_id, body), AccountState)
