"""Routes of the reports, made from their declarations: each has a path of its own, with typed filters and rows."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Response

from services.reporting.api.files import OR_FILE, Accept, answer_as_asked
from services.reporting.api.parameters import After, AsOfOrToday, Limit
from services.reporting.api.readers import KnownAt, ReportReaderDep
from services.reporting.reports import REPORTS
from services.reporting.reports.listing import ReportDescription, list_reports
from services.reporting.reports.reading import Asked, Difference, Page, read_difference, read_page
from services.reporting.reports.report import Report
from services.reporting.reports.tracing import Trace, read_trace
from shared.inputs.days import AskedDay
from shared.kernel.http.context import ContextDep, ReaderDep
from shared.kernel.http.routes import Router

router = Router("reporting")

Sort = Annotated[
    str | None, Query(max_length=100, description="The column to sort by, with - in front from the last to the first.")
]
AfterPosition = Annotated[
    int, Query(ge=0, le=2**63 - 1, description="The position `next` of the page before; 0 for the first page.")
]
EventLimit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/reports")
async def list_all(reader: ReaderDep) -> list[ReportDescription]:
    """List the reports that are for you, with their columns and what each means."""
    return list_reports(reader)


def _page_route(report: Report) -> Callable[..., Awaitable[Any]]:
    async def show(
        reader: ReportReaderDep,
        context: ContextDep,
        as_of: AsOfOrToday = None,
        sort: Sort = None,
        after: After = None,
        limit: Limit = 1000,
        accept: Accept = "",
        **filters: Any,
    ) -> Page[Any] | Response:
        asked = Asked(as_of or context.today(), filters_of(filters), sort, after, limit)
        return await answer_as_asked(report, asked, await read_page(reader, report, asked), accept)

    return name_endpoint(show, report, report.name, report.question)


def _difference_route(report: Report) -> Callable[..., Awaitable[Any]]:
    async def compare(
        reader: ReportReaderDep,
        context: ContextDep,
        before_as_of: AsOfOrToday = None,
        before_known_at: KnownAt = None,
        as_of: AsOfOrToday = None,
        **filters: Any,
    ) -> Difference[Any]:
        after = Asked(as_of or context.today(), filters_of(filters))
        before = replace(after, as_of=before_as_of or after.as_of)
        return await read_difference(await reader.at(before_known_at), reader, report, (before, after))

    what = f"{report.question} What differs between two moments, line by line."
    return name_endpoint(compare, report, f"{report.name}-difference", what)


def _trace_route(report: Report) -> Callable[..., Awaitable[Any]]:
    async def trace(
        reader: ReportReaderDep,
        context: ContextDep,
        as_of: AsOfOrToday = None,
        after: AfterPosition = 0,
        limit: EventLimit = 100,
        **asked: Any,
    ) -> Trace[Any]:
        column = asked.pop("column")
        return await read_trace(reader, report, asked, column, as_of=as_of or context.today(), after=after, limit=limit)

    what = f"Show the public events that a row of this report is made of, or one figure of it. {report.title}."
    columns: Any = Literal[tuple(report.columns)]
    only = Query(description="Only the events that this column is made of; those of the whole row if it is left out.")
    chosen = inspect.Parameter(
        "column", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[columns | None, only]
    )
    own = [chosen, *(_part_of_key(report, each) for each in report.key)]
    return name_endpoint(trace, report, f"{report.name}-trace", what, own)


def _part_of_key(report: Report, column: str) -> inspect.Parameter:
    description = f"The row with this value; the parts of the key name one row. {report.columns[column]}"
    hint: Any = report.hint(column)
    hint = AskedDay if hint is date else hint
    return inspect.Parameter(
        column,
        inspect.Parameter.KEYWORD_ONLY,
        default=None if report.is_nullable(column) else inspect.Parameter.empty,
        annotation=Annotated[hint, Query(description=description)],
    )


def filters_of(filters: Mapping[str, object]) -> dict[str, object]:
    """Return the filters that the request has."""
    return {name: value for name, value in filters.items() if value is not None}


def name_endpoint(
    endpoint: Callable[..., Awaitable[Any]],
    report: Report,
    name: str,
    what: str,
    own: Sequence[inspect.Parameter] | None = None,
) -> Callable[..., Any]:
    """Give a route's function its name, its sentence, the rule of the policy that it asks, and parameters of its own:
    the report's filters where none are given.
    """
    endpoint.__name__, endpoint.__doc__ = name.replace("-", "_"), what
    fixed = [each for each in inspect.signature(endpoint).parameters.values() if each.kind is not each.VAR_KEYWORD]
    parameters = [_filter(report, column) for column in report.filters] if own is None else own
    vars(endpoint)["__signature__"] = inspect.Signature([*fixed, *parameters])
    vars(endpoint)["asks"] = report.scope
    return endpoint


def _filter(report: Report, column: str) -> inspect.Parameter:
    description = f"Only rows with this value. {report.columns[column]}"
    hint: Any = report.hint(column)
    hint = (AskedDay if hint is date else hint) | None
    return inspect.Parameter(
        column, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[hint, Query(description=description)]
    )


def _add(report: Report) -> None:
    path, row = f"/reports/{report.name}", report.row
    page, difference = Page.__class_getitem__(row), Difference.__class_getitem__(row)
    router.add_api_route(path, _page_route(report), response_model=page, responses={**OR_FILE})
    router.add_api_route(f"{path}/difference", _difference_route(report), response_model=difference)
    if report.behind:
        trace = Trace.__class_getitem__(row)
        router.add_api_route(f"{path}/trace", _trace_route(report), response_model=trace)


for _report in REPORTS:
    _add(_report)
