"""Routes of the review pack."""

import asyncio
from uuid import UUID

from fastapi import Response

from services.reporting.api.files import Accept
from services.reporting.api.parameters import AsOfOrToday
from services.reporting.api.readers import ReportReaderDep
from services.reporting.exports import review_pack_file
from services.reporting.reports import review_pack
from services.reporting.reports.review_pack import ReviewPack
from shared.kernel.http.context import ContextDep
from shared.kernel.http.routes import Router

router = Router("reporting")


@router.get(
    "/mentors/{mentor_id}/review-pack",
    response_model=ReviewPack,
    responses={200: {"content": {review_pack_file.MEDIA_TYPE: {}}}},
)
async def show_review_pack(
    mentor_id: UUID,
    reader: ReportReaderDep,
    context: ContextDep,
    as_of: AsOfOrToday = None,
    accept: Accept = "",
) -> ReviewPack | Response:
    """Show what a head of mentoring looks at with a mentor: caseload, relationships, training, early warnings.

    `Accept: application/pdf` answers with a tagged document to print.
    """
    pack = await review_pack.review_pack(reader, mentor_id, as_of=as_of or context.today())
    if review_pack_file.MEDIA_TYPE not in accept:
        return pack
    file = await asyncio.to_thread(review_pack_file.review_pack_file, pack)
    return Response(file, media_type=review_pack_file.MEDIA_TYPE, headers={"Vary": "Accept"})
