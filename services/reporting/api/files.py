"""Answer with a page of a report as a file where the `Accept` header asks for one."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Annotated, Any

from fastapi import Header, Response

from services.reporting.exports.contents import Contents
from services.reporting.exports.formats import FORMATS, Format
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.reading import Asked, Page
from services.reporting.reports.report import Report

AS_OF = "Alongside-As-Of"
"""The header of a file with the last day that counts."""
KNOWN_AT = "Alongside-Known-At"
"""The header of a file with the moment whose knowledge it shows, where it is not what is known now."""
UP_TO_DATE_AT = "Alongside-Up-To-Date-At"
"""The header of a file that says what the field `up_to_date_at` says in JSON."""
SOURCES = "Alongside-Sources"
"""The header of a file that says up to when it has the events of each source."""
PARKED = "Alongside-Parked"
"""The header of a file that says how many events of which source are missing in it, where there are any."""
NEXT = "Alongside-Next"
"""The header of a file with the cursor of the next page."""

OR_FILE: Mapping[int | str, dict[str, Any]] = {200: {"content": {each.media_type: {} for each in FORMATS.values()}}}
"""What a route adds to its `responses`, so that the OpenAPI document shows the files."""

Accept = Annotated[str, Header(include_in_schema=False)]


async def answer_as_asked(report: Report, asked: Asked, page: Page[Any], accept: str) -> Page[Any] | Response:
    """Return the page itself, or a response with its file where `Accept` names one."""
    format_ = next((each for each in FORMATS.values() if each.media_type in accept), None)
    if format_ is None:
        return page
    headers = {"Vary": "Accept"} | moment_of(page.as_of, page.known_at) | _freshness(page)
    if page.next is not None:
        headers[NEXT] = page.next
    content = await asyncio.to_thread(_file, format_, Contents.of_page(report, asked, page))
    return Response(content, media_type=format_.media_type, headers=headers)


def _file(format_: Format, contents: Contents) -> bytes:
    file = BytesIO()
    format_.write(contents, file)
    return file.getvalue()


def moment_of(as_of: date, known_at: datetime | None) -> dict[str, str]:
    """Return the headers of a file that say of which day it is, and as of which moment it was known."""
    return {AS_OF: as_of.isoformat()} | ({} if known_at is None else {KNOWN_AT: known_at.isoformat()})


def _freshness(answer: DatedAnswer) -> dict[str, str]:
    moments = {source: "none" if at is None else at.isoformat() for source, at in answer.sources.items()}
    headers = {SOURCES: ", ".join(f"{source}={moment}" for source, moment in moments.items())}
    if answer.up_to_date_at is not None:
        headers[UP_TO_DATE_AT] = answer.up_to_date_at.isoformat()
    if answer.parked:
        headers[PARKED] = ", ".join(f"{each.source}={each.events}" for each in answer.parked)
    return headers
