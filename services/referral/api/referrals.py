"""Routes of referrals."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from services.referral import policy
from services.referral.api.words import AfterId, Body, Dated, Limit
from services.referral.commands import referrals as commands
from services.referral.queries import referrals as queries
from services.referral.queries.history import history
from shared.events.words import Priority, Purpose
from shared.kernel.http.context import CallerDep, ReaderDep

router = APIRouter(tags=["referral"])

Status = Literal["referred", "countersigned", "accepted", "declined", "redirected", "withdrawn"]


class NewReferral(Body):
    """Somebody to refer; reasons are codes of the programme's criteria."""

    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...] = Field(min_length=1, max_length=10)
    note: str | None = Field(default=None, max_length=4000)
    priority: Priority = "usual"
    on: date


class Refusal(Dated):
    """A step that needs a reason."""

    reason: str = Field(min_length=1, max_length=2000)


class Acceptance(Dated):
    """What is decided when a trainee is taken on.

    Without a priority that of the referral stays; without hours the trainee takes the programme's of a mentor.
    """

    priority: Priority | None = None
    mentor_hours_per_week: float | None = Field(default=None, gt=0, le=40)


class Consent(Dated):
    """What whoever the programme asks said."""

    given: bool


class Withdrawal(Dated):
    """A step that may have a reason."""

    reason: str | None = Field(default=None, min_length=1, max_length=2000)


class Redirection(Refusal):
    """Where a trainee goes instead: another programme, for reasons of its own, or a role of the partnership."""

    to_programme_id: UUID | None = None
    purpose: Purpose | None = None
    reasons: tuple[str, ...] = Field(default=(), max_length=10)
    to_role: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _goes_one_way(self) -> "Redirection":
        if (self.to_programme_id is None) == (self.to_role is None):
            raise ValueError("Say one: to_programme_id, or to_role.")
        if (self.to_programme_id is not None) != bool(self.reasons):
            raise ValueError("Reasons are for another programme, and it asks for them.")
        return self


class ReferralStanding(BaseModel):
    """Where a referral stands, and the one that it led to."""

    referral_id: UUID
    status: Status
    to_referral_id: UUID | None = None


@router.post("/referrals", status_code=201)
async def refer(body: NewReferral, caller: CallerDep) -> ReferralStanding:
    """Refer somebody to a programme."""
    return ReferralStanding.model_validate(await caller.run(commands.refer(caller.who, **body.model_dump())))


@router.post("/referrals/{referral_id}/countersignature")
async def countersign(referral_id: UUID, body: Dated, caller: CallerDep) -> ReferralStanding:
    """Stand behind somebody else's referral."""
    return ReferralStanding.model_validate(await caller.run(commands.countersign(caller.who, referral_id, on=body.on)))


@router.post("/referrals/{referral_id}/consent")
async def say_consent(referral_id: UUID, body: Consent, caller: CallerDep) -> ReferralStanding:
    """Pass on what the parent or mentee said, where the programme asks; a no after acceptance ends the referral."""
    use_case = commands.consent(caller.who, referral_id, given=body.given, on=body.on)
    return ReferralStanding.model_validate(await caller.run(use_case))


@router.post("/referrals/{referral_id}/acceptance")
async def accept(referral_id: UUID, body: Acceptance, caller: CallerDep) -> ReferralStanding:
    """Take the trainee on."""
    use_case = commands.accept(caller.who, referral_id, **body.model_dump())
    return ReferralStanding.model_validate(await caller.run(use_case))


@router.post("/referrals/{referral_id}/refusal")
async def decline(referral_id: UUID, body: Refusal, caller: CallerDep) -> ReferralStanding:
    """Do not take the trainee on."""
    use_case = commands.decline(caller.who, referral_id, reason=body.reason, on=body.on)
    return ReferralStanding.model_validate(await caller.run(use_case))


@router.post("/referrals/{referral_id}/redirection")
async def redirect(referral_id: UUID, body: Redirection, caller: CallerDep) -> ReferralStanding:
    """Send the trainee on, to another programme, where a referral is made, or to somebody else."""
    return ReferralStanding.model_validate(
        await caller.run(commands.redirect(caller.who, referral_id, **body.model_dump()))
    )


@router.post("/referrals/{referral_id}/withdrawal")
async def withdraw_referral(referral_id: UUID, body: Withdrawal, caller: CallerDep) -> ReferralStanding:
    """Take a referral back, accepted or not."""
    use_case = commands.withdraw(caller.who, referral_id, reason=body.reason, on=body.on)
    return ReferralStanding.model_validate(await caller.run(use_case))


@router.get("/referrals")
async def list_referrals(
    reader: ReaderDep, status: Annotated[Status | None, Query()] = None, after: AfterId = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Referrals, a page at a time; a trainee sees their own."""
    trainee_id = policy.referrals_seen(reader.who)
    return await queries.referrals(reader, trainee_id=trainee_id, status=status, after=after, limit=limit)


@router.get("/referrals/{referral_id}")
async def show_referral(referral_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One referral; its note and the reasons of its steps only for trainee, referrer and partnership lead."""
    return await queries.referral(reader, referral_id, trainee_id=policy.referrals_seen(reader.who))


@router.get("/referrals/{referral_id}/history")
async def show_referral_history(referral_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What happened to a referral: each step with the day on which it took effect and the time it was recorded."""
    await queries.referral(reader, referral_id, trainee_id=policy.referrals_seen(reader.who))
    return await history(reader, f"referral-{referral_id}")
