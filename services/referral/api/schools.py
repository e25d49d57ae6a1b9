"""Routes of schools and of the trusts that they form."""

from typing import Annotated

from fastapi import Path, Query

from services.referral.api.parameters import Limit, UrnInPath
from services.referral.domain.schools import SCHOOL
from services.referral.queries import schools as queries
from services.referral.queries.schools import SchoolAnswer, SchoolCalendar, TrustAnswer, TrustDetails
from shared.inputs.schools import URN
from shared.kernel.http.context import ReaderDep
from shared.kernel.http.routes import Router
from shared.kernel.http.versions import has_version

router = Router("schools")

_TRUST = r"^[^\x00-\x1f]{1,200}$"


@router.get("/schools")
async def list_schools(
    reader: ReaderDep,
    after: Annotated[str | None, Query(pattern=URN, description="The last URN of the page before.")] = None,
    limit: Limit = 100,
) -> list[SchoolAnswer]:
    """List schools, and after them hosts without a URN, a page at a time."""
    return await queries.schools(reader, after=after, limit=limit)


@router.get("/schools/{urn}")
@has_version(SCHOOL, key="urn")
async def show_school(urn: UrnInPath, reader: ReaderDep) -> SchoolAnswer:
    """Show one school; if it closed, with the day and its successor."""
    return await queries.school(reader, urn)


@router.get("/schools/{urn}/calendar")
async def show_calendar(urn: UrnInPath, reader: ReaderDep) -> SchoolCalendar:
    """Show a school's terms, holidays and days for staff only, as they were imported."""
    return await queries.calendar(reader, urn)


@router.get("/trusts")
async def list_trusts(
    reader: ReaderDep,
    after: Annotated[str | None, Query(pattern=_TRUST, description="The last code of the page before.")] = None,
    limit: Limit = 100,
) -> list[TrustAnswer]:
    """List trusts by code, with how many schools of each are open, a page at a time."""
    return await queries.trusts(reader, after=after, limit=limit)


@router.get("/trusts/{code}")
async def show_trust(code: Annotated[str, Path(pattern=_TRUST)], reader: ReaderDep) -> TrustDetails:
    """Show one trust and its schools."""
    return await queries.trust(reader, code)
