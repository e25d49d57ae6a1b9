"""Answer with a report as CSV where the `Accept` header asks for that."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Header, Response

from services.reporting.reports.freshness import DatedAnswer
from shared.sheets import MEDIA_TYPE

UP_TO_DATE_AT = "Alongside-Up-To-Date-At"
"""The header of a CSV response that says what the field `up_to_date_at` says in JSON."""
OR_CSV: Mapping[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
"""What a route adds to its `responses`, so that the OpenAPI document shows the CSV."""

Accept = Annotated[str, Header(include_in_schema=False)]


def wants_csv(accept: str) -> bool:
    """Whether the `Accept` header asks for CSV."""
    return MEDIA_TYPE in accept


def csv_response(report: DatedAnswer, file: bytes) -> Response:
    """Return the response with the report's file."""
    headers = {"Vary": "Accept"}
    if report.up_to_date_at is not None:
        headers[UP_TO_DATE_AT] = report.up_to_date_at.isoformat()
    return Response(file, media_type=MEDIA_TYPE, headers=headers)
