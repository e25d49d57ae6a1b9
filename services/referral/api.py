"""Routes of referral: parse, call, answer."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.referral import commands, policy, queries
from services.referral.programmes import Purpose, Template, templates
from shared.kernel.http import Ask, Look, Who

router = APIRouter(tags=["referral"])


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NewProgramme(Body):
    """A programme to open; without a title it has the template's."""

    template: str
    title: str | None = Field(default=None, min_length=1, max_length=200)
    academic_year: str = Field(pattern=r"^20\d\d/\d\d$", examples=["2026/27"])
    starts_on: date
    ends_on: date
    on: date


class NewReferral(Body):
    """A trainee to refer; reasons are codes of the programme's criteria."""

    programme_id: UUID
    trainee_id: UUID
    purpose: Purpose
    reasons: tuple[str, ...] = Field(min_length=1, max_length=10)
    note: str | None = Field(default=None, max_length=4000)
    on: date


class Dated(Body):
    """A step and the date on which it was taken."""

    on: date


class Refusal(Dated):
    """A step that needs a reason."""

    reason: str = Field(min_length=1, max_length=2000)


class ReferralStanding(BaseModel):
    """Where a referral stands."""

    referral_id: UUID
    status: Literal["referred", "countersigned", "accepted", "declined"]


@router.get("/programme-templates")
async def list_templates(_: Who) -> list[Template]:
    """Every template that a programme can be opened from."""
    return list(templates().values())


@router.post("/programmes", status_code=201)
async def open_programme(body: NewProgramme, ask: Ask) -> dict[str, Any]:
    """Open a programme from a template."""
    return await ask.run(commands.open_programme(ask.who, **body.model_dump()))


@router.get("/programmes")
async def list_programmes(look: Look) -> list[dict[str, Any]]:
    """Every programme of the partnership."""
    return await queries.programmes(look)


@router.post("/referrals", status_code=201)
async def refer(body: NewReferral, ask: Ask) -> ReferralStanding:
    """Refer a trainee to a programme."""
    return ReferralStanding.model_validate(await ask.run(commands.refer(ask.who, **body.model_dump())))


@router.post("/referrals/{referral_id}/countersignature")
async def countersign(referral_id: UUID, body: Dated, ask: Ask) -> ReferralStanding:
    """Stand behind somebody else's referral."""
    return ReferralStanding.model_validate(await ask.run(commands.countersign(ask.who, referral_id, on=body.on)))


@router.post("/referrals/{referral_id}/acceptance")
async def accept(referral_id: UUID, body: Dated, ask: Ask) -> ReferralStanding:
    """Take the trainee on."""
    return ReferralStanding.model_validate(await ask.run(commands.accept(ask.who, referral_id, on=body.on)))


@router.post("/referrals/{referral_id}/refusal")
async def decline(referral_id: UUID, body: Refusal, ask: Ask) -> ReferralStanding:
    """Do not take the trainee on."""
    return ReferralStanding.model_validate(
        await ask.run(commands.decline(ask.who, referral_id, reason=body.reason, on=body.on))
    )


@router.get("/referrals")
async def list_referrals(
    look: Look,
    status: Annotated[Literal["referred", "countersigned", "accepted", "declined"] | None, Query()] = None,
    after: Annotated[UUID | None, Query(description="The last id of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    """Referrals, a page at a time."""
    policy.may_refer(look.who)
    return await queries.referrals(look, status=status, after=after, limit=limit)


@router.get("/referrals/{referral_id}")
async def show_referral(referral_id: UUID, look: Look) -> dict[str, Any]:
    """One referral."""
    policy.may_refer(look.who)
    return await queries.referral(look, referral_id)
