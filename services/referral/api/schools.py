"""Routes of schools and of the trusts that they make up."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.referral.api.words import URN, Limit
from services.referral.queries import schools as queries
from shared.kernel.http.context import ReaderDep

router = APIRouter(tags=["schools"])

_TRUST = r"^[^\x00-\x1f]{1,200}$"


@router.get("/schools")
async def list_schools(
    reader: ReaderDep,
    after: Annotated[str | None, Query(pattern=URN, description="The last URN of the page before.")] = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Schools, a page at a time."""
    return await queries.schools(reader, after=after, limit=limit)


@router.get("/schools/{urn}")
async def show_school(urn: Annotated[str, Path(pattern=URN)], reader: ReaderDep) -> dict[str, Any]:
    """One school; one that closed says when, and who followed it."""
    return await queries.school(reader, urn)


@router.get("/trusts")
async def list_trusts(
    reader: ReaderDep,
    after: Annotated[str | None, Query(pattern=_TRUST, description="The last code of the page before.")] = None,
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """Trusts by code, with how many schools of each are open, a page at a time."""
    return await queries.trusts(reader, after=after, limit=limit)


@router.get("/trusts/{code}")
async def show_trust(code: Annotated[str, Path(pattern=_TRUST)], reader: ReaderDep) -> dict[str, Any]:
    """One trust and its schools."""
    return await queries.trust(reader, code)
