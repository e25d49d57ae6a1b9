"""An account: who may sign in to a partnership, by which identities, and in which roles.

Source: product.md U1 and U11. Its id is the id by which every service knows the person: for somebody with a record it
is that of the record, whose role follows from the record itself. All other roles are given for a reason, from a day on,
and end the same way; a leaver's end is one act.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.inputs.addresses import EMAIL_ADDRESS
from shared.inputs.days import AssignmentDay, StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from

GivenRole = Literal["partnership_lead", "school_lead", "tutor"]
"""A role that somebody gives; those of mentors and trainees follow from their records."""
Urn = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$")]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
DEMONSTRATION = "local"
"""The provider of the identities that people have in a demonstration, where anybody may be anybody."""
MISSING = "There is no such account."


class NewRole(Value):
    """A role to give: a school lead's with the schools (URNs), from a day on, until a day or for good, and why."""

    role: GivenRole
    schools: Annotated[tuple[Urn, ...], Field(max_length=200)] = ()
    on: AssignmentDay
    until: AssignmentDay | None = None
    why: Reason


class NewAccount(Value):
    """Somebody to invite: their name and e-mail address, and the role that they are given."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(min_length=3, max_length=254, pattern=EMAIL_ADDRESS)]
    role: NewRole


class RoleStep(Value):
    """The day on which something is done with a role or an account, and why."""

    on: StepDay
    why: Reason


class AccountOpened(Event):
    """Somebody was invited: an account with a name and an address to which the invitation goes."""

    type: ClassVar[str] = "portal.account_opened"

    account_id: UUID
    name: Annotated[str, Personal("account_id")]
    email: Annotated[str, Personal("account_id")]
    by: str


class AccountOfRecord(Event):
    """Somebody with a record signed in for the first time: an account whose name and role are those of the record."""

    type: ClassVar[str] = "portal.account_of_record"

    account_id: UUID


class IdentityLinked(Event):
    """The account was linked to an identity at a provider, once; from then on it is matched by the identity alone."""

    type: ClassVar[str] = "portal.identity_linked"

    account_id: UUID
    provider: str


class SignInsEnded(Event):
    """Every session of the account was ended; `unlinked`: it is linked anew at the next sign-in at a provider."""

    type: ClassVar[str] = "portal.sign_ins_ended"

    account_id: UUID
    unlinked: bool
    by: str


class RoleGiven(Event):
    """A role was given; `happened_on` is the first day on which it counts, `until` the last one."""

    type: ClassVar[str] = "portal.role_given"

    account_id: UUID
    grant_id: UUID
    role: GivenRole
    schools: tuple[str, ...]
    until: date | None
    why: Annotated[str, Personal("account_id")]
    by: str


class RoleEnded(Event):
    """A role was ended; it no longer counts from this moment on."""

    type: ClassVar[str] = "portal.role_ended"

    account_id: UUID
    grant_id: UUID
    why: Annotated[str, Personal("account_id")]
    by: str


class AccountClosed(Event):
    """Somebody left: every role has ended, and nobody signs in to the account any more."""

    type: ClassVar[str] = "portal.account_closed"

    account_id: UUID
    why: Annotated[str, Personal("account_id")]
    by: str


class AccountReopened(Event):
    """An account was closed by mistake, or somebody has come back; roles are given anew."""

    type: ClassVar[str] = "portal.account_reopened"

    account_id: UUID
    why: Annotated[str, Personal("account_id")]
    by: str


Events = (
    AccountOpened
    | AccountOfRecord
    | IdentityLinked
    | SignInsEnded
    | RoleGiven
    | RoleEnded
    | AccountClosed
    | AccountReopened
)


class OpenAccount(Command):
    """Invite somebody."""

    account_id: UUID
    name: str
    email: str
    on: date
    by: str


class OpenAccountOfRecord(Command):
    """Open the account of somebody with a record, unless they have one."""

    account_id: UUID
    on: date


class LinkIdentity(Command):
    """Link the account to an identity at a provider, unless it is linked to another one already."""

    account_id: UUID
    provider: str
    on: date


class EndSignIns(Command):
    """End every session of an account, and (if `unlink`) let it be linked to another identity."""

    account_id: UUID
    unlink: bool
    on: date
    by: str


class GiveRole(Command):
    """Give a role."""

    account_id: UUID
    grant_id: UUID
    role: NewRole
    by: str


class EndRole(Command):
    """End a role that was given."""

    account_id: UUID
    grant_id: UUID
    step: RoleStep
    by: str


class CloseAccount(Command):
    """End everything of an account."""

    account_id: UUID
    step: RoleStep
    by: str


class ReopenAccount(Command):
    """Let somebody sign in again."""

    account_id: UUID
    step: RoleStep
    by: str


Commands = (
    OpenAccount | OpenAccountOfRecord | LinkIdentity | EndSignIns | GiveRole | EndRole | CloseAccount | ReopenAccount
)


class Closed(DomainError):
    """The account is closed."""


class LinkedAlready(DomainError):
    """The account is linked to another identity."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that was given and has not been ended."""

    role: GivenRole
    schools: tuple[str, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """The state of an account."""

    grants: Mapping[UUID, Grant] = field(default_factory=dict)
    ended: frozenset[UUID] = frozenset()
    is_closed: bool = False
    is_linked: bool = False
    """Whether it is linked to an identity at a provider, other than that of a demonstration."""


def decide(command: Commands, account: Account | None, now: datetime) -> Sequence[Events]:
    """Decide about an account. Idempotent: what is so already emits no event."""
    del now
    if isinstance(command, (OpenAccount, OpenAccountOfRecord)):
        return _open(command, account)
    if account is None:
        raise NotFound(MISSING)
    if isinstance(command, CloseAccount):
        if account.is_closed:
            return []
        return [AccountClosed(account_id=command.account_id, by=command.by, **_step_fields(command.step))]
    if isinstance(command, ReopenAccount):
        if not account.is_closed:
            return []
        return [AccountReopened(account_id=command.account_id, by=command.by, **_step_fields(command.step))]
    if account.is_closed:
        raise Closed("This account is closed, because the person has left. Reopen it first.")
    match command:
        case LinkIdentity(provider=provider):
            if account.is_linked and provider != DEMONSTRATION:
                raise LinkedAlready("This account belongs to another sign-in already.")
            return [build_from(IdentityLinked, command, happened_on=command.on)]
        case EndSignIns(unlink=unlink):
            return [build_from(SignInsEnded, command, unlinked=unlink, happened_on=command.on)]
        case GiveRole():
            return _give(command, account)
        case EndRole(grant_id=grant_id):
            if grant_id in account.ended:
                return []
            if grant_id not in account.grants:
                raise NotFound("There is no such role in this account.")
            about = {"account_id": command.account_id, "grant_id": grant_id, "by": command.by}
            return [RoleEnded.model_validate(about | _step_fields(command.step))]


def _open(command: OpenAccount | OpenAccountOfRecord, account: Account | None) -> Sequence[Events]:
    if account is not None:
        return []
    if isinstance(command, OpenAccount):
        return [build_from(AccountOpened, command, happened_on=command.on)]
    return [AccountOfRecord(account_id=command.account_id, happened_on=command.on)]


def _give(command: GiveRole, account: Account) -> Sequence[Events]:
    role = command.role
    if (role.role == "school_lead") != bool(role.schools):
        sentence = (
            "Name the schools." if role.role == "school_lead" else "Only a school lead has schools; leave them out."
        )
        raise Invalid(sentence, pointer="/schools")
    if role.until is not None and role.until < role.on:
        raise Invalid("The last day cannot lie before the first one.", pointer="/until")
    if command.grant_id in account.grants or command.grant_id in account.ended:
        return []
    given = Grant(role.role, tuple(sorted(set(role.schools))), role.until)
    if given in account.grants.values():
        return []
    about = {"account_id": command.account_id, "grant_id": command.grant_id, "by": command.by}
    told = {"role": role.role, "schools": given.schools, "until": role.until, "why": role.why, "happened_on": role.on}
    return [RoleGiven.model_validate(about | told)]


def _step_fields(step: RoleStep) -> dict[str, object]:
    return {"why": step.why, "happened_on": step.on}


def evolve(account: Account | None, event: Events) -> Account | None:
    """Apply an event."""
    account = account or Account()
    match event:
        case AccountOpened() | AccountOfRecord():
            return account
        case IdentityLinked(provider=provider):
            return replace(account, is_linked=account.is_linked or provider != DEMONSTRATION)
        case SignInsEnded(unlinked=unlinked):
            return replace(account, is_linked=account.is_linked and not unlinked)
        case RoleGiven(grant_id=grant_id):
            grant = Grant(event.role, event.schools, event.until)
            return replace(account, grants={**account.grants, grant_id: grant})
        case RoleEnded(grant_id=ended):
            left = {grant_id: grant for grant_id, grant in account.grants.items() if grant_id != ended}
            return replace(account, grants=left, ended=account.ended | {ended})
        case AccountClosed():
            return replace(account, grants={}, ended=account.ended | account.grants.keys(), is_closed=True)
        case AccountReopened():
            return replace(account, is_closed=False)


def _none() -> Account | None:
    return None


ACCOUNT: Decider[Account | None, Commands, Events] = Decider(
    "account",
    _none,
    decide,
    evolve,
    (
        AccountOpened,
        AccountOfRecord,
        IdentityLinked,
        SignInsEnded,
        RoleGiven,
        RoleEnded,
        AccountClosed,
        AccountReopened,
    ),
)
