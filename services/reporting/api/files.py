"""Answer with a page of a report as a file where the `Accept` header asks for one."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Header, Response

from services.reporting.exports import csv_file, xlsx_file
from services.reporting.reports.freshness import DatedAnswer
from services.reporting.reports.reading import Page
from services.reporting.reports.report import Report

UP_TO_DATE_AT = "Alongside-Up-To-Date-At"
"""The header of a file that says what the field `up_to_date_at` says in JSON."""
SOURCES = "Alongside-Sources"
"""The header of a file that says up to when it has the events of each source."""
PARKED = "Alongside-Parked"
"""The header of a file that says how many events of which source are missing in it, where there are any."""
NEXT = "Alongside-Next"
"""The header of a file with the cursor of the next page."""

WRITERS: Mapping[str, Callable[[Report, Page[Any]], bytes]] = {
    csv_file.MEDIA_TYPE: csv_file.csv_file,
    xlsx_file.MEDIA_TYPE: xlsx_file.xlsx_file,
}
"""By the media type that is asked for, what makes the file."""
OR_FILE: Mapping[int | str, dict[str, Any]] = {200: {"content": {media_type: {} for media_type in WRITERS}}}
"""What a route adds to its `responses`, so that the OpenAPI document shows the files."""

Accept = Annotated[str, Header(include_in_schema=False)]


def answer_as_asked(report: Report, page: Page[Any], accept: str) -> Page[Any] | Response:
    """Return the page itself, or a response with its file where `Accept` names one."""
    media_type = next((each for each in WRITERS if each in accept), None)
    if media_type is None:
        return page
    headers = {"Vary": "Accept"} | _freshness(page)
    if page.next is not None:
        headers[NEXT] = page.next
    return Response(WRITERS[media_type](report, page), media_type=media_type, headers=headers)


def _freshness(answer: DatedAnswer) -> dict[str, str]:
    moments = {source: "none" if at is None else at.isoformat() for source, at in answer.sources.items()}
    headers = {SOURCES: ", ".join(f"{source}={moment}" for source, moment in moments.items())}
    if answer.up_to_date_at is not None:
        headers[UP_TO_DATE_AT] = answer.up_to_date_at.isoformat()
    if answer.parked:
        headers[PARKED] = ", ".join(f"{each.source}={each.events}" for each in answer.parked)
    return headers
