"""Routes of reports: every report that reporting offers to the reader, from its description alone."""

from asyncio import gather
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from services.portal.calls.answers import Programme, ReportDescription, ReportPage
from services.portal.calls.services import Away, Refused
from services.portal.pages.context import Visit, VisitDep
from services.portal.pages.passing_on import pass_on, save_as
from services.portal.pages.reports.charts import chart_of
from services.portal.pages.reports.tables import PEOPLE, Column, columns_of, filters_of, names_in, values_of
from services.portal.pages.templating import show
from shared.calendar import ENGLAND
from shared.sheets import sheet

router = APIRouter()

A_PAGE = 50
A_PIECE = 1_000
"""Rows that are asked for at once to make a file."""
ONCE = ("as_of", "known_at", "sort", "after")
"""What every report can be asked for besides its filters."""
FILES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
}
CSV = "text/csv; charset=utf-8"


@router.get("/reports")
async def show_reports(visit: VisitDep) -> HTMLResponse:
    """Show the reports that are for the reader, each with the question that it answers."""
    return show(visit, "reports/reports.html", reports=await _descriptions(visit))


@router.get("/reports/{name}")
async def show_report(request: Request, visit: VisitDep, name: str) -> HTMLResponse:
    """Show a page of a report; a filter that is refused is shown again with the reason."""
    report = await _description(visit, name)
    asked = _asked(request, report)
    errors: dict[str, str] = {}
    try:
        page = await visit.services.get("reporting", f"/reports/{name}", ReportPage, limit=A_PAGE, **asked)
    except Refused as refused:
        if refused.status != 422:
            raise
        errors = {error.pointer.removeprefix("query:"): error.detail for error in refused.errors} or {
            "form": str(refused)
        }
        page = await visit.services.get("reporting", f"/reports/{name}", ReportPage, limit=A_PAGE)
    titles = await _learn_names(visit, page.rows)
    about = [] if errors else await _about(visit, asked, titles)
    columns = columns_of(report)
    at = page.up_to_date_at
    return show(
        visit,
        "reports/report.html",
        status=422 if errors else 200,
        report=report,
        columns=columns,
        rows=[values_of(columns, row, visit.names, titles) for row in page.rows],
        chart=chart_of(name, page.rows),
        page=page,
        filters=filters_of(report),
        asked=asked,
        about=about,
        errors=errors,
        query=_query(asked, leave_out=("after",)),
        next_query=_query({**asked, "after": page.next or ""}),
        up_to_date_at=None if at is None else f"{at.astimezone(ENGLAND):%H:%M}",
    )


@router.get("/reports/{name}/file.csv")
async def save_csv(request: Request, visit: VisitDep, name: str) -> Response:
    """Save every row with the names of people, as a spreadsheet opens it without running anything."""
    report = await _description(visit, name)
    asked = {key: value for key, value in _asked(request, report).items() if key != "after"}
    columns = columns_of(report)
    first = await visit.services.get("reporting", f"/reports/{name}", ReportPage, limit=A_PIECE, **asked)
    file_name = f"{name}-{first.as_of}.csv"
    return StreamingResponse(
        _pieces(visit, name, columns, first, asked), media_type=CSV, headers={"Content-Disposition": save_as(file_name)}
    )


@router.get("/reports/{name}/file.{kind}")
async def save_file(request: Request, visit: VisitDep, name: str, kind: str) -> Response:
    """Save a report as reporting makes the file: it knows no names, so ids stand in their place."""
    report = await _description(visit, name)
    if kind not in FILES:
        raise Refused(404, "There is no such file.")
    asked = {key: value for key, value in _asked(request, report).items() if key != "after"}
    file_name = f"{name}-{asked.get('as_of', visit.today)}.{kind}"
    return await pass_on(visit.services, "reporting", f"/reports/{name}", FILES[kind], asked, file_name)


async def _pieces(
    visit: Visit, name: str, columns: Sequence[Column], first: ReportPage, asked: Mapping[str, str]
) -> AsyncIterator[bytes]:
    page, headings = first, [column.heading for column in columns]
    mark = True
    while True:
        titles = await _learn_names(visit, page.rows)
        rows = [dict(zip(headings, values_of(columns, row, visit.names, titles), strict=True)) for row in page.rows]
        written = sheet(headings, rows)
        yield written if mark else written.split(b"\r\n", 1)[1]
        if page.next is None:
            return
        mark = False
        page = await visit.services.get(
            "reporting", f"/reports/{name}", ReportPage, limit=A_PIECE, **asked, after=page.next
        )


async def _descriptions(visit: Visit) -> list[ReportDescription]:
    return await visit.services.get("reporting", "/reports", list[ReportDescription])


async def _description(visit: Visit, name: str) -> ReportDescription:
    """Return a report that is for the reader; raises `Refused` for every other one."""
    found = next((each for each in await _descriptions(visit) if each.name == name), None)
    if found is None:
        raise Refused(404, "There is no such report.")
    return found


def _asked(request: Request, report: ReportDescription) -> dict[str, str]:
    """Return what the address asks the report for, as reporting takes it; a day of knowledge means its end."""
    known = {*ONCE, *(column.name for column in report.columns if column.is_filter)}
    asked = {name: value for name, value in request.query_params.items() if name in known and value}
    if len(asked.get("known_at", "")) == len("2026-12-01"):
        asked["known_at"] = f"{asked['known_at']}T23:59:59Z"
    return asked


async def _learn_names(visit: Visit, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    """Learn the names of the people in rows, and return the titles of the programmes that the reader may list."""
    people, programmes = names_in(rows)
    _, titles = await gather(visit.learn_names(people), _titles(visit) if programmes else _no_titles())
    return titles


async def _about(visit: Visit, asked: Mapping[str, str], titles: Mapping[UUID, str]) -> list[tuple[str, str, str]]:
    """Return the ids that a link has asked for: the filter, the id, and the name of whom or what it stands for."""
    ids = {name: UUID(value) for name, value in asked.items() if name.endswith("_id")}
    await visit.learn_names(value for name, value in ids.items() if name in PEOPLE)
    names = {**visit.names, **titles}
    return [(name, f"{value}", names.get(value, "what was chosen")) for name, value in ids.items()]


async def _titles(visit: Visit) -> dict[UUID, str]:
    try:
        found = await visit.services.get("referral", "/programmes", list[Programme])
    except (Refused, Away):  # the report is of use without them
        return {}
    return {each.programme_id: f"{each.title}, {each.academic_year}" for each in found}


async def _no_titles() -> dict[UUID, str]:
    return {}


def _query(asked: Mapping[str, str], leave_out: Sequence[str] = ()) -> str:
    return urlencode({name: value for name, value in asked.items() if value and name not in leave_out})
