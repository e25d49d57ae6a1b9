"""Write a page for each report, from its declaration."""

from collections.abc import Iterable, Mapping

from services.reporting.reports import REPORTS
from services.reporting.reports.report import Report
from shared.events.schema import inlined_schema
from shared.kernel.readmodel import ReadModel
from tools.reference.markdown import describe_type, docstring_of, generated_page, table

_ABOUT = """\
What reporting answers. Each report has an address, filters, an order, pages, a CSV file, and a comparison of two
moments.

Not for the work on one thing, for example the meetings of one relationship: ask the service that owns it, whose answer
is more recent and has texts that never come here."""

_ASKING = """\
- `as_of` is the last day that counts; today if it is left out.
- `known_at` shows what was known at a moment: a time with its offset (without, it is one in England), or a day, whose
  end in England counts. What was recorded or corrected later does not count, whatever day it is about. A moment yet to
  come means now.
- A column that is a filter is a parameter of its own: only rows with that value are answered. A merged record means the
  record that was kept.
- `sort` names a column; `-` in front of it sorts from the last to the first. Rows without a value come last.
- `limit` rows make a page; the answer's `next` is the cursor of the next one, sent as `after`.
- `Accept: text/csv` answers a page as CSV, and the media type of Excel workbooks
  (`application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`) as a workbook with a sheet that says what was
  asked. Neither runs a formula. `application/vnd.apache.parquet` answers with a type for each column, and with what was
  asked in the metadata. `application/pdf` answers up to 1,000 rows as a tagged document. `Alongside-Next` is the cursor
  of the next page.
- `POST` to `/exports` under a report makes a file of every row and records it: `format` is `csv`, `xlsx`, `parquet` or
  `pdf`, filters and moments are as above. `GET /exports` lists what you took, and `/exports/ID` under the report makes
  the same file again ([decision 46](../decisions/0046-exports-are-recorded.md)).
- `/difference` compares two moments line by line: `before_as_of` and `before_known_at` name the earlier one, `as_of`
  and `known_at` the later one.
- `/trace` shows the public events that a row is made of, in the order in which they were recorded. The columns of the
  report's key name the row, and `column` asks for the events of one figure, at the same `as_of` and `known_at`. What
  was corrected is there with its correction, and a merged record with its merge. Of an event it shows the fields that
  reports are made from. `withheld` counts what a figure counts and you may not see. `next` is sent as `after`.
- `up_to_date_at` says when the last event was recorded that the answer contains, and `sources` when the last of each
  service was. A service that has published nothing since then shows an old time, and the answer is complete all the
  same.
- `parked` says of which services events are missing, because they could not be read or wait behind one that could not:
  how many, since when, and for partnership leads the ids of the first hundred. An operator replays them (`alongside
  parked`). With `known_at` it says which were missing at that moment.
- In files the headers `Alongside-As-Of`, `Alongside-Known-At` (where a moment was asked about, and of an export),
  `Alongside-Up-To-Date-At`, `Alongside-Sources` and `Alongside-Parked` say the same, and the sheet *About* of a
  workbook."""


def pages() -> Mapping[str, str]:
    """The page of each report, and the list of them, by path."""
    found = {f"docs/reference/reports/{report.name}.md": _page(report) for report in REPORTS}
    rows = [(f"[{report.title}](reports/{report.name}.md)", report.question) for report in REPORTS]
    return {
        "docs/reference/reports.md": generated_page(
            "Reports", _ABOUT, table(("report", "question"), rows), "## How to ask", _ASKING
        )
    } | found


def _page(report: Report) -> str:
    types = {name: describe_type(each) for name, each in inlined_schema(report.row)["properties"].items()}
    figures = [(f"`{name}`", types[name], _uses(report, name), means) for name, means in report.columns.items()]
    return generated_page(
        report.title,
        report.question,
        f"`GET /reports/{report.name}` of [reporting](../openapi/reporting.json). "
        "[How to ask](../reports.md#how-to-ask).",
        f"**Who sees it**: {docstring_of(report.scope)}",
        f"**Not for** {report.not_for}",
        "## Figures",
        docstring_of(report.row),
        table(("column", "value", "can be", "what it means"), figures),
        *report.notes,
        "## Made from",
        f"The public events of the other services, and nothing else.{_how_to_trace(report)}",
        "\n".join(f"- {line}" for line in _events(report)),
    )


def _uses(report: Report, column: str) -> str:
    uses = {"a filter": column in report.filters, "sorted by": column in report.sortable}
    return ", ".join(use for use, is_so in uses.items() if is_so)


def _events(report: Report) -> Iterable[str]:
    for model in report.made_from:
        types = sorted(model.catalogue.classes)
        yield f"{model.name.replace('_', ' ')}: {', '.join(_link(each) for each in types)}{_decided(report, model)}"


def _how_to_trace(report: Report) -> str:
    if not report.behind:
        return " Its figures are of groups: it has no trace, which would give the people in them away."
    key = " and ".join(f"`{column}`" for column in report.key)
    return f" `GET /reports/{report.name}/trace` lists those of the row of a {key}; with `column` those of one figure."


def _decided(report: Report, model: ReadModel) -> str:
    """Which columns a table decides, where these are not all."""
    behind = [each for each in report.behind if each.table is model]
    columns = [name for name in report.columns if any(each.decides(name) for each in behind)]
    return "" if len(columns) in (0, len(report.columns)) else f", for {', '.join(f'`{name}`' for name in columns)}"


def _link(type_: str) -> str:
    return f"[{type_}](../events.md#{type_.replace('.', '')})"
