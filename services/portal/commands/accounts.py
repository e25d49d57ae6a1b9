"""Commands of accounts: invite, give and end roles, close, and link to the identity that somebody has shown."""

from datetime import date
from uuid import UUID, uuid4

from services.portal import policy
from services.portal.commands.calendars import end_feed_of
from services.portal.domain.accounts import (
    ACCOUNT,
    CloseAccount,
    EndRole,
    EndSignIns,
    GiveRole,
    LinkIdentity,
    NewAccount,
    NewRole,
    OpenAccount,
    OpenAccountOfRecord,
    ReopenAccount,
    RoleStep,
)
from services.portal.signing_in.closures import enter_closure, remove_closure
from services.portal.signing_in.identities import (
    end_sessions,
    enter_address,
    enter_identity,
    holders_of_address,
    remove_identities,
)
from services.portal.signing_in.linking import enter_invitation, remove_invitation
from shared.kernel.answers import Answer
from shared.kernel.decider import DomainError
from shared.kernel.principal import Principal
from shared.kernel.unit import Unit, UseCase


class AccountState(Answer):
    """An account after a command."""

    account_id: UUID


class RoleState(Answer):
    """A role after a command."""

    account_id: UUID
    grant_id: UUID


class AddressTaken(DomainError):
    """Another account of the partnership has this e-mail address, or this account has another one."""


def open_account(who: Principal, account_id: UUID, new: NewAccount) -> UseCase[AccountState]:
    """Invite somebody: open an account with a first role, and queue the mail that says so.

    Idempotent for the same id, address and role.
    """

    async def use_case(unit: Unit) -> AccountState:
        policy.may_give_role(who, new.role.role)
        (account,) = await unit.load(ACCOUNT, account_id)
        holders = await holders_of_address(unit, new.email)
        if account is not None and account_id not in holders:
            raise AddressTaken("This account has another e-mail address. Leave the id out to invite somebody new.")
        for holder, known in zip(holders, await unit.load(ACCOUNT, *holders), strict=True):
            if holder != account_id and known is not None and not known.is_closed:
                raise AddressTaken(
                    "Somebody with this e-mail address has an account. Give the role to that account.",
                    account_id=f"{holder}",
                )
        opening = OpenAccount(account_id=account_id, name=new.name, email=new.email, on=new.role.on, by=who.subject)
        if await unit.decide(ACCOUNT, account_id, opening):
            enter_address(unit, account_id, new.email)
            enter_invitation(unit, account_id, new.email)
        giving = GiveRole(account_id=account_id, grant_id=uuid4(), role=new.role, by=who.subject)
        await unit.decide(ACCOUNT, account_id, giving)
        return AccountState(account_id=account_id)

    return use_case


def give_role(who: Principal, account_id: UUID, role: NewRole) -> UseCase[RoleState]:
    """Give a further role to somebody who has an account."""

    async def use_case(unit: Unit) -> RoleState:
        policy.may_give_role(who, role.role)
        grant_id = uuid4()
        giving = GiveRole(account_id=account_id, grant_id=grant_id, role=role, by=who.subject)
        await unit.decide(ACCOUNT, account_id, giving)
        return RoleState(account_id=account_id, grant_id=grant_id)

    return use_case


def end_role(who: Principal, account_id: UUID, grant_id: UUID, step: RoleStep) -> UseCase[RoleState]:
    """End a role. Idempotent."""

    async def use_case(unit: Unit) -> RoleState:
        policy.may_end_access(who)
        ending = EndRole(account_id=account_id, grant_id=grant_id, step=step, by=who.subject)
        await unit.decide(ACCOUNT, account_id, ending)
        return RoleState(account_id=account_id, grant_id=grant_id)

    return use_case


def close_account(who: Principal, account_id: UUID, step: RoleStep) -> UseCase[AccountState]:
    """End everything of somebody who leaves, their sessions and their calendar too. Idempotent.

    They see no page from this moment on, and the address of the calendar stays without one if they come back.
    """

    async def use_case(unit: Unit) -> AccountState:
        policy.may_end_access(who)
        await unit.decide(ACCOUNT, account_id, CloseAccount(account_id=account_id, step=step, by=who.subject))
        enter_closure(unit, account_id)
        remove_invitation(unit, account_id)
        await end_feed_of(unit, account_id, step.on)
        return AccountState(account_id=account_id)

    return use_case


def reopen_account(who: Principal, account_id: UUID, step: RoleStep) -> UseCase[AccountState]:
    """Let somebody whose account is closed sign in again. Idempotent."""

    async def use_case(unit: Unit) -> AccountState:
        policy.may_end_access(who)
        await unit.decide(ACCOUNT, account_id, ReopenAccount(account_id=account_id, step=step, by=who.subject))
        remove_closure(unit, account_id)
        return AccountState(account_id=account_id)

    return use_case


def end_sign_ins(who: Principal, account_id: UUID, on: date, *, unlink: bool) -> UseCase[AccountState]:
    """Sign somebody out on every device, and (if `unlink`) let another identity of theirs be linked.

    With `unlink` their calendar ends: whoever has the former identity may know its address.
    """

    async def use_case(unit: Unit) -> AccountState:
        policy.may_end_access(who)
        ending = EndSignIns(account_id=account_id, unlink=unlink, on=on, by=who.subject)
        await unit.decide(ACCOUNT, account_id, ending)
        if unlink:
            remove_identities(unit, account_id)
            await end_feed_of(unit, account_id, on)
        else:
            end_sessions(unit, account_id)
        return AccountState(account_id=account_id)

    return use_case


def link_identity(account_id: UUID, identity: bytes, provider: str, on: date) -> UseCase[AccountState]:
    """Link an account to the identity that somebody has shown; whoever has a record gets an account if they have none.

    The caller knows that they are the same person: by an invitation, or by an address that the provider has verified.
    Raises `LinkedAlready` where the account has got another identity in the meantime.
    """

    async def use_case(unit: Unit) -> AccountState:
        await unit.decide(ACCOUNT, account_id, OpenAccountOfRecord(account_id=account_id, on=on))
        await unit.decide(ACCOUNT, account_id, LinkIdentity(account_id=account_id, provider=provider, on=on))
        enter_identity(unit, account_id, identity, provider)
        remove_invitation(unit, account_id)
        return AccountState(account_id=account_id)

    return use_case


def open_account_of_record(account_id: UUID, on: date) -> UseCase[AccountState]:
    """Open the account of somebody with a record who has signed in by their address. Idempotent."""

    async def use_case(unit: Unit) -> AccountState:
        await unit.decide(ACCOUNT, account_id, OpenAccountOfRecord(account_id=account_id, on=on))
        return AccountState(account_id=account_id)

    return use_case
