"""Routes of referral: parse, call, answer."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.referral import commands, policy, queries
from services.referral.domain.file_import import Kind
from services.referral.domain.person import Kind as PersonKind
from services.referral.programmes import Purpose, Template, templates
from shared.events.words import Phase
from shared.kernel.decider import DomainError
from shared.kernel.http import Ask, Look, Who, created

router = APIRouter(tags=["referral"])

URN = r"^[0-9]{6}$"
FILE_TYPES = ("text/csv", "application/octet-stream")
_FILE = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILE_TYPES},
    }
}
AfterId = Annotated[UUID | None, Query(description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class NotAFile(DomainError):
    """The body is not the file itself."""

    status = 415


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


class NewOffer(Body):
    """Places at a school, in a subject by any of its names; no places withdraws the offer."""

    school_urn: str = Field(pattern=URN, examples=["100001"])
    subject: str = Field(min_length=1, max_length=200, examples=["Mathematics"])
    phase: Phase
    places: int = Field(ge=0, le=200)
    starts_on: date
    ends_on: date
    on: date


class Dated(Body):
    """A step and the date on which it was taken."""

    on: date


class Confirmation(Dated):
    """The word for a file to go in; a file of schools may go in without its bad rows."""

    good_rows_only: bool = False


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
    after: AfterId = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Referrals, a page at a time; a trainee sees their own."""
    trainee_id = policy.referrals_seen(look.who)
    return await queries.referrals(look, trainee_id=trainee_id, status=status, after=after, limit=limit)


@router.get("/referrals/{referral_id}")
async def show_referral(referral_id: UUID, look: Look) -> dict[str, Any]:
    """One referral; its note and the reason of a refusal only for trainee, referrer and partnership lead."""
    return await queries.referral(look, referral_id, trainee_id=policy.referrals_seen(look.who))


@router.post("/imports", status_code=201, openapi_extra=_FILE)
async def bring_file(kind: Kind, request: Request, ask: Ask) -> dict[str, Any]:
    """A dry run of a CSV file, which is the request's body: what it would change, and every bad cell; stores no row.

    The file is kept sealed for a day, for its confirmation and its marked copy; the next file of its kind by the same
    person takes its place.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in FILE_TYPES:
        raise NotAFile(f"Send the file itself as the body, with Content-Type {' or '.join(FILE_TYPES)}.")
    content = await request.body()
    found = await ask.run(await commands.bring_file(ask.who, kind, content))
    created(ask.response, f"/imports/{found['import_id']}")
    return found


@router.get("/imports/{import_id}")
async def show_import(import_id: UUID, look: Look) -> dict[str, Any]:
    """What the dry run of a file found, and whether the file waits, is confirmed or abandoned."""
    policy.may_run_the_partnership(look.who)
    return await queries.import_found(look, import_id)


@router.get("/imports/{import_id}/marked-copy", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def show_marked_copy(import_id: UUID, look: Look) -> Response:
    """The file as it was sent, with two columns that say what is wrong in each row: correct it and send it again."""
    policy.may_run_the_partnership(look.who)
    kind, content = await queries.marked_copy(look, import_id)
    named = {"Content-Disposition": f'attachment; filename="{kind}-marked.csv"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv", headers=named)


@router.post("/imports/{import_id}/confirmation")
async def confirm_import(import_id: UUID, body: Confirmation, ask: Ask) -> dict[str, Any]:
    """Let every row in, or none: refused while there are errors. The file is destroyed with it.

    For schools only, `good_rows_only` leaves bad rows out: an extract of the register may have some.
    """
    use_case = await commands.confirm_import(ask.who, ask.house.store, import_id, **body.model_dump())
    return await ask.run(use_case)


@router.get("/schools")
async def list_schools(
    look: Look,
    after: Annotated[str | None, Query(pattern=URN, description="The last URN of the page before.")] = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Schools, a page at a time."""
    return await queries.schools(look, after=after, limit=limit)


@router.get("/schools/{urn}")
async def show_school(urn: Annotated[str, Path(pattern=URN)], look: Look) -> dict[str, Any]:
    """One school."""
    return await queries.school(look, urn)


@router.get("/people")
async def list_people(
    look: Look, kind: PersonKind | None = None, after: AfterId = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Mentors and trainees by name, a page at a time; a school's lead sees the school's mentors."""
    policy.may_oversee(look.who)
    return await queries.people(look, kind=kind, schools=policy.schools_seen(look.who), after=after, limit=limit)


@router.get("/people/{person_id}")
async def show_person(person_id: UUID, look: Look) -> dict[str, Any]:
    """One person: for leads, and for the person."""
    return await queries.person(look, person_id, schools=policy.schools_seen(look.who))


@router.post("/people/{person_id}/erasure")
async def erase(person_id: UUID, body: Dated, ask: Ask) -> dict[str, Any]:
    """Forget a person for good, here and in every other service. Waiting files that may name them are destroyed too."""
    return await ask.run(commands.erase(ask.who, person_id, on=body.on))


@router.post("/offers", status_code=201)
async def offer(body: NewOffer, ask: Ask) -> dict[str, Any]:
    """Say what a school can host; said again for the same subject, phase and first day it is changed."""
    return await ask.run(commands.offer(ask.who, **body.model_dump()))


@router.get("/offers")
async def list_offers(look: Look, after: AfterId = None, limit: Limit = 100) -> list[dict[str, Any]]:
    """Offers, a page at a time; a school's lead sees the school's."""
    policy.may_oversee(look.who)
    return await queries.offers(look, schools=policy.schools_seen(look.who), after=after, limit=limit)
